#include "snapfmt/bytes/mapped_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "support/scratch_folder.h"

namespace snapfmt::bytes {
namespace {

using test::as_text;

class MappedFileWith : public testing::TestWithParam<Access> {
 protected:
  test::ScratchFolder folder_;
};

TEST_P(MappedFileWith, GivesTheWholeFile) {
  const std::string content = "0123456789";
  const auto path = folder_.write("f", content);
  auto opened = MappedFile::open(path, GetParam());
  ASSERT_TRUE(opened) << opened.error().to_string();
  const MappedFile file = std::move(*opened);
  EXPECT_EQ(file.path(), path);
  EXPECT_EQ(file.size(), content.size());
  EXPECT_EQ(as_text(file.bytes()), content);
  EXPECT_EQ(file.is_mapped(), GetParam() != Access::Copy);
}

TEST_P(MappedFileWith, ReadsPartsAndRefusesWhatIsBeyond) {
  const auto file = MappedFile::open(folder_.write("f", "0123456789"), GetParam());
  ASSERT_TRUE(file);
  std::array<std::byte, 4> out{};
  ASSERT_TRUE(file->read(6, out));
  EXPECT_EQ(as_text(out), "6789");
  EXPECT_TRUE(file->read(10, {}));
  const auto beyond = file->read(7, out);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::Truncated);
  EXPECT_EQ(beyond.error().offset, 7u);
  EXPECT_FALSE(file->read(std::numeric_limits<std::uint64_t>::max(), out));
}

TEST_P(MappedFileWith, OpensAnEmptyFile) {
  const auto file = MappedFile::open(folder_.write("f", ""), GetParam());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size(), 0u);
  EXPECT_TRUE(file->bytes().empty());
  EXPECT_FALSE(file->is_mapped());
  EXPECT_EQ(file->next_data(0), std::nullopt);
  EXPECT_TRUE(file->read(0, {}));
}

INSTANTIATE_TEST_SUITE_P(EveryAccess, MappedFileWith,
                         testing::Values(Access::Sequential, Access::Random, Access::Copy),
                         [](const auto& tested) -> std::string {
                           if (tested.param == Access::Sequential) return "Sequential";
                           return tested.param == Access::Random ? "Random" : "Copy";
                         });

TEST(MappedFile, RefusesWhatIsNoFileAndSaysWhatItIs) {
  const test::ScratchFolder folder;
  const auto message = [](const std::filesystem::path& path) {
    const auto file = MappedFile::open(path);
    return file ? "opened" : file.error().what;
  };
  EXPECT_EQ(message(folder.path()), "is a folder, not a file");
  EXPECT_EQ(message("/dev/null"), "is a character device, not a file");

  // Nobody writes to it: this must not wait.
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(message(folder / "pipe"), "is a pipe, not a file");
  EXPECT_NE(MappedFile::open(folder / "pipe").error().hint, "");

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (folder / "socket").string();
  ASSERT_LT(name.size(), sizeof address.sun_path);
  name.copy(address.sun_path, name.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(message(folder / "socket"), "is a socket, not a file");
  ::close(socket);
}

TEST(MappedFile, ErrorsNameTheFile) {
  const test::ScratchFolder folder;
  const auto missing = MappedFile::open(folder / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_EQ(missing.error().file, (folder / "missing").string());
  EXPECT_EQ(MappedFile::open("").error().code, ErrorCode::NotFound);
  EXPECT_EQ(MappedFile::open(folder.write("f", "x") / "below").error().code, ErrorCode::Io);
}

TEST(MappedFile, CopiesNoMoreThanItsLimit) {
  const test::ScratchFolder folder;
  const auto path = folder.write("f", "");
  std::filesystem::resize_file(path, MappedFile::kCopyLimit + 1);
  EXPECT_EQ(MappedFile::open(path, Access::Copy).error().code, ErrorCode::Limit);
  EXPECT_TRUE(MappedFile::open(path, Access::Random));
}

TEST(MappedFile, ReadReportsAFileThatWasShortened) {
  const test::ScratchFolder folder;
  const auto path = folder.write("f", std::string(100, 'x'));
  const auto file = MappedFile::open(path);
  ASSERT_TRUE(file);
  std::filesystem::resize_file(path, 10);
  std::array<std::byte, 20> out{};
  const auto read = file->read(0, out);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::Truncated);
  EXPECT_EQ(read.error().offset, 10u);
}

/// Extents of `file`, joined where they touch.
std::vector<Extent> extents(const MappedFile& file) {
  std::vector<Extent> found;
  std::uint64_t offset = 0;
  for (;;) {
    const auto next = file.next_data(offset);
    EXPECT_TRUE(next) << next.error().to_string();
    if (!next || !*next) return found;
    const Extent extent = **next;
    EXPECT_GE(extent.offset, offset);
    EXPECT_GT(extent.size, 0u);
    offset = extent.offset + extent.size;
    found.push_back(extent);
  }
}

TEST(MappedFile, FindsDataBetweenHoles) {
  const test::ScratchFolder folder;
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  const auto path = folder.write("f", "");
  std::filesystem::resize_file(path, 64 * kMiB);
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(8 * kMiB);
    file << "data";
    file.seekp(32 * kMiB);
    file << "data";
  }
  const auto file = MappedFile::open(path, Access::Random);
  ASSERT_TRUE(file);
  const auto found = extents(*file);
  ASSERT_FALSE(found.empty());
  for (const std::uint64_t offset : {8 * kMiB, 32 * kMiB}) {
    EXPECT_TRUE(std::ranges::any_of(found, [&](const Extent& e) {
      return e.offset <= offset && offset + 4 <= e.offset + e.size;
    }));
  }
  std::uint64_t total = 0;
  for (const Extent& e : found) total += e.size;
  if (found.size() == 1 && found[0] == Extent{0, 64 * kMiB}) {
    GTEST_SKIP() << "no holes on this file system";
  }
  EXPECT_LE(total, 4 * kMiB);
  // Asked for from within a run, the run begins there.
  EXPECT_EQ((*file->next_data(8 * kMiB + 1))->offset, 8 * kMiB + 1);
}

TEST(MappedFile, AFullFileIsOneRunOfData) {
  const test::ScratchFolder folder;
  const auto file = MappedFile::open(folder.write("f", std::string(10000, 'x')));
  ASSERT_TRUE(file);
  EXPECT_EQ(extents(*file), (std::vector<Extent>{{0, 10000}}));
  EXPECT_EQ(file->next_data(10000), std::nullopt);
}

}  // namespace
}  // namespace snapfmt::bytes
