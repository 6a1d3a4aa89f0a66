#include "snapfmt/snapshot/device.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapshot/device_reader.h"

namespace snapfmt::snapshot {
namespace {

struct Describer {
  std::string_view type;
  void (*describe)(DeviceReader&);
};

constexpr std::array kDescribers{Describer{"virtio-blk", describe_virtio_blk},
                                 Describer{"virtio-net", describe_virtio_net},
                                 Describer{"virtio-rnd", describe_virtio_rnd},
                                 Describer{"ahci", describe_ahci},
                                 Describer{"ahci-hd", describe_ahci},
                                 Describer{"ahci-cd", describe_ahci},
                                 Describer{"e1000", describe_e1000},
                                 Describer{"xhci", describe_xhci},
                                 Describer{"fbuf", describe_fbuf},
                                 Describer{"lpc", describe_lpc},
                                 Describer{"atkbdc", describe_atkbdc},
                                 Describer{"hostbridge", describe_hostbridge},
                                 Describer{"dummy", describe_dummy}};

}  // namespace

DeviceReader::DeviceReader(const Snapshot& snapshot, const BlockView& block, DeviceState& out)
    : snapshot_(snapshot),
      block_(block),
      out_(out),
      elements_(Elements::of_block(snapshot, block)) {}

std::optional<std::uint64_t> DeviceReader::integer(std::string_view name) const {
  return elements_.integer(block_.element_root + std::string(name));
}

std::optional<schema::FieldView> DeviceReader::field(std::string_view name) const {
  return elements_.field(block_.element_root + std::string(name));
}

std::string DeviceReader::text(std::string_view name) const {
  return elements_.text(block_.element_root + std::string(name));
}

std::string DeviceReader::string(std::string_view name) const {
  std::string quoted = text(name);
  if (quoted.size() >= 2 && quoted.front() == '"') quoted = quoted.substr(1, quoted.size() - 2);
  return quoted;
}

void DeviceReader::wide_fact(std::string name, std::uint64_t value) {
  std::string digits;
  schema::append_hex(digits, value);
  fact(std::move(name), std::move(digits));
}

void describe_interrupts(DeviceReader& device) {
  if (device.integer("pci.msix.enabled").value_or(0) != 0) {
    std::uint64_t entries = 0, open = 0;
    while (const auto control =
               device.integer(fmt::format("pci.msix.table[{}].control", entries))) {
      open += (*control & 1) == 0 ? 1 : 0;
      ++entries;
    }
    device.say(fmt::format("MSI-X {}/{}", open, entries));
    device.fact("interrupts", std::string("msi-x"));
    device.fact("vectors", entries);
    device.fact("vectors_unmasked", open);
  } else if (device.integer("pci.msi.enabled").value_or(0) != 0) {
    const auto messages = device.integer("pci.msi.maxmsgnum").value_or(1);
    device.say(messages == 1 ? "MSI" : fmt::format("MSI x{}", messages));
    device.fact("interrupts", std::string("msi"));
    device.fact("vectors", messages);
  } else if (device.integer("pci.cfg.intpin").value_or(0) != 0) {
    device.say(device.text("pci.cfg.intpin"));
    device.fact("interrupts", std::string("intx"));
  }
}

bool is_saved_device(const BlockView& block) {
  return !block.block->kernel && block.block->size != 0;
}

DeviceState describe_device(const Snapshot& snapshot, const BlockView& block) {
  DeviceState out{.block = &block, .type = block.block->kind, .place = block.block->place};
  out.is_pci = out.type != "atkbdc";
  out.model = out.type;
  const bool readable = block.fit == Fit::Fits || block.fit == Fit::Variant;
  const auto found = std::ranges::find(kDescribers, std::string_view(out.type), &Describer::type);
  if (found == kDescribers.end() || block.fit == Fit::Unlisted) {
    out.state.emplace_back("not a device that is known here");
    return out;
  }
  if (block.block->bytes.empty()) {
    out.state.emplace_back("its bytes are not there");
    return out;
  }
  if (block.block->is_short) {
    out.state.emplace_back("cut off, F.kern ends in it");
  } else if (!readable) {
    out.state.push_back("cannot be read whole" +
                        (block.problem ? ": " + block.problem->text : std::string()));
  }
  DeviceReader reader(snapshot, block, out);
  found->describe(reader);
  if (out.is_pci) describe_interrupts(reader);
  reader.finish();
  return out;
}

}  // namespace snapfmt::snapshot
