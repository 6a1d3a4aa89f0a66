#include "snapfmt/snapshot/paging.h"

#include <algorithm>

#include <fmt/format.h>

#include "paging_format.h"
#include "snapfmt/bytes/endian.h"
#include "snapfmt/snapshot/code_state.h"

namespace snapfmt::snapshot {
namespace {

using container::GuestRam;
using paging::bits;
using paging::EntryFormat;
using paging::Level;

/// What the PAT's entries mean (SDM vol. 3, 12.12.2).
constexpr std::array<std::string_view, 8> kMemoryTypes{"UC", "WC", "", "", "WT", "WP", "WB", "UC-"};

bool is_canonical(std::uint64_t gva, unsigned width) {
  const std::uint64_t upper = gva >> (width - 1);
  return upper == 0 || upper == ~std::uint64_t{0} >> (width - 1);
}

/// Walks one address. The walk has as many steps as the mode has levels, whatever the tables
/// say, so a loop in them ends as any other walk does.
class Walker {
 public:
  Walker(const GuestRam& ram, const PagingState& state, std::uint64_t gva,
         const WalkOptions& options)
      : ram_(ram), state_(state), options_(options) {
    walk_.mode = paging_mode(state);
    walk_.gva = gva;
  }

  Result<Walk> run() {
    look_at_registers();
    if (!address_fits()) return std::move(walk_);
    if (walk_.mode == PagingMode::None) {
      walk_.gpa = walk_.gva;
      return std::move(walk_);
    }
    std::uint64_t table = root_table(state_);
    for (const Level& level : paging::levels(walk_.mode)) {
      const EntryFormat format(state_, walk_.mode, level, options_.physical_bits);
      const auto more = step(level, format, table);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      table = walk_.steps.back().next_gpa;
    }
    return std::move(walk_);
  }

 private:
  void stop(WalkEnd end, std::string why) {
    walk_.end = end;
    walk_.why = std::move(why);
  }

  void look_at_registers() {
    if (walk_.mode == PagingMode::None) return;
    if ((state_.cr0 & paging::kCr0Pe) == 0) {
      walk_.findings.emplace_back("CR0.PG is set with CR0.PE clear, which no CPU allows");
    }
    if ((state_.efer & paging::kEferLma) != 0 && (state_.cr4 & paging::kCr4Pae) == 0) {
      walk_.findings.emplace_back("EFER.LMA is set with CR4.PAE clear, which no CPU allows");
    }
  }

  bool address_fits() {
    if (walk_.mode == PagingMode::Level4 || walk_.mode == PagingMode::Level5) {
      const unsigned width = walk_.mode == PagingMode::Level4 ? 48 : 57;
      if (is_canonical(walk_.gva, width)) return true;
      stop(WalkEnd::NotCanonical, fmt::format("not canonical: bits 63:{} differ", width - 1));
      return false;
    }
    if (walk_.gva <= 0xffff'ffff) return true;
    stop(WalkEnd::AddressTooWide,
         walk_.mode == PagingMode::None
             ? std::string("addresses have 32 bits without paging")
             : fmt::format("addresses have 32 bits with {} paging", to_string(walk_.mode)));
    return false;
  }

  /// Reads one entry; whether there is another level to go to.
  Result<bool> step(const Level& level, const EntryFormat& format, std::uint64_t table) {
    WalkStep step{
        .table = level.table,
        .level = level.level,
        .table_gpa = table,
        .index = static_cast<unsigned>(walk_.gva >> level.shift & bits(level.index_bits - 1, 0)),
        .entry_size = format.entry_size()};
    step.entry_gpa = table + std::uint64_t{step.index} * step.entry_size;
    std::array<std::byte, 8> raw{};
    if (const auto read = ram_.read(step.entry_gpa, std::span(raw).first(step.entry_size)); !read) {
      if (read.error().code != ErrorCode::NotFound && read.error().code != ErrorCode::Truncated) {
        return std::unexpected(read.error());
      }
      table_is_missing(step, read.error().code);
      return false;
    }
    step.entry = bytes::load_le(std::span<const std::byte>(raw));
    note_loop(step);
    if (format.is_pdpte()) compare_with_register(step);
    const bool more = judge(step, format);
    if (!more && walk_.mapped()) finish(step, level, format);
    walk_.steps.push_back(std::move(step));
    return more;
  }

  /// Fills in what the entry says and adds its rights; whether it refers to a table.
  bool judge(WalkStep& step, const EntryFormat& format) {
    if ((step.entry & paging::kPresent) == 0) {
      stop(WalkEnd::NotPresent, fmt::format("{} entry {} is not present", step.table, step.index));
      return false;
    }
    step.flags = format.flags(step.entry);
    step.leaf = format.is_leaf(step.entry);
    step.next_gpa = format.target(step.entry);
    step.reserved = format.reserved_bits_set(step.entry);
    if (step.reserved != 0) {
      stop(WalkEnd::ReservedBits, fmt::format("{} entry {} has reserved bits set ({:#x})",
                                              step.table, step.index, step.reserved));
      return false;
    }
    if (!format.is_pdpte()) {
      walk_.rights.writable &= (step.entry & paging::kWritable) != 0;
      walk_.rights.user &= (step.entry & paging::kUser) != 0;
      if ((state_.efer & paging::kEferNxe) != 0) {
        walk_.rights.executable &= (step.entry & paging::kNoExecute) == 0;
      }
    }
    return !step.leaf;
  }

  void finish(const WalkStep& step, const Level& level, const EntryFormat& format) {
    walk_.page_size = std::uint64_t{1} << level.shift;
    walk_.gpa = step.next_gpa | (walk_.gva & (walk_.page_size - 1));
    walk_.pat_index = format.pat_index(step.entry);
    if (state_.pat) {
      const std::uint64_t type = *state_.pat >> 8 * *walk_.pat_index & 0xff;
      if (type < kMemoryTypes.size()) walk_.memory_type = kMemoryTypes[type];
    }
    const bool long_mode = walk_.mode == PagingMode::Level4 || walk_.mode == PagingMode::Level5;
    const auto enable = walk_.rights.user ? paging::kCr4Pke : paging::kCr4Pks;
    if (long_mode && (state_.cr4 & enable) != 0) {
      walk_.protection_key = static_cast<unsigned>(step.entry >> 59 & 0xf);
    }
  }

  void table_is_missing(const WalkStep& step, ErrorCode code) {
    const bool short_file = code == ErrorCode::Truncated;
    stop(short_file ? WalkEnd::TableMissing : WalkEnd::TableNotRam,
         fmt::format("the {} at {:#x} is {}", step.table, step.table_gpa,
                     short_file ? "beyond the end of F" : "not in RAM"));
  }

  void note_loop(const WalkStep& step) {
    const auto same = std::ranges::find(walk_.steps, step.table_gpa, &WalkStep::table_gpa);
    if (same == walk_.steps.end()) return;
    walk_.findings.push_back(fmt::format("the {} at {:#x} is its own {}: a recursive mapping",
                                         step.table, step.table_gpa, same->table));
  }

  void compare_with_register(const WalkStep& step) {
    if (!state_.pdpte) return;
    const std::uint64_t loaded = (*state_.pdpte)[step.index];
    if (loaded == step.entry) return;
    walk_.findings.push_back(fmt::format(
        "the CPU has PDPTE {} loaded as {:#x}, RAM has {:#x}; a CPU uses what it loaded until CR3 "
        "is written again",
        step.index, loaded, step.entry));
  }

  const GuestRam& ram_;
  const PagingState& state_;
  const WalkOptions options_;
  Walk walk_;
};

}  // namespace

std::string_view to_string(PagingMode mode) {
  switch (mode) {
    case PagingMode::None:
      return "none";
    case PagingMode::Bits32:
      return "32-bit";
    case PagingMode::Pae:
      return "PAE";
    case PagingMode::Level4:
      return "4-level";
    case PagingMode::Level5:
      break;
  }
  return "5-level";
}

std::string_view to_string(WalkEnd end) {
  switch (end) {
    case WalkEnd::Mapped:
      return "mapped";
    case WalkEnd::AddressTooWide:
      return "address-too-wide";
    case WalkEnd::NotCanonical:
      return "not-canonical";
    case WalkEnd::NotPresent:
      return "not-present";
    case WalkEnd::ReservedBits:
      return "reserved-bits";
    case WalkEnd::TableNotRam:
      return "table-not-ram";
    case WalkEnd::TableMissing:
      break;
  }
  return "table-missing";
}

Result<PagingState> paging_state(const Elements& elements, std::uint64_t cpu) {
  PagingState state;
  const std::array<std::pair<std::string_view, std::uint64_t*>, 4> needed{
      {{"cr0", &state.cr0}, {"cr3", &state.cr3}, {"cr4", &state.cr4}, {"efer", &state.efer}}};
  for (const auto& [name, value] : needed) {
    const auto found = vcpu_register(elements, cpu, name);
    if (!found) return std::unexpected(found.error());
    *value = *found;
  }
  if (const auto pat = vcpu_register(elements, cpu, "msr.pat")) state.pat = *pat;
  std::array<std::uint64_t, 4> pdpte{};
  for (std::size_t i = 0; i < pdpte.size(); ++i) {
    const auto value = vcpu_register(elements, cpu, fmt::format("pdpte{}", i));
    if (!value) return state;
    pdpte[i] = *value;
  }
  state.pdpte = pdpte;
  return state;
}

PagingMode paging_mode(const PagingState& state) {
  if ((state.cr0 & paging::kCr0Pg) == 0) return PagingMode::None;
  if ((state.efer & paging::kEferLma) != 0) {
    return (state.cr4 & paging::kCr4La57) != 0 ? PagingMode::Level5 : PagingMode::Level4;
  }
  return (state.cr4 & paging::kCr4Pae) != 0 ? PagingMode::Pae : PagingMode::Bits32;
}

std::uint64_t root_table(const PagingState& state) {
  switch (paging_mode(state)) {
    case PagingMode::Bits32:
      return state.cr3 & bits(31, 12);
    case PagingMode::Pae:
      return state.cr3 & bits(31, 5);
    default:
      return state.cr3 & bits(51, 12);
  }
}

Result<Walk> walk(const GuestRam& ram, const PagingState& state, std::uint64_t gva,
                  const WalkOptions& options) {
  return Walker(ram, state, gva, options).run();
}

}  // namespace snapfmt::snapshot
