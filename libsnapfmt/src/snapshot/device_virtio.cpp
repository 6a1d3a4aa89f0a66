#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapshot/device_reader.h"

namespace snapfmt::snapshot {
namespace {

// Device status, virtio 1.0, 2.1.
constexpr std::uint64_t kDriverOk = 4, kFailed = 0x80;
// virtio-net features, virtio 1.0, 5.1.3.
constexpr std::uint64_t kNetMtu = 1U << 3, kNetMergeableBuffers = 1U << 15;
constexpr std::uint64_t kDefaultSector = 512, kLargestSector = 1U << 16;

std::string driver_phrase(std::uint64_t status, const std::string& bits) {
  if (status == 0) return "no driver";
  if ((status & kFailed) != 0) return "driver failed";
  if ((status & kDriverOk) != 0) return "driver ok";
  return "driver not ready (" + bits + ")";
}

/// Status, queues and negotiated features, which every virtio device has.
void describe_virtio(DeviceReader& device) {
  if (const auto status = device.integer("status")) {
    device.say(driver_phrase(*status, device.text("status")));
    device.fact("driver_ok", (*status & kDriverOk) != 0);
  }
  std::uint64_t queues = 0, ready = 0, broken = 0;
  while (const auto flags = device.integer(fmt::format("vq[{}].flags", queues))) {
    ready += *flags & 1;
    broken += *flags >> 1 & 1;
    ++queues;
  }
  if (ready != queues) device.concern("stale-ring-restored");
  const bool has_msix = device.integer("pci.msix.table[0].control").has_value();
  if (!has_msix && device.integer("status")) device.out().options.emplace_back("-W");
  if (queues != 0) {
    device.say(fmt::format("{} of {} queue{} set up", ready, queues, queues == 1 ? "" : "s"));
    device.fact("queues", queues);
    device.fact("queues_ready", ready);
  }
  if (broken != 0) device.say(fmt::format("{} broken", broken));
  if (device.integer("features").value_or(0) != 0) {
    device.say_last("features " + device.text("features"));
  }
  device.fact("features", device.integer("features").value_or(0) != 0 ? device.text("features")
                                                                      : std::string());
}

/// Requests that were taken from the queue and not answered; no restore will answer them.
void describe_requests(DeviceReader& device) {
  const auto taken = device.integer("vq[0].last_avail"),
             answered = device.integer("vq[0].next_used");
  if (!taken || !answered) return;
  const std::uint64_t in_flight = (*taken - *answered) & 0xffff;
  if (in_flight > device.integer("vq[0].qsize").value_or(0)) {
    device.say(fmt::format("queue indices disagree ({} taken, {} answered)", *taken, *answered));
    return;
  }
  device.fact("requests_in_flight", in_flight);
  if (in_flight == 0) return;
  device.say(fmt::format("{} request{} in flight", in_flight, in_flight == 1 ? "" : "s"));
  device.concern("disk-not-paused");
}

}  // namespace

void describe_virtio_blk(DeviceReader& device) {
  device.out().model = "virtio-blk,<PATH>";
  if (const auto sectors = device.integer("blk.capacity")) {
    const std::uint64_t bytes =
        *sectors > ~std::uint64_t{0} / 512 ? ~std::uint64_t{0} : *sectors * 512;
    device.say(schema::human_size(bytes));
    device.wide_fact("size", bytes);
  }
  if (const auto sector = device.integer("blk.blk_size")) {
    const auto exponent = device.integer("blk.topology.physical_block_exp").value_or(0);
    const std::uint64_t physical = *sector << std::min<std::uint64_t>(exponent, 31);
    device.say(physical == *sector ? fmt::format("{} B sectors", *sector)
                                   : fmt::format("sectors of {}/{} B", *sector, physical));
    device.fact("sector", *sector);
    device.fact("physical_sector", physical);
    if (*sector != kDefaultSector && std::has_single_bit(*sector) && *sector <= kLargestSector) {
      device.out().model += fmt::format(",sectorsize={}/{}", *sector, physical);
    }
  }
  if (const auto serial = device.string("blk.ident"); !serial.empty()) {
    device.say("serial " + serial);
    device.fact("serial", serial);
  }
  describe_virtio(device);
  describe_requests(device);
}

void describe_virtio_net(DeviceReader& device) {
  device.out().model = "virtio-net,<TAP>";
  if (const auto mac = device.text("net.mac"); !mac.empty()) {
    device.say(mac);
    device.fact("mac", mac);
    device.out().model += ",mac=" + mac;
  }
  if (const auto link = device.integer("net.link")) {
    device.say((*link & 1) != 0 ? "link up" : "link down");
    device.fact("link_up", (*link & 1) != 0);
  }
  if (const auto mtu = device.integer("net.mtu")) {
    device.say(fmt::format("MTU {}", *mtu));
    device.fact("mtu", *mtu);
    if ((device.integer("host_features").value_or(0) & kNetMtu) != 0) {
      device.out().model += fmt::format(",mtu={}", *mtu);
    }
  }
  const bool merges = (device.integer("features").value_or(0) & kNetMergeableBuffers) != 0;
  device.fact("mergeable_buffers", merges);
  if (device.integer("features") == 0U) device.concern("features-always-applied");
  describe_virtio(device);
}

void describe_virtio_rnd(DeviceReader& device) { describe_virtio(device); }

}  // namespace snapfmt::snapshot
