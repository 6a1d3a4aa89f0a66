// What a saved device is and what it was doing, in a line, as facts, and as an option of bhyve.
//
//   for (const BlockView& block : snapshot.blocks()) {
//     if (is_saved_device(block)) show(describe_device(snapshot, block).state);
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "snapfmt/container/place.h"
#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::snapshot {

/// One thing that is known of a device. 64-bit values are text, `0x...`.
struct Fact {
  std::string name;  ///< `size`, `serial`, `queues_ready`, `port0.model` ...
  std::variant<bool, std::uint64_t, std::string> value;
};

struct DeviceState {
  const BlockView* block = nullptr;       ///< of the snapshot
  std::string type;                       ///< as in the index: `virtio-blk`, `ahci-hd`
  std::optional<container::Place> place;  ///< unset: not saved, or not a PCI device
  bool is_pci = true;                     ///< it sits in a slot
  std::vector<std::string> state;         ///< phrases for people, most telling first
  std::vector<Fact> facts;
  std::string model;                  ///< what follows the slot in `-s`: `virtio-blk,<PATH>`
  std::vector<std::string> options;   ///< further arguments: `-l com1,stdio`
  std::vector<std::string> concerns;  ///< ids of defects that its state would run into
};

/// A device's block with content; 13.x lists the types that a machine lacks with size 0.
bool is_saved_device(const BlockView& block);

/// A block that cannot be read, or of a type that is not known here, says so in `state`.
DeviceState describe_device(const Snapshot& snapshot, const BlockView& block);

}  // namespace snapfmt::snapshot
