#include "snapfmt/container/ram.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "snapfmt/bytes/checked.h"

namespace snapfmt::container {
namespace {

/// The region that holds `gpa`, or null.
const RamRegion* region_of(const std::vector<RamRegion>& regions, std::uint64_t gpa) {
  const auto found = std::ranges::find_if(regions, [gpa](const RamRegion& region) {
    return gpa >= region.gpa && gpa - region.gpa < region.size;
  });
  return found == regions.end() ? nullptr : &*found;
}

}  // namespace

std::vector<RamRegion> ram_regions(std::uint64_t memsize) {
  std::vector<RamRegion> regions;
  const std::uint64_t low = std::min(memsize, kLowMemoryLimit);
  if (low > 0) regions.push_back({.gpa = 0, .size = low, .file_offset = 0});
  if (memsize > low) {
    regions.push_back({.gpa = kHighMemoryBase, .size = memsize - low, .file_offset = low});
  }
  return regions;
}

GuestRam::GuestRam(bytes::MappedFile file, std::uint64_t memsize)
    : file_(std::move(file)), memsize_(memsize), regions_(ram_regions(memsize)) {}

Result<GuestRam> GuestRam::open(const std::filesystem::path& path, std::uint64_t memsize) {
  if (std::cmp_greater(memsize, std::numeric_limits<std::int64_t>::max())) {
    return fail(ErrorCode::Limit, fmt::format("{} bytes of RAM are more than can be", memsize));
  }
  auto file = bytes::MappedFile::open(path, bytes::Access::Random);
  if (!file) return std::unexpected(file.error());
  return GuestRam(std::move(*file), memsize);
}

std::optional<std::uint64_t> GuestRam::file_offset(std::uint64_t gpa) const {
  const RamRegion* const region = region_of(regions_, gpa);
  if (region == nullptr) return std::nullopt;
  return region->file_offset + (gpa - region->gpa);
}

std::optional<std::uint64_t> GuestRam::gpa_at(std::uint64_t file_offset) const {
  for (const RamRegion& region : regions_) {
    if (file_offset >= region.file_offset && file_offset - region.file_offset < region.size) {
      return region.gpa + (file_offset - region.file_offset);
    }
  }
  return std::nullopt;
}

Result<void> GuestRam::read(std::uint64_t gpa, std::span<std::byte> out) const {
  if (out.empty()) return {};
  const RamRegion* const region = region_of(regions_, gpa);
  const std::uint64_t left = region == nullptr ? 0 : region->size - (gpa - region->gpa);
  if (out.size() > left) {
    return fail(ErrorCode::NotFound,
                fmt::format("guest physical address {:#x} is not RAM", gpa + left));
  }
  const std::uint64_t offset = region->file_offset + (gpa - region->gpa);
  return file_.read(offset, out);
}

std::span<const std::byte> GuestRam::view(std::uint64_t gpa, std::uint64_t length) const {
  const RamRegion* const region = region_of(regions_, gpa);
  if (region == nullptr || !bytes::fits(gpa - region->gpa, length, region->size)) return {};
  const std::uint64_t offset = region->file_offset + (gpa - region->gpa);
  if (!bytes::fits(offset, length, file_.size())) return {};
  return file_.bytes().subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
}

Result<std::optional<RamExtent>> GuestRam::next_data(std::uint64_t gpa) const {
  for (const RamRegion& region : regions_) {
    const std::uint64_t from = gpa > region.gpa ? gpa - region.gpa : 0;
    if (from >= region.size) continue;
    const auto data = file_.next_data(region.file_offset + from);
    if (!data) return std::unexpected(data.error());
    if (!data->has_value()) return std::nullopt;
    const std::uint64_t start = (*data)->offset - region.file_offset;
    if (start >= region.size) continue;
    return RamExtent{.gpa = region.gpa + start,
                     .size = std::min((*data)->size, region.size - start)};
  }
  return std::nullopt;
}

}  // namespace snapfmt::container
