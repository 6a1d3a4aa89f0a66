// Fields as text: what a value means, in the manuals' words.
//
//   render_text(field)   "PG WP NE ET MP PE", "HLT", "2023-11-14 22:13:20 UTC", "16 MiB"
//   render_value(field)  "0x80050033", "hex:589cfc0a1b2c"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/schema/decode.h"

namespace snapfmt::schema {

/// Fields of more bytes than this are not written out.
inline constexpr std::uint64_t kMaxRendered = 4096;

/// One bit field of a register with its value.
struct BitValue {
  std::string_view name, doc;
  std::uint8_t high = 0, low = 0;
  std::uint64_t value = 0;
  std::string_view meaning;  ///< the enumeration's name for the value, if it has one
};

/// The bit fields of a register's value, from the lowest up.
std::vector<BitValue> split_bits(const Schema& schema, const RegisterDef& reg, std::uint64_t value);

/// "PG WP mode=Fixed vector=0x30"; bits that have no name as "+0x...". "-" if all is zero.
std::string render_bits(const Schema& schema, const RegisterDef& reg, std::uint64_t value);

/// An integer in a format, with `size` bytes of it significant.
std::string render_integer(std::uint64_t value, Type type, Format format);

/// Bytes in a format; at most kMaxRendered of them.
std::string render_bytes(std::span<const std::byte> raw, Type type, Format format);

/// What the field means, for people. Never empty.
std::string render_text(const FieldView& field);

/// The value for machines: integers `0x..` (all of the field's bits, no padding), bytes
/// `hex:..` in file order, text as it is up to its first zero byte.
std::string render_value(const FieldView& field);
void append_value(const FieldView& field, std::string& out);

/// 1536 as "1.5 KiB".
std::string human_size(std::uint64_t bytes);
/// Seconds since 1970 as "2023-11-14 22:13:20 UTC".
std::string human_time(std::int64_t unix_time);
void append_hex(std::string& out, std::uint64_t value);
void append_hex_bytes(std::string& out, std::span<const std::byte> raw);

}  // namespace snapfmt::schema
