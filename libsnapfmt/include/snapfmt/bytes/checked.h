// Arithmetic on sizes and offsets that come from input: no value where the result does not fit.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace snapfmt::bytes {

constexpr std::optional<std::uint64_t> checked_add(std::uint64_t a, std::uint64_t b) noexcept {
  if (b > std::numeric_limits<std::uint64_t>::max() - a) return std::nullopt;
  return a + b;
}

constexpr std::optional<std::uint64_t> checked_sub(std::uint64_t a, std::uint64_t b) noexcept {
  if (b > a) return std::nullopt;
  return a - b;
}

constexpr std::optional<std::uint64_t> checked_mul(std::uint64_t a, std::uint64_t b) noexcept {
  if (a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a) return std::nullopt;
  return a * b;
}

/// The smallest multiple of `alignment` (any number, not only powers of two) that is not below
/// `value`; none if it does not fit or `alignment` is 0.
constexpr std::optional<std::uint64_t> align_up(std::uint64_t value,
                                                std::uint64_t alignment) noexcept {
  if (alignment == 0) return std::nullopt;
  const std::uint64_t over = value % alignment;
  return over == 0 ? std::optional(value) : checked_add(value, alignment - over);
}

/// Whether [offset, offset + size) lies within [0, limit).
constexpr bool fits(std::uint64_t offset, std::uint64_t size, std::uint64_t limit) noexcept {
  return offset <= limit && size <= limit - offset;
}

}  // namespace snapfmt::bytes
