#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "snapfmt/bytes/endian.h"
#include "snapfmt/bytes/reader.h"
#include "snapfmt/bytes/writer.h"
#include "support/scratch_folder.h"

namespace snapfmt::bytes {
namespace {

std::vector<std::byte> sequence(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i + 1);
  return bytes;
}

TEST(Endian, LowestByteComesFirst) {
  const auto bytes = sequence(9);
  EXPECT_EQ(load_le<std::uint8_t>(bytes.data()), 0x01);
  EXPECT_EQ(load_le<std::uint16_t>(bytes.data()), 0x0201);
  EXPECT_EQ(load_le<std::uint32_t>(bytes.data() + 1), 0x05040302u);
  EXPECT_EQ(load_le<std::uint64_t>(bytes.data()), 0x0807060504030201u);
  EXPECT_EQ(swap_bytes(std::uint32_t{0x01020304}), 0x04030201u);
}

TEST(Endian, SpansOfAnyLengthHoldAnInteger) {
  const auto bytes = sequence(9);
  EXPECT_EQ(load_le(std::span(bytes).first(0)), 0u);
  EXPECT_EQ(load_le(std::span(bytes).first(3)), 0x030201u);
  EXPECT_EQ(load_le(std::span(bytes)), 0x0807060504030201u);

  std::array<std::byte, 10> out;
  out.fill(std::byte{0xee});
  store_le(std::span(out), 0x8877665544332211u);
  EXPECT_EQ(out[7], std::byte{0x88});
  EXPECT_EQ(out[9], std::byte{0});
  for (std::size_t size = 0; size <= 8; ++size) {
    std::vector<std::byte> some(size);
    store_le(std::span(some), 0x8877665544332211u);
    const std::uint64_t mask = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * size) - 1;
    EXPECT_EQ(load_le(std::span<const std::byte>(some)), 0x8877665544332211u & mask);
  }
}

TEST(Reader, ReadsForwardAndKnowsWhereItIs) {
  const auto bytes = sequence(20);
  Reader reader(bytes);
  EXPECT_EQ(reader.u8(), std::uint8_t{1});
  EXPECT_EQ(reader.u16(), std::uint16_t{0x0302});
  EXPECT_EQ(reader.u32(), 0x07060504u);
  EXPECT_EQ(reader.u64(), 0x0f0e0d0c0b0a0908u);
  EXPECT_EQ(reader.position(), 15u);
  EXPECT_EQ(reader.remaining(), 5u);
  EXPECT_EQ(reader.peek(5)->size(), 5u);
  EXPECT_EQ(reader.position(), 15u);
  EXPECT_EQ(reader.take(5)->front(), std::byte{16});
  EXPECT_EQ(reader.remaining(), 0u);
  EXPECT_EQ(reader.take(0)->size(), 0u);
  ASSERT_TRUE(reader.seek(20));
  ASSERT_TRUE(reader.seek(3));
  EXPECT_EQ(reader.u8(), std::uint8_t{4});
}

TEST(Reader, FailuresSayWhereAndWhatAndMoveNothing) {
  const auto bytes = sequence(3);
  Reader reader(bytes, 0x100);
  ASSERT_TRUE(reader.u8());
  const auto word = reader.u32();
  ASSERT_FALSE(word);
  EXPECT_EQ(word.error().code, ErrorCode::Truncated);
  EXPECT_EQ(word.error().to_string(), "offset 0x101: 4 bytes wanted, 2 left");
  EXPECT_EQ(reader.position(), 1u);
  EXPECT_FALSE(reader.take(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_FALSE(reader.peek(3));
  EXPECT_FALSE(reader.seek(4));
  EXPECT_EQ(reader.position(), 1u);
  ASSERT_TRUE(reader.u16());
  EXPECT_EQ(reader.u8().error().to_string(), "offset 0x103: 1 byte wanted, 0 left");
}

TEST(Writer, PatchesOnlyWhatIsThere) {
  Writer writer;
  writer.u32(0);
  writer.zeros(2);
  EXPECT_TRUE(writer.patch(0, std::uint32_t{0x11223344}));
  EXPECT_TRUE(writer.patch(5, std::uint8_t{0xff}));
  EXPECT_TRUE(writer.patch(6, std::span<const std::byte>{}));
  EXPECT_FALSE(writer.patch(3, std::uint32_t{1}));
  EXPECT_FALSE(writer.patch(std::numeric_limits<std::uint64_t>::max(), std::uint16_t{1}));
  EXPECT_EQ(test::as_text(writer.written()), std::string("\x44\x33\x22\x11\0\xff", 6));
  EXPECT_EQ(writer.take().size(), 6u);
  EXPECT_EQ(writer.size(), 0u);
}

// What a writer writes, a reader reads, for any mixture of kinds.
TEST(ReaderAndWriter, RoundTrip) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    Writer writer;
    std::vector<std::pair<int, std::uint64_t>> written;
    for (int i = 0; i < 50; ++i) {
      const int kind = static_cast<int>(random() % 5);
      const std::uint64_t value = random();
      written.emplace_back(kind, value);
      switch (kind) {
        case 0:
          writer.u8(static_cast<std::uint8_t>(value));
          break;
        case 1:
          writer.u16(static_cast<std::uint16_t>(value));
          break;
        case 2:
          writer.u32(static_cast<std::uint32_t>(value));
          break;
        case 3:
          writer.u64(value);
          break;
        default:
          writer.bytes(sequence(value % 32));
          break;
      }
    }
    const auto bytes = writer.take();
    Reader reader(bytes);
    for (const auto& [kind, value] : written) {
      switch (kind) {
        case 0:
          EXPECT_EQ(reader.u8(), static_cast<std::uint8_t>(value));
          break;
        case 1:
          EXPECT_EQ(reader.u16(), static_cast<std::uint16_t>(value));
          break;
        case 2:
          EXPECT_EQ(reader.u32(), static_cast<std::uint32_t>(value));
          break;
        case 3:
          EXPECT_EQ(reader.u64(), value);
          break;
        default: {
          const auto taken = reader.take(value % 32);
          ASSERT_TRUE(taken);
          EXPECT_TRUE(std::ranges::equal(*taken, sequence(value % 32)));
        }
      }
    }
    EXPECT_EQ(reader.remaining(), 0u);
  }
}

}  // namespace
}  // namespace snapfmt::bytes
