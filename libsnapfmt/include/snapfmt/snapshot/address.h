// Addresses as people give them: `0x1000`, `rip`, `rsp-0x20`, `gdtr+8`, `ss:0xff00`.
//
//   const auto gva = parse_address("rip+4", &elements, 0);
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "snapfmt/error.h"
#include "snapfmt/snapshot/elements.h"

namespace snapfmt::snapshot {

/// A number (decimal, `0x` hexadecimal) or a register of a vCPU, then any number of `+` or `-`
/// with a number; it wraps at 2^64.
///
/// Registers are the elements of the vCPU: `rax` to `r15`, `cr2`, `dr0` ...; a segment or a
/// descriptor table stands for its base (`gs`, `tr`, `gdtr`), an MSR needs no `msr.` (`lstar`).
/// `cr3` is the address of the root table, without flags. `rip`, `nextrip`, `rsp` and `rbp` are
/// linear addresses: outside 64-bit mode the base of CS or SS is added. `es:` to `gs:` before a
/// number or register adds that segment's base.
///
/// Usage: not an address. NotFound: the snapshot has no such register. `elements` may be null
/// where registers cannot be had.
Result<std::uint64_t> parse_address(std::string_view text, const Elements* elements,
                                    std::uint64_t cpu);

/// A number as above, alone; nothing if `text` is not one or too large.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// A number of bytes: a number, then perhaps K, M or G (times 1024 each) and perhaps B or iB.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace snapfmt::snapshot
