// Guest memory as the bus sees it, or as a vCPU does through its page tables.
//
//   const AddressSpace memory(*snapshot.ram(), *paging_state(elements, 0));
//   std::array<std::byte, 64> code;
//   const Result<void> read = memory.read(rip, code);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "snapfmt/container/ram.h"
#include "snapfmt/error.h"
#include "snapfmt/snapshot/paging.h"

namespace snapfmt::snapshot {

/// Reads guest memory. Refers to the RAM, which must outlive it. Safe to use from several threads.
class AddressSpace {
 public:
  /// By guest physical address.
  explicit AddressSpace(const container::GuestRam& ram) : ram_(&ram) {}
  /// By the linear addresses of a vCPU.
  AddressSpace(const container::GuestRam& ram, const PagingState& paging)
      : ram_(&ram), paging_(paging) {}

  bool is_virtual() const { return paging_.has_value(); }
  const container::GuestRam& ram() const { return *ram_; }
  /// Null if it is physical.
  const PagingState* paging() const { return paging_ ? &*paging_ : nullptr; }

  /// A read that came as far as the memory is in one piece.
  struct Run {
    std::uint64_t gpa = 0;  ///< of the first byte
    std::size_t size = 0;   ///< bytes read; 0 only if none were asked for
  };

  /// Reads the first bytes of `out`: up to the end of the page, or of the run of RAM.
  /// NotFound: the address is not mapped or not RAM. Truncated: F ends before it.
  Result<Run> read_some(std::uint64_t address, std::span<std::byte> out) const;

  /// Fills `out` from as many pages as it takes. Errors as read_some(), and NotFound where
  /// addresses end before `out` does; then part of `out` may have been written.
  Result<void> read(std::uint64_t address, std::span<std::byte> out) const;

 private:
  Result<Run> read_physical(std::uint64_t gpa, std::span<std::byte> out) const;

  const container::GuestRam* ram_;
  std::optional<PagingState> paging_;
};

/// Fills `out` from linear addresses of a vCPU, as AddressSpace::read().
Result<void> read_virtual(const container::GuestRam& ram, const PagingState& state,
                          std::uint64_t gva, std::span<std::byte> out);

}  // namespace snapfmt::snapshot
