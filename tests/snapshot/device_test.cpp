#include "snapfmt/snapshot/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample.h"

namespace snapfmt::snapshot {
namespace {

using test::EditedSample;
using test::open_sample;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The first saved device of a type.
DeviceState device(const Snapshot& snapshot, std::string_view type) {
  for (const BlockView& view : snapshot.blocks()) {
    if (is_saved_device(view) && view.block->kind == type) return describe_device(snapshot, view);
  }
  ADD_FAILURE() << "no " << type;
  return {};
}

template <class Value>
Value fact(const DeviceState& device, std::string_view name) {
  for (const Fact& fact : device.facts) {
    if (fact.name == name && std::holds_alternative<Value>(fact.value)) {
      return std::get<Value>(fact.value);
    }
  }
  ADD_FAILURE() << "no fact " << name;
  return {};
}

TEST(Device, VirtioBlk) {
  const auto snapshot = open_sample("15.0-intel");
  const DeviceState disk = device(snapshot, "virtio-blk");
  ASSERT_TRUE(disk.place);
  EXPECT_EQ(disk.place->to_string(), "0:3:0");
  EXPECT_EQ(disk.model, "virtio-blk,<PATH>");
  EXPECT_THAT(disk.options, IsEmpty());
  EXPECT_EQ(fact<std::string>(disk, "size"), "0x40000000");
  EXPECT_EQ(fact<std::uint64_t>(disk, "sector"), 512U);
  EXPECT_EQ(fact<std::uint64_t>(disk, "physical_sector"), 4096U);
  EXPECT_EQ(fact<std::string>(disk, "serial"), "BHYVE-1F2E-3D4C-5B6A");
  EXPECT_EQ(fact<bool>(disk, "driver_ok"), true);
  EXPECT_EQ(fact<std::uint64_t>(disk, "queues_ready"), 1U);
  EXPECT_EQ(fact<std::string>(disk, "interrupts"), "msi-x");
  EXPECT_EQ(disk.state.front(), "1 GiB");
  EXPECT_THAT(disk.state, Contains("driver ok"));
}

TEST(Device, VirtioBlkRequestsInFlight) {
  const char* queue = "virtio-blk@0.3.0.vq[0].next_used";
  const auto answered = [&](std::uint64_t value) {
    return EditedSample("15.0-intel")
        .set("virtio-blk@0.3.0.vq[0].last_avail", 7)
        .set(queue, value)
        .open();
  };
  const auto two = answered(5);
  EXPECT_THAT(device(two, "virtio-blk").state, Contains("2 requests in flight"));
  EXPECT_THAT(device(two, "virtio-blk").concerns, Contains("disk-not-paused"));
  const auto impossible = answered(9);
  EXPECT_THAT(device(impossible, "virtio-blk").state, Contains(HasSubstr("indices disagree")));
  const auto none = answered(7);
  EXPECT_THAT(device(none, "virtio-blk").concerns, Not(Contains("disk-not-paused")));
}

TEST(Device, VirtioBlkWithOddSectors) {
  const auto large = EditedSample("15.0-intel").set("virtio-blk@0.3.0.blk.blk_size", 4096).open();
  EXPECT_THAT(device(large, "virtio-blk").model, HasSubstr("sectorsize=4096/"));
  const auto absurd = EditedSample("15.0-intel").set("virtio-blk@0.3.0.blk.blk_size", 777).open();
  EXPECT_THAT(device(absurd, "virtio-blk").model, Not(HasSubstr("sectorsize")));
}

TEST(Device, VirtioNetWithoutADriver) {
  const auto snapshot =
      EditedSample("13.0-intel").set("virtio-net.status", 0).set("virtio-net.features", 0).open();
  const DeviceState net = device(snapshot, "virtio-net");
  EXPECT_FALSE(net.place);
  EXPECT_THAT(net.state, Contains("no driver"));
  EXPECT_THAT(net.concerns, Contains("features-always-applied"));
  EXPECT_EQ(net.model, "virtio-net,<TAP>,mac=58:9c:fc:0a:1b:2c");
}

TEST(Device, AhciNamesItsDrives) {
  const auto snapshot = open_sample("15.0-intel");
  const DeviceState ahci = device(snapshot, "ahci");
  EXPECT_EQ(ahci.model, "ahci,hd:<PATH>,cd:<PATH>");
  EXPECT_EQ(fact<std::uint64_t>(ahci, "drives"), 2U);
  EXPECT_EQ(fact<std::string>(ahci, "port0.kind"), "disk");
  EXPECT_EQ(fact<std::string>(ahci, "port0.size"), "0x40000000");
  EXPECT_EQ(fact<std::string>(ahci, "port2.kind"), "cd");
  EXPECT_EQ(fact<std::string>(ahci, "port2.model"), "BHYVE SATA DVD ROM");
}

TEST(Device, AhciKeepsTheNameThat13Dot0LooksFor) {
  const auto snapshot = open_sample("13.0-amd");
  EXPECT_EQ(device(snapshot, "ahci-hd").model, "ahci-hd,<PATH>");
  EXPECT_EQ(device(snapshot, "ahci-cd").model, "ahci-cd,<PATH>");
}

TEST(Device, UartsInUseBecomeOptions) {
  const auto snapshot = open_sample("15.0-amd");
  const DeviceState lpc = device(snapshot, "lpc");
  EXPECT_THAT(lpc.options, ElementsAre("-l com1,stdio"));
  EXPECT_EQ(fact<std::uint64_t>(lpc, "com1.baud"), 115200U);
  const auto two = EditedSample("15.0-amd").set("lpc@0.31.0.uart[1].ier", 5).open();
  EXPECT_THAT(device(two, "lpc").options, ElementsAre("-l com1,stdio", "-l com2,<TTY>"));
}

TEST(Device, XhciNamesWhatIsAttached) {
  const auto snapshot = open_sample("15.0-intel");
  const DeviceState xhci = device(snapshot, "xhci");
  EXPECT_EQ(xhci.model, "xhci,tablet");
  EXPECT_EQ(fact<std::string>(xhci, "port1.model"), "tablet");
  EXPECT_THAT(xhci.state, Contains("slot 1 configured"));
}

TEST(Device, E1000Rings) {
  const auto snapshot = EditedSample("15.0-amd")
                            .set("e1000@0.5.0.rx_enabled", 0)
                            .set("e1000@0.5.0.tx_active", 1)
                            .open();
  const DeviceState e1000 = device(snapshot, "e1000");
  EXPECT_EQ(fact<bool>(e1000, "receive_enabled"), false);
  EXPECT_EQ(fact<std::uint64_t>(e1000, "transmit_ring"), 256U);
  EXPECT_THAT(e1000.concerns, Contains("frames-not-paused"));
}

TEST(Device, KeyboardIsNoPciDevice) {
  const auto snapshot = open_sample("15.0-amd");
  const DeviceState keyboard = device(snapshot, "atkbdc");
  EXPECT_FALSE(keyboard.is_pci);
  EXPECT_EQ(keyboard.model, "");
  EXPECT_THAT(keyboard.state, Contains("2 bytes queued"));
}

TEST(Device, HostBridgeOfAmd) {
  const auto snapshot =
      EditedSample("15.0-amd").set("hostbridge@0.0.0.pci.cfg.vendor", 0x1022).open();
  EXPECT_EQ(device(snapshot, "hostbridge").model, "amd_hostbridge");
}

TEST(Device, UnknownTypeSaysSo) {
  const auto snapshot = EditedSample("15.0-amd").replace_in_meta("lpc@pci", "nvme@pci").open();
  EXPECT_THAT(device(snapshot, "nvme").state, ElementsAre("not a device that is known here"));
}

TEST(Device, TypesThatAMachineLacksAreNoDevices) {
  const auto snapshot = open_sample("13.2-intel");
  const BlockView* rnd = snapshot.find_block("virtio-rnd");
  ASSERT_NE(rnd, nullptr);
  EXPECT_FALSE(is_saved_device(*rnd));
}

}  // namespace
}  // namespace snapfmt::snapshot
