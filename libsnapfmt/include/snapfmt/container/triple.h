// A bhyve snapshot as it lies on disk: F, F.kern and F.meta.
//
//   const auto triple = Triple::open("vm.meta");
//   for (const Block& block : triple->blocks()) decode(block.kind, block.bytes);
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "snapfmt/bytes/mapped_file.h"
#include "snapfmt/container/completeness.h"
#include "snapfmt/container/index.h"
#include "snapfmt/container/note.h"
#include "snapfmt/container/place.h"
#include "snapfmt/container/ram.h"
#include "snapfmt/error.h"

namespace snapfmt::container {

/// One block of F.kern.
struct Block {
  std::string name;  ///< as in the index: `vmcx`, `virtio-blk@pci.0.3.0`
  std::string kind;  ///< `vmcx`, `virtio-blk`: what it is a block of
  bool kernel = false;
  std::optional<Place> place = std::nullopt;  ///< of a device whose name has one
  std::uint64_t offset = 0;                   ///< in F.kern, as the index says
  std::uint64_t size = 0;                     ///< in bytes, as the index says
  std::span<const std::byte> bytes = {};      ///< what is there of it, at most `size`
  bool is_short = false;                      ///< F.kern ends before the block does
  bool is_duplicate = false;  ///< an earlier block has the name: restore ignores this one
  std::string unusable = {};  ///< why the index entry is of no use; then there are no bytes
};

struct OpenOptions {
  ParseOptions parse = {};
  /// What to compare order, names and sizes with; unset: conventions_of() the dialect.
  std::optional<Conventions> conventions = std::nullopt;
};

/// The three files, opened. Blocks and RAM are mapped, not copied; their spans stay valid as
/// long as this object or one moved from it.
class Triple {
 public:
  /// Opens a snapshot given F, F.kern or F.meta. F.meta must be there and be understood; without
  /// F there is no RAM, without F.kern the blocks have no bytes, and notes say so.
  /// Errors: those of parse_index(), with what is known of an interrupted checkpoint; NotFound
  /// without F.meta; Unsupported if the file is a state of another kind (see recognise()).
  static Result<Triple> open(const std::filesystem::path& path, const OpenOptions& options = {});

  const TriplePaths& paths() const { return paths_; }
  const Index& index() const { return index_; }
  /// Kernel blocks, then devices, each in the order of the index.
  const std::vector<Block>& blocks() const { return blocks_; }
  /// About the text, the blocks and the files, in this order.
  const std::vector<Note>& notes() const { return notes_; }
  const CompletenessReport& completeness() const { return completeness_; }

  /// Null if F is missing or cannot be read.
  const GuestRam* ram() const { return ram_ ? &*ram_ : nullptr; }
  /// Null if F.kern is missing.
  const bytes::MappedFile* kern() const { return kern_ ? &*kern_ : nullptr; }

  /// The block that restore would take for this name; null if there is none.
  const Block* find(std::string_view name) const;

 private:
  Triple() = default;

  TriplePaths paths_;
  Index index_;
  std::optional<bytes::MappedFile> kern_;
  std::optional<GuestRam> ram_;
  std::vector<Block> blocks_;
  std::vector<Note> notes_;
  CompletenessReport completeness_;
};

}  // namespace snapfmt::container
