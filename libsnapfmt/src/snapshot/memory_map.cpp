#include "snapfmt/snapshot/memory_map.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "snapfmt/snapshot/elements.h"

namespace snapfmt::snapshot {
namespace {

struct FixedRegion {
  std::uint64_t gpa;
  std::uint64_t size;
  std::string_view what;
};

/// The same in every release: VIOAPIC_BASE and VHPET_BASE of sys/amd64/vmm, DEFAULT_APIC_BASE,
/// PCI_EMUL_ECFG_BASE of bhyve's pci_emul.c with 1 MiB for each of 256 buses, and the 16 MiB
/// below 4 GiB that its bootrom.c gives to ROMs.
constexpr std::array<FixedRegion, 5> kFixed{{
    {0xe000'0000, 0x1000'0000, "PCI configuration space"},
    {0xfec0'0000, 0x1000, "I/O APIC"},
    {0xfed0'0000, 0x400, "HPET"},
    {0xfee0'0000, 0x1000, "local APIC of each vCPU"},
    {0xff00'0000, 0x100'0000, "boot ROM, not in the snapshot"},
}};

/// Types of a BAR, as pi_bar[].type has them.
constexpr std::uint64_t kBarMem32 = 2;
constexpr std::uint64_t kBarMem64 = 3;
constexpr std::uint64_t kBarRom = 5;
constexpr unsigned kBars = 7;
constexpr std::uint64_t kCommandMemory = 1U << 1;
constexpr std::uint64_t kRomEnable = 1U << 0;

void add_ram(std::vector<MemoryRegion>& map, const Snapshot& snapshot) {
  const std::uint64_t memsize = snapshot.triple().index().memsize.value_or(0);
  if (memsize > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return;
  for (const container::RamRegion& ram : container::ram_regions(memsize)) {
    map.push_back({.gpa = ram.gpa,
                   .size = ram.size,
                   .kind = RegionKind::Ram,
                   .what = ram.gpa == 0 ? "RAM" : "RAM above 4 GiB",
                   .file_offset = ram.file_offset});
  }
}

void add_bars(std::vector<MemoryRegion>& map, const Snapshot& snapshot, const BlockView& view) {
  const Elements device = Elements::of_block(snapshot, view);
  const auto value = [&](std::string_view name) {
    return device.integer(fmt::format("{}pci.{}", view.element_root, name));
  };
  const auto command = value("cfg.command");
  if (!command) return;
  for (unsigned i = 0; i < kBars; ++i) {
    const auto type = value(fmt::format("bar[{}].type", i));
    const auto size = value(fmt::format("bar[{}].size", i));
    const auto address = value(fmt::format("bar[{}].addr", i));
    if (!type || !size || !address || *size == 0) continue;
    const bool rom = *type == kBarRom;
    if (*type != kBarMem32 && *type != kBarMem64 && !rom) continue;
    // A window that would reach beyond 2^64 is none: the registers are damaged.
    if (*address > std::numeric_limits<std::uint64_t>::max() - *size) continue;
    const bool rom_on = !rom || (value("cfg.rombar").value_or(0) & kRomEnable) != 0;
    map.push_back(
        {.gpa = *address,
         .size = *size,
         .kind = RegionKind::Bar,
         .what = fmt::format("{} of {}", rom ? "ROM" : fmt::format("BAR {}", i), view.block->name),
         .block = view.block->name,
         .enabled = (*command & kCommandMemory) != 0 && rom_on});
  }
}

}  // namespace

std::string_view to_string(RegionKind kind) {
  switch (kind) {
    case RegionKind::Ram:
      return "ram";
    case RegionKind::Platform:
      return "platform";
    case RegionKind::Bar:
      break;
  }
  return "bar";
}

std::vector<MemoryRegion> memory_map(const Snapshot& snapshot) {
  std::vector<MemoryRegion> map;
  add_ram(map, snapshot);
  for (const FixedRegion& fixed : kFixed) {
    map.push_back({.gpa = fixed.gpa,
                   .size = fixed.size,
                   .kind = RegionKind::Platform,
                   .what = std::string(fixed.what)});
  }
  for (const BlockView& view : snapshot.blocks()) {
    if (!view.block->kernel && view.block->size != 0) add_bars(map, snapshot, view);
  }
  std::ranges::stable_sort(map, [](const MemoryRegion& a, const MemoryRegion& b) {
    return std::tuple(a.gpa, ~a.size) < std::tuple(b.gpa, ~b.size);
  });
  return map;
}

const MemoryRegion* region_at(std::span<const MemoryRegion> map, std::uint64_t gpa) {
  const MemoryRegion* found = nullptr;
  for (const MemoryRegion& region : map) {
    if (!region.enabled || gpa < region.gpa || gpa - region.gpa >= region.size) continue;
    if (found == nullptr || region.size < found->size) found = &region;
  }
  return found;
}

}  // namespace snapfmt::snapshot
