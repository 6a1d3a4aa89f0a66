#include "snapfmt/snapshot/code_state.h"

#include <array>

#include <fmt/format.h>

namespace snapfmt::snapshot {
namespace {

constexpr std::uint64_t kCr0Pe = 1U << 0;
constexpr std::uint64_t kEferLma = 1U << 10;
constexpr std::uint64_t kRflagsVm = 1U << 17;
constexpr std::uint64_t kAccessLong = 1U << 13;
constexpr std::uint64_t kAccessDefault32 = 1U << 14;

CpuMode mode_of(std::uint64_t cr0, std::uint64_t efer, std::uint64_t rflags,
                std::uint64_t cs_access) {
  if ((cr0 & kCr0Pe) == 0) return CpuMode::Real;
  if ((efer & kEferLma) != 0) {
    return (cs_access & kAccessLong) != 0 ? CpuMode::Long64 : CpuMode::Compatibility;
  }
  return (rflags & kRflagsVm) != 0 ? CpuMode::Virtual8086 : CpuMode::Protected;
}

}  // namespace

Result<std::uint64_t> vcpu_register(const Elements& elements, std::uint64_t cpu,
                                    std::string_view name) {
  if (const auto value = elements.integer(fmt::format("vcpu[{}].{}", cpu, name))) return *value;
  return fail(ErrorCode::NotFound, fmt::format("vCPU {}: the snapshot has no {}", cpu, name));
}

Result<CodeState> code_state(const Elements& elements, std::uint64_t cpu) {
  static constexpr std::array<std::string_view, 7> kNames{"cr0",     "efer",     "rflags",   "rip",
                                                          "cs.base", "cs.limit", "cs.access"};
  std::array<std::uint64_t, kNames.size()> values{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto value = vcpu_register(elements, cpu, kNames[i]);
    if (!value) return std::unexpected(value.error());
    values[i] = *value;
  }
  const auto [cr0, efer, rflags, rip, cs_base, cs_limit, cs_access] = values;
  CodeState code{.mode = mode_of(cr0, efer, rflags, cs_access),
                 .rip = rip,
                 .cs_base = cs_base,
                 .cs_limit = static_cast<std::uint32_t>(cs_limit)};
  if (code.mode == CpuMode::Long64) {
    code.bits = 64;
  } else if (code.mode != CpuMode::Virtual8086 && (cs_access & kAccessDefault32) != 0) {
    // In real mode, too: whoever leaves protected mode keeps CS.D until CS is loaded again.
    code.bits = 32;
  }
  return code;
}

std::string describe_mode(const CodeState& code) {
  switch (code.mode) {
    case CpuMode::Real:
      return code.bits == 16 ? "real" : "real 32-bit";
    case CpuMode::Virtual8086:
      return "virtual-8086";
    case CpuMode::Protected:
      return fmt::format("protected {}-bit", code.bits);
    case CpuMode::Compatibility:
      return fmt::format("compatibility {}-bit", code.bits);
    case CpuMode::Long64:
      break;
  }
  return "64-bit";
}

}  // namespace snapfmt::snapshot
