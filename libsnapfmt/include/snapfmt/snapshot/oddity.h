// What is unusual about a snapshot: from an interrupted checkpoint to a reserved bit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/container/note.h"
#include "snapfmt/snapshot/device.h"
#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/snapshot.h"
#include "snapfmt/snapshot/vcpu.h"

namespace snapfmt::snapshot {

enum class OddityKind : std::uint8_t {
  Checkpoint,  ///< it is not complete
  Container,   ///< the index, its blocks or the files
  Producer,    ///< who wrote it is not clear
  Block,       ///< a block that does not read as its layout says
  Vcpu,        ///< registers that contradict each other
  Field,       ///< a value that bhyve never writes
  Defect,      ///< a known defect of the generation that this snapshot meets at restore
};

struct Oddity {
  container::Severity severity = container::Severity::Info;
  OddityKind kind = OddityKind::Container;
  std::string id;           ///< of a note (`duplicate-block`) or defect (`tsc-dropped`), else empty
  std::string subject;      ///< block, field or vCPUs that it is about; empty: the whole
  std::string text;         ///< one clause or sentence
  std::uint64_t count = 1;  ///< of fields alike, of which `subject` is the first
  bool always = false;      ///< a defect that every snapshot of the generation meets
};

/// Everything, in the order of OddityKind.
std::vector<Oddity> find_oddities(const Snapshot& snapshot, const Elements& kernel,
                                  std::span<const VcpuState> vcpus,
                                  std::span<const DeviceState> devices);

/// `checkpoint`, `container`, `producer` ...
std::string_view to_string(OddityKind kind);

}  // namespace snapfmt::snapshot
