// The guest's code as text.
//
//   const AddressSpace memory(*snapshot.ram(), paging);
//   const auto listing = disassemble(memory, code.linear_code(code.rip), {.code = code});
//   for (const Instruction& i : listing.instructions) print(i.address, i.text);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "snapfmt/error.h"
#include "snapfmt/snapshot/address_space.h"
#include "snapfmt/snapshot/code_state.h"

namespace snapfmt::snapshot {

enum class Syntax : std::uint8_t { Intel, Att };

struct DisassembleOptions {
  CodeState code = {};  ///< mode and bits decide how bytes are read, CS what addresses count from
  std::size_t count = 16;  ///< instructions
  Syntax syntax = Syntax::Intel;
};

struct Instruction {
  std::uint64_t address = 0;  ///< in the address space that was read
  std::uint64_t offset = 0;   ///< in the code segment: what RIP would hold, and jumps refer to
  std::vector<std::byte> bytes;
  std::string text;   ///< `mov eax, [rdi+0xf0]`; `(bad)` for a byte that begins no instruction
  bool valid = true;  ///< false for `(bad)`
};

struct Disassembly {
  std::vector<Instruction> instructions;
  std::uint64_t base = 0;        ///< address - offset: where offsets count from
  std::optional<Error> stopped;  ///< why there are fewer than asked for
};

/// Disassembles from `address` on. Where the address is in the code segment, offsets count from
/// its base, else from the last multiple of 64 KiB in 16-bit code and from 0 otherwise.
Disassembly disassemble(const AddressSpace& memory, std::uint64_t address,
                        const DisassembleOptions& options);

}  // namespace snapfmt::snapshot
