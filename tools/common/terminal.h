// How the tools talk: width, colour, standard output and errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "snapfmt/bytes/json_writer.h"
#include "snapfmt/error.h"

namespace snapfmt::tools {

/// Exit codes, as diff(1) has them.
inline constexpr int kSame = 0;       ///< one answer, no findings, no difference
inline constexpr int kDifferent = 1;  ///< several answers, findings, differences
inline constexpr int kTrouble = 2;    ///< it could not be done

/// `--color`. Auto: if standard output is a terminal and NO_COLOR is not set.
enum class ColorMode : std::uint8_t { Auto, Always, Never };

/// What a piece of text is, for colour. Never the only way to tell.
enum class Tone : std::uint8_t { Plain, Heading, Name, Value, Dim, Good, Warning, Bad };

/// Columns of output that is not wider because a terminal is.
inline constexpr std::size_t kWidth = 80;

/// Buffered standard output with colour. Write errors are kept until finish().
class Output {
 public:
  explicit Output(ColorMode mode);
  ~Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool color() const { return color_; }
  /// Standard output is a terminal.
  bool is_terminal() const { return terminal_; }

  /// Text in its colour, or as it is.
  std::string paint(Tone tone, std::string_view text) const;

  void write(std::string_view text);
  void line(std::string_view text = {});
  /// A heading with an empty line before it, unless it is the first line.
  void heading(std::string_view text);

  /// Flushes; kTrouble with a message if something could not be written, else `code`. A reader
  /// that went away (`| head`) is no trouble.
  int finish(int code);

  /// A JSON writer whose text goes here.
  bytes::JsonWriter json(bool compact = false);

 private:
  void flush();

  bool color_ = false, terminal_ = false, began_ = false;
  int write_error_ = 0;  ///< errno of the first write that failed
  std::string buffer_;
};

/// `snapinfo: message` on standard error.
void complain(std::string_view message);
/// The same for an error; returns kTrouble.
int complain(const Error& error);

/// Columns that text takes in a terminal: code points, as all the tools write is narrow.
std::size_t columns(std::string_view text);
/// Text filled up with blanks to a width.
std::string padded(std::string_view text, std::size_t width);
/// Text cut to a width, the last column a `~` if it was longer.
std::string clipped(std::string_view text, std::size_t width);
/// Text broken at blanks, words that are too long anywhere, into lines of at most `width` columns;
/// each but the first has `indent` blanks before it, which do not count.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);
/// Text from a snapshot made safe for a terminal: control characters and bytes that are not
/// UTF-8 become `\xNN`.
std::string sanitized(std::string_view text);

}  // namespace snapfmt::tools
