// Which of a generation's known defects a snapshot meets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "snapfmt/snapshot/oddity.h"

namespace snapfmt::snapshot {

/// Adds those defects of the reading's profile and vendor that the state at hand runs into when
/// it is restored by the release that wrote it.
void add_defects(const Snapshot& snapshot, const Elements& kernel, std::span<const VcpuState> vcpus,
                 std::span<const DeviceState> devices, std::vector<Oddity>& found);

/// `vCPU 2`, `vCPUs 0, 3`.
std::string vcpu_list(std::span<const std::uint64_t> numbers);

}  // namespace snapfmt::snapshot
