// Page-table entries by paging mode: which bits are what.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "snapfmt/snapshot/paging.h"

namespace snapfmt::snapshot::paging {

/// Bits `high` to `low`, both included.
constexpr std::uint64_t bits(unsigned high, unsigned low) {
  return (~std::uint64_t{0} >> (63 - high)) & (~std::uint64_t{0} << low);
}

inline constexpr std::uint64_t kCr0Pe = bits(0, 0);
inline constexpr std::uint64_t kCr0Pg = bits(31, 31);
inline constexpr std::uint64_t kCr4Pse = bits(4, 4);
inline constexpr std::uint64_t kCr4Pae = bits(5, 5);
inline constexpr std::uint64_t kCr4Pge = bits(7, 7);
inline constexpr std::uint64_t kCr4La57 = bits(12, 12);
inline constexpr std::uint64_t kCr4Pke = bits(22, 22);
inline constexpr std::uint64_t kCr4Pks = bits(24, 24);
inline constexpr std::uint64_t kEferLma = bits(10, 10);
inline constexpr std::uint64_t kEferNxe = bits(11, 11);

inline constexpr std::uint64_t kPresent = bits(0, 0);
inline constexpr std::uint64_t kWritable = bits(1, 1);
inline constexpr std::uint64_t kUser = bits(2, 2);
inline constexpr std::uint64_t kPwt = bits(3, 3);
inline constexpr std::uint64_t kPcd = bits(4, 4);
inline constexpr std::uint64_t kAccessed = bits(5, 5);
inline constexpr std::uint64_t kDirty = bits(6, 6);
inline constexpr std::uint64_t kPageSize = bits(7, 7);
inline constexpr std::uint64_t kGlobal = bits(8, 8);
inline constexpr std::uint64_t kNoExecute = bits(63, 63);

/// One level of tables.
struct Level {
  std::string_view table;
  unsigned level = 1;
  unsigned shift = 12;       ///< address bits below its index
  unsigned index_bits = 9;   ///< width of its index
  bool large_pages = false;  ///< PS makes an entry map a page
};

/// The levels of a mode, root first; none without paging.
std::span<const Level> levels(PagingMode mode);

/// How to read the entries of one level.
class EntryFormat {
 public:
  EntryFormat(const PagingState& state, PagingMode mode, const Level& level,
              unsigned physical_bits);

  unsigned entry_size() const { return mode_ == PagingMode::Bits32 ? 4 : 8; }
  /// The four entries at the root of PAE paging have no rights, no A and no NX.
  bool is_pdpte() const { return mode_ == PagingMode::Pae && level_->level == 3; }
  bool is_leaf(std::uint64_t entry) const;
  bool is_large(std::uint64_t entry) const { return level_->level != 1 && is_leaf(entry); }
  /// Bits of a present entry that must be 0 and are not.
  std::uint64_t reserved_bits_set(std::uint64_t entry) const;
  /// Address of the next table, or of the page.
  std::uint64_t target(std::uint64_t entry) const;
  std::vector<std::string_view> flags(std::uint64_t entry) const;
  /// Entry of the PAT that a leaf chooses.
  unsigned pat_index(std::uint64_t entry) const;

 private:
  std::uint64_t reserved32(std::uint64_t entry) const;
  std::uint64_t reserved64(std::uint64_t entry) const;
  std::uint64_t pat_bit(std::uint64_t entry) const;

  const PagingState* state_;
  PagingMode mode_;
  const Level* level_;
  unsigned physical_bits_;
};

}  // namespace snapfmt::snapshot::paging
