// A pull reader for the JSON of F.meta: forgiving as libucl, exact about where it is.
//
// A text that stops early gives ErrorCode::Truncated, anything else that is wrong Malformed
// or Limit. Every error has the byte offset and the path of the value being read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/error.h"

namespace snapfmt::container {

enum class JsonType : std::uint8_t { Object, Array, String, Bare };

/// `an object`, `a string` ...
std::string_view to_string(JsonType type);

/// A string (escapes resolved) or a bare word (number, true, null ... as written).
struct JsonScalar {
  JsonType type = JsonType::Bare;
  std::string text;
  std::uint64_t offset = 0;
};

class JsonReader {
 public:
  JsonReader(std::string_view text, std::size_t max_depth);

  /// The type of the value that comes next, without taking it.
  Result<JsonType> peek();
  /// Takes a string or a bare word.
  Result<JsonScalar> scalar();
  /// Takes any value, however deep, and forgets it.
  Result<void> skip();

  /// Objects: begin_object(), then next_key() until it is unset, a value after each key.
  Result<void> begin_object();
  Result<std::optional<std::string>> next_key();
  /// Arrays: begin_array(), then next_element() until it is false, a value after each.
  Result<void> begin_array();
  Result<bool> next_element();

  /// After the last value: the offset of the first thing that is neither blank nor comment.
  std::optional<std::uint64_t> text_after_end();

  std::uint64_t offset() const { return position_; }
  /// Where the next value, key or bracket is: skips blanks and comments.
  Result<std::uint64_t> offset_of_next();
  /// Path of the value being read: `kern_structs[3].size`; empty at the outermost level.
  std::string path() const;
  /// Offset of the first comment, trailing comma or byte order mark.
  std::optional<std::uint64_t> first_liberty() const { return first_liberty_; }

  std::unexpected<Error> error(ErrorCode code, std::string what, std::uint64_t offset) const;

 private:
  struct Level {
    bool is_object = false;
    bool has_member = false;  ///< a key or element was begun
    std::string key = {};
    std::size_t index = 0;
  };

  bool at_end() const { return position_ == text_.size(); }
  Result<void> skip_blanks();
  Result<void> skip_block_comment();
  Result<void> begin(JsonType type);
  /// Comma or closing bracket. True: a member follows. False: the level is closed.
  Result<bool> next_member(char closing);
  Result<std::string> string();
  Result<void> escape(std::string& into);
  Result<std::uint32_t> hex4();
  Result<JsonScalar> bare();
  void note_liberty(std::size_t offset);
  std::string found() const;
  std::unexpected<Error> truncated(std::string_view wanted) const;

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t max_depth_;
  std::vector<Level> levels_;
  std::optional<std::uint64_t> first_liberty_;
};

}  // namespace snapfmt::container
