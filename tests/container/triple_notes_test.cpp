// Each test spoils one thing in a snapshot that otherwise has no notes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "container/samples.h"
#include "snapfmt/container/triple.h"

namespace snapfmt::container {
namespace {

using test::count;
using test::first;
using test::ScratchFolder;
using test::small_index;
using test::write_triple;
using testing::HasSubstr;

class TripleNotes : public testing::Test {
 protected:
  std::vector<Note> notes_of(const Index& index, const OpenOptions& options = {}) {
    const auto triple = Triple::open(write_triple(folder_, index), options);
    if (!triple) throw std::runtime_error(triple.error().to_string());
    return triple->notes();
  }

  /// The one note that there should be.
  Note only_note(const Index& index, const OpenOptions& options = {}) {
    const auto notes = notes_of(index, options);
    EXPECT_EQ(notes.size(), 1u);
    for (std::size_t i = 1; i < notes.size(); ++i) ADD_FAILURE() << notes[i].to_string();
    return notes.empty() ? Note{} : notes.front();
  }

  ScratchFolder folder_;
  Index gen1_ = small_index(Dialect::Gen1);
  Index gen2_ = small_index(Dialect::Gen2);
};

/// Adds `by` to the offsets of all entries from `from` on, kernel entries first.
void move_entries(Index& index, std::size_t from, std::int64_t by) {
  std::size_t position = 0;
  for (auto* list : {&index.kernel, &index.devices}) {
    for (IndexEntry& entry : *list) {
      if (position++ >= from) entry.file_offset += by;
    }
  }
}

TEST_F(TripleNotes, SayGap) {
  move_entries(gen2_, 3, 5);
  const Note note = only_note(gen2_);
  EXPECT_EQ(note.kind, NoteKind::Gap);
  EXPECT_EQ(note.part, Part::Kern);
  EXPECT_EQ(note.offset, 33u);
  EXPECT_THAT(note.what, HasSubstr("5 bytes before vlapic"));
}

TEST_F(TripleNotes, SayGapAtTheFront) {
  move_entries(gen2_, 0, 4);
  EXPECT_EQ(only_note(gen2_).offset, 0u);
}

TEST_F(TripleNotes, SayOverlap) {
  move_entries(gen2_, 3, -5);
  const Note note = only_note(gen2_);
  EXPECT_EQ(note.kind, NoteKind::Overlap);
  EXPECT_EQ(note.block, "vlapic");
  EXPECT_EQ(note.offset, 28u);
  EXPECT_THAT(note.what, HasSubstr("5 bytes belong to vioapic"));
}

TEST_F(TripleNotes, SayLeftover) {
  const auto path = write_triple(folder_, gen2_);
  std::filesystem::resize_file(folder_ / "vm.kern", test::kern_size(gen2_) + 7);
  const auto triple = Triple::open(path);
  ASSERT_TRUE(triple);
  ASSERT_EQ(triple->notes().size(), 1u);
  EXPECT_EQ(triple->notes()[0].kind, NoteKind::Leftover);
  EXPECT_EQ(triple->notes()[0].offset, test::kern_size(gen2_));
}

TEST_F(TripleNotes, SayBeyondFileForHugeNumbers) {
  gen2_.kernel[8].size = std::numeric_limits<std::int64_t>::max();
  gen2_.kernel[8].file_offset = std::numeric_limits<std::int64_t>::max();
  const auto notes = notes_of(gen2_);
  EXPECT_EQ(first(notes, NoteKind::BeyondFile).block, "vrtc");
  EXPECT_EQ(count(notes, NoteKind::AboveBufferLimit), 1);
}

TEST_F(TripleNotes, SayDuplicate) {
  gen2_.devices.insert(gen2_.devices.begin() + 2, gen2_.devices[1]);
  const auto notes = notes_of(gen2_);
  EXPECT_EQ(first(notes, NoteKind::DuplicateBlock).block, "virtio-blk@pci.0.3.0");
  EXPECT_EQ(count(notes, NoteKind::Overlap), 1);
  const auto triple = Triple::open(folder_ / "vm");
  ASSERT_TRUE(triple);
  EXPECT_EQ(std::ranges::count(triple->blocks(), true, &Block::is_duplicate), 1);
  EXPECT_FALSE(triple->find("virtio-blk@pci.0.3.0")->is_duplicate);
}

TEST_F(TripleNotes, SayUnusualOrderOfKernelBlocks) {
  std::swap(gen2_.kernel[2].name, gen2_.kernel[3].name);
  const Note note = only_note(gen2_);
  EXPECT_EQ(note.kind, NoteKind::UnusualOrder);
  EXPECT_EQ(note.block, "vioapic");
  EXPECT_THAT(note.what, HasSubstr("before vlapic"));
  EXPECT_EQ(note.severity, Severity::Info);
}

TEST_F(TripleNotes, SayUnusualOrderOfDevices) {
  std::swap(gen1_.devices[0].name, gen1_.devices[1].name);
  EXPECT_EQ(only_note(gen1_).kind, NoteKind::UnusualOrder);
  std::swap(gen2_.devices[1].name, gen2_.devices[2].name);
  EXPECT_EQ(only_note(gen2_).block, "virtio-blk@pci.0.3.0");
}

TEST_F(TripleNotes, SayUnusualOrderWhereTheKeyboardIsNotLast) {
  std::swap(gen2_.devices[2].name, gen2_.devices[3].name);
  EXPECT_THAT(only_note(gen2_).what, HasSubstr("atkbdc last"));
}

TEST_F(TripleNotes, SayUnusualOrderOfOffsets) {
  std::swap(gen2_.kernel[0].file_offset, gen2_.kernel[1].file_offset);
  gen2_.kernel[1].file_offset = 0;
  gen2_.kernel[0].file_offset = gen2_.kernel[1].size;
  EXPECT_EQ(only_note(gen2_).block, "vm");
}

TEST_F(TripleNotes, SayMissing) {
  gen2_.kernel[8].name = "rtc";
  const auto notes = notes_of(gen2_);
  EXPECT_EQ(first(notes, NoteKind::UnknownBlock).block, "rtc");
  EXPECT_EQ(first(notes, NoteKind::MissingBlock).block, "vrtc");
  EXPECT_EQ(first(notes, NoteKind::MissingBlock).severity, Severity::Error);

  gen1_.devices.pop_back();
  EXPECT_EQ(only_note(gen1_).severity, Severity::Info);
}

TEST_F(TripleNotes, SayMissingForTheKeyboard) {
  gen2_.devices.pop_back();
  EXPECT_EQ(only_note(gen2_).block, "atkbdc");
}

TEST_F(TripleNotes, SayEmptyOnlyWhereThatIsWrong) {
  gen1_.devices.back().size = 0;  // 13.x: the machine has none
  EXPECT_TRUE(notes_of(gen1_).empty());
  gen2_.devices.back().size = 0;
  EXPECT_EQ(only_note(gen2_).kind, NoteKind::EmptyBlock);
  gen1_.kernel[0].size = 0;
  move_entries(gen1_, 1, -10);
  EXPECT_EQ(only_note(gen1_).block, "vhpet");
}

TEST_F(TripleNotes, SayEmptyForTheVmxOf132) {
  gen1_.kernel[2].size = 0;
  move_entries(gen1_, 3, -12);
  const Note note = only_note(gen1_);
  EXPECT_EQ(note.kind, NoteKind::EmptyBlock);
  EXPECT_THAT(note.what, HasSubstr("as 13.2 and later 13.x write it"));
}

TEST_F(TripleNotes, SayAboveBufferLimit) {
  gen1_.devices.back().size = (20 << 20) + 1;
  const Note note = only_note(gen1_);
  EXPECT_EQ(note.kind, NoteKind::AboveBufferLimit);
  gen2_.devices.back().size = 40 << 20;
  EXPECT_TRUE(notes_of(gen2_).empty());
}

TEST_F(TripleNotes, SayBadPlace) {
  gen2_.devices[1].name = "virtio-blk@pci.0.32.0";
  EXPECT_EQ(only_note(gen2_).kind, NoteKind::BadPlace);
  gen2_.devices[1].name = "virtio-blk";
  EXPECT_EQ(only_note(gen2_).kind, NoteKind::BadPlace);
}

TEST_F(TripleNotes, SayRamSize) {
  const auto path = write_triple(folder_, gen2_);
  for (const std::uint64_t size : {0u, 5u, 17u << 20}) {
    std::filesystem::resize_file(path, size);
    const auto triple = Triple::open(path);
    ASSERT_TRUE(triple);
    ASSERT_EQ(triple->notes().size(), 1u);
    EXPECT_EQ(triple->notes()[0].kind, NoteKind::RamSizeDiffers);
    EXPECT_EQ(triple->notes()[0].part, Part::Ram);
  }
}

TEST_F(TripleNotes, FollowAProfilesOwnConventions) {
  Conventions conventions = conventions_of(Dialect::Gen2);
  conventions.kernel_order.insert(conventions.kernel_order.begin() + 1, "vnew");
  conventions.buffer_limit = 25;
  const auto notes = notes_of(gen2_, {.conventions = conventions});
  EXPECT_EQ(first(notes, NoteKind::MissingBlock).block, "vnew");
  EXPECT_EQ(count(notes, NoteKind::AboveBufferLimit), 0);
  gen2_.kernel[1].name = "vnew";
  EXPECT_EQ(count(notes_of(gen2_, {.conventions = conventions}), NoteKind::UnknownBlock), 0);
}

TEST_F(TripleNotes, AreLimited) {
  for (int i = 0; i < 500; ++i) gen2_.kernel.push_back(gen2_.kernel.front());
  EXPECT_EQ(notes_of(gen2_, {.parse = {.max_notes = 20}}).size(), 21u);
}

}  // namespace
}  // namespace snapfmt::container
