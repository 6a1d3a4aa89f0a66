// What the describers of device types share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/snapshot/device.h"
#include "snapfmt/snapshot/elements.h"

namespace snapfmt::snapshot {

/// A device's elements by what comes after the device's name, and the description in the making.
class DeviceReader {
 public:
  DeviceReader(const Snapshot& snapshot, const BlockView& block, DeviceState& out);

  std::optional<std::uint64_t> integer(std::string_view name) const;
  std::optional<schema::FieldView> field(std::string_view name) const;
  /// Rendered for people; empty if it is not there.
  std::string text(std::string_view name) const;
  /// A string of the device without quotation marks.
  std::string string(std::string_view name) const;

  void say(std::string phrase) { out_.state.push_back(std::move(phrase)); }
  /// After all else, for what is long and seldom looked for.
  void say_last(std::string phrase) { last_.push_back(std::move(phrase)); }
  void finish() {
    for (std::string& phrase : last_) out_.state.push_back(std::move(phrase));
    last_.clear();
  }
  void fact(std::string name, bool value) { out_.facts.push_back({std::move(name), value}); }
  void fact(std::string name, std::uint64_t value) {
    out_.facts.push_back({std::move(name), value});
  }
  void fact(std::string name, std::string value) {
    out_.facts.push_back({std::move(name), std::move(value)});
  }
  /// A 64-bit value, as text.
  void wide_fact(std::string name, std::uint64_t value);

  /// A defect that the device's state would run into, where its generation has it.
  void concern(std::string id) { out_.concerns.push_back(std::move(id)); }

  DeviceState& out() { return out_; }
  const Snapshot& snapshot() const { return snapshot_; }
  const BlockView& block() const { return block_; }

 private:
  const Snapshot& snapshot_;
  const BlockView& block_;
  DeviceState& out_;
  Elements elements_;
  std::vector<std::string> last_;
};

// Each adds what its type has to say.
void describe_virtio_blk(DeviceReader& device);
void describe_virtio_net(DeviceReader& device);
void describe_virtio_rnd(DeviceReader& device);
void describe_ahci(DeviceReader& device);
void describe_e1000(DeviceReader& device);
void describe_xhci(DeviceReader& device);
void describe_fbuf(DeviceReader& device);
void describe_lpc(DeviceReader& device);
void describe_atkbdc(DeviceReader& device);
void describe_hostbridge(DeviceReader& device);
void describe_dummy(DeviceReader& device);

/// Which of MSI-X, MSI and INTx the function interrupts with.
void describe_interrupts(DeviceReader& device);

}  // namespace snapfmt::snapshot
