#include "snapfmt/snapshot/address_space.h"

#include <algorithm>

#include <fmt/format.h>

namespace snapfmt::snapshot {
namespace {

using container::RamRegion;

/// The error of a read that begins outside of all that can be read.
Error unreadable(const container::GuestRam& ram, std::uint64_t gpa) {
  if (const auto offset = ram.file_offset(gpa)) {
    return Error{.code = ErrorCode::Truncated,
                 .what = fmt::format("guest physical address {:#x} is beyond the end of F", gpa),
                 .file = ram.file().path().string(),
                 .offset = offset};
  }
  return Error{.code = ErrorCode::NotFound,
               .what = fmt::format("guest physical address {:#x} is not RAM", gpa)};
}

}  // namespace

Result<AddressSpace::Run> AddressSpace::read_physical(std::uint64_t gpa,
                                                      std::span<std::byte> out) const {
  if (out.empty()) return Run{.gpa = gpa};
  const auto offset = ram_->file_offset(gpa);
  if (!offset || *offset >= ram_->file().size()) return std::unexpected(unreadable(*ram_, gpa));
  std::uint64_t size = std::min<std::uint64_t>(out.size(), ram_->file().size() - *offset);
  for (const RamRegion& region : ram_->regions()) {
    if (gpa >= region.gpa && gpa - region.gpa < region.size) {
      size = std::min(size, region.size - (gpa - region.gpa));
    }
  }
  const auto count = static_cast<std::size_t>(size);
  if (const auto read = ram_->read(gpa, out.first(count)); !read) {
    return std::unexpected(read.error());
  }
  return Run{.gpa = gpa, .size = count};
}

Result<AddressSpace::Run> AddressSpace::read_some(std::uint64_t address,
                                                  std::span<std::byte> out) const {
  if (!paging_) return read_physical(address, out);
  const auto found = walk(*ram_, *paging_, address);
  if (!found) return std::unexpected(found.error());
  if (!found->mapped()) {
    return fail(ErrorCode::NotFound,
                fmt::format("virtual address {:#x} is not mapped: {}", address, found->why));
  }
  if (found->page_size != 0) {
    const std::uint64_t left = found->page_size - (address & (found->page_size - 1));
    out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left)));
  }
  auto run = read_physical(found->gpa, out);
  if (!run && run.error().code != ErrorCode::Io && found->mode != PagingMode::None) {
    run.error().what = fmt::format("virtual address {:#x}: {}", address, run.error().what);
  }
  return run;
}

Result<void> AddressSpace::read(std::uint64_t address, std::span<std::byte> out) const {
  while (!out.empty()) {
    const auto run = read_some(address, out);
    if (!run) return std::unexpected(run.error());
    out = out.subspan(run->size);
    address += run->size;
    if (address == 0 && !out.empty()) return fail(ErrorCode::NotFound, "addresses end at 2^64");
  }
  return {};
}

Result<void> read_virtual(const container::GuestRam& ram, const PagingState& state,
                          std::uint64_t gva, std::span<std::byte> out) {
  return AddressSpace(ram, state).read(gva, out);
}

}  // namespace snapfmt::snapshot
