// A bounded little-endian reader over bytes in memory.
//
//   Reader reader(block);
//   const auto count = reader.u16();
//   if (!count) return std::unexpected(count.error());
//   const auto ring = reader.take(*count * 16u);
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "snapfmt/bytes/endian.h"
#include "snapfmt/error.h"

namespace snapfmt::bytes {

/// Reads forward through bytes that it does not own. A read that fails moves nothing; its error
/// is ErrorCode::Truncated and says where, how many bytes were wanted and how many are there.
class Reader {
 public:
  /// `base` is the offset of the first byte in its file; errors give offsets in the file.
  explicit Reader(std::span<const std::byte> bytes, std::uint64_t base = 0) noexcept
      : bytes_(bytes), base_(base) {}

  /// Bytes from the start, 0 to size().
  std::size_t position() const noexcept { return position_; }
  std::size_t remaining() const noexcept { return bytes_.size() - position_; }
  std::size_t size() const noexcept { return bytes_.size(); }

  /// Moves to `position`; the end itself is a valid place.
  Result<void> seek(std::uint64_t position);

  Result<std::uint8_t> u8() { return integer<std::uint8_t>(); }
  Result<std::uint16_t> u16() { return integer<std::uint16_t>(); }
  Result<std::uint32_t> u32() { return integer<std::uint32_t>(); }
  Result<std::uint64_t> u64() { return integer<std::uint64_t>(); }

  /// The next `count` bytes, and moves past them.
  Result<std::span<const std::byte>> take(std::uint64_t count);

  /// The next `count` bytes, and stays.
  Result<std::span<const std::byte>> peek(std::uint64_t count) const;

 private:
  template <std::unsigned_integral T>
  Result<T> integer() {
    if (remaining() < sizeof(T)) return std::unexpected(truncated(sizeof(T)));
    const T value = load_le<T>(bytes_.data() + position_);
    position_ += sizeof(T);
    return value;
  }

  Error truncated(std::uint64_t wanted) const;

  std::span<const std::byte> bytes_;
  std::uint64_t base_ = 0;
  std::size_t position_ = 0;
};

}  // namespace snapfmt::bytes
