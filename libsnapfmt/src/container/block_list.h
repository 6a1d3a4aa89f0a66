// The blocks of F.kern: made from the index, and held against what bhyve does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "container/note_list.h"
#include "snapfmt/container/index.h"
#include "snapfmt/container/triple.h"

namespace snapfmt::container {

/// Kernel blocks, then devices, with their bytes as far as `kern` has them.
std::vector<Block> make_blocks(const Index& index, std::span<const std::byte> kern);

/// Notes names, order, sizes and places that bhyve would not have written.
void check_names(const Index& index, std::span<const Block> blocks, const Conventions& conventions,
                 NoteList& notes);

/// Notes blocks beyond the end of F.kern, gaps, overlaps and leftovers.
void check_ranges(std::span<const Block> blocks, std::uint64_t kern_size, NoteList& notes);

}  // namespace snapfmt::container
