// What lies where in guest physical memory: RAM, windows of devices, fixed devices.
//
//   for (const MemoryRegion& region : memory_map(snapshot)) print(region.gpa, region.what);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::snapshot {

enum class RegionKind : std::uint8_t {
  Ram,       ///< in F
  Platform,  ///< a fixed address range: APICs, HPET, PCI configuration, boot ROM
  Bar,       ///< a memory window of a PCI function
};

/// `ram`, `platform`, `bar`: stable, for JSON.
std::string_view to_string(RegionKind kind);

struct MemoryRegion {
  std::uint64_t gpa = 0;
  std::uint64_t size = 0;  ///< bytes; gpa + size does not wrap
  RegionKind kind = RegionKind::Ram;
  std::string what;                          ///< `low memory`, `BAR 0 of virtio-blk@pci.0.3.0`
  std::optional<std::uint64_t> file_offset;  ///< of RAM, in F
  std::string block;                         ///< of a BAR: the device's block in the index
  bool enabled = true;                       ///< of a BAR: the function answers at memory BARs
};

/// By address, then by size, the larger first. RAM is listed whether F is there or not.
std::vector<MemoryRegion> memory_map(const Snapshot& snapshot);

/// The smallest enabled region that holds the address; null if none does.
const MemoryRegion* region_at(std::span<const MemoryRegion> map, std::uint64_t gpa);

}  // namespace snapfmt::snapshot
