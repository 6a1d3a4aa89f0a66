// What a vCPU was doing when it was saved.
//
//   const Elements kernel = Elements::of_kernel(snapshot);
//   const VcpuState cpu = describe_vcpu(kernel, 0);
//   if (cpu.run == RunState::Halted) ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/snapshot/code_state.h"
#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/paging.h"

namespace snapfmt::snapshot {

enum class RunState : std::uint8_t {
  Unknown,
  Running,
  Halted,          ///< the last exit was a HLT
  ProbablyHalted,  ///< stopped by the checkpoint, with the traces of a HLT exit before it
  NeverStarted,    ///< its registers were never set
  WaitingForSipi,  ///< got INIT, waits for its start-up IPI
  Shutdown,        ///< after a triple fault
};

/// An event whose delivery an exit interrupted; it is injected again at the next entry.
struct InterruptedEvent {
  std::uint8_t vector = 0;
  std::string type;  ///< `External interrupt`, `NMI` ...
  std::optional<std::uint32_t> error_code;
};

/// Absent registers are unset, never zero.
struct VcpuState {
  std::uint64_t index = 0;
  std::optional<CodeState> code;     ///< unset: never started, or registers are missing
  std::optional<PagingMode> paging;  ///< likewise
  std::optional<unsigned> cpl;
  std::optional<std::uint64_t> rip;       ///< of VMCS or VMCB
  std::optional<std::uint64_t> next_rip;  ///< where 13.2 and later go on
  std::optional<std::uint64_t> cr3;
  RunState run = RunState::Unknown;
  std::string why;                         ///< how `run` is known: `last exit`; or empty
  std::optional<bool> interrupts_enabled;  ///< RFLAGS.IF
  std::string held_off;                    ///< what blocks interrupts for now: `STI`, `MOV SS NMI`
  std::optional<InterruptedEvent> event;
  std::vector<std::uint8_t> in_service;  ///< vectors of the APIC's ISR, ascending
  std::vector<std::uint8_t> requested;   ///< of its IRR and of posted interrupts, ascending
  std::optional<bool> x2apic;
  std::string last_exit;  ///< `HLT`, `DEBUG`; empty if not known
};

/// Reads one vCPU's state; `index` from 0. A vCPU that is not there has nothing but its index.
VcpuState describe_vcpu(const Elements& kernel, std::uint64_t index);

/// The vectors of one of the APIC's 256-bit registers, ascending; `name` is `isr`, `irr`, `tmr`.
std::vector<std::uint8_t> lapic_vectors(const Elements& kernel, std::uint64_t index,
                                        std::string_view name);

/// `64-bit`, `real` ...; `unknown`.
std::string mode_text(const VcpuState& cpu);
/// `4-level`, `PAE`, `none` ...; `unknown`.
std::string_view paging_text(const VcpuState& cpu);
/// `running`, `halted`, `waiting for SIPI` ...
std::string_view to_string(RunState run);

}  // namespace snapfmt::snapshot
