#include "snapfmt/snapshot/paging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest_image.h"

namespace snapfmt::snapshot {
namespace {

using test::GuestImage;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kMib = 1U << 20;
constexpr std::uint64_t kGib = 1U << 30;
// Bits of entries.
constexpr std::uint64_t kP = 1, kW = 2, kU = 4, kPwt = 8, kPcd = 16, kA = 32, kD = 64, kPs = 128,
                        kG = 256;
constexpr std::uint64_t kLargePat = 1U << 12;
constexpr std::uint64_t kNx = std::uint64_t{1} << 63;
// Registers.
constexpr std::uint64_t kCr0 = 0x8000'0011;
constexpr std::uint64_t kPse = 1U << 4, kPae = 1U << 5, kPge = 1U << 7, kLa57 = 1U << 12,
                        kPke = 1U << 22, kPks = 1U << 24;
constexpr std::uint64_t kLme = 1U << 8, kLma = 1U << 10, kNxe = 1U << 11;

PagingState level4(std::uint64_t cr3 = 0x1000) {
  return {.cr0 = kCr0, .cr3 = cr3, .cr4 = kPae | kPge, .efer = kLme | kLma | kNxe};
}
PagingState level5() {
  PagingState state = level4();
  state.cr4 |= kLa57;
  return state;
}
PagingState pae() { return {.cr0 = kCr0, .cr3 = 0x1000, .cr4 = kPae, .efer = kNxe}; }
PagingState bits32() { return {.cr0 = kCr0, .cr3 = 0x1000, .cr4 = kPse, .efer = 0}; }

Walk walked(const container::GuestRam& ram, const PagingState& state, std::uint64_t gva,
            const WalkOptions& options = {}) {
  auto found = walk(ram, state, gva, options);
  EXPECT_TRUE(found) << found.error().to_string();
  return found ? *std::move(found) : Walk{};
}

/// 0x1000 -> 0x2000 -> 0x3000 -> 0x4000 -> page 0x7000 for address 0x8080604567.
GuestImage four_levels(std::uint64_t flags = kP | kW | kU | kA) {
  GuestImage image(16 * kMib);
  image.u64(0x1000 + 1 * 8, 0x2000 | flags);
  image.u64(0x2000 + 2 * 8, 0x3000 | flags);
  image.u64(0x3000 + 3 * 8, 0x4000 | flags);
  image.u64(0x4000 + 4 * 8, 0x7000 | flags | kD);
  return image;
}
constexpr std::uint64_t kGva = (std::uint64_t{1} << 39) | 2 * kGib | 3 * 2 * kMib | 0x4567;

TEST(PagingMode, FollowsTheControlRegisters) {
  EXPECT_EQ(paging_mode({}), PagingMode::None);
  EXPECT_EQ(paging_mode(bits32()), PagingMode::Bits32);
  EXPECT_EQ(paging_mode(pae()), PagingMode::Pae);
  EXPECT_EQ(paging_mode(level4()), PagingMode::Level4);
  EXPECT_EQ(paging_mode(level5()), PagingMode::Level5);
  PagingState off = level5();
  off.cr0 &= ~(std::uint64_t{1} << 31);
  EXPECT_EQ(paging_mode(off), PagingMode::None);
}

TEST(PagingMode, RootIsCr3WithoutFlags) {
  const std::uint64_t cr3 = 0x6000'1234'5678'9fff;
  PagingState state = level4(cr3);
  EXPECT_EQ(root_table(state), 0x0000'1234'5678'9000U & 0xf'ffff'ffff'f000U);
  state = pae();
  state.cr3 = cr3;
  EXPECT_EQ(root_table(state), 0x5678'9fe0U);
  state = bits32();
  state.cr3 = cr3;
  EXPECT_EQ(root_table(state), 0x5678'9000U);
}

TEST(Walk, WithoutPagingAddressesArePhysical) {
  const auto ram = GuestImage(kMib).open();
  const Walk found = walked(ram, {}, 0xfff0);
  EXPECT_TRUE(found.mapped());
  EXPECT_EQ(found.gpa, 0xfff0U);
  EXPECT_EQ(found.page_size, 0U);
  EXPECT_TRUE(found.steps.empty());
  EXPECT_EQ(walked(ram, {}, 4 * kGib).end, WalkEnd::AddressTooWide);
}

TEST(Walk, FourLevels) {
  const auto ram = four_levels().open();
  const Walk found = walked(ram, level4(), kGva);
  ASSERT_TRUE(found.mapped()) << found.why;
  EXPECT_EQ(found.gpa, 0x7567U);
  EXPECT_EQ(found.page_size, 0x1000U);
  EXPECT_EQ(found.rights, (Rights{.writable = true, .user = true, .executable = true}));
  ASSERT_EQ(found.steps.size(), 4U);
  const WalkStep& root = found.steps.front();
  EXPECT_EQ(root.table, "PML4");
  EXPECT_EQ(root.table_gpa, 0x1000U);
  EXPECT_EQ(root.index, 1U);
  EXPECT_EQ(root.entry_gpa, 0x1008U);
  EXPECT_EQ(root.entry, 0x2027U);
  EXPECT_EQ(root.next_gpa, 0x2000U);
  EXPECT_FALSE(root.leaf);
  const WalkStep& leaf = found.steps.back();
  EXPECT_EQ(leaf.table, "PT");
  EXPECT_EQ(leaf.level, 1U);
  EXPECT_EQ(leaf.next_gpa, 0x7000U);
  EXPECT_TRUE(leaf.leaf);
  EXPECT_THAT(leaf.flags, ElementsAre("P", "R/W", "U/S", "A", "D"));
}

TEST(Walk, FiveLevels) {
  GuestImage image = four_levels();
  const std::uint64_t gva = kGva | std::uint64_t{5} << 48;
  image.u64(0x9000 + 5 * 8, 0x1000 | kP | kW | kU);
  PagingState state = level5();
  state.cr3 = 0x9000;
  const auto ram = image.open();
  const Walk found = walked(ram, state, gva);
  ASSERT_TRUE(found.mapped()) << found.why;
  EXPECT_EQ(found.steps.size(), 5U);
  EXPECT_EQ(found.steps.front().table, "PML5");
  EXPECT_EQ(found.gpa, 0x7567U);
  // What is canonical with 57 bits is not with 48, and the other way round.
  EXPECT_EQ(walked(ram, level4(), gva).end, WalkEnd::NotCanonical);
  EXPECT_EQ(walked(ram, state, std::uint64_t{1} << 57).end, WalkEnd::NotCanonical);
}

TEST(Walk, CanonicalBorders) {
  const auto ram = GuestImage(kMib).open();
  for (const std::uint64_t gva : {0x0000'7fff'ffff'ffffU, 0xffff'8000'0000'0000U, ~0UL, 0UL}) {
    EXPECT_NE(walked(ram, level4(), gva).end, WalkEnd::NotCanonical) << gva;
  }
  for (const std::uint64_t gva : {0x0000'8000'0000'0000U, 0xffff'7fff'ffff'ffffU, 1UL << 63}) {
    const Walk found = walked(ram, level4(), gva);
    EXPECT_EQ(found.end, WalkEnd::NotCanonical) << gva;
    EXPECT_THAT(found.why, HasSubstr("63:47"));
    EXPECT_TRUE(found.steps.empty());
  }
  EXPECT_NE(walked(ram, level5(), 0x00ff'ffff'ffff'ffffU).end, WalkEnd::NotCanonical);
  EXPECT_EQ(walked(ram, level5(), 0x0100'0000'0000'0000U).end, WalkEnd::NotCanonical);
}

TEST(Walk, LargePagesOfLongMode) {
  GuestImage image(16 * kMib);
  image.u64(0x1000, 0x2000 | kP | kW);
  image.u64(0x2000, 0x4000'0000 | kP | kW | kPs | kG | kD | kLargePat);
  image.u64(0x2008, 0x3000 | kP);
  image.u64(0x3000, 0x60'0000 | kP | kW | kPs | kNx);
  const auto ram = image.open();
  const Walk gib = walked(ram, level4(), 0x1234'5678);
  EXPECT_EQ(gib.gpa, 0x4000'0000U + 0x1234'5678U);
  EXPECT_EQ(gib.page_size, kGib);
  EXPECT_EQ(gib.steps.size(), 2U);
  EXPECT_THAT(gib.steps.back().flags, ElementsAre("P", "R/W", "D", "PS", "PAT", "G"));
  const Walk two_mib = walked(ram, level4(), kGib + 0x12345);
  EXPECT_EQ(two_mib.gpa, 0x61'2345U);
  EXPECT_EQ(two_mib.page_size, 2 * kMib);
  EXPECT_EQ(two_mib.rights, (Rights{.writable = false, .user = false, .executable = false}));
}

TEST(Walk, RightsAreThoseOfAllLevels) {
  for (unsigned level = 0; level < 4; ++level) {
    GuestImage image = four_levels();
    const std::uint64_t entry = 0x1000 * (level + 1) + 8 * (level + 1);
    const std::uint64_t target = level == 3 ? 0x7000 : 0x1000 * (level + 2);
    image.u64(entry, target | kP | kU);
    EXPECT_EQ(walked(image.open(), level4(), kGva).rights, (Rights{.writable = false})) << level;
    image.u64(entry, target | kP | kW);
    EXPECT_EQ(walked(image.open(), level4(), kGva).rights, (Rights{.user = false})) << level;
    image.u64(entry, target | kP | kW | kU | kNx);
    EXPECT_EQ(walked(image.open(), level4(), kGva).rights, (Rights{.executable = false})) << level;
  }
}

TEST(Walk, StopsWhereAnEntryIsNotPresent) {
  for (unsigned level = 0; level < 4; ++level) {
    GuestImage image = four_levels();
    image.u64(0x1000 * (level + 1) + 8 * (level + 1), 0xdead'0000'0000 | kW);
    const Walk found = walked(image.open(), level4(), kGva);
    EXPECT_EQ(found.end, WalkEnd::NotPresent);
    ASSERT_EQ(found.steps.size(), level + 1);
    EXPECT_TRUE(found.steps.back().flags.empty());
    EXPECT_EQ(found.steps.back().next_gpa, 0U);
    EXPECT_THAT(found.why, HasSubstr("is not present"));
  }
}

TEST(Walk, ReservedBits) {
  const auto end_with = [](std::uint64_t entry, std::uint64_t gpa, PagingState state,
                           const WalkOptions& options = {}) {
    GuestImage image = four_levels();
    image.u64(gpa, entry);
    const Walk found = walked(image.open(), state, kGva, options);
    if (found.end == WalkEnd::ReservedBits) {
      EXPECT_NE(found.steps.back().reserved, 0U);
      EXPECT_NE(found.steps.back().next_gpa, 0U) << "where it would go is worth knowing";
    }
    return found.end;
  };
  PagingState no_nx = level4();
  no_nx.efer &= ~kNxe;
  EXPECT_EQ(end_with(0x2000 | kP | kPs, 0x1008, level4()), WalkEnd::ReservedBits);
  EXPECT_EQ(end_with(0x7000 | kP | kNx, 0x4020, no_nx), WalkEnd::ReservedBits);
  EXPECT_EQ(end_with(0x7000 | kP | kNx, 0x4020, level4()), WalkEnd::Mapped);
  EXPECT_EQ(end_with(0x60'2000 | kP | kPs, 0x3018, level4()), WalkEnd::ReservedBits);
  EXPECT_EQ(end_with(0x4020'0000 | kP | kPs, 0x2010, level4()), WalkEnd::ReservedBits);
  // Bits 62:52 are the system's own in long mode.
  EXPECT_EQ(end_with(0x7000 | kP | std::uint64_t{0x7ff} << 52, 0x4020, level4()), WalkEnd::Mapped);
  // Address bits count only for a CPU that has fewer.
  const std::uint64_t high = std::uint64_t{1} << 40;
  EXPECT_EQ(end_with(0x7000 | kP | high, 0x4020, level4()), WalkEnd::Mapped);
  EXPECT_EQ(end_with(0x7000 | kP | high, 0x4020, level4(), {.physical_bits = 40}),
            WalkEnd::ReservedBits);
}

TEST(Walk, TablesOutsideOfRam) {
  GuestImage image = four_levels();
  image.u64(0x2010, 0xc000'0000 | kP | kW);
  const Walk hole = walked(image.open(), level4(), kGva);
  EXPECT_EQ(hole.end, WalkEnd::TableNotRam);
  EXPECT_THAT(hole.why, HasSubstr("PD at 0xc0000000"));
  EXPECT_EQ(hole.steps.size(), 2U);
  EXPECT_EQ(walked(image.open(), level4(0xffff'ffff'f000), kGva).end, WalkEnd::TableNotRam);
  // In the index's memory, but not in a file that was cut.
  EXPECT_EQ(walked(four_levels().open(0x2000), level4(), kGva).end, WalkEnd::TableMissing);
  EXPECT_EQ(walked(four_levels().open(0), level4(), kGva).end, WalkEnd::TableMissing);
}

TEST(Walk, LoopsInTablesEndLikeOtherWalks) {
  GuestImage image(kMib);
  for (std::uint64_t i = 0; i < 512; ++i) image.u64(0x1000 + 8 * i, 0x1000 | kP | kW);
  const auto ram = image.open();
  const Walk found = walked(ram, level4(), 0xffff'ffff'ffff'f123);
  EXPECT_TRUE(found.mapped());
  EXPECT_EQ(found.steps.size(), 4U);
  EXPECT_EQ(found.gpa, 0x1123U);
  EXPECT_EQ(found.findings.size(), 3U);
  EXPECT_THAT(found.findings.front(), HasSubstr("recursive"));
  EXPECT_EQ(walked(ram, level5(), 0x123).steps.size(), 5U);
}

TEST(Walk, PaeHasThreeLevels) {
  GuestImage image(16 * kMib);
  image.u64(0x1000 + 3 * 8, 0x2000 | kP);
  image.u64(0x2000 + 4 * 8, 0x40'0000 | kP | kW | kA | kD | kPs | kNx);
  image.u64(0x2000 + 5 * 8, 0x3000 | kP | kW | kU);
  image.u64(0x3000 + 6 * 8, 0x5000 | kP | kU);
  const auto ram = image.open();
  const Walk large = walked(ram, pae(), 0xc080'0042);
  ASSERT_TRUE(large.mapped()) << large.why;
  EXPECT_EQ(large.gpa, 0x40'0042U);
  EXPECT_EQ(large.page_size, 2 * kMib);
  // The PDPTE has no rights of its own.
  EXPECT_EQ(large.rights, (Rights{.writable = true, .user = false, .executable = false}));
  EXPECT_THAT(large.steps.front().flags, ElementsAre("P"));
  const Walk small = walked(ram, pae(), 0xc0a0'6042);
  ASSERT_TRUE(small.mapped()) << small.why;
  EXPECT_EQ(small.gpa, 0x5042U);
  EXPECT_EQ(small.rights, (Rights{.writable = false}));
  EXPECT_EQ(walked(ram, pae(), 0x1'0000'0000).end, WalkEnd::AddressTooWide);
}

TEST(Walk, PaeReservesMoreBits) {
  const auto end_with = [](std::uint64_t pdpte, std::uint64_t pde) {
    GuestImage image(16 * kMib);
    image.u64(0x1000, pdpte);
    image.u64(0x2000, pde);
    return walked(image.open(), pae(), 0x42).end;
  };
  constexpr std::uint64_t kPage = 0x20'0000 | kP | kPs;
  EXPECT_EQ(end_with(0x2000 | kP, kPage), WalkEnd::Mapped);
  for (const std::uint64_t bad : {kW, kU, kA, kD, kPs, kG, kNx, std::uint64_t{1} << 52}) {
    EXPECT_EQ(end_with(0x2000 | kP | bad, kPage), WalkEnd::ReservedBits) << bad;
  }
  EXPECT_EQ(end_with(0x2000 | kP, kPage | std::uint64_t{1} << 52), WalkEnd::ReservedBits);
}

TEST(Walk, PaeComparesLoadedEntriesWithRam) {
  GuestImage image(16 * kMib);
  image.u64(0x1000, 0x2000 | kP);
  image.u64(0x2000, 0x20'0000 | kP | kPs);
  const auto ram = image.open();
  PagingState state = pae();
  state.pdpte = {0x2001, 0x9001, 0, 0};
  EXPECT_TRUE(walked(ram, state, 0x42).findings.empty()) << "only the entry in use counts";
  state.pdpte = {0x3001, 0, 0, 0};
  const Walk found = walked(ram, state, 0x42);
  EXPECT_EQ(found.gpa, 0x20'0042U) << "RAM is what counts here";
  ASSERT_EQ(found.findings.size(), 1U);
  EXPECT_THAT(found.findings.front(), HasSubstr("0x3001"));
}

TEST(Walk, Bits32) {
  GuestImage image(16 * kMib);
  image.u32(0x1000 + 4 * 0x300, 0x2000 | kP | kW | kU);
  image.u32(0x2000 + 4 * 0x45, 0x6000 | kP | kU);
  image.u32(0x1000 + 4 * 0x301, 0x80'0000 | kP | kW | kPs);
  const auto ram = image.open();
  const Walk small = walked(ram, bits32(), 0xc004'5678);
  ASSERT_TRUE(small.mapped()) << small.why;
  EXPECT_EQ(small.gpa, 0x6678U);
  EXPECT_EQ(small.rights, (Rights{.writable = false})) << "there is no NX";
  EXPECT_EQ(small.steps.front().entry_size, 4U);
  const Walk large = walked(ram, bits32(), 0xc07f'ffff);
  EXPECT_EQ(large.gpa, 0xbf'ffffU);
  EXPECT_EQ(large.page_size, 4 * kMib);
  // Without CR4.PSE the bit means nothing, and the entry is a table.
  PagingState no_pse = bits32();
  no_pse.cr4 = 0;
  const Walk table = walked(ram, no_pse, 0xc040'0000);
  EXPECT_EQ(table.steps.size(), 2U);
  EXPECT_EQ(table.end, WalkEnd::NotPresent);
}

TEST(Walk, Pse36) {
  GuestImage image(16 * kMib);
  // Bits 20:13 of the entry are address bits 39:32.
  image.u32(0x1000, 0x00c0'0000 | 0x5a << 13 | kP | kPs | kLargePat);
  image.u32(0x1004, 0x0020'0000 | kP | kPs);
  const auto ram = image.open();
  const Walk found = walked(ram, bits32(), 0x12'3456);
  ASSERT_TRUE(found.mapped()) << found.why;
  EXPECT_EQ(found.gpa, 0x5a'00d2'3456U);
  EXPECT_EQ(found.pat_index, 4U);
  EXPECT_EQ(walked(ram, bits32(), 0x40'0000).end, WalkEnd::ReservedBits) << "bit 21";
  EXPECT_EQ(walked(ram, bits32(), 0x12'3456, {.physical_bits = 36}).end, WalkEnd::ReservedBits);
}

TEST(Walk, MemoryTypeAndKey) {
  GuestImage image = four_levels();
  image.u64(0x4020, 0x7000 | kP | kU | kPwt | kPcd | kPs | std::uint64_t{9} << 59);
  image.u64(0x4028, 0x7000 | kP | std::uint64_t{7} << 59);
  const auto ram = image.open();
  PagingState state = level4();
  EXPECT_EQ(walked(ram, state, kGva).pat_index, 7U);
  EXPECT_TRUE(walked(ram, state, kGva).memory_type.empty());
  state.pat = 0x0107'0406'0007'0406;
  EXPECT_EQ(walked(ram, state, kGva).memory_type, "WC");
  EXPECT_FALSE(walked(ram, state, kGva).protection_key);
  state.cr4 |= kPke;
  EXPECT_EQ(walked(ram, state, kGva).protection_key, 9U);
  EXPECT_FALSE(walked(ram, state, kGva + 0x1000).protection_key) << "a page of the kernel";
  state.cr4 |= kPks;
  EXPECT_EQ(walked(ram, state, kGva + 0x1000).protection_key, 7U);
}

TEST(Walk, RegistersThatContradictEachOther) {
  const auto ram = four_levels().open();
  PagingState state = level4();
  state.cr0 &= ~std::uint64_t{1};
  state.cr4 = 0;
  const Walk found = walked(ram, state, kGva);
  EXPECT_TRUE(found.mapped());
  EXPECT_EQ(found.findings.size(), 2U);
}

}  // namespace
}  // namespace snapfmt::snapshot
