// The bhyve(8) command line that would restore a snapshot.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "snapfmt/snapshot/device.h"
#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/snapshot.h"
#include "snapfmt/snapshot/vcpu.h"

namespace snapfmt::snapshot {

/// What is not in a snapshot is a placeholder: `<PATH>`, `<TAP>`, `?` for a slot.
struct CommandLine {
  std::vector<std::string>
      arguments;                     ///< `bhyve`, `-c 2`, `-s 3:0,virtio-blk,<PATH>` ..., the name
  std::vector<std::string> remarks;  ///< what could not be told, a sentence each
};

/// Options that leave no trace (`-A`, CPU topology, `-u`, a boot ROM ...) are left out.
CommandLine command_line(const Snapshot& snapshot, const Elements& kernel,
                         std::span<const VcpuState> vcpus, std::span<const DeviceState> devices);

/// Text as one word for a POSIX shell, quoted if it must be.
std::string shell_word(const std::string& text);

}  // namespace snapfmt::snapshot
