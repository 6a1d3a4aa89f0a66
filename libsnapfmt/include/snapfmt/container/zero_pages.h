// How much of guest memory is zero.
#pragma once

#include <cstdint>
#include <functional>

#include "snapfmt/container/ram.h"
#include "snapfmt/error.h"

namespace snapfmt::container {

/// Bytes in a page of guest memory.
inline constexpr std::uint64_t kPageSize = 4096;

struct ZeroPageOptions {
  unsigned threads = 0;  ///< 0: as many as the machine runs at once
  /// Called now and then with bytes of F done and in all, by one thread at a time, in ascending
  /// order, the last time with both equal. Must not throw.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

/// Counts of 4 KiB pages. A last page cut short by the end of F counts as one.
struct ZeroPageCount {
  std::uint64_t pages = 0;       ///< all that F has content for
  std::uint64_t zero_pages = 0;  ///< of these, wholly zero, holes included
  std::uint64_t hole_pages = 0;  ///< of the zero pages, holes of the file: not even read
  std::uint64_t missing = 0;     ///< pages of RAM beyond the end of a short F, not in `pages`

  friend bool operator==(const ZeroPageCount&, const ZeroPageCount&) = default;
};

/// Looks at every page that is not a hole, in steps of 2 MiB. Errors as MappedFile::read().
Result<ZeroPageCount> count_zero_pages(const GuestRam& ram, const ZeroPageOptions& options = {});

}  // namespace snapfmt::container
