#include "snapfmt/snapshot/command_line.h"

#include <algorithm>

#include <fmt/format.h>

namespace snapfmt::snapshot {
namespace {

constexpr std::uint64_t kInCore = 1, kWired = 2;  // memflags
constexpr std::uint64_t kPauseIntercept = 1U << 23, kHltIntercept = 1U << 24;

std::string memory_size(std::uint64_t bytes) {
  static constexpr std::string_view kUnits = "TGMK";
  unsigned shift = 40;
  for (const char unit : kUnits) {
    if (bytes != 0 && bytes % (std::uint64_t{1} << shift) == 0) {
      return fmt::format("{}{}", bytes >> shift, unit);
    }
    shift -= 10;
  }
  return std::to_string(bytes);
}

/// The VMCB's intercepts of instructions, which say what HLT and PAUSE do. Unset on Intel, whose
/// execution controls are not saved.
std::optional<std::uint64_t> amd_intercepts(const Elements& kernel) {
  const auto anchor = kernel.field("vcpu[0].rflags");
  if (!anchor) return std::nullopt;
  const schema::Schema& schema = anchor->block().schema();
  const auto* wanted = schema.find_register("svm_intercept_misc1");
  for (const schema::FieldView field : anchor->block()) {
    if (wanted != nullptr && field.reg() == wanted) return field.value();
  }
  return std::nullopt;
}

struct ExitOptions {
  bool hlt = false, pause = false;
};

/// `-H` and `-P`: certain on AMD; elsewhere a vCPU that left the guest for it gives it away.
ExitOptions exit_options(const Elements& kernel, std::span<const VcpuState> vcpus) {
  if (const auto intercepts = amd_intercepts(kernel)) {
    return {.hlt = (*intercepts & kHltIntercept) != 0,
            .pause = (*intercepts & kPauseIntercept) != 0};
  }
  ExitOptions options;
  for (const VcpuState& cpu : vcpus) {
    options.hlt = options.hlt || cpu.last_exit == "HLT" || cpu.run == RunState::ProbablyHalted;
    options.pause = options.pause || cpu.last_exit == "PAUSE";
  }
  return options;
}

std::string slot(const DeviceState& device) {
  if (!device.place) return "?";
  const auto& place = *device.place;
  const auto slot_and_function = fmt::format("{}:{}", place.slot, place.func);
  return place.bus == 0 ? slot_and_function : fmt::format("{}:{}", place.bus, slot_and_function);
}

bool is_host_bridge(const DeviceState& device) { return device.type == "hostbridge"; }

void add_devices(std::span<const DeviceState> devices, CommandLine& line) {
  const bool places = std::ranges::any_of(
      devices, [](const DeviceState& device) { return device.place.has_value(); });
  if (std::ranges::none_of(devices, is_host_bridge) && !places) {
    line.arguments.emplace_back("-s ?,hostbridge");
  }
  std::vector<std::string> further;
  for (const DeviceState& device : devices) {
    if (device.is_pci)
      line.arguments.push_back(fmt::format("-s {},{}", slot(device), device.model));
    for (const std::string& option : device.options) {
      if (std::ranges::find(further, option) == further.end()) further.push_back(option);
    }
  }
  line.arguments.insert(line.arguments.end(), further.begin(), further.end());
  if (!places) {
    line.remarks.emplace_back(
        "This release saves no slots, one device of each type, and no hostbridge: give each "
        "device, and those that are not here, the slot that it had.");
  }
}

}  // namespace

std::string shell_word(const std::string& text) {
  static constexpr std::string_view kPlain = "_./:@%+=,-";
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
  });
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

CommandLine command_line(const Snapshot& snapshot, const Elements& kernel,
                         std::span<const VcpuState> vcpus, std::span<const DeviceState> devices) {
  const container::Index& index = snapshot.triple().index();
  CommandLine line{.arguments = {"bhyve", fmt::format("-c {}", snapshot.vcpus())}, .remarks = {}};
  line.arguments.push_back("-m " + (index.memsize ? memory_size(*index.memsize) : "<SIZE>"));
  const std::uint64_t memflags = index.memflags.value_or(0);
  if ((memflags & kWired) != 0) line.arguments.emplace_back("-S");
  if ((memflags & kInCore) != 0) line.arguments.emplace_back("-C");
  const auto has_x2apic = [](const VcpuState& cpu) { return cpu.x2apic.value_or(false); };
  if (std::ranges::any_of(vcpus, has_x2apic)) line.arguments.emplace_back("-x");
  if (const auto exits = exit_options(kernel, vcpus); exits.hlt || exits.pause) {
    if (exits.hlt) line.arguments.emplace_back("-H");
    if (exits.pause) line.arguments.emplace_back("-P");
  }
  add_devices(devices, line);
  line.arguments.push_back("-r " + shell_word(snapshot.triple().paths().ram.string()));
  line.arguments.push_back(index.vmname ? shell_word(*index.vmname) : "<NAME>");
  const auto is_screen = [](const DeviceState& device) { return device.type == "fbuf"; };
  if (std::ranges::any_of(devices, is_screen)) {
    line.remarks.emplace_back("A machine with a screen has a boot ROM: -l bootrom,<ROM>.");
  }
  return line;
}

}  // namespace snapfmt::snapshot
