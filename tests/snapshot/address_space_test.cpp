#include "snapfmt/snapshot/address_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "guest_image.h"

namespace snapfmt::snapshot {
namespace {

using test::GuestImage;
using testing::HasSubstr;

constexpr std::uint64_t kGib = 1U << 30;

std::string read_text(const AddressSpace& memory, std::uint64_t address, std::size_t size) {
  std::string text(size, '?');
  const auto read = memory.read(address, std::as_writable_bytes(std::span(text)));
  return read ? text : read.error().to_string();
}

/// 4-level tables: pages 0x10000 and 0x11000 lie in reverse at 0x6000 and 0x5000, then nothing.
struct Mapped {
  Mapped() : image(1 << 20) {
    image.u64(0x1000, 0x2003);
    image.u64(0x2000, 0x3003);
    image.u64(0x3000, 0x4003);
    image.u64(0x4000 + 8 * 0x10, 0x6003);
    image.u64(0x4000 + 8 * 0x11, 0x5003);
    image.u64(0x4000 + 8 * 0x12, 0xfee0'0003);
    image.text(0x6ffc, "abcd");
    image.text(0x5000, "efgh");
  }
  GuestImage image;
  PagingState state{.cr0 = 0x8000'0011, .cr3 = 0x1000, .cr4 = 0x20, .efer = 0xd00};
};

TEST(AddressSpace, ReadsAcrossPages) {
  Mapped guest;
  const auto ram = guest.image.open();
  const AddressSpace memory(ram, guest.state);
  EXPECT_TRUE(memory.is_virtual());
  EXPECT_EQ(read_text(memory, 0x10ffc, 8), "abcdefgh");
  EXPECT_EQ(read_text(memory, 0x10ffe, 4), "cdef");
  std::array<std::byte, 8> out{};
  EXPECT_TRUE(read_virtual(ram, guest.state, 0x10ffc, out));
  const auto some = memory.read_some(0x10ffe, out);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->gpa, 0x6ffeU);
  EXPECT_EQ(some->size, 2U);
  EXPECT_TRUE(memory.read(0xdead'0000'0000'0000, {})) << "nothing can always be read";
}

TEST(AddressSpace, SaysWhereItStops) {
  Mapped guest;
  const auto ram = guest.image.open();
  const AddressSpace memory(ram, guest.state);
  EXPECT_THAT(read_text(memory, 0x13000, 1),
              HasSubstr("virtual address 0x13000 is not mapped: PT entry 19 is not present"));
  EXPECT_THAT(read_text(memory, 0x11ff0, 32), HasSubstr("0xfee00000 is not RAM"));
  EXPECT_THAT(read_text(memory, 0x8000'0000'0000, 1), HasSubstr("not canonical"));
  PagingState off{};
  EXPECT_EQ(read_text(AddressSpace(ram, off), 0x6ffc, 4), "abcd");
  EXPECT_THAT(read_text(AddressSpace(ram, off), 0xffff'fff0, 16), HasSubstr("is not RAM"));
}

TEST(AddressSpace, PhysicalReadsEndWithRam) {
  GuestImage image(1 << 20);
  image.text(0xffffc, "last");
  const auto ram = image.open();
  const AddressSpace memory(ram);
  EXPECT_FALSE(memory.is_virtual());
  EXPECT_EQ(read_text(memory, 0xffffc, 4), "last");
  EXPECT_THAT(read_text(memory, 0xffffc, 5), HasSubstr("0x100000 is not RAM"));
  std::array<std::byte, 64> out{};
  const auto some = memory.read_some(0xffffc, out);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->size, 4U);
}

TEST(AddressSpace, ShortFileAndHighMemory) {
  GuestImage image(4 * kGib);
  image.text(3 * kGib - 2, "low.");  // the file goes on where the hole is
  const auto ram = image.open(3 * kGib + 2);
  const AddressSpace memory(ram);
  EXPECT_EQ(read_text(memory, 3 * kGib - 2, 2), "lo");
  EXPECT_EQ(read_text(memory, 4 * kGib, 2), "w.");
  EXPECT_THAT(read_text(memory, 3 * kGib - 2, 4), HasSubstr("is not RAM"));
  EXPECT_THAT(read_text(memory, 4 * kGib, 3), HasSubstr("beyond the end of F"));
}

}  // namespace
}  // namespace snapfmt::snapshot
