#include "snapfmt/snapshot/summary.h"

#include <algorithm>

namespace snapfmt::snapshot {
namespace {

/// What the last part describes: a device's own layout comes after those that it shares.
std::string block_title(const Snapshot& snapshot, const BlockView& view) {
  if (view.layouts.empty()) return {};
  const schema::Schema& schema = snapshot.schema();
  return std::string(schema.text(schema.layout(view.layouts.back()).title));
}

}  // namespace

Summary summarise(const Snapshot& snapshot) {
  const container::Index& index = snapshot.triple().index();
  Summary summary{.producer = snapshot.reading(),
                  .certain = snapshot.identification().certain,
                  .mixture = snapshot.identification().mixture,
                  .vm_name = index.vmname,
                  .vcpu_count = snapshot.vcpus(),
                  .memory = index.memsize,
                  .completeness = snapshot.triple().completeness()};
  const Elements kernel = Elements::of_kernel(snapshot);
  // An index may claim any number of vCPUs: those are shown that have registers.
  for (std::uint64_t i = 0; i < summary.vcpu_count; ++i) {
    VcpuState cpu = describe_vcpu(kernel, i);
    if (!cpu.rip && !cpu.next_rip && cpu.run == RunState::Unknown) break;
    summary.vcpus.push_back(std::move(cpu));
  }
  for (const BlockView& view : snapshot.blocks()) {
    summary.blocks.push_back({&view, block_title(snapshot, view)});
    if (is_saved_device(view)) summary.devices.push_back(describe_device(snapshot, view));
  }
  summary.command_line = command_line(snapshot, kernel, summary.vcpus, summary.devices);
  summary.odd = find_oddities(snapshot, kernel, summary.vcpus, summary.devices);
  return summary;
}

}  // namespace snapfmt::snapshot
