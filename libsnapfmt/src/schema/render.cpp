#include "snapfmt/schema/render.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "snapfmt/bytes/endian.h"

namespace snapfmt::schema {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::uint64_t kAllOnes = ~std::uint64_t{0};

std::uint64_t field_mask(unsigned high, unsigned low) {
  const unsigned width = high - low + 1;
  return (width == 64 ? kAllOnes : (std::uint64_t{1} << width) - 1) << low;
}

/// Bits of an integer that one value of a register takes part in.
unsigned register_bytes(const Schema& schema, const RegisterDef& reg) {
  unsigned highest = 0;
  for (const BitDef& bit : schema.bits(reg)) highest = std::max<unsigned>(highest, bit.high);
  return highest / 8 + 1;
}

std::string printable(std::span<const std::byte> raw) {
  std::string out;
  for (const std::byte b : raw) {
    const auto c = std::to_integer<unsigned char>(b);
    if (c >= 0x20 && c < 0x7f) {
      out += static_cast<char>(c);
    } else {
      out += fmt::format("\\x{:02x}", c);
    }
  }
  return out;
}

std::span<const std::byte> until_zero(std::span<const std::byte> raw) {
  return {raw.begin(), std::ranges::find(raw, std::byte{0})};
}

std::string ata_string(std::span<const std::byte> raw) {
  std::vector<std::byte> swapped(raw.begin(), raw.end());
  for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  while (!swapped.empty() && (swapped.back() == std::byte{' '} || swapped.back() == std::byte{0})) {
    swapped.pop_back();
  }
  return "\"" + printable(swapped) + "\"";
}

std::string mac(std::span<const std::byte> raw) {
  std::string out;
  for (const std::byte b : raw) {
    if (!out.empty()) out += ':';
    out += fmt::format("{:02x}", std::to_integer<unsigned>(b));
  }
  return out;
}

std::string bitmap(std::span<const std::byte> raw, std::uint64_t first = 0) {
  std::string out;
  for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
    if ((std::to_integer<unsigned>(raw[bit / 8]) >> bit % 8 & 1U) == 0) continue;
    if (!out.empty()) out += ' ';
    append_hex(out, first + bit);
  }
  return out.empty() ? "-" : out;
}

std::string fraction_of_second(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.3f} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.3f} us", seconds * 1e6);
  return fmt::format("{:.6f} s", seconds);
}

std::string hex_bytes(std::span<const std::byte> raw) {
  if (std::ranges::all_of(raw, [](std::byte b) { return b == std::byte{0}; })) {
    return fmt::format("{} zero byte{}", raw.size(), raw.size() == 1 ? "" : "s");
  }
  std::string out;
  append_hex_bytes(out, raw);
  return out;
}

}  // namespace

std::vector<BitValue> split_bits(const Schema& schema, const RegisterDef& reg,
                                 std::uint64_t value) {
  std::vector<BitValue> all;
  for (const BitDef& bit : schema.bits(reg)) {
    BitValue v{.name = schema.text(bit.name),
               .doc = schema.text(bit.doc),
               .high = bit.high,
               .low = bit.low,
               .value = (value & field_mask(bit.high, bit.low)) >> bit.low};
    if (bit.enumeration != kNone) {
      v.meaning = schema.enum_name(schema.enumeration(bit.enumeration), v.value);
    }
    all.push_back(v);
  }
  return all;
}

std::string render_bits(const Schema& schema, const RegisterDef& reg, std::uint64_t value) {
  std::string out;
  std::uint64_t unnamed = value;
  const auto bits = schema.bits(reg);
  for (std::size_t i = bits.size(); i-- > 0;) {
    const BitDef& bit = bits[i];
    const std::uint64_t part = (value & field_mask(bit.high, bit.low)) >> bit.low;
    unnamed &= ~field_mask(bit.high, bit.low);
    const bool flag = bit.high == bit.low && bit.enumeration == kNone;
    std::string_view meaning;
    if (bit.enumeration != kNone) {
      meaning = schema.enum_name(schema.enumeration(bit.enumeration), part);
    }
    if (part == 0 && (flag || meaning.empty())) continue;
    if (!out.empty()) out += ' ';
    out += schema.text(bit.name);
    if (flag) continue;
    out += '=';
    if (!meaning.empty()) {
      out += meaning;
    } else if (bit.format == Format::Hex) {
      append_hex(out, part);
    } else {
      out += std::to_string(part);
    }
  }
  if (unnamed != 0) {
    out += out.empty() ? "+" : " +";
    append_hex(out, unnamed);
  }
  return out.empty() ? "-" : out;
}

std::string render_integer(std::uint64_t value, Type type, Format format) {
  const auto unused = 64 - 8 * integer_size(type);
  const std::int64_t number = is_signed(type) ? static_cast<std::int64_t>(value << unused) >> unused
                                              : static_cast<std::int64_t>(value);
  std::string out;
  switch (format) {
    case Format::Dec:
      return is_signed(type) ? std::to_string(number) : std::to_string(value);
    case Format::Size:
      return human_size(value);
    case Format::Sectors:
      return fmt::format("{} sectors, {}", value,
                         human_size(value > kAllOnes / 512 ? kAllOnes : value * 512));
    case Format::Gpa:
      if (integer_size(type) == 8 && value == kAllOnes) return "null";
      break;
    case Format::UnixTime:
      return human_time(number);
    case Format::Sbintime:
      if (value >> 32 == 0) return fraction_of_second(std::ldexp(static_cast<double>(value), -32));
      return fmt::format("{:.6f} s", std::ldexp(static_cast<double>(number), -32));
    case Format::BintimeFrac:
      return fraction_of_second(std::ldexp(static_cast<double>(value), -64));
    case Format::Seconds:
      return fmt::format("{} s", number);
    case Format::Bitmap:
    case Format::BitmapWord: {
      std::array<std::byte, 8> raw{};
      bytes::store_le(raw, value);
      return bitmap(std::span(raw).first(integer_size(type)));
    }
    case Format::Hex:
    case Format::Mac:
    case Format::AtaString:
      break;
  }
  append_hex(out, value);
  return out;
}

std::string render_bytes(std::span<const std::byte> raw, Type type, Format format) {
  if (raw.size() > kMaxRendered) return human_size(raw.size());
  if (format == Format::AtaString) return ata_string(raw);
  if (format == Format::Mac) return mac(raw);
  if (format == Format::Bitmap) return bitmap(raw);
  if (type == Type::Chars) return "\"" + printable(until_zero(raw)) + "\"";
  return hex_bytes(raw);
}

std::string render_text(const FieldView& field) {
  const Schema& schema = field.block().schema();
  const RowDef* row = field.row();
  if (row == nullptr) return render_bytes(field.raw(), Type::Bytes, Format::Hex);
  if (!field.is_integer()) {
    std::string text = render_bytes(field.raw(), row->type, row->format);
    if (const RegisterDef* reg = field.reg()) {
      const auto first = std::min<std::size_t>(field.raw().size(), register_bytes(schema, *reg));
      text += " (" + render_bits(schema, *reg, bytes::load_le(field.raw().first(first))) + ")";
    }
    return text;
  }
  if (const EnumDef* e = field.enumeration()) {
    auto name = schema.enum_name(*e, field.value());
    if (name.empty()) name = schema.enum_name(*e, static_cast<std::uint64_t>(field.signed_value()));
    if (!name.empty()) return std::string(name);
  }
  if (const RegisterDef* reg = field.reg()) return render_bits(schema, *reg, field.value());
  if (row->format == Format::BitmapWord) {
    return bitmap(field.raw(), field.last_index().value_or(0) * 8 * field.size());
  }
  if (row->type == Type::Bool && field.value() < 2) return field.value() != 0 ? "true" : "false";
  return render_integer(field.value(), row->type, row->format);
}

void append_value(const FieldView& field, std::string& out) {
  if (field.is_integer()) {
    append_hex(out, field.value());
  } else if (field.type() == Type::Chars) {
    out += printable(
        until_zero(field.raw().first(std::min<std::uint64_t>(field.size(), kMaxRendered))));
  } else {
    out += "hex:";
    append_hex_bytes(out, field.raw());
  }
}

std::string render_value(const FieldView& field) {
  std::string out;
  append_value(field, out);
  return out;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 7> kUnits{"B",   "KiB", "MiB", "GiB",
                                                          "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  auto value = static_cast<double>(bytes);
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  if (value == std::floor(value)) return fmt::format("{:.0f} {}", value, kUnits[unit]);
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string human_time(std::int64_t unix_time) {
  if (unix_time == -1) return "-1 (halted)";
  constexpr std::int64_t kLast = 253402300799;  // 9999-12-31 23:59:59
  if (unix_time < 0 || unix_time > kLast) return fmt::format("{} s", unix_time);
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_time)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

void append_hex(std::string& out, std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  out += "0x";
  out.append(digits.data(), end);
}

void append_hex_bytes(std::string& out, std::span<const std::byte> raw) {
  const auto at = out.size();
  out.resize(at + 2 * raw.size());
  char* to = out.data() + at;
  for (const std::byte b : raw) {
    const auto value = std::to_integer<unsigned>(b);
    *to++ = kDigits[value >> 4];
    *to++ = kDigits[value & 15];
  }
}

}  // namespace snapfmt::schema
