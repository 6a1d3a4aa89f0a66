// The guest's page tables: from virtual (linear) to physical addresses, level by level.
//
//   const auto state = paging_state(Elements::of_kernel(snapshot), 0);
//   const auto found = walk(*snapshot.ram(), *state, 0xffffffff80200000);
//   if (found->mapped()) use(found->gpa);
//
// By the books of both vendors: SDM vol. 3, chapter 4; APM vol. 2, chapter 5.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/container/ram.h"
#include "snapfmt/error.h"
#include "snapfmt/snapshot/elements.h"

namespace snapfmt::snapshot {

enum class PagingMode : std::uint8_t {
  None,    ///< virtual addresses are physical ones
  Bits32,  ///< two levels of 32-bit entries
  Pae,     ///< three levels of 64-bit entries, 32-bit addresses
  Level4,  ///< 48-bit addresses
  Level5,  ///< 57-bit addresses
};

/// `none`, `32-bit`, `PAE`, `4-level`, `5-level`.
std::string_view to_string(PagingMode mode);

/// The registers of a vCPU that decide how it translates addresses, as the file has them.
struct PagingState {
  std::uint64_t cr0 = 0, cr3 = 0, cr4 = 0, efer = 0;
  /// What an Intel CPU loaded from CR3's table in PAE paging; AMD has no such registers.
  std::optional<std::array<std::uint64_t, 4>> pdpte;
  std::optional<std::uint64_t> pat;  ///< IA32_PAT
};

/// NotFound if the snapshot lacks CR0, CR3, CR4 or EFER of the vCPU.
Result<PagingState> paging_state(const Elements& elements, std::uint64_t cpu);

PagingMode paging_mode(const PagingState& state);

/// Guest physical address of the first table: CR3 without flags and PCID.
std::uint64_t root_table(const PagingState& state);

/// Physical address widths: 52 is the most that the architecture allows, and what is assumed
/// where the guest's own is not known (a snapshot does not hold CPUID).
inline constexpr unsigned kMaxPhysicalBits = 52;

struct WalkOptions {
  unsigned physical_bits = kMaxPhysicalBits;  ///< 32 to 52; address bits above are reserved
};

enum class WalkEnd : std::uint8_t {
  Mapped,
  AddressTooWide,  ///< more than 32 bits where these are all
  NotCanonical,    ///< the upper bits are no copies of the highest one in use
  NotPresent,      ///< an entry has P = 0
  ReservedBits,    ///< an entry has a bit that must be 0
  TableNotRam,     ///< a table lies where there is no RAM
  TableMissing,    ///< a table lies beyond the end of a short F
};

/// `mapped`, `not-present` ...: stable, for JSON.
std::string_view to_string(WalkEnd end);

/// One entry on the way.
struct WalkStep {
  std::string_view table;  ///< `PML5`, `PML4`, `PDPT`, `PD` or `PT`
  unsigned level = 0;      ///< 5 down to 1
  std::uint64_t table_gpa = 0;
  unsigned index = 0;       ///< of the entry in its table
  unsigned entry_size = 8;  ///< bytes
  std::uint64_t entry_gpa = 0;
  std::uint64_t entry = 0;
  bool leaf = false;                    ///< it maps a page, not a table
  std::uint64_t next_gpa = 0;           ///< the next table, or the page; 0 if not present
  std::uint64_t reserved = 0;           ///< bits that must be 0 and are not
  std::vector<std::string_view> flags;  ///< `P`, `R/W`, `U/S`, `A` ...; none if not present
};

/// What all levels together allow. CR0.WP, SMEP, SMAP and protection keys come on top.
struct Rights {
  bool writable = true, user = true, executable = true;

  friend bool operator==(const Rights&, const Rights&) = default;
};

struct Walk {
  PagingMode mode = PagingMode::None;
  std::uint64_t gva = 0;
  std::vector<WalkStep> steps;  ///< from the root; none without paging
  WalkEnd end = WalkEnd::Mapped;
  std::string why;              ///< one clause on why it is not mapped; empty if it is
  std::uint64_t gpa = 0;        ///< if mapped; it need not be RAM
  std::uint64_t page_size = 0;  ///< bytes, if mapped; 0 without paging
  Rights rights;
  std::optional<unsigned> protection_key;  ///< 0 to 15, where CR4 enables keys for the page
  std::optional<unsigned> pat_index;       ///< 0 to 7: which entry of the PAT; none without paging
  std::string_view memory_type;            ///< `WB`, `UC-` ...; empty if not known
  std::vector<std::string> findings;       ///< what is unusual, one clause each

  bool mapped() const { return end == WalkEnd::Mapped; }
};

/// Translates one address. An address that is not mapped is no error; Io is the only one.
Result<Walk> walk(const container::GuestRam& ram, const PagingState& state, std::uint64_t gva,
                  const WalkOptions& options = {});

}  // namespace snapfmt::snapshot
