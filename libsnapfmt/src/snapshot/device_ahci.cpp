#include <bit>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapshot/device_reader.h"

namespace snapfmt::snapshot {
namespace {

constexpr unsigned kMostPorts = 32;
constexpr std::uint64_t kCommand2Lba48 = 1U << 10;  // IDENTIFY word 83

/// Bytes of a disk by its IDENTIFY data (ATA8-ACS, words 60, 61, 100 to 103, 106, 117, 118).
std::optional<std::uint64_t> disk_size(const DeviceReader& device, const std::string& port) {
  const auto word = [&](std::string_view name) {
    return device.integer(port + "ata_ident." + std::string(name)).value_or(0);
  };
  std::uint64_t sectors = word("lba_size_2") << 16 | word("lba_size_1");
  if ((word("support.command2") & kCommand2Lba48) != 0) {
    sectors = word("lba_size48_4") << 48 | word("lba_size48_3") << 32 | word("lba_size48_2") << 16 |
              word("lba_size48_1");
  }
  std::uint64_t sector = 512;
  const std::uint64_t pss = word("pss");
  const bool long_sectors = (pss & 0xd000) == 0x5000;
  if (long_sectors) sector = 2 * (word("lss_2") << 16 | word("lss_1"));
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(sectors, sector, &bytes)) return std::nullopt;
  return bytes;
}

std::string describe_port(DeviceReader& device, unsigned number, std::uint64_t atapi) {
  const std::string port = fmt::format("port[{}].", number);
  const std::string name = fmt::format("port{}.", number);
  const bool is_cd = atapi != 0;
  std::string text = fmt::format("port {} {}", number, is_cd ? "CD" : "disk");
  device.fact(name + "kind", std::string(is_cd ? "cd" : "disk"));
  auto size = device.integer(port + "disk.size");
  if (!size && !is_cd) size = disk_size(device, port);
  if (size) {
    text += " " + schema::human_size(*size);
    device.wide_fact(name + "size", *size);
  }
  if (const auto model = device.string(port + "ata_ident.model"); !model.empty()) {
    text += " " + model;
    device.fact(name + "model", model);
  }
  if (const auto serial = device.string(port + "ata_ident.serial"); !serial.empty()) {
    text += ", serial " + serial;
    device.fact(name + "serial", serial);
  }
  const auto busy = std::popcount(device.integer(port + "pending").value_or(0) |
                                  device.integer(port + "ci").value_or(0));
  if (device.integer(port + "pending").value_or(0) != 0) device.concern("stale-request-replayed");
  if (busy != 0) text += fmt::format(", {} command{} in flight", busy, busy == 1 ? "" : "s");
  device.fact(name + "commands_in_flight", static_cast<std::uint64_t>(busy));
  return text;
}

}  // namespace

void describe_ahci(DeviceReader& device) {
  std::string drives;
  unsigned count = 0;
  for (unsigned number = 0; number < kMostPorts; ++number) {
    const auto atapi = device.integer(fmt::format("port[{}].atapi", number));
    if (!atapi) continue;
    ++count;
    drives += *atapi != 0 ? ",cd:<PATH>" : ",hd:<PATH>";
    device.say(describe_port(device, number, *atapi));
  }
  const bool whole = device.block().problem == std::nullopt && !device.block().block->is_short;
  if (count == 0 && whole) device.say("no drive");
  device.fact("drives", std::uint64_t{count});
  if (count != 0) device.concern("disk-overwritten");
  if (device.integer("is").value_or(0) != 0) device.concern("port-interrupts-lost");
  if (device.integer("lintr").value_or(0) != 0) device.concern("intx-state-lost");
  // 13.0 finds a block by the name on the command line, so `ahci` must stay `ahci`.
  std::string& model = device.out().model;
  model += model == "ahci" ? drives : ",<PATH>";
}

}  // namespace snapfmt::snapshot
