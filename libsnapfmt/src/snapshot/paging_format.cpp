#include "paging_format.h"

#include <algorithm>
#include <array>

namespace snapfmt::snapshot::paging {
namespace {

constexpr std::array<Level, 2> kLevels32{{{"PD", 2, 22, 10, true}, {"PT", 1, 12, 10, false}}};
constexpr std::array<Level, 3> kLevelsPae{
    {{"PDPT", 3, 30, 2, false}, {"PD", 2, 21, 9, true}, {"PT", 1, 12, 9, false}}};
constexpr std::array<Level, 5> kLevelsLong{{{"PML5", 5, 48, 9, false},
                                            {"PML4", 4, 39, 9, false},
                                            {"PDPT", 3, 30, 9, true},
                                            {"PD", 2, 21, 9, true},
                                            {"PT", 1, 12, 9, false}}};

/// 4 MiB pages have at most 40 address bits (PSE-36).
constexpr unsigned kPse36Bits = 40;

}  // namespace

std::span<const Level> levels(PagingMode mode) {
  switch (mode) {
    case PagingMode::None:
      return {};
    case PagingMode::Bits32:
      return kLevels32;
    case PagingMode::Pae:
      return kLevelsPae;
    case PagingMode::Level4:
      return std::span(kLevelsLong).subspan(1);
    case PagingMode::Level5:
      break;
  }
  return kLevelsLong;
}

EntryFormat::EntryFormat(const PagingState& state, PagingMode mode, const Level& level,
                         unsigned physical_bits)
    : state_(&state),
      mode_(mode),
      level_(&level),
      physical_bits_(std::clamp(physical_bits, 32U, kMaxPhysicalBits)) {}

bool EntryFormat::is_leaf(std::uint64_t entry) const {
  if (level_->level == 1) return true;
  if (!level_->large_pages || (entry & kPageSize) == 0) return false;
  return mode_ != PagingMode::Bits32 || (state_->cr4 & kCr4Pse) != 0;
}

std::uint64_t EntryFormat::reserved_bits_set(std::uint64_t entry) const {
  return entry & (mode_ == PagingMode::Bits32 ? reserved32(entry) : reserved64(entry));
}

std::uint64_t EntryFormat::reserved32(std::uint64_t entry) const {
  if (!is_large(entry)) return 0;
  // Bits 20:13 are address bits 39:32, as far as the CPU has these; bit 21 never is one.
  return bits(21, std::min(physical_bits_, kPse36Bits) - 19);
}

std::uint64_t EntryFormat::reserved64(std::uint64_t entry) const {
  std::uint64_t reserved = 0;
  if (physical_bits_ < kMaxPhysicalBits) reserved |= bits(51, physical_bits_);
  if (is_pdpte()) return reserved | bits(63, 52) | bits(8, 5) | bits(2, 1);
  if (mode_ == PagingMode::Pae) reserved |= bits(62, 52);
  if ((state_->efer & kEferNxe) == 0) reserved |= kNoExecute;
  if (level_->level > 3) reserved |= kPageSize;
  if (is_large(entry)) reserved |= bits(level_->shift - 1, 13);
  return reserved;
}

std::uint64_t EntryFormat::target(std::uint64_t entry) const {
  if (mode_ == PagingMode::Bits32) {
    if (!is_large(entry)) return entry & bits(31, 12);
    return (entry & bits(31, 22)) | (entry & bits(20, 13)) << 19;
  }
  return entry & bits(51, is_large(entry) ? level_->shift : 12);
}

std::uint64_t EntryFormat::pat_bit(std::uint64_t entry) const {
  if (!is_leaf(entry)) return 0;
  return is_large(entry) ? bits(12, 12) : bits(7, 7);
}

unsigned EntryFormat::pat_index(std::uint64_t entry) const {
  return ((entry & pat_bit(entry)) != 0 ? 4U : 0U) | ((entry & kPcd) != 0 ? 2U : 0U) |
         ((entry & kPwt) != 0 ? 1U : 0U);
}

std::vector<std::string_view> EntryFormat::flags(std::uint64_t entry) const {
  if ((entry & kPresent) == 0) return {};
  const bool leaf = is_leaf(entry);
  const bool rights = !is_pdpte();
  std::vector<std::string_view> names;
  const auto add = [&](bool meant, std::uint64_t bit, std::string_view name) {
    if (meant && (entry & bit) != 0) names.push_back(name);
  };
  add(true, kPresent, "P");
  add(rights, kWritable, "R/W");
  add(rights, kUser, "U/S");
  add(true, kPwt, "PWT");
  add(true, kPcd, "PCD");
  add(rights, kAccessed, "A");
  add(leaf, kDirty, "D");
  add(is_large(entry), kPageSize, "PS");
  add(leaf, pat_bit(entry), "PAT");
  add(leaf && (state_->cr4 & kCr4Pge) != 0, kGlobal, "G");
  add(rights && mode_ != PagingMode::Bits32 && (state_->efer & kEferNxe) != 0, kNoExecute, "NX");
  return names;
}

}  // namespace snapfmt::snapshot::paging
