#include "json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "container/shown.h"

namespace snapfmt::container {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEndsBareWord = " \t\r\n,:=[]{}\"#/";

void append_utf8(std::string& into, std::uint32_t code_point) {
  const auto add = [&](std::uint32_t byte) { into += static_cast<char>(byte); };
  const auto add_tail = [&](unsigned shift) { add(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) {
    add(code_point);
  } else if (code_point < 0x800) {
    add(0xC0U | (code_point >> 6));
    add_tail(0);
  } else if (code_point < 0x10000) {
    add(0xE0U | (code_point >> 12));
    add_tail(6);
    add_tail(0);
  } else {
    add(0xF0U | (code_point >> 18));
    add_tail(12);
    add_tail(6);
    add_tail(0);
  }
}

}  // namespace

std::string_view to_string(JsonType type) {
  switch (type) {
    case JsonType::Object:
      return "an object";
    case JsonType::Array:
      return "an array";
    case JsonType::String:
      return "a string";
    case JsonType::Bare:
      return "a bare word";
  }
  return "unknown";
}

JsonReader::JsonReader(std::string_view text, std::size_t max_depth)
    : text_(text), max_depth_(max_depth) {
  if (!text_.starts_with(kByteOrderMark)) return;
  note_liberty(0);
  position_ = kByteOrderMark.size();
}

Result<JsonType> JsonReader::peek() {
  if (const auto skipped = skip_blanks(); !skipped) return std::unexpected(skipped.error());
  if (at_end()) return truncated("a value");
  switch (text_[position_]) {
    case '{':
      return JsonType::Object;
    case '[':
      return JsonType::Array;
    case '"':
      return JsonType::String;
    default:
      break;
  }
  if (kEndsBareWord.find(text_[position_]) != std::string_view::npos) {
    return error(ErrorCode::Malformed, fmt::format("expected a value, found {}", found()),
                 position_);
  }
  return JsonType::Bare;
}

Result<JsonScalar> JsonReader::scalar() {
  const auto type = peek();
  if (!type) return std::unexpected(type.error());
  if (*type == JsonType::Bare) return bare();
  const std::uint64_t start = position_;
  if (*type != JsonType::String) {
    return error(ErrorCode::Malformed,
                 fmt::format("expected a string or a number, found {}", to_string(*type)), start);
  }
  auto text = string();
  if (!text) return std::unexpected(text.error());
  return JsonScalar{JsonType::String, std::move(*text), start};
}

Result<void> JsonReader::skip() {
  const std::size_t outside = levels_.size();
  bool value_follows = true;
  while (value_follows || levels_.size() > outside) {
    if (value_follows) {
      const auto type = peek();
      if (!type) return std::unexpected(type.error());
      const bool nested = *type == JsonType::Object || *type == JsonType::Array;
      if (nested) {
        if (const auto begun = begin(*type); !begun) return begun;
      } else if (const auto taken = scalar(); !taken) {
        return std::unexpected(taken.error());
      }
      value_follows = false;
      continue;
    }
    if (levels_.back().is_object) {
      const auto key = next_key();
      if (!key) return std::unexpected(key.error());
      value_follows = key->has_value();
    } else {
      const auto more = next_element();
      if (!more) return std::unexpected(more.error());
      value_follows = *more;
    }
  }
  return {};
}

Result<void> JsonReader::begin_object() { return begin(JsonType::Object); }

Result<void> JsonReader::begin_array() { return begin(JsonType::Array); }

Result<void> JsonReader::begin(JsonType type) {
  const auto next = peek();
  if (!next) return std::unexpected(next.error());
  if (*next != type) {
    return error(ErrorCode::Malformed,
                 fmt::format("expected {}, found {}", to_string(type), to_string(*next)),
                 position_);
  }
  if (levels_.size() >= max_depth_) {
    return error(ErrorCode::Limit, fmt::format("more than {} nested levels", max_depth_),
                 position_);
  }
  ++position_;
  levels_.push_back({.is_object = type == JsonType::Object});
  return {};
}

Result<std::optional<std::string>> JsonReader::next_key() {
  const auto more = next_member('}');
  if (!more) return std::unexpected(more.error());
  if (!*more) return std::nullopt;
  if (text_[position_] != '"') {
    auto failure = error(ErrorCode::Malformed,
                         fmt::format("expected a key in quotes, found {}", found()), position_);
    failure.error().hint = "of libucl's syntax, snapfmt reads JSON with comments only";
    return failure;
  }
  auto key = string();
  if (!key) return std::unexpected(key.error());
  levels_.back().key = *key;
  if (const auto skipped = skip_blanks(); !skipped) return std::unexpected(skipped.error());
  if (at_end()) return truncated("':'");
  if (text_[position_] != ':') {
    return error(ErrorCode::Malformed, fmt::format("expected ':', found {}", found()), position_);
  }
  ++position_;
  return std::move(*key);
}

Result<bool> JsonReader::next_element() {
  Level& level = levels_.back();
  const bool first = !level.has_member;
  const auto more = next_member(']');
  if (more && *more && !first) ++level.index;
  return more;
}

Result<bool> JsonReader::next_member(char closing) {
  if (const auto skipped = skip_blanks(); !skipped) return std::unexpected(skipped.error());
  Level& level = levels_.back();
  const std::size_t comma = position_;
  const bool has_comma = level.has_member && !at_end() && text_[position_] == ',';
  if (has_comma) {
    ++position_;
    if (const auto skipped = skip_blanks(); !skipped) return std::unexpected(skipped.error());
  }
  if (at_end()) return truncated(fmt::format("'{}'", closing));
  if (text_[position_] == closing) {
    if (has_comma) note_liberty(comma);
    ++position_;
    levels_.pop_back();
    return false;
  }
  if (level.has_member && !has_comma) {
    return error(ErrorCode::Malformed,
                 fmt::format("expected ',' or '{}', found {}", closing, found()), position_);
  }
  level.has_member = true;
  level.key.clear();
  return true;
}

std::optional<std::uint64_t> JsonReader::text_after_end() {
  const auto skipped = skip_blanks();
  if (skipped && at_end()) return std::nullopt;
  return position_;
}

Result<std::uint64_t> JsonReader::offset_of_next() {
  if (const auto skipped = skip_blanks(); !skipped) return std::unexpected(skipped.error());
  return position_;
}

std::string JsonReader::path() const {
  std::string path;
  for (const Level& level : levels_) {
    if (!level.has_member) continue;
    if (!level.is_object) {
      path += fmt::format("[{}]", level.index);
      continue;
    }
    if (level.key.empty()) continue;
    if (!path.empty()) path += '.';
    path += shown(level.key);
  }
  return path;
}

std::unexpected<Error> JsonReader::error(ErrorCode code, std::string what,
                                         std::uint64_t offset) const {
  Error error;
  error.code = code;
  error.what = std::move(what);
  error.offset = offset;
  error.path = path();
  return std::unexpected(std::move(error));
}

Result<void> JsonReader::skip_blanks() {
  for (;;) {
    position_ = std::min(text_.find_first_not_of(kBlanks, position_), text_.size());
    const std::string_view rest = text_.substr(position_);
    if (rest.starts_with('#') || rest.starts_with("//")) {
      note_liberty(position_);
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else if (rest.starts_with("/*")) {
      if (const auto skipped = skip_block_comment(); !skipped) return skipped;
    } else {
      return {};
    }
  }
}

Result<void> JsonReader::skip_block_comment() {
  note_liberty(position_);
  const std::size_t end = text_.find("*/", position_ + 2);
  if (end == std::string_view::npos) {
    position_ = text_.size();
    return truncated("'*/'");
  }
  position_ = end + 2;
  return {};
}

Result<std::string> JsonReader::string() {
  std::string value;
  ++position_;
  for (;;) {
    const std::size_t stop = text_.find_first_of("\"\\", position_);
    if (stop == std::string_view::npos) {
      position_ = text_.size();
      return truncated("'\"'");
    }
    value += text_.substr(position_, stop - position_);
    position_ = stop + 1;
    if (text_[stop] == '"') return value;
    if (const auto resolved = escape(value); !resolved) return std::unexpected(resolved.error());
  }
}

/// At the character after the backslash.
Result<void> JsonReader::escape(std::string& into) {
  if (at_end()) return truncated("an escaped character");
  const std::size_t start = position_ - 1;
  const char letter = text_[position_++];
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t at = kLetters.find(letter); at != std::string_view::npos) {
    into += kMeanings[at];
    return {};
  }
  if (letter != 'u') {
    return error(ErrorCode::Malformed, "no such escape in a string", start);
  }
  const auto unit = hex4();
  if (!unit) return std::unexpected(unit.error());
  std::uint32_t code_point = *unit;
  const bool high = code_point >= 0xD800 && code_point < 0xDC00;
  if (high && text_.substr(position_).starts_with("\\u")) {
    position_ += 2;
    const auto low = hex4();
    if (!low) return std::unexpected(low.error());
    if (*low < 0xDC00 || *low > 0xDFFF) {
      return error(ErrorCode::Malformed, "half a surrogate pair in a string", start);
    }
    code_point = 0x10000 + ((code_point - 0xD800) << 10) + (*low - 0xDC00);
  } else if (code_point >= 0xD800 && code_point <= 0xDFFF) {
    return error(ErrorCode::Malformed, "half a surrogate pair in a string", start);
  }
  append_utf8(into, code_point);
  return {};
}

Result<std::uint32_t> JsonReader::hex4() {
  std::uint32_t value = 0;
  for (int digit = 0; digit < 4; ++digit, ++position_) {
    if (at_end()) return truncated("a hexadecimal digit");
    const char letter = text_[position_];
    std::uint32_t nibble = 0;
    if (letter >= '0' && letter <= '9') {
      nibble = static_cast<std::uint32_t>(letter - '0');
    } else if ((letter | 0x20) >= 'a' && (letter | 0x20) <= 'f') {
      nibble = static_cast<std::uint32_t>((letter | 0x20) - 'a') + 10;
    } else {
      return error(ErrorCode::Malformed, "expected a hexadecimal digit", position_);
    }
    value = value << 4 | nibble;
  }
  return value;
}

Result<JsonScalar> JsonReader::bare() {
  const std::size_t start = position_;
  position_ = std::min(text_.find_first_of(kEndsBareWord, position_), text_.size());
  // A number that ends with the text may have had more digits.
  if (at_end()) return truncated("the rest of a value");
  return JsonScalar{JsonType::Bare, std::string(text_.substr(start, position_ - start)), start};
}

void JsonReader::note_liberty(std::size_t offset) {
  if (!first_liberty_) first_liberty_ = offset;
}

std::string JsonReader::found() const {
  const auto letter = static_cast<unsigned char>(text_[position_]);
  if (letter > 0x20 && letter < 0x7F) return fmt::format("'{}'", text_[position_]);
  return fmt::format("byte {:#04x}", letter);
}

std::unexpected<Error> JsonReader::truncated(std::string_view wanted) const {
  return error(ErrorCode::Truncated, fmt::format("the text ends where {} is wanted", wanted),
               text_.size());
}

}  // namespace snapfmt::container
