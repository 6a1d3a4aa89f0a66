// The words of the schema language: types, classes, formats.
#include <algorithm>
#include <array>
#include <utility>

#include "compile_rows.h"

namespace snapfmt::schema {
namespace {

template <class T, std::size_t N>
T parse_word(const Node& node, const std::array<std::pair<std::string_view, T>, N>& words,
             std::string_view what) {
  const std::string word = node.text();
  const auto it =
      std::ranges::find(words, std::string_view(word), &std::pair<std::string_view, T>::first);
  if (it == words.end()) node.reject("`" + word + "` is no " + std::string(what));
  return it->second;
}

}  // namespace

Type parse_type(const Node& node) {
  static constexpr std::array<std::pair<std::string_view, Type>, 11> kWords{{
      {"u8", Type::U8},
      {"u16", Type::U16},
      {"u32", Type::U32},
      {"u64", Type::U64},
      {"i8", Type::I8},
      {"i16", Type::I16},
      {"i32", Type::I32},
      {"i64", Type::I64},
      {"bool", Type::Bool},
      {"bytes", Type::Bytes},
      {"chars", Type::Chars},
  }};
  return parse_word(node, kWords, "type");
}

Type parse_integer_type(const Node& node) {
  const Type type = parse_type(node);
  if (integer_size(type) == 0) node.reject("an integer type is wanted here");
  return type;
}

bool fits(std::int64_t number, Type type) {
  const auto bits = 8 * integer_size(type);
  if (bits == 64) return true;
  return number >= -(std::int64_t{1} << (bits - 1)) && number < std::int64_t{1} << bits;
}

bool is_value_of(std::int64_t number, Type type) {
  const auto bits = 8 * integer_size(type);
  if (bits == 64) return true;
  if (!is_signed(type)) return number >= 0 && number < std::int64_t{1} << bits;
  return number >= -(std::int64_t{1} << (bits - 1)) && number < std::int64_t{1} << (bits - 1);
}

FieldClass parse_class(const Node& node) {
  static constexpr std::array<std::pair<std::string_view, FieldClass>, 8> kWords{{
      {"arch", FieldClass::Arch},
      {"device", FieldClass::Device},
      {"time", FieldClass::Time},
      {"control", FieldClass::Control},
      {"host", FieldClass::Host},
      {"derived", FieldClass::Derived},
      {"structural", FieldClass::Structural},
      {"padding", FieldClass::Padding},
  }};
  return parse_word(node, kWords, "class");
}

Format parse_format(const Node& node) {
  static constexpr std::array<std::pair<std::string_view, Format>, 13> kWords{{
      {"hex", Format::Hex},
      {"dec", Format::Dec},
      {"size", Format::Size},
      {"sectors", Format::Sectors},
      {"gpa", Format::Gpa},
      {"mac", Format::Mac},
      {"ata-string", Format::AtaString},
      {"time_t", Format::UnixTime},
      {"sbintime", Format::Sbintime},
      {"bintime-frac", Format::BintimeFrac},
      {"bitmap", Format::Bitmap},
      {"bitmap-word", Format::BitmapWord},
      {"sec", Format::Seconds},
  }};
  return parse_word(node, kWords, "format");
}

}  // namespace snapfmt::schema
