#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "container/block_list.h"
#include "container/shown.h"
#include "snapfmt/bytes/checked.h"

namespace snapfmt::container {
namespace {

std::vector<const Block*> by_offset(std::span<const Block> blocks) {
  std::vector<const Block*> sorted;
  for (const Block& block : blocks) {
    if (block.unusable.empty() && block.size > 0) sorted.push_back(&block);
  }
  // Blocks of one array: their addresses are their order in the index.
  std::ranges::sort(sorted, [](const Block* a, const Block* b) {
    return std::tie(a->offset, a->size, a) < std::tie(b->offset, b->size, b);
  });
  return sorted;
}

Note range_note(Severity severity, NoteKind kind, std::string what, std::uint64_t offset,
                std::string_view block) {
  return {.severity = severity,
          .kind = kind,
          .what = std::move(what),
          .part = Part::Kern,
          .offset = offset,
          .block = shown(block)};
}

void check_ends(std::span<const Block> blocks, std::uint64_t kern_size, NoteList& notes) {
  for (const Block& block : blocks) {
    if (!block.unusable.empty() || bytes::fits(block.offset, block.size, kern_size)) continue;
    notes.add(range_note(Severity::Error, NoteKind::BeyondFile,
                         fmt::format("{} of {} bytes are there, F.kern ends at {:#x}; restore "
                                     "aborts",
                                     block.bytes.size(), block.size, kern_size),
                         block.offset, block.name));
  }
}

void check_neighbours(std::span<const Block> blocks, std::uint64_t kern_size, NoteList& notes) {
  std::uint64_t end = 0;  // of all blocks so far
  std::string_view last;  // the one that ends there
  for (const Block* const block : by_offset(blocks)) {
    const std::uint64_t start = std::min(block->offset, kern_size);
    if (start > end) {
      notes.add(range_note(
          Severity::Warning, NoteKind::Gap,
          fmt::format("{} bytes before {} belong to no block", start - end, shown(block->name)),
          end, ""));
    } else if (block->offset < end) {
      notes.add(range_note(Severity::Warning, NoteKind::Overlap,
                           fmt::format("{} bytes belong to {} too",
                                       std::min(end - block->offset, block->size), shown(last)),
                           block->offset, block->name));
    }
    // Neither is above 2^63 - 1, so the sum fits.
    if (block->offset + block->size > end) {
      end = block->offset + block->size;
      last = block->name;
    }
  }
  if (end < kern_size) {
    notes.add(range_note(Severity::Warning, NoteKind::Leftover,
                         fmt::format("{} bytes after the last block", kern_size - end), end, ""));
  }
}

}  // namespace

void check_ranges(std::span<const Block> blocks, std::uint64_t kern_size, NoteList& notes) {
  check_ends(blocks, kern_size, notes);
  check_neighbours(blocks, kern_size, notes);
}

}  // namespace snapfmt::container
