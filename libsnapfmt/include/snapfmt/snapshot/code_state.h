// What kind of code a vCPU runs and where: mode, code segment, instruction pointer.
//
//   const auto code = code_state(Elements::of_kernel(snapshot), 0);
//   const std::uint64_t next = code->linear(code->cs_base, code->rip);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "snapfmt/error.h"
#include "snapfmt/snapshot/elements.h"

namespace snapfmt::snapshot {

/// Operating modes (SDM vol. 3, 2.2; APM vol. 2, 1.3).
enum class CpuMode : std::uint8_t {
  Real,           ///< CR0.PE = 0
  Virtual8086,    ///< RFLAGS.VM = 1
  Protected,      ///< CR0.PE = 1, EFER.LMA = 0
  Compatibility,  ///< EFER.LMA = 1, CS.L = 0
  Long64,         ///< EFER.LMA = 1, CS.L = 1
};

struct CodeState {
  CpuMode mode = CpuMode::Real;
  unsigned bits = 16;  ///< what code defaults to: 16 or 32 (operands and addresses), 64 (addresses)
  std::uint64_t rip = 0;
  std::uint64_t cs_base = 0;
  std::uint32_t cs_limit = 0;  ///< last offset in CS; means nothing in 64-bit mode

  /// The linear address of an offset in a segment with this base. 64-bit mode takes the bases
  /// of CS, DS, ES and SS for 0: do not pass them there. Elsewhere it wraps at 4 GiB.
  std::uint64_t linear(std::uint64_t base, std::uint64_t offset) const {
    const std::uint64_t sum = base + offset;
    return mode == CpuMode::Long64 ? sum : sum & 0xffff'ffff;
  }
  /// The linear address of an offset in CS.
  std::uint64_t linear_code(std::uint64_t offset) const {
    return linear(mode == CpuMode::Long64 ? 0 : cs_base, offset);
  }
};

/// From cr0, efer, rflags, rip and cs of a vCPU. NotFound if the snapshot lacks one of them.
Result<CodeState> code_state(const Elements& elements, std::uint64_t cpu);

/// `64-bit`, `protected 32-bit`, `compatibility 16-bit`, `virtual-8086`, `real`; `real 32-bit` for
/// code that left protected mode without loading CS again.
std::string describe_mode(const CodeState& code);

/// An integer element of a vCPU, by its name after `vcpu[N].`; NotFound with both in the text.
Result<std::uint64_t> vcpu_register(const Elements& elements, std::uint64_t cpu,
                                    std::string_view name);

}  // namespace snapfmt::snapshot
