// What the `mem` commands share: how they are set up, and how they get at an address.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/options.h"
#include "snapfmt/snapshot/address_space.h"
#include "snapfmt/snapshot/code_state.h"
#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/memory_map.h"
#include "snapfmt/snapshot/paging.h"

namespace snapfmt::tools::snapinfo {

/// Options of every `mem` command. The snapshot may also stand before the command's name.
struct MemOptions {
  SnapshotOptions snapshot;
  OutputOptions output;
  std::shared_ptr<const SnapshotOptions> before;
};

/// Adds a command below `mem` with the options above.
CLI::App* add_mem_command(CLI::App& mem, const std::string& name, const std::string& description,
                          MemOptions& options, const char* examples);
/// The positional argument and the options of a snapshot, where it may be given elsewhere.
void add_optional_snapshot(CLI::App& command, SnapshotOptions& options);

Result<OpenSnapshot> open_snapshot(const MemOptions& options);

/// An address, or which of two, and whose.
struct AddressOptions {
  std::string gpa, gva;
  std::uint64_t cpu = 0;
};
void add_virtual_address(CLI::App& command, AddressOptions& options);
void add_physical_address(CLI::App& command, AddressOptions& options);

/// A vCPU with what it takes to reach its memory.
struct VcpuAccess {
  std::uint64_t number = 0;
  snapshot::PagingState paging;
  snapshot::CodeState code;
};

/// Guest memory, seen from where the command line says, and an address in it.
struct Target {
  snapshot::AddressSpace memory;
  std::uint64_t address = 0;
  std::optional<VcpuAccess> vcpu;  ///< unset for physical addresses, unless `vcpu` was asked for
};

enum class Needs : std::uint8_t {
  Memory,  ///< a vCPU only for virtual addresses and registers
  Code,    ///< the vCPU's mode in any case
};

/// NotFound: no F, no such vCPU, no such register. Usage: no address, or two.
/// `fallback` is the virtual address where none is given; empty: one must be.
Result<Target> resolve(const snapshot::Snapshot& snapshot, const AddressOptions& options,
                       Needs needs, std::string_view fallback = {});

/// The guest's RAM; NotFound with the name of the missing file.
Result<const container::GuestRam*> ram_of(const snapshot::Snapshot& snapshot);

/// Adds to the error of a read at `address` what lies there instead of RAM, if that is known.
Error with_region(const Error& error, const snapshot::Snapshot& snapshot,
                  const snapshot::AddressSpace& memory, std::uint64_t address);

void add_mem_read(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run);
void add_mem_disas(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run);
void add_mem_walk(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run);
void add_mem_stats(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run);
void add_mem_list(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run);

/// `mem list`, which is also what `mem` does by itself.
int run_mem_list(const MemOptions& options);

}  // namespace snapfmt::tools::snapinfo
