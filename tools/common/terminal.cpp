#include "common/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

namespace snapfmt::tools {
namespace {

constexpr std::size_t kFlushAt = std::size_t{1} << 16;

bool wants_color(ColorMode mode, bool terminal) {
  if (mode != ColorMode::Auto) return mode == ColorMode::Always;
  const char* forbidden = std::getenv("NO_COLOR");
  if (forbidden != nullptr && *forbidden != '\0') return false;
  const char* forced = std::getenv("CLICOLOR_FORCE");
  if (forced != nullptr && *forced != '\0' && std::string_view(forced) != "0") return true;
  const char* term = std::getenv("TERM");
  return terminal && term != nullptr && std::string_view(term) != "dumb";
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

/// Length of the well-formed UTF-8 sequence that text begins with; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto c = static_cast<unsigned char>(text.front());
  const std::size_t length = c < 0x80                ? 1
                             : c >= 0xc2 && c < 0xe0 ? 2
                             : c >= 0xe0 && c < 0xf0 ? 3
                             : c >= 0xf0 && c < 0xf5 ? 4
                                                     : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0;
  const bool overlong = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
  const bool impossible = (c == 0xed && second >= 0xa0) || (c == 0xf4 && second >= 0x90);
  const bool c1_control = c == 0xc2 && second < 0xa0;
  return overlong || impossible || c1_control ? 0 : length;
}

}  // namespace

Output::Output(ColorMode mode) : terminal_(isatty(STDOUT_FILENO) == 1) {
  color_ = wants_color(mode, terminal_);
  std::signal(SIGPIPE, SIG_IGN);
}

std::string Output::paint(Tone tone, std::string_view text) const {
  static constexpr std::array<std::string_view, 8> kCodes{"",  "1",  "36", "",
                                                          "2", "32", "33", "1;31"};
  const auto code = kCodes.at(static_cast<std::size_t>(tone));
  if (!color_ || code.empty() || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

void Output::write(std::string_view text) {
  began_ = began_ || !text.empty();
  buffer_ += text;
  if (buffer_.size() >= kFlushAt) flush();
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && write_error_ == 0) {
    const auto n = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (n >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      write_error_ = errno;
    }
  }
  buffer_.clear();
}

void Output::line(std::string_view text) {
  write(text);
  write("\n");
}

void Output::heading(std::string_view text) {
  if (began_) line();
  line(paint(Tone::Heading, text));
}

int Output::finish(int code) {
  flush();
  if (write_error_ == 0 || write_error_ == EPIPE) return code;
  complain(fmt::format("standard output: {}", std::generic_category().message(write_error_)));
  return kTrouble;
}

bytes::JsonWriter Output::json(bool compact) {
  using bytes::JsonWriter;
  return JsonWriter(compact ? JsonWriter::Style::Compact : JsonWriter::Style::Pretty,
                    [this](std::string_view text) -> Result<void> {
                      write(text);
                      return {};
                    });
}

void complain(std::string_view message) {
#if defined(__GLIBC__)
  fmt::print(stderr, "{}: {}\n", program_invocation_short_name, message);
#else
  fmt::print(stderr, "{}: {}\n", getprogname(), message);
#endif
}

int complain(const Error& error) {
  complain(sanitized(error.to_string()));
  return kTrouble;
}

std::size_t columns(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += is_continuation(c) ? 0 : 1;
  return n;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const auto used = columns(text);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string clipped(std::string_view text, std::size_t width) {
  if (columns(text) <= width || width == 0) return std::string(text);
  std::size_t end = 0;
  for (std::size_t used = 0; used + 1 < width; ++used) {
    do {
      ++end;
    } while (end < text.size() && is_continuation(text[end]));
  }
  return std::string(text.substr(0, end)) + "~";
}

namespace {

/// Where to break a word that has more than `width` columns, in bytes: behind a comma or before a
/// dot if there is one in the second half, else anywhere.
std::size_t break_within(std::string_view word, std::size_t width) {
  std::size_t end = 0;
  std::size_t good = 0;
  for (std::size_t used = 0; used < std::max<std::size_t>(width, 1) && end < word.size(); ++used) {
    if (used > width / 2 && (word[end] == '.' || word[end - 1] == ',')) good = end;
    do {
      ++end;
    } while (end < word.size() && is_continuation(word[end]));
  }
  return good != 0 ? good : end;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto blank = text.find(' ');
    std::string_view word = text.substr(0, blank);
    if (columns(word) > width) word = word.substr(0, break_within(word, width));
    text.remove_prefix(word.size());
    const bool whole = text.empty() || text.front() == ' ';
    if (whole) text.remove_prefix(std::min<std::size_t>(1, text.size()));
    const auto needed = columns(word);
    if (used != 0 && used + 1 + needed > width) {
      out += '\n';
      out.append(indent, ' ');
      used = 0;
    } else if (used != 0) {
      out += ' ';
      ++used;
    }
    out += word;
    used += needed;
  }
  return out;
}

std::string sanitized(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (length == 0 || c < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", c);
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

}  // namespace snapfmt::tools
