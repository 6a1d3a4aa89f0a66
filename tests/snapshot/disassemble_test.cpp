#include "snapfmt/snapshot/disassemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "guest_image.h"

namespace snapfmt::snapshot {
namespace {

using namespace std::string_view_literals;
using test::GuestImage;
using testing::HasSubstr;

constexpr CodeState kLong{.mode = CpuMode::Long64, .bits = 64};
constexpr CodeState kProtected{.mode = CpuMode::Protected, .bits = 32, .cs_limit = 0xffff'ffff};
constexpr CodeState kReal{
    .mode = CpuMode::Real, .bits = 16, .cs_base = 0xf0000, .cs_limit = 0xffff};

Disassembly listing_of(std::string_view code, const DisassembleOptions& options,
                       std::uint64_t at = 0x1000) {
  GuestImage image(1 << 20);
  image.text(at, code);
  const auto ram = image.open();
  return disassemble(AddressSpace(ram), at, options);
}

TEST(Disassemble, ReadsBytesByMode) {
  constexpr auto kCode = "\x48\xc1\xe0\x20"sv;
  EXPECT_EQ(listing_of(kCode, {.code = kLong}).instructions.front().text, "shl rax, 0x20");
  EXPECT_EQ(listing_of(kCode, {.code = kProtected}).instructions.front().text, "dec eax");
  EXPECT_EQ(listing_of(kCode, {.code = kReal}).instructions.front().text, "dec ax");
}

TEST(Disassemble, GivesAddressBytesAndTargets) {
  const auto listing = listing_of("\xfb\xf4\xeb\xfc"sv, {.code = kLong, .count = 3});
  ASSERT_EQ(listing.instructions.size(), 3U);
  EXPECT_FALSE(listing.stopped);
  const Instruction& jump = listing.instructions[2];
  EXPECT_EQ(jump.address, 0x1002U);
  EXPECT_EQ(jump.offset, 0x1002U);
  EXPECT_EQ(jump.bytes.size(), 2U);
  EXPECT_EQ(jump.text, "jmp 0x1000");
}

TEST(Disassemble, AttSyntax) {
  const auto listing =
      listing_of("\x8b\x87\xf0\x00\x00\x00"sv, {.code = kLong, .count = 1, .syntax = Syntax::Att});
  EXPECT_EQ(listing.instructions.front().text, "mov 0xf0(%rdi), %eax");
}

TEST(Disassemble, OffsetsCountFromTheCodeSegment) {
  // jmp to its own start, at F000:FFF0.
  const auto inside = listing_of("\xeb\xfe"sv, {.code = kReal, .count = 1}, 0xffff0);
  EXPECT_EQ(inside.base, 0xf0000U);
  EXPECT_EQ(inside.instructions.front().address, 0xffff0U);
  EXPECT_EQ(inside.instructions.front().offset, 0xfff0U);
  EXPECT_EQ(inside.instructions.front().text, "jmp 0xfff0");
  const auto outside = listing_of("\xeb\xfe"sv, {.code = kReal, .count = 1}, 0x27c00);
  EXPECT_EQ(outside.base, 0x20000U);
  EXPECT_EQ(outside.instructions.front().text, "jmp 0x7c00");
}

TEST(Disassemble, BadBytesAreSkippedOneByOne) {
  const auto listing = listing_of("\x0e\x90"sv, {.code = kLong, .count = 2});
  ASSERT_EQ(listing.instructions.size(), 2U);
  EXPECT_FALSE(listing.instructions[0].valid);
  EXPECT_EQ(listing.instructions[0].text, "(bad)");
  EXPECT_EQ(listing.instructions[0].bytes.size(), 1U);
  EXPECT_EQ(listing.instructions[1].text, "nop");
}

TEST(Disassemble, StopsWhereMemoryEnds) {
  // The last instruction begins in RAM and does not end there.
  const auto listing = listing_of("\x90\x48\xb8\x01"sv, {.code = kLong, .count = 9}, 0xffffc);
  ASSERT_EQ(listing.instructions.size(), 1U);
  ASSERT_TRUE(listing.stopped);
  EXPECT_THAT(listing.stopped->what, HasSubstr("0x100000 is not RAM"));
  const auto nothing = listing_of("", {.code = kLong}, 0x10'0000);
  EXPECT_TRUE(nothing.instructions.empty());
  EXPECT_TRUE(nothing.stopped);
}

TEST(Disassemble, InstructionsMayCrossPages) {
  GuestImage image(1 << 20);
  image.u64(0x1000, 0x2003);
  image.u64(0x2000, 0x3003);
  image.u64(0x3000, 0x4003);
  image.u64(0x4000, 0x9003);
  image.u64(0x4008, 0x7003);
  image.text(0x9ffd, "\x48\xc7\xc0");
  image.text(0x7000, "\x2a\x00\x00\x00\xc3"sv);
  const auto ram = image.open();
  const PagingState state{.cr0 = 0x8000'0011, .cr3 = 0x1000, .cr4 = 0x20, .efer = 0xd00};
  const auto listing = disassemble(AddressSpace(ram, state), 0xffd, {.code = kLong, .count = 2});
  ASSERT_EQ(listing.instructions.size(), 2U);
  EXPECT_EQ(listing.instructions[0].text, "mov rax, 0x2a");
  EXPECT_EQ(listing.instructions[1].address, 0x1004U);
  EXPECT_EQ(listing.instructions[1].text, "ret");
}

}  // namespace
}  // namespace snapfmt::snapshot
