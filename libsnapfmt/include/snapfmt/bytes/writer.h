// A little-endian writer that appends to a buffer of its own.
//
//   Writer writer;
//   writer.u32(0);                     // length, known later
//   writer.bytes(payload);
//   auto done = writer.patch(0, static_cast<std::uint32_t>(writer.size()));
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "snapfmt/bytes/endian.h"
#include "snapfmt/error.h"

namespace snapfmt::bytes {

class Writer {
 public:
  void u8(std::uint8_t value) { append(value); }
  void u16(std::uint16_t value) { append(value); }
  void u32(std::uint32_t value) { append(value); }
  void u64(std::uint64_t value) { append(value); }
  void bytes(std::span<const std::byte> from);

  /// Appends `count` zero bytes.
  void zeros(std::size_t count) { buffer_.resize(buffer_.size() + count); }

  std::size_t size() const noexcept { return buffer_.size(); }
  void reserve(std::size_t size) { buffer_.reserve(size); }

  /// What was written so far; valid until the next append.
  std::span<const std::byte> written() const noexcept { return buffer_; }

  /// Overwrites bytes that were written before; Usage if they do not all exist.
  Result<void> patch(std::uint64_t offset, std::span<const std::byte> from);

  template <std::unsigned_integral T>
  Result<void> patch(std::uint64_t offset, T value) {
    std::byte encoded[sizeof(T)];
    store_le(encoded, value);
    return patch(offset, std::span<const std::byte>(encoded));
  }

  /// Hands over the buffer and starts anew with an empty one.
  std::vector<std::byte> take() noexcept { return std::exchange(buffer_, {}); }

 private:
  template <std::unsigned_integral T>
  void append(T value) {
    std::byte encoded[sizeof(T)];
    store_le(encoded, value);
    buffer_.insert(buffer_.end(), encoded, encoded + sizeof(T));
  }

  std::vector<std::byte> buffer_;
};

}  // namespace snapfmt::bytes
