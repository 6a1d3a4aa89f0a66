// Guest memory: file F by guest physical address.
//
//   const auto ram = GuestRam::open("vm", memsize);
//   const std::span<const std::byte> page = ram->view(cr3, 4096);
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "snapfmt/bytes/mapped_file.h"
#include "snapfmt/error.h"

namespace snapfmt::container {

/// Low memory ends here at the latest (FreeBSD, VM_LOWMEM_LIMIT).
inline constexpr std::uint64_t kLowMemoryLimit = std::uint64_t{3} << 30;
/// High memory begins here (FreeBSD, VM_HIGHMEM_BASE).
inline constexpr std::uint64_t kHighMemoryBase = std::uint64_t{4} << 30;

/// A run of guest physical memory and its place in F. In bytes.
struct RamRegion {
  std::uint64_t gpa = 0;
  std::uint64_t size = 0;
  std::uint64_t file_offset = 0;

  friend bool operator==(const RamRegion&, const RamRegion&) = default;
};

/// Low memory and, above 3 GiB of it, high memory; none for a `memsize` of 0.
/// `memsize` up to 2^63 - 1, as the index limits it.
std::vector<RamRegion> ram_regions(std::uint64_t memsize);

/// A run of guest memory that has data in the file.
struct RamExtent {
  std::uint64_t gpa = 0;
  std::uint64_t size = 0;

  friend bool operator==(const RamExtent&, const RamExtent&) = default;
};

/// The guest's RAM, mapped. A file shorter than `memsize` gives what it has; what is beyond its
/// end is RAM without content. Safe to use from several threads.
class GuestRam {
 public:
  /// Errors as MappedFile::open(). Limit: `memsize` above 2^63 - 1.
  static Result<GuestRam> open(const std::filesystem::path& path, std::uint64_t memsize);

  std::uint64_t memsize() const { return memsize_; }
  const bytes::MappedFile& file() const { return file_; }
  const std::vector<RamRegion>& regions() const { return regions_; }

  /// Where the byte at `gpa` is in F, even beyond the end of a short file; none if not RAM.
  std::optional<std::uint64_t> file_offset(std::uint64_t gpa) const;
  /// The reverse; none at or above memsize().
  std::optional<std::uint64_t> gpa_at(std::uint64_t file_offset) const;

  /// Fills `out`. NotFound: some of it is not RAM (3 GiB to 4 GiB, or above all memory).
  /// Truncated: some of it is beyond the end of F. Error::offset counts in F.
  Result<void> read(std::uint64_t gpa, std::span<std::byte> out) const;

  /// The bytes themselves; empty if `length` is 0 or read() would fail.
  std::span<const std::byte> view(std::uint64_t gpa, std::uint64_t length) const;

  /// The next run of memory at or after `gpa` that is no hole in the file; none: only holes.
  /// Runs end at the border between low and high memory and at the end of a short file.
  Result<std::optional<RamExtent>> next_data(std::uint64_t gpa) const;

 private:
  GuestRam(bytes::MappedFile file, std::uint64_t memsize);

  bytes::MappedFile file_;
  std::uint64_t memsize_;
  std::vector<RamRegion> regions_;
};

}  // namespace snapfmt::container
