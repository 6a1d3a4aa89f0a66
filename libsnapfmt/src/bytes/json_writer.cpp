#include "snapfmt/bytes/json_writer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstring>
#include <utility>

#include "bytes/utf8.h"

namespace snapfmt::bytes {
namespace {

constexpr std::size_t kFlushSize = std::size_t{64} << 10;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kLongestNumber = 20;
constexpr std::size_t kHexPiece = std::size_t{16} << 10;

/// The two digits of each byte, side by side.
constexpr auto kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kDigits[i >> 4], kDigits[i & 0xf]};
  return pairs;
}();

constexpr bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// Whether all eight bytes are printable ASCII other than the quote and the backslash.
bool are_plain(const char* eight) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  // Not zero exactly if some byte of `w` is below `bound`: its subtraction borrows.
  const auto any_below = [](std::uint64_t w, std::uint64_t bound) {
    return (w - kOnes * bound) & ~w & kTops;
  };
  return ((word & kTops) | any_below(word, 0x20) | any_below(word ^ (kOnes * '"'), 1) |
          any_below(word ^ (kOnes * '\\'), 1)) == 0;
}

/// Length of the run at the start of `text` that needs no escaping.
std::size_t plain_run(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i + 8 <= text.size() && are_plain(text.data() + i)) i += 8;
  while (i < text.size() && is_plain(text[i])) ++i;
  return i;
}

char short_escape(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return '\0';
  }
}

}  // namespace

JsonWriter::JsonWriter(Style style, Flush flush) : style_(style), flush_(std::move(flush)) {
  open_.reserve(16);
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(!open_.empty() && open_.back().closing == '}' && !after_key_);
  separate(open_.back());
  quote(name);
  append(style_ == Style::Pretty ? ": " : ":");
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  begin_value();
  quote(text);
  flush_if_full();
  return *this;
}

JsonWriter& JsonWriter::uint(std::uint64_t value) {
  begin_value();
  char* const to = room(kLongestNumber);
  advance(std::to_chars(to, to + kLongestNumber, value).ptr);
  flush_if_full();
  return *this;
}

JsonWriter& JsonWriter::sint(std::int64_t value) {
  begin_value();
  char* const to = room(kLongestNumber);
  advance(std::to_chars(to, to + kLongestNumber, value).ptr);
  flush_if_full();
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  begin_value();
  append(value ? "true" : "false");
  flush_if_full();
  return *this;
}

JsonWriter& JsonWriter::null() {
  begin_value();
  append("null");
  flush_if_full();
  return *this;
}

JsonWriter& JsonWriter::raw_hex(std::span<const std::byte> bytes, std::string_view prefix) {
  begin_value();
  append("\"");
  append(prefix);
  do {
    const auto piece = bytes.first(std::min(bytes.size(), kHexPiece));
    char* to = room(2 * piece.size());
    for (const std::byte b : piece) {
      to = std::ranges::copy(kHexPairs[std::to_integer<std::size_t>(b)], to).out;
    }
    advance(to);
    flush_if_full();
    bytes = bytes.subspan(piece.size());
  } while (!bytes.empty());
  append("\"");
  return *this;
}

JsonWriter& JsonWriter::hex(std::uint64_t value) {
  begin_value();
  char* to = room(kLongestNumber);
  to = std::ranges::copy(std::string_view("\"0x"), to).out;
  to = std::to_chars(to, to + 16, value, 16).ptr;
  *to++ = '"';
  advance(to);
  flush_if_full();
  return *this;
}

Result<void> JsonWriter::finish() {
  end_document();
  flush_all();
  if (failure_) return std::unexpected(*failure_);
  return {};
}

std::string JsonWriter::take() {
  assert(!flush_);
  end_document();
  buffer_.resize(used_);
  used_ = 0;
  return std::exchange(buffer_, {});
}

JsonWriter& JsonWriter::begin(char opening, char closing, Lines lines) {
  begin_value();
  append({&opening, 1});
  const bool inherited = !open_.empty() && open_.back().one_line;
  open_.push_back({.closing = closing, .one_line = inherited || lines == Lines::One});
  return *this;
}

JsonWriter& JsonWriter::end(char closing) {
  assert(!open_.empty() && open_.back().closing == closing && !after_key_);
  const Container ended = open_.back();
  open_.pop_back();
  if (!ended.empty && !ended.one_line) new_line();
  append({&closing, 1});
  flush_if_full();
  return *this;
}

void JsonWriter::begin_value() {
  assert(!finished_);
  if (after_key_) {
    after_key_ = false;
  } else if (!open_.empty()) {
    assert(open_.back().closing == ']');
    separate(open_.back());
  }
}

void JsonWriter::separate(Container& in) {
  if (!in.empty) append(in.one_line && style_ == Style::Pretty ? ", " : ",");
  in.empty = false;
  if (!in.one_line) new_line();
}

void JsonWriter::new_line() {
  if (style_ == Style::Compact) return;
  const std::size_t indent = 2 * open_.size();
  char* to = room(1 + indent);
  *to++ = '\n';
  advance(std::fill_n(to, indent, ' '));
}

void JsonWriter::quote(std::string_view text) {
  append("\"");
  while (!text.empty()) {
    const std::size_t run = plain_run(text);
    append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty()) break;

    const char c = text[0];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const Utf8Part part = first_utf8_part(text);
      append(part.valid ? text.substr(0, part.size) : kReplacement);
      text.remove_prefix(part.size);
      continue;
    }
    if (const char letter = short_escape(c); letter != '\0') {
      const std::array escape{'\\', letter};
      append({escape.data(), escape.size()});
    } else {
      append("\\u00");
      append({kHexPairs[static_cast<unsigned char>(c)].data(), 2});
    }
    text.remove_prefix(1);
  }
  append("\"");
}

void JsonWriter::end_document() {
  assert(open_.empty() && !after_key_);
  if (!finished_) append("\n");
  finished_ = true;
}

char* JsonWriter::room(std::size_t count) {
  if (buffer_.size() - used_ < count) {
    buffer_.resize(std::max({2 * buffer_.size(), used_ + count, kFlushSize + 4096}));
  }
  return buffer_.data() + used_;
}

void JsonWriter::advance(const char* end) noexcept {
  used_ = static_cast<std::size_t>(end - buffer_.data());
}

void JsonWriter::append(std::string_view text) {
  advance(std::ranges::copy(text, room(text.size())).out);
}

void JsonWriter::flush_if_full() {
  if (used_ >= kFlushSize && flush_) flush_all();
}

void JsonWriter::flush_all() {
  if (!failure_ && flush_ && used_ > 0) {
    if (auto flushed = flush_(std::string_view(buffer_).substr(0, used_)); !flushed) {
      failure_ = std::move(flushed.error());
    }
  }
  used_ = 0;
}

}  // namespace snapfmt::bytes
