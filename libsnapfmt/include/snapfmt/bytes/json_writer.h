// Streams a JSON document without building it in memory.
//
//   JsonWriter json(JsonWriter::Style::Pretty, [](std::string_view text) { return print(text); });
//   json.begin_object().key("schema").string("snapfmt.id/1");
//   json.key("blocks").begin_array();
//   json.begin_object(JsonWriter::Lines::One).key("size").uint(4).end_object();
//   json.end_array().end_object();
//   return json.finish();
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/error.h"

namespace snapfmt::bytes {

/// Writes what it is told, in order. Calls must make a JSON document: a key before each member's
/// value, as many ends as begins (asserted in debug builds).
class JsonWriter {
 public:
  enum class Style : std::uint8_t {
    Pretty,   ///< a line for each value, indented by two blanks
    Compact,  ///< no blanks at all
  };

  /// How a container is laid out in Style::Pretty.
  enum class Lines : std::uint8_t {
    Many,  ///< a line for each value
    One,   ///< it and all inside it on one line, for rows of long lists
  };

  /// Takes the text so far; called whenever some 64 KiB are there, and by finish().
  using Flush = std::function<Result<void>(std::string_view)>;

  /// Without `flush` the document stays in memory, for take().
  explicit JsonWriter(Style style = Style::Pretty, Flush flush = {});

  JsonWriter& begin_object(Lines lines = Lines::Many) { return begin('{', '}', lines); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array(Lines lines = Lines::Many) { return begin('[', ']', lines); }
  JsonWriter& end_array() { return end(']'); }
  JsonWriter& key(std::string_view name);

  /// Escapes what must be; each ill-formed part of UTF-8 becomes U+FFFD.
  JsonWriter& string(std::string_view text);
  JsonWriter& uint(std::uint64_t value);
  JsonWriter& sint(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  /// The bytes as lower case hexadecimal digits in a string, after `prefix` (plain ASCII).
  JsonWriter& raw_hex(std::span<const std::byte> bytes, std::string_view prefix = {});

  /// A string "0x..." without leading zeros: JSON numbers end at 2^53 for many readers.
  JsonWriter& hex(std::uint64_t value);

  /// Ends the document with a newline and flushes. The first error of `flush`, if there was one:
  /// after it nothing more was passed on.
  Result<void> finish();

  /// Ends the document with a newline and hands it over. Only without `flush`.
  std::string take();

 private:
  struct Container {
    char closing = '}';
    bool empty = true;
    bool one_line = false;
  };

  JsonWriter& begin(char opening, char closing, Lines lines);
  JsonWriter& end(char closing);
  void begin_value();
  void separate(Container& in);
  void new_line();
  void quote(std::string_view text);
  void end_document();

  /// Makes room for `count` more bytes and returns where they go; advance() then keeps them.
  char* room(std::size_t count);
  void advance(const char* end) noexcept;
  void append(std::string_view text);
  void flush_if_full();
  void flush_all();

  Style style_;
  Flush flush_;
  std::string buffer_;  ///< its size is the room there is; `used_` bytes hold text
  std::size_t used_ = 0;
  std::vector<Container> open_;
  bool after_key_ = false;
  bool finished_ = false;
  std::optional<Error> failure_;
};

}  // namespace snapfmt::bytes
