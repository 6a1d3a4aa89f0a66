#include "bytes/utf8.h"

#include <cstdint>

namespace snapfmt::bytes {
namespace {

/// What may follow a lead byte: the range of the second byte; later ones are 80..BF.
struct Lead {
  std::size_t size = 0;
  std::uint8_t low = 0x80, high = 0xbf;
};

constexpr Lead lead_of(std::uint8_t byte) noexcept {
  if (byte < 0x80) return {.size = 1};
  if (byte < 0xc2) return {};  // continuation bytes, and overlong forms of ASCII
  if (byte < 0xe0) return {.size = 2};
  if (byte == 0xe0) return {.size = 3, .low = 0xa0};   // else overlong
  if (byte == 0xed) return {.size = 3, .high = 0x9f};  // else a surrogate
  if (byte < 0xf0) return {.size = 3};
  if (byte == 0xf0) return {.size = 4, .low = 0x90};  // else overlong
  if (byte < 0xf4) return {.size = 4};
  if (byte == 0xf4) return {.size = 4, .high = 0x8f};  // else above U+10FFFF
  return {};
}

}  // namespace

Utf8Part first_utf8_part(std::string_view text) noexcept {
  const Lead lead = lead_of(static_cast<std::uint8_t>(text[0]));
  if (lead.size == 0) return {.size = 1};
  for (std::size_t i = 1; i < lead.size; ++i) {
    if (i == text.size()) return {.size = i};
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const std::uint8_t low = i == 1 ? lead.low : 0x80;
    const std::uint8_t high = i == 1 ? lead.high : 0xbf;
    if (byte < low || byte > high) return {.size = i};
  }
  return {.size = lead.size, .valid = true};
}

}  // namespace snapfmt::bytes
