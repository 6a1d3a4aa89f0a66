// Describers of the devices that are neither virtio nor AHCI.
#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapshot/device_reader.h"

namespace snapfmt::snapshot {
namespace {

constexpr std::uint64_t kDescriptor = 16;      // bytes of an e1000 descriptor
constexpr std::uint64_t kUartClock = 1843200;  // Hz, PC16550D, 8.3
constexpr std::uint64_t kAmd = 0x1022;         // PCI vendor

void describe_ring(DeviceReader& device, std::string_view what, std::string_view enabled,
                   std::string_view length) {
  const auto flag = device.integer(enabled);
  if (!flag) return;
  const bool on = *flag != 0;
  device.fact(fmt::format("{}_enabled", what), on);
  if (!on) {
    device.say(fmt::format("{} off", what));
    return;
  }
  const auto entries = device.integer(length).value_or(0) / kDescriptor;
  device.say(fmt::format("{} ring of {}", what, entries));
  device.fact(fmt::format("{}_ring", what), entries);
}

/// Baud rate and what the guest has enabled; empty for a UART as a reset leaves it.
std::string describe_uart(DeviceReader& device, unsigned number) {
  const auto reg = [&](std::string_view name) {
    return device.integer(fmt::format("uart[{}].{}", number, name)).value_or(0);
  };
  const bool used = reg("ier") != 0 || reg("lcr") != 0 || reg("mcr") != 0 || reg("fcr") != 0;
  if (!used) return {};
  const std::uint64_t divisor = reg("dlh") << 8 | reg("dll");
  const std::uint64_t baud = divisor != 0 ? kUartClock / 16 / divisor : 0;
  std::string text = fmt::format("com{} {} baud, IER {}", number + 1, baud,
                                 device.text(fmt::format("uart[{}].ier", number)));
  const auto waiting = reg("rxfifo.num");
  if (waiting > 1 && waiting == reg("rxfifo.size")) device.concern("full-fifo-spins");
  if (waiting != 0) text += fmt::format(", {} received", waiting);
  device.fact(fmt::format("com{}.baud", number + 1), baud);
  device.fact(fmt::format("com{}.ier", number + 1), reg("ier"));
  device.fact(fmt::format("com{}.waiting", number + 1), waiting);
  return text;
}

/// Models at the ports, by number; the fields that name them carry no element.
std::vector<std::pair<std::int64_t, std::string>> usb_devices(const DeviceReader& device) {
  std::vector<std::pair<std::int64_t, std::string>> found;
  const auto block = device.snapshot().decode(device.block());
  for (std::int64_t port = 1; port <= 8; ++port) {
    const auto name = block.find(fmt::format("{}.usb[{}].dname", device.block().block->name, port));
    if (name) found.emplace_back(port, schema::render_value(*name));
  }
  return found;
}

}  // namespace

void describe_e1000(DeviceReader& device) {
  constexpr std::uint64_t kSetLinkUp = 1U << 6;
  device.out().model = "e1000,<TAP>";
  if (const auto mac = device.text("mac"); !mac.empty()) {
    device.say(mac);
    device.fact("mac", mac);
    device.out().model += ",mac=" + mac;
  }
  if (const auto control = device.integer("CTRL")) {
    const bool up = (*control & kSetLinkUp) != 0;
    device.say(up ? "link up" : "link down");
    device.fact("link_up", up);
  }
  describe_ring(device, "transmit", "tx_enabled", "TDLEN");
  describe_ring(device, "receive", "rx_enabled", "RDLEN");
  if (device.integer("irq_asserted").value_or(0) != 0) device.concern("intx-state-lost");
  const bool active =
      device.integer("tx_active").value_or(0) != 0 || device.integer("rx_active").value_or(0) != 0;
  if (active) device.concern("frames-not-paused");
}

void describe_xhci(DeviceReader& device) {
  if (const auto command = device.integer("opregs.usbcmd")) {
    device.say((*command & 1) != 0 ? "running" : "stopped");
    device.fact("running", (*command & 1) != 0);
  }
  for (const auto& [port, model] : usb_devices(device)) {
    device.say(fmt::format("{} at port {}", model, port));
    device.fact(fmt::format("port{}.model", port), model);
    device.out().model += "," + model;
  }
  for (unsigned slot = 1; slot <= 64; ++slot) {
    const auto state = device.text(fmt::format("slot[{}].slotstate", slot));
    if (state.empty()) continue;
    device.say(fmt::format("slot {} {}", slot, state));
    device.fact(fmt::format("slot{}.state", slot), state);
  }
}

void describe_fbuf(DeviceReader& device) {
  device.out().model = "fbuf,tcp=<ADDRESS:PORT>,w=<WIDTH>,h=<HEIGHT>";
  if (const auto memory = device.field("fb")) {
    device.say(schema::human_size(memory->size()) + " of video memory");
    device.fact("video_memory", memory->size());
  }
  device.say("size of the screen not saved");
}

void describe_lpc(DeviceReader& device) {
  bool any = false;
  for (unsigned number = 0; number < 4; ++number) {
    const std::string text = describe_uart(device, number);
    if (text.empty()) continue;
    device.say(text);
    device.out().options.push_back(fmt::format("-l com{},{}", number + 1, any ? "<TTY>" : "stdio"));
    any = true;
  }
  if (!any && device.integer("uart[3].ier")) device.say("no UART in use");
}

void describe_atkbdc(DeviceReader& device) {
  constexpr std::uint64_t kOutputFull = 1;
  device.out().model.clear();
  if ((device.integer("status").value_or(0) & kOutputFull) != 0) device.concern("key-fifos-lost");
  if (const auto enabled = device.integer("ps2kbd.enabled")) {
    device.say(*enabled != 0 ? "keyboard enabled" : "keyboard disabled");
    device.fact("keyboard_enabled", *enabled != 0);
  }
  if (const auto queued = device.integer("kbd.bcnt")) {
    if (*queued != 0) device.say(fmt::format("{} byte{} queued", *queued, *queued == 1 ? "" : "s"));
    device.fact("queued", *queued);
  }
  if (const auto mouse = device.integer("ps2mouse.ctrlenable")) {
    device.say(*mouse != 0 ? "mouse enabled" : "mouse disabled");
    device.fact("mouse_enabled", *mouse != 0);
  }
}

void describe_hostbridge(DeviceReader& device) {
  const bool amd = device.integer("pci.cfg.vendor") == kAmd;
  device.out().model = amd ? "amd_hostbridge" : "hostbridge";
  if (const auto vendor = device.text("pci.cfg.vendor"); !vendor.empty()) {
    device.say(vendor);
    device.fact("vendor", vendor);
  }
}

void describe_dummy(DeviceReader& device) { device.say("its registers are not saved"); }

}  // namespace snapfmt::snapshot
