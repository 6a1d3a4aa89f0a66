// Little-endian integers in byte buffers, whatever the host's own byte order.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace snapfmt::bytes {

/// Reverses the bytes of an integer.
template <std::unsigned_integral T>
constexpr T swap_bytes(T value) noexcept {
  auto parts = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  for (std::size_t i = 0; i < sizeof(T) / 2; ++i) {
    const std::byte low = parts[i];
    parts[i] = parts[sizeof(T) - 1 - i];
    parts[sizeof(T) - 1 - i] = low;
  }
  return std::bit_cast<T>(parts);
}

/// The integer in the sizeof(T) bytes at `p`, which need not be aligned.
template <std::unsigned_integral T>
T load_le(const std::byte* p) noexcept {
  T value;
  std::memcpy(&value, p, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = swap_bytes(value);
  return value;
}

/// The integer in the first 8 bytes of `from`, or in all of them if there are fewer.
inline std::uint64_t load_le(std::span<const std::byte> from) noexcept {
  if (from.size() >= sizeof(std::uint64_t)) return load_le<std::uint64_t>(from.data());
  std::uint64_t value = 0;
  for (std::size_t i = from.size(); i-- > 0;) {
    value = value << 8 | std::to_integer<std::uint64_t>(from[i]);
  }
  return value;
}

/// Writes `value` to the sizeof(T) bytes at `p`, which need not be aligned.
template <std::unsigned_integral T>
void store_le(std::byte* p, T value) noexcept {
  if constexpr (std::endian::native == std::endian::big) value = swap_bytes(value);
  std::memcpy(p, &value, sizeof value);
}

/// Fills `to` with the low bytes of `value`; bytes beyond the eighth become zero.
inline void store_le(std::span<std::byte> to, std::uint64_t value) noexcept {
  for (std::byte& b : to) {
    b = static_cast<std::byte>(value & 0xff);
    value >>= 8;
  }
}

}  // namespace snapfmt::bytes
