// A snapshot on one page: who wrote it, the vCPUs, the devices, how to restore it, what is odd.
//
//   const Summary summary = summarise(*snapshot);
//   for (const DeviceState& device : summary.devices) ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "snapfmt/container/completeness.h"
#include "snapfmt/snapshot/command_line.h"
#include "snapfmt/snapshot/device.h"
#include "snapfmt/snapshot/oddity.h"
#include "snapfmt/snapshot/snapshot.h"
#include "snapfmt/snapshot/vcpu.h"

namespace snapfmt::snapshot {

/// A block, and what it is.
struct BlockSummary {
  const BlockView* view = nullptr;  ///< of the snapshot
  std::string title;                ///< `Local APICs`; empty if no layout is known
};

/// Refers to the snapshot, which must outlive it. Names and texts from the snapshot are as the
/// files have them: not always fit for a terminal.
struct Summary {
  const Candidate* producer = nullptr;  ///< the best candidate; null: no generation fits
  bool certain = false;                 ///< it is the only one
  bool mixture = false;                 ///< blocks of several generations
  std::optional<std::string> vm_name;
  std::uint64_t vcpu_count = 0;
  std::optional<std::uint64_t> memory;  ///< bytes of guest RAM, as the index says
  container::CompletenessReport completeness;
  std::vector<VcpuState> vcpus;
  std::vector<BlockSummary> blocks;  ///< in the order of the index
  std::vector<DeviceState> devices;  ///< those with content
  CommandLine command_line;
  std::vector<Oddity> odd;
};

/// Decodes every block but touches no RAM.
Summary summarise(const Snapshot& snapshot);

}  // namespace snapfmt::snapshot
