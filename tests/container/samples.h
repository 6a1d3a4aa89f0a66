// Indexes to test with: the texts of tests/data/container, and small ones made here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/container/index.h"
#include "support/scratch_folder.h"

namespace snapfmt::container::test {

using snapfmt::test::ScratchFolder;

/// The paths of all sample texts, sorted.
inline std::vector<std::filesystem::path> sample_paths() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(SNAPFMT_TEST_DATA_DIR "/container")) {
    if (entry.path().extension() == ".meta") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

inline std::vector<std::string> sample_texts() {
  std::vector<std::string> texts;
  for (const auto& path : sample_paths()) texts.push_back(snapfmt::test::read_file(path));
  return texts;
}

/// An index as bhyve writes it: blocks of 10, 11, 12 ... bytes, no gaps, 16 MiB of RAM.
inline Index small_index(Dialect dialect) {
  Index index;
  index.dialect = dialect;
  index.ncpus = 2;
  index.vmname = "vm0";
  index.memsize = std::uint64_t{16} << 20;
  index.memflags = 0;
  index.complete = true;
  std::int64_t size = 10;
  std::int64_t offset = 0;
  const auto entry = [&](std::string_view name) {
    IndexEntry made{.name = std::string(name), .size = size, .file_offset = offset};
    offset += size++;
    return made;
  };
  for (const std::string& name : conventions_of(dialect).kernel_order) {
    index.kernel.push_back(entry(name));
    if (dialect == Dialect::Gen1) index.kernel.back().req = snapshot_req_of(name);
  }
  if (dialect == Dialect::Gen1) {
    for (const std::string& name : conventions_of(dialect).device_order) {
      index.devices.push_back(entry(name));
    }
  } else {
    for (const std::string_view name :
         {"hostbridge@pci.0.0.0", "virtio-blk@pci.0.3.0", "virtio-blk@pci.0.3.1", "atkbdc"}) {
      index.devices.push_back(entry(name));
    }
  }
  return index;
}

inline std::uint64_t kern_size(const Index& index) {
  const IndexEntry& last = index.devices.back();
  return static_cast<std::uint64_t>(last.file_offset + last.size);
}

/// Content in which every byte tells its offset, roughly.
inline std::string counting_bytes(std::uint64_t size) {
  std::string content(static_cast<std::size_t>(size), '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i % 251);
  return content;
}

/// Writes vm, vm.kern and vm.meta; F is a hole of `memsize` bytes. Returns the path of F.
inline std::filesystem::path write_triple(const ScratchFolder& folder, const Index& index) {
  constexpr std::uint64_t kMost = 1 << 16;
  const auto kern = folder.write("vm.kern", counting_bytes(std::min(kern_size(index), kMost)));
  std::filesystem::resize_file(kern, kern_size(index));
  folder.write("vm.meta", print_index(index));
  const auto ram = folder.write("vm", "");
  std::filesystem::resize_file(ram, index.memsize.value_or(0));
  return ram;
}

/// Changes the first `from` in `text`, which must be there.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

/// How many notes of a kind there are.
inline std::ptrdiff_t count(const std::vector<Note>& notes, NoteKind kind) {
  return std::ranges::count(notes, kind, &Note::kind);
}

/// The first note of a kind; an empty one, and a failure, if there is none.
inline Note first(const std::vector<Note>& notes, NoteKind kind) {
  const auto found = std::ranges::find(notes, kind, &Note::kind);
  EXPECT_NE(found, notes.end()) << "no note " << to_string(kind);
  return found == notes.end() ? Note{} : *found;
}

}  // namespace snapfmt::container::test
