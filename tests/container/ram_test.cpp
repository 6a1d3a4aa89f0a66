#include "snapfmt/container/ram.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <limits>
#include <mutex>
#include <thread>

#include "container/samples.h"
#include "snapfmt/container/zero_pages.h"

namespace snapfmt::container {
namespace {

using snapfmt::test::as_text;
using test::ScratchFolder;

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

GuestRam opened(const std::filesystem::path& path, std::uint64_t memsize) {
  auto ram = GuestRam::open(path, memsize);
  if (!ram) throw std::runtime_error(ram.error().to_string());
  return std::move(*ram);
}

void write_at(const std::filesystem::path& path, std::uint64_t offset, std::string_view content) {
  std::fstream stream(path, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream << content;
}

TEST(RamRegions, SplitAtThreeGiB) {
  EXPECT_TRUE(ram_regions(0).empty());
  EXPECT_EQ(ram_regions(1), (std::vector<RamRegion>{{0, 1, 0}}));
  EXPECT_EQ(ram_regions(3 * kGiB), (std::vector<RamRegion>{{0, 3 * kGiB, 0}}));
  EXPECT_EQ(ram_regions(3 * kGiB + 1),
            (std::vector<RamRegion>{{0, 3 * kGiB, 0}, {4 * kGiB, 1, 3 * kGiB}}));
  EXPECT_EQ(ram_regions(5 * kGiB),
            (std::vector<RamRegion>{{0, 3 * kGiB, 0}, {4 * kGiB, 2 * kGiB, 3 * kGiB}}));
}

/// A file of 5 GiB, all hole but for a few words; skipped where files cannot have holes.
class FiveGiB : public testing::Test {
 protected:
  void SetUp() override {
    path_ = folder_.write("vm", "");
    std::error_code error;
    std::filesystem::resize_file(path_, 5 * kGiB, error);
    if (error) GTEST_SKIP() << error.message();
    write_at(path_, 0, "first");
    write_at(path_, 3 * kGiB - 4, "lowshigh");
    write_at(path_, 5 * kGiB - 4, "last");
  }

  ScratchFolder folder_;
  std::filesystem::path path_;
};

TEST_F(FiveGiB, IsFoundByGuestPhysicalAddress) {
  const GuestRam ram = opened(path_, 5 * kGiB);
  EXPECT_EQ(ram.file_offset(0), 0u);
  EXPECT_EQ(ram.file_offset(3 * kGiB - 1), 3 * kGiB - 1);
  EXPECT_EQ(ram.file_offset(3 * kGiB), std::nullopt);
  EXPECT_EQ(ram.file_offset(4 * kGiB - 1), std::nullopt);
  EXPECT_EQ(ram.file_offset(4 * kGiB), 3 * kGiB);
  EXPECT_EQ(ram.file_offset(6 * kGiB - 1), 5 * kGiB - 1);
  EXPECT_EQ(ram.file_offset(6 * kGiB), std::nullopt);
  EXPECT_EQ(ram.file_offset(std::numeric_limits<std::uint64_t>::max()), std::nullopt);
  EXPECT_EQ(ram.gpa_at(3 * kGiB - 1), 3 * kGiB - 1);
  EXPECT_EQ(ram.gpa_at(3 * kGiB), 4 * kGiB);
  EXPECT_EQ(ram.gpa_at(5 * kGiB), std::nullopt);
}

TEST_F(FiveGiB, GivesViewsThatDoNotCrossABorder) {
  const GuestRam ram = opened(path_, 5 * kGiB);
  EXPECT_EQ(as_text(ram.view(0, 5)), "first");
  EXPECT_EQ(as_text(ram.view(3 * kGiB - 4, 4)), "lows");
  EXPECT_EQ(as_text(ram.view(4 * kGiB, 4)), "high");
  EXPECT_EQ(as_text(ram.view(6 * kGiB - 4, 4)), "last");
  EXPECT_EQ(ram.view(4 * kGiB, 2 * kGiB).size(), 2 * kGiB);
  EXPECT_TRUE(ram.view(3 * kGiB - 4, 5).empty());
  EXPECT_TRUE(ram.view(3 * kGiB, 1).empty());
  EXPECT_TRUE(ram.view(6 * kGiB - 4, 5).empty());
  EXPECT_TRUE(ram.view(1, std::numeric_limits<std::uint64_t>::max()).empty());
  EXPECT_TRUE(ram.view(0, 0).empty());
}

TEST_F(FiveGiB, IsReadOrSaysWhereRamEnds) {
  const GuestRam ram = opened(path_, 5 * kGiB);
  std::array<std::byte, 4> out{};
  ASSERT_TRUE(ram.read(4 * kGiB, out));
  EXPECT_EQ(as_text(out), "high");
  EXPECT_TRUE(ram.read(3 * kGiB, {}));
  const auto crossing = ram.read(3 * kGiB - 2, out);
  ASSERT_FALSE(crossing);
  EXPECT_EQ(crossing.error().code, ErrorCode::NotFound);
  EXPECT_NE(crossing.error().what.find("0xc0000000 is not RAM"), std::string::npos);
  EXPECT_FALSE(ram.read(3 * kGiB + 5, out));
}

TEST_F(FiveGiB, HasFewPagesToLookAt) {
  const GuestRam ram = opened(path_, 5 * kGiB);
  const auto result = count_zero_pages(ram);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(result->pages, 5 * kGiB / kPageSize);
  EXPECT_EQ(result->zero_pages, result->pages - 4);
  EXPECT_EQ(result->missing, 0u);
  const auto whole = ram.file().next_data(0);
  ASSERT_TRUE(whole);
  if ((*whole)->size < kGiB) {
    EXPECT_GT(result->hole_pages, result->pages / 2);
  }
}

TEST_F(FiveGiB, HasDataWhereItWasWritten) {
  const GuestRam ram = opened(path_, 5 * kGiB);
  std::uint64_t gpa = 0;
  std::vector<RamExtent> extents;
  for (;;) {
    const auto data = ram.next_data(gpa);
    ASSERT_TRUE(data);
    if (!data->has_value()) break;
    extents.push_back(**data);
    gpa = (*data)->gpa + (*data)->size;
  }
  // However coarse the file system is, runs cover the words and stop at the border.
  const auto covered = [&](std::uint64_t at) {
    return std::ranges::any_of(extents, [at](const RamExtent& extent) {
      return at >= extent.gpa && at - extent.gpa < extent.size;
    });
  };
  for (const std::uint64_t at : {std::uint64_t{0}, 3 * kGiB - 4, 4 * kGiB, 6 * kGiB - 1}) {
    EXPECT_TRUE(covered(at)) << at;
  }
  EXPECT_FALSE(covered(3 * kGiB));
  EXPECT_EQ(ram.next_data(6 * kGiB), std::nullopt);
  const auto in_the_gap = ram.next_data(3 * kGiB + 7);
  ASSERT_TRUE(in_the_gap);
  EXPECT_EQ((*in_the_gap)->gpa, 4 * kGiB);
}

TEST(GuestRam, OfAShortFileEndsWithIt) {
  const ScratchFolder folder;
  const GuestRam ram = opened(folder.write("vm", std::string(5000, 'x')), kMiB);
  EXPECT_EQ(ram.memsize(), kMiB);
  EXPECT_EQ(ram.file_offset(kMiB - 1), kMiB - 1);
  EXPECT_EQ(ram.view(4000, 1000).size(), 1000u);
  EXPECT_TRUE(ram.view(4000, 1001).empty());
  std::array<std::byte, 8> out{};
  EXPECT_TRUE(ram.read(4992, out));
  const auto beyond = ram.read(4993, out);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::Truncated);
  EXPECT_EQ(beyond.error().offset, 4993u);
  const auto counted = count_zero_pages(ram);
  ASSERT_TRUE(counted);
  EXPECT_EQ(*counted,
            (ZeroPageCount{.pages = 2, .zero_pages = 0, .hole_pages = 0, .missing = 254}));
}

TEST(GuestRam, OfALongFileIsMemsizeLong) {
  const ScratchFolder folder;
  const GuestRam ram = opened(folder.write("vm", std::string(9000, 'x')), 4096);
  EXPECT_TRUE(ram.view(4095, 2).empty());
  const auto counted = count_zero_pages(ram);
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->pages, 1u);
}

TEST(GuestRam, CanBeEmpty) {
  const ScratchFolder folder;
  const GuestRam ram = opened(folder.write("vm", ""), 0);
  EXPECT_TRUE(ram.regions().empty());
  EXPECT_TRUE(ram.view(0, 1).empty());
  EXPECT_EQ(ram.next_data(0), std::nullopt);
  EXPECT_EQ(count_zero_pages(ram), ZeroPageCount{});
}

TEST(GuestRam, RefusesImpossibleSizesAndMissingFiles) {
  const ScratchFolder folder;
  const auto path = folder.write("vm", "x");
  EXPECT_EQ(GuestRam::open(path, std::uint64_t{1} << 63).error().code, ErrorCode::Limit);
  EXPECT_EQ(GuestRam::open(folder / "no", 1).error().code, ErrorCode::NotFound);
  const GuestRam largest = opened(path, (std::uint64_t{1} << 63) - 1);
  EXPECT_TRUE(largest.view(5 * kGiB, 1).empty());
}

TEST(CountZeroPages, CountsTheSameOnAnyNumberOfThreads) {
  const ScratchFolder folder;
  // Pages 1, 4, 7 ... have one byte, the last one in its very last place.
  std::string content(9 * kMiB + 100, '\0');
  std::uint64_t used = 0;
  for (std::size_t page = 1; (page + 1) * kPageSize <= content.size(); page += 3, ++used) {
    content[page * kPageSize + page % kPageSize] = 'x';
  }
  content.back() = 'x';
  ++used;
  const GuestRam ram = opened(folder.write("vm", content), content.size());
  for (const unsigned threads : {0U, 1U, 2U, 5U, 64U}) {
    const auto counted = count_zero_pages(ram, {.threads = threads});
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->pages, 9 * 256 + 1u);
    EXPECT_EQ(counted->zero_pages, counted->pages - used) << threads;
  }
}

TEST(CountZeroPages, ReportsProgressInOrder) {
  const ScratchFolder folder;
  const std::uint64_t size = 20 * kMiB;
  const GuestRam ram =
      opened(folder.write("vm", std::string(static_cast<std::size_t>(size), 'x')), size);
  std::vector<std::uint64_t> seen;
  const auto counted = count_zero_pages(
      ram, {.threads = 4, .progress = [&](std::uint64_t done, std::uint64_t total) {
              EXPECT_EQ(total, size);
              seen.push_back(done);
            }});
  ASSERT_TRUE(counted);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.size(), 11u);
  EXPECT_EQ(seen.back(), size);
}

TEST(CountZeroPages, SaysThatTheFileWasCutMeanwhile) {
  const ScratchFolder folder;
  const std::uint64_t size = 8 * kMiB;
  const auto path = folder.write("vm", std::string(static_cast<std::size_t>(size), 'x'));
  const GuestRam ram = opened(path, size);
  const auto counted =
      count_zero_pages(ram, {.threads = 2, .progress = [&](std::uint64_t done, std::uint64_t) {
                               if (done == 0) std::filesystem::resize_file(path, kMiB);
                             }});
  ASSERT_FALSE(counted);
}

}  // namespace
}  // namespace snapfmt::container
