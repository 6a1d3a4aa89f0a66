#include "snapfmt/bytes/writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "snapfmt/bytes/checked.h"

namespace snapfmt::bytes {

void Writer::bytes(std::span<const std::byte> from) {
  buffer_.insert(buffer_.end(), from.begin(), from.end());
}

Result<void> Writer::patch(std::uint64_t offset, std::span<const std::byte> from) {
  if (!fits(offset, from.size(), buffer_.size())) {
    return fail(ErrorCode::Usage, fmt::format("patch of {} bytes at {} in {} bytes written",
                                              from.size(), offset, buffer_.size()));
  }
  std::ranges::copy(from, buffer_.begin() + static_cast<std::ptrdiff_t>(offset));
  return {};
}

}  // namespace snapfmt::bytes
