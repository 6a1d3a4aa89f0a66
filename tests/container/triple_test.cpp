#include "snapfmt/container/triple.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <utility>

#include "container/samples.h"

namespace snapfmt::container {
namespace {

using test::count;
using test::first;
using test::kern_size;
using test::replaced;
using test::ScratchFolder;
using test::small_index;
using test::write_triple;
using testing::HasSubstr;

Triple opened(const std::filesystem::path& path, const OpenOptions& options = {}) {
  auto triple = Triple::open(path, options);
  if (!triple) throw std::runtime_error(triple.error().to_string());
  return std::move(*triple);
}

class TripleOf : public testing::TestWithParam<Dialect> {
 protected:
  ScratchFolder folder_;
};

TEST_P(TripleOf, OpensByAnyOfItsFiles) {
  const Index index = small_index(GetParam());
  const auto path = write_triple(folder_, index);
  for (const std::string_view name : {"vm", "vm.kern", "vm.meta"}) {
    const Triple triple = opened(folder_ / name);
    EXPECT_EQ(triple.paths().ram, path);
    EXPECT_EQ(triple.blocks().size(), index.kernel.size() + index.devices.size());
    EXPECT_TRUE(triple.notes().empty()) << triple.notes().front().to_string();
    EXPECT_EQ(triple.completeness().completeness, Completeness::Complete);
    ASSERT_NE(triple.ram(), nullptr);
    EXPECT_EQ(triple.ram()->memsize(), index.memsize);
  }
}

TEST_P(TripleOf, GivesBlocksInOrderThatTileTheFile) {
  const auto path = write_triple(folder_, small_index(GetParam()));
  Triple first_owner = opened(path);
  const Triple triple = std::move(first_owner);
  const std::span<const std::byte> kern = triple.kern()->bytes();
  std::uint64_t offset = 0;
  for (const Block& block : triple.blocks()) {
    EXPECT_EQ(block.offset, offset);
    ASSERT_EQ(block.bytes.size(), block.size);
    EXPECT_EQ(block.bytes.data(), kern.data() + offset);
    EXPECT_FALSE(block.is_short);
    EXPECT_FALSE(block.is_duplicate);
    offset += block.size;
  }
  EXPECT_EQ(offset, kern.size());
}

TEST_P(TripleOf, WorksWithoutRam) {
  std::filesystem::remove(write_triple(folder_, small_index(GetParam())));
  const Triple triple = opened(folder_ / "vm.meta");
  EXPECT_EQ(triple.ram(), nullptr);
  EXPECT_EQ(first(triple.notes(), NoteKind::RamMissing).severity, Severity::Info);
  EXPECT_EQ(triple.completeness().completeness, Completeness::WithoutRam);
  EXPECT_FALSE(triple.blocks().front().bytes.empty());
}

TEST_P(TripleOf, KeepsItsIndexWithoutKern) {
  const auto path = write_triple(folder_, small_index(GetParam()));
  std::filesystem::remove(folder_ / "vm.kern");
  const Triple triple = opened(path);
  EXPECT_EQ(triple.kern(), nullptr);
  EXPECT_EQ(count(triple.notes(), NoteKind::KernMissing), 1);
  EXPECT_EQ(triple.notes().size(), 1u);
  for (const Block& block : triple.blocks()) {
    EXPECT_TRUE(block.bytes.empty());
    EXPECT_TRUE(block.is_short);
    EXPECT_GT(block.size, 0u);
  }
}

TEST_P(TripleOf, KeepsWhatIsThereOfAShortFile) {
  const Index index = small_index(GetParam());
  const auto path = write_triple(folder_, index);
  const std::uint64_t whole = kern_size(index);
  for (std::uint64_t size = 0; size < whole; ++size) {
    std::filesystem::resize_file(folder_ / "vm.kern", whole);
    std::filesystem::resize_file(folder_ / "vm.kern", size);
    const Triple triple = opened(path);
    std::uint64_t there = 0;
    for (const Block& block : triple.blocks()) {
      EXPECT_EQ(block.is_short, block.offset + block.size > size);
      there += block.bytes.size();
    }
    EXPECT_EQ(there, size);
    EXPECT_GE(count(triple.notes(), NoteKind::BeyondFile), 1);
    EXPECT_EQ(count(triple.notes(), NoteKind::Leftover), 0);
    EXPECT_EQ(triple.completeness().completeness, Completeness::DataLost);
  }
}

TEST_P(TripleOf, SurvivesChangedBytes) {
  const auto path = write_triple(folder_, small_index(GetParam()));
  const std::string text = snapfmt::test::read_file(folder_ / "vm.meta");
  std::mt19937 random(3);
  int understood = 0;
  for (int round = 0; round < 300; ++round) {
    std::string damaged = text;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      damaged[random() % damaged.size()] = "0123456789-{}[],:\"x"[random() % 19];
    }
    folder_.write("vm.meta", damaged);
    const auto triple = Triple::open(path);
    if (!triple) {
      EXPECT_EQ(triple.error().file, (folder_ / "vm.meta").string());
      continue;
    }
    ++understood;
    for (const Block& block : triple->blocks()) {
      EXPECT_LE(block.bytes.size(), block.size);
      EXPECT_EQ(block.is_short, block.unusable.empty() && block.bytes.size() < block.size)
          << block.name;
    }
  }
  EXPECT_GT(understood, 30);
}

INSTANTIATE_TEST_SUITE_P(Dialects, TripleOf, testing::Values(Dialect::Gen1, Dialect::Gen2),
                         [](const auto& each) {
                           return each.param == Dialect::Gen1 ? "Gen1" : "Gen2";
                         });

TEST(Triple, TakesDeviceNamesApart) {
  const ScratchFolder folder;
  const Triple triple = opened(write_triple(folder, small_index(Dialect::Gen2)));
  const Block* const disk = triple.find("virtio-blk@pci.0.3.1");
  ASSERT_NE(disk, nullptr);
  EXPECT_EQ(disk->kind, "virtio-blk");
  EXPECT_EQ(disk->place, (Place{0, 3, 1}));
  EXPECT_FALSE(disk->kernel);
  const Block* const kernel = triple.find("vmcx");
  ASSERT_NE(kernel, nullptr);
  EXPECT_EQ(kernel->kind, "vmcx");
  EXPECT_TRUE(kernel->kernel);
  EXPECT_EQ(triple.find("vmx"), nullptr);
}

TEST(Triple, FindsTheFilesOfANameWithASuffix) {
  const ScratchFolder folder;
  write_triple(folder, small_index(Dialect::Gen2));
  for (const std::string_view suffix : {"", ".kern", ".meta"}) {
    std::filesystem::rename(folder / ("vm" + std::string(suffix)),
                            folder / ("x.kern" + std::string(suffix)));
  }
  EXPECT_EQ(opened(folder / "x.kern").paths().ram, folder / "x.kern");
  EXPECT_EQ(opened(folder / "x.kern.kern").paths().ram, folder / "x.kern");
  EXPECT_EQ(opened(folder / "x.kern.meta").paths().ram, folder / "x.kern");
}

TEST(Triple, ExplainsWhyItCannotOpen) {
  const ScratchFolder folder;
  const auto nothing = Triple::open(folder / "vm");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::NotFound);

  const auto is_folder = Triple::open(folder.path());
  ASSERT_FALSE(is_folder);
  EXPECT_THAT(is_folder.error().what, HasSubstr("folder"));

  folder.write("vm.kern", "x");
  const auto no_index = Triple::open(folder / "vm");
  ASSERT_FALSE(no_index);
  EXPECT_EQ(no_index.error().file, (folder / "vm.meta").string());

  const auto stream = Triple::open(folder.write("stream", "QEVM\0\0\0\3"));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, ErrorCode::Unsupported);
  EXPECT_THAT(stream.error().what, HasSubstr("QEMU"));
}

TEST(Triple, SaysWhatAnInterruptedCheckpointLeft) {
  const ScratchFolder folder;
  const auto path = write_triple(folder, small_index(Dialect::Gen2));
  folder.write("vm.meta", "");
  const auto killed = Triple::open(path);
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().code, ErrorCode::Truncated);
  EXPECT_EQ(killed.error().file, (folder / "vm.meta").string());
  EXPECT_THAT(killed.error().hint, HasSubstr("while it wrote the blocks"));
}

TEST(Triple, OpensTheBeginningThatARefusedBlockLeaves) {
  const ScratchFolder folder;
  const auto path = write_triple(folder, small_index(Dialect::Gen2));
  const std::string text = snapfmt::test::read_file(folder / "vm.meta");
  folder.write("vm.meta", text.substr(0, text.find("    }", text.find("vlapic")) + 5));
  std::filesystem::resize_file(folder / "vm.kern", 10 + 11 + 12 + 13);
  const Triple triple = opened(path);
  EXPECT_EQ(triple.blocks().size(), 4u);
  EXPECT_EQ(triple.completeness().completeness, Completeness::BlockRefused);
  EXPECT_EQ(triple.completeness().refused, "vmcx");
  EXPECT_EQ(triple.notes().size(), 1u) << triple.notes().back().to_string();
  EXPECT_EQ(triple.notes()[0].kind, NoteKind::Interrupted);
}

TEST(Triple, MakesDoWithUnreadableRam) {
  const ScratchFolder folder;
  const auto path = write_triple(folder, small_index(Dialect::Gen2));
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  const Triple triple = opened(folder / "vm.kern");
  EXPECT_EQ(triple.ram(), nullptr);
  EXPECT_EQ(first(triple.notes(), NoteKind::RamMissing).severity, Severity::Warning);
}

TEST(Triple, UsesTheSizeOfRamWhereTheIndexHasNone) {
  const ScratchFolder folder;
  const auto path = write_triple(folder, small_index(Dialect::Gen2));
  folder.write("vm.meta", replaced(print_index(small_index(Dialect::Gen2)), "memsize", "size"));
  const Triple triple = opened(path);
  EXPECT_EQ(triple.ram()->memsize(), std::uint64_t{16} << 20);
}

}  // namespace
}  // namespace snapfmt::container
