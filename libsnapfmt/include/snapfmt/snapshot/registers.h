// The registers of a vCPU, grouped as a monitor shows them.
//
//   for (const RegisterGroup& group : registers_of(kernel, schema, 0).groups) ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "snapfmt/schema/schema.h"
#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/vcpu.h"

namespace snapfmt::snapshot {

struct RegisterValue {
  std::string name;  ///< as in the element's path: `rax`, `cr0`, `var[0].base`
  std::uint64_t value = 0;
  unsigned size = 8;  ///< significant bytes
  std::string text;   ///< flags or enumeration: `PG WP PE`; empty for a plain number
};

struct RegisterGroup {
  std::string id;  ///< `general`, `control`, `debug`, `msrs`, `pdptes`, `mtrrs`, `events`, `lapic`
  std::string title;                     ///< for people
  std::vector<RegisterValue> registers;  ///< those that are there
};

/// A segment, or a table register, which has no selector and no access rights.
struct SegmentValue {
  std::string name;
  std::optional<std::uint64_t> selector, base, limit;
  std::optional<std::uint64_t> access;  ///< in VMX form
  std::string access_text;
};

/// Groups without a register and segments without a value are left out.
struct VcpuRegisters {
  VcpuState state;
  std::vector<RegisterGroup> groups;
  std::vector<SegmentValue> segments;       ///< cs ds es fs gs ss ldtr tr, gdtr idtr
  std::vector<std::uint8_t> isr, irr, tmr;  ///< vectors of the APIC, ascending
  bool has_lapic = false;                   ///< the three above say something

  const RegisterGroup* group(std::string_view id) const;
};

/// MSRs, MTRRs and APIC registers are those of the dictionary. `index` from 0; a vCPU that is not
/// there has no groups.
VcpuRegisters registers_of(const Elements& kernel, const schema::Schema& schema,
                           std::uint64_t index);

}  // namespace snapfmt::snapshot
