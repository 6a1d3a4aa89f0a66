#include "snapfmt/bytes/reader.h"

#include <fmt/format.h>

namespace snapfmt::bytes {

Result<void> Reader::seek(std::uint64_t position) {
  if (position > bytes_.size()) {
    return std::unexpected(
        fail(ErrorCode::Truncated,
             fmt::format("position {} is beyond the {} bytes there are", position, bytes_.size()))
            .error()
            .at(base_ + position_));
  }
  position_ = static_cast<std::size_t>(position);
  return {};
}

Result<std::span<const std::byte>> Reader::take(std::uint64_t count) {
  auto taken = peek(count);
  if (taken) position_ += taken->size();
  return taken;
}

Result<std::span<const std::byte>> Reader::peek(std::uint64_t count) const {
  if (count > remaining()) return std::unexpected(truncated(count));
  return bytes_.subspan(position_, static_cast<std::size_t>(count));
}

Error Reader::truncated(std::uint64_t wanted) const {
  return fail(ErrorCode::Truncated,
              fmt::format("{} byte{} wanted, {} left", wanted, wanted == 1 ? "" : "s", remaining()))
      .error()
      .at(base_ + position_);
}

}  // namespace snapfmt::bytes
