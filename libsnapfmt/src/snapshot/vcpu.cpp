#include "snapfmt/snapshot/vcpu.h"

#include <algorithm>
#include <bitset>

#include <fmt/format.h>

#include "snapfmt/bytes/endian.h"
#include "snapfmt/schema/render.h"

namespace snapfmt::snapshot {
namespace {

constexpr std::uint64_t kRflagsFixed = 1U << 1, kRflagsIf = 1U << 9;
// Exit codes that every generation has (vmm.h, enum vm_exitcode).
constexpr std::uint64_t kExitHlt = 5, kExitDebug = 21;
// Bytes from `exitcode` to the union in struct vm_exit.
constexpr std::uint64_t kExitUnion = 16;

/// Looks up elements of one vCPU by what comes after `vcpu[i].`.
class Lookup {
 public:
  Lookup(const Elements& kernel, std::uint64_t index)
      : kernel_(kernel), prefix_(fmt::format("vcpu[{}].", index)) {}

  std::optional<std::uint64_t> operator()(std::string_view name) const {
    return kernel_.integer(prefix_ + std::string(name));
  }
  std::string text(std::string_view name) const {
    return kernel_.text(prefix_ + std::string(name));
  }
  std::optional<schema::FieldView> field(std::string_view name) const {
    return kernel_.field(prefix_ + std::string(name));
  }

 private:
  const Elements& kernel_;
  std::string prefix_;
};

/// The CPU's own level where it is saved (AMD), else the DPL of SS.
std::optional<unsigned> cpl_of(const Lookup& get, CpuMode mode) {
  if (mode == CpuMode::Real) return 0;
  if (mode == CpuMode::Virtual8086) return 3;
  if (const auto cpl = get("cpl")) return static_cast<unsigned>(*cpl & 3);
  const auto ss = get("ss.access");
  return ss ? std::optional(static_cast<unsigned>(*ss >> 5 & 3)) : std::nullopt;
}

std::optional<InterruptedEvent> event_of(const Lookup& get) {
  constexpr std::uint64_t kValid = std::uint64_t{1} << 31, kHasCode = 1U << 11;
  const auto info = get.field("exitintinfo");
  if (!info || (info->value() & kValid) == 0) return std::nullopt;
  const schema::Schema& schema = info->block().schema();
  const std::uint64_t type = info->value() >> 8 & 7;
  InterruptedEvent event{
      .vector = static_cast<std::uint8_t>(info->value() & 0xff), .type = {}, .error_code = {}};
  if (const auto* types = schema.find_enum("event_type")) {
    event.type = schema.enum_name(*types, type);
  }
  if (event.type.empty()) event.type = fmt::format("event of type {}", type);
  if ((info->value() & kHasCode) != 0) {
    event.error_code = static_cast<std::uint32_t>(info->value() >> 32);
  }
  return event;
}

/// AMD has one bit for STI and MOV SS, and beside it one that blocks nothing.
std::string held_off_by(const Lookup& get) {
  const auto field = get.field("interruptibility");
  if (!field || field->value() == 0) return {};
  const schema::Schema& schema = field->block().schema();
  if (field->reg() != nullptr && field->reg() == schema.find_register("svm_interrupt_shadow")) {
    return (field->value() & 1) != 0 ? "an interrupt shadow" : "";
  }
  return schema::render_text(*field);
}

/// 13.2 and later: one flag in a word for 64 vCPUs; before, an enumeration of each vCPU.
bool waits_for_sipi(const Elements& kernel, const Lookup& get, std::uint64_t index) {
  const std::uint64_t low = index / 64 * 64;
  if (const auto word =
          kernel.integer(fmt::format("vcpu[{}-{}].waiting_for_sipi", low, low + 63))) {
    return (*word >> (index - low) & 1) != 0;
  }
  return get.text("waiting_for_sipi") == "BS_SIPI";
}

/// A HLT exit leaves RFLAGS in the first bytes of the union, and the exit by which a checkpoint
/// stops the vCPU does not overwrite them.
bool has_traces_of_hlt(const Lookup& get, std::uint64_t rflags) {
  const auto code = get.field("exit.code");
  if (!code || code->value() != kExitDebug) return false;
  const auto bytes = code->block().bytes();
  const auto at = code->offset() + kExitUnion;
  return at + 8 <= bytes.size() && bytes::load_le(bytes.subspan(at, 8)) == rflags;
}

void find_run_state(const Elements& kernel, const Lookup& get, VcpuState& cpu) {
  const auto activity = get("activity");
  const auto rflags = get("rflags");
  const auto next_rip = cpu.next_rip.value_or(0);
  if (waits_for_sipi(kernel, get, cpu.index) || activity == 3U) {
    cpu.run = RunState::WaitingForSipi;
  } else if (!rflags) {
    cpu.run = RunState::Unknown;
  } else if ((*rflags & kRflagsFixed) == 0 && next_rip == 0) {
    cpu.run = RunState::NeverStarted;
    cpu.why = "RFLAGS are 0";
  } else if (activity == 2U) {
    cpu.run = RunState::Shutdown;
    cpu.why = "activity state";
  } else if (activity == 1U) {
    cpu.run = RunState::Halted;
    cpu.why = "activity state";
  } else if (get("exit.code") == kExitHlt) {
    cpu.run = RunState::Halted;
    cpu.why = "last exit";
  } else if (has_traces_of_hlt(get, *rflags)) {
    cpu.run = RunState::ProbablyHalted;
    cpu.why = "traces of a HLT exit";
  } else {
    cpu.run = RunState::Running;
  }
}

}  // namespace

std::vector<std::uint8_t> lapic_vectors(const Elements& kernel, std::uint64_t index,
                                        std::string_view name) {
  std::vector<std::uint8_t> vectors;
  for (unsigned word = 0; word < 8; ++word) {
    const auto bits = kernel.integer(fmt::format("vcpu[{}].lapic.{}{}", index, name, word));
    for (unsigned bit = 0; bits && bit < 32; ++bit) {
      if ((*bits >> bit & 1) != 0) vectors.push_back(static_cast<std::uint8_t>(32 * word + bit));
    }
  }
  return vectors;
}

VcpuState describe_vcpu(const Elements& kernel, std::uint64_t index) {
  const Lookup get(kernel, index);
  VcpuState cpu{.index = index};
  cpu.rip = get("rip");
  cpu.next_rip = get("nextrip");
  cpu.cr3 = get("cr3");
  cpu.last_exit = get.text("exit.code");
  find_run_state(kernel, get, cpu);
  if (const auto rflags = get("rflags")) cpu.interrupts_enabled = (*rflags & kRflagsIf) != 0;
  if (cpu.run != RunState::NeverStarted) {
    if (const auto code = code_state(kernel, index)) {
      cpu.code = *code;
      cpu.cpl = cpl_of(get, code->mode);
    }
    if (const auto state = paging_state(kernel, index)) cpu.paging = paging_mode(*state);
  }
  cpu.held_off = held_off_by(get);
  if (const auto x2apic = get("x2apic_state")) cpu.x2apic = *x2apic == 1;
  cpu.event = event_of(get);
  cpu.in_service = lapic_vectors(kernel, index, "isr");
  std::bitset<256> requested;
  for (const auto vector : lapic_vectors(kernel, index, "irr")) requested.set(vector);
  if (const auto posted = get.field("pir")) {
    const auto raw = posted->raw();
    for (std::size_t bit = 0; bit < std::min<std::size_t>(8 * raw.size(), 256); ++bit) {
      if ((std::to_integer<unsigned>(raw[bit / 8]) >> bit % 8 & 1) != 0) requested.set(bit);
    }
  }
  for (std::size_t vector = 0; vector < requested.size(); ++vector) {
    if (requested[vector]) cpu.requested.push_back(static_cast<std::uint8_t>(vector));
  }
  return cpu;
}

std::string mode_text(const VcpuState& cpu) {
  return cpu.code ? describe_mode(*cpu.code) : "unknown";
}

std::string_view paging_text(const VcpuState& cpu) {
  return cpu.paging ? to_string(*cpu.paging) : "unknown";
}

std::string_view to_string(RunState run) {
  switch (run) {
    case RunState::Unknown:
      break;
    case RunState::Running:
      return "running";
    case RunState::Halted:
      return "halted";
    case RunState::ProbablyHalted:
      return "probably halted";
    case RunState::NeverStarted:
      return "never started";
    case RunState::WaitingForSipi:
      return "waiting for SIPI";
    case RunState::Shutdown:
      return "shut down";
  }
  return "unknown";
}

}  // namespace snapfmt::snapshot
