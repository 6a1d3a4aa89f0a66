#include "snapshot/defects.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <optional>

#include <fmt/format.h>

namespace snapfmt::snapshot {
namespace {

using container::Severity;

struct State {
  const Snapshot& snapshot;
  const Elements& kernel;
  std::span<const VcpuState> vcpus;

  std::uint64_t value(const std::string& path) const { return kernel.integer(path).value_or(0); }
};

/// What of the state meets a defect; unset: nothing does.
using Subject = std::optional<std::string>;

template <class Predicate>
Subject vcpus_that(const State& state, Predicate predicate) {
  std::vector<std::uint64_t> met;
  for (const VcpuState& cpu : state.vcpus) {
    if (predicate(cpu)) met.push_back(cpu.index);
  }
  if (met.empty()) return std::nullopt;
  return vcpu_list(met);
}

Subject whole(const State&) { return std::string(); }

Subject empty_vmx(const State& state) {
  const BlockView* vmx = state.snapshot.find_block("vmx");
  return vmx != nullptr && vmx->block->size == 0 ? Subject("vmx") : std::nullopt;
}

Subject halted_with_interrupts_off(const State& state) {
  return vcpus_that(state, [](const VcpuState& cpu) {
    return (cpu.run == RunState::Halted || cpu.run == RunState::ProbablyHalted) &&
           cpu.interrupts_enabled == false;
  });
}

Subject not_started(const State& state) {
  return vcpus_that(state, [](const VcpuState& cpu) {
    return cpu.run == RunState::WaitingForSipi || cpu.run == RunState::NeverStarted;
  });
}

Subject in_shadow(const State& state) {
  return vcpus_that(state, [&](const VcpuState& cpu) {
    return (state.value(fmt::format("vcpu[{}].interruptibility", cpu.index)) & 3) != 0;
  });
}

Subject sent_ipi(const State& state) {
  return vcpus_that(state, [](const VcpuState& cpu) { return cpu.last_exit == "IPI"; });
}

Subject empty_periodic_timer(const State& state) {
  return vcpus_that(state, [&](const VcpuState& cpu) {
    const auto apic = fmt::format("vcpu[{}].lapic.", cpu.index);
    const bool periodic = (state.value(apic + "lvt_timer") >> 17 & 3) == 1;
    return periodic && state.value(apic + "icr_timer") == 0;
  });
}

Subject raised_pic(const State& state) {
  for (unsigned chip = 0; chip < 2; ++chip) {
    if (state.value(fmt::format("pic[{}].intr_raised", chip)) != 0) {
      return chip == 0 ? "the PIC's master" : "the PIC's slave";
    }
  }
  return std::nullopt;
}

/// The PIT's output reaches the guest through IRQ 0 of the PIC or pin 2 of the I/O APIC.
Subject timer_of_pit(const State& state) {
  if (state.value("pit.channel[0].initial") == 0) return std::nullopt;
  const bool by_pic = state.value("pic[0].ready") != 0 && (state.value("pic[0].mask") & 1) == 0;
  const auto pin = state.kernel.integer("ioapic.rtbl[2].reg");
  const bool by_ioapic = pin && (*pin >> 16 & 1) == 0;
  return by_pic || by_ioapic ? Subject("PIT channel 0") : std::nullopt;
}

Subject uneven_hpet_period(const State& state) {
  for (unsigned timer = 0; timer < 8; ++timer) {
    const auto period = state.value(fmt::format("hpet.timer[{}].comprate", timer));
    if (period != 0 && !std::has_single_bit(period)) return fmt::format("HPET timer {}", timer);
  }
  return std::nullopt;
}

Subject waiting_pin(const State& state) {
  constexpr std::uint64_t kRemoteIrr = 1U << 14, kLevel = 1U << 15, kMasked = 1U << 16;
  for (unsigned pin = 0; pin < 32; ++pin) {
    const auto entry = state.kernel.integer(fmt::format("ioapic.rtbl[{}].reg", pin));
    const auto count = state.kernel.field(fmt::format("ioapic.rtbl[{}].acnt", pin));
    if (!entry || !count || count->signed_value() <= 0) continue;
    if ((*entry & (kRemoteIrr | kLevel | kMasked)) == kLevel) {
      return fmt::format("I/O APIC pin {}", pin);
    }
  }
  return std::nullopt;
}

struct Check {
  std::string_view id;
  Severity severity;
  bool always;  ///< every snapshot of a generation with this defect meets it
  Subject (*meets)(const State&);
};

constexpr std::array kChecks{
    Check{"vmx-size-0", Severity::Error, false, empty_vmx},
    Check{"npt-base-restored", Severity::Error, false, whole},
    Check{"tsc-dropped", Severity::Warning, false, whole},
    Check{"mtrr-lost", Severity::Warning, false, whole},
    Check{"halt-lost", Severity::Warning, false, halted_with_interrupts_off},
    Check{"ap-waiting", Severity::Warning, false, not_started},
    Check{"shadow-lost", Severity::Info, false, in_shadow},
    Check{"ipi-targets-lost", Severity::Warning, false, sent_ipi},
    Check{"timer-always-armed", Severity::Warning, false, empty_periodic_timer},
    Check{"pic-interrupts-stuck", Severity::Warning, false, raised_pic},
    Check{"pit-callout-lost", Severity::Warning, false, timer_of_pit},
    Check{"hpet-phase-shift", Severity::Info, false, uneven_hpet_period},
    Check{"ioapic-not-resent", Severity::Info, false, waiting_pin},
    Check{"fpu-lost", Severity::Info, true, whole},
    Check{"pmtmr-restarts", Severity::Info, true, whole},
    Check{"rtc-falls-back", Severity::Info, true, whole},
    Check{"cr-shadow-lost", Severity::Info, true, whole},
    Check{"asid-restored", Severity::Info, true, whole},
};

}  // namespace

std::string vcpu_list(std::span<const std::uint64_t> numbers) {
  return fmt::format("vCPU{} {}", numbers.size() == 1 ? "" : "s", fmt::join(numbers, ", "));
}

void add_defects(const Snapshot& snapshot, const Elements& kernel, std::span<const VcpuState> vcpus,
                 std::span<const DeviceState> devices, std::vector<Oddity>& found) {
  const Candidate* reading = snapshot.reading();
  if (reading == nullptr) return;
  const schema::Schema& schema = snapshot.schema();
  const State state{snapshot, kernel, vcpus};
  for (const schema::DefectDef& defect : schema.defects(*reading->profile)) {
    const auto vendor = schema.text(defect.vendor);
    if (!vendor.empty() && vendor != to_string(reading->vendor)) continue;
    Oddity odd{.severity = Severity::Warning,
               .kind = OddityKind::Defect,
               .id = std::string(schema.text(defect.id)),
               .subject = {},
               .text = std::string(schema.text(defect.doc))};
    for (const DeviceState& device : devices) {
      if (std::ranges::find(device.concerns, odd.id) == device.concerns.end()) continue;
      if (!odd.subject.empty()) odd.subject += ", ";
      odd.subject += device.block->block->name;
    }
    if (!odd.subject.empty()) found.push_back(odd);
    const auto check = std::ranges::find(kChecks, std::string_view(odd.id), &Check::id);
    if (check == kChecks.end()) continue;
    const Subject subject = check->meets(state);
    if (!subject) continue;
    odd.severity = check->severity;
    odd.always = check->always;
    odd.subject = *subject;
    found.push_back(std::move(odd));
  }
}

}  // namespace snapfmt::snapshot
