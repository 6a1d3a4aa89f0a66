// The index of a snapshot: F.meta, in both dialects.
//
//   Result<Index> index = parse_index(text);
//   for (const IndexEntry& entry : index->kernel) ...
//   print_index(*index) == text   // for every text that bhyve wrote
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/container/conventions.h"
#include "snapfmt/container/note.h"
#include "snapfmt/error.h"

namespace snapfmt::container {

/// One entry of a list of blocks.
struct IndexEntry {
  std::string name;  ///< of the block, as in `vmcx` or `ahci@pci.0.2.0`
  std::optional<std::int64_t> req = std::nullopt;  ///< `snapshot_req` of a Gen1 kernel entry
  std::int64_t size = 0;                           ///< bytes, never negative
  std::int64_t file_offset = 0;                    ///< in F.kern, never negative
  std::uint64_t text_offset = 0;                   ///< where the entry begins in F.meta
  std::string label = {};     ///< `debug_name` as written, where that is not `name`
  std::string unusable = {};  ///< why restore cannot use the entry; empty: it can

  bool usable() const { return unusable.empty(); }
};

/// What F.meta says. Metadata that the text lacks, or has with an unusable value, is unset.
struct Index {
  Dialect dialect = Dialect::Unknown;
  std::optional<std::uint64_t> ncpus;
  std::optional<std::string> vmname;      ///< any bytes, not always UTF-8
  std::optional<std::uint64_t> memsize;   ///< bytes of guest RAM, low plus high
  std::optional<std::uint64_t> memflags;  ///< 1: in core (`-C`), 2: wired (`-S`)
  std::vector<IndexEntry> kernel;         ///< in the order of the text, with unusable entries
  std::vector<IndexEntry> devices;
  bool complete = false;    ///< the closing bracket was there: bhyve came to the end
  std::vector<Note> notes;  ///< by offset in the text; those without one come last
};

/// Limits of parse_index(); input beyond them is refused (ErrorCode::Limit).
struct ParseOptions {
  std::size_t max_text = std::size_t{4} << 20;     ///< bytes of text
  std::size_t max_depth = 32;                      ///< nested objects and arrays
  std::size_t max_entries = std::size_t{1} << 13;  ///< per list; 32 full PCI buses have as many
  std::size_t max_notes = 200;                     ///< further ones are counted only
};

/// Reads the text of F.meta.
///
/// Tolerant as bhyve's own parser is: any order of members, comments, raw control
/// characters and any bytes in strings; of equal keys the first counts. An entry that
/// restore could not use stays in its list with the reason. The beginning of a text, as an
/// interrupted checkpoint leaves it, is read as far as it goes: `complete` is then false.
///
/// Errors have the byte offset and the JSON path. Truncated: the text is empty. Malformed:
/// it is not JSON or not an index. Limit: see ParseOptions.
Result<Index> parse_index(std::string_view text, const ParseOptions& options = {});

/// The text that bhyve writes for this index, byte for byte (libxo, JSON style, pretty).
/// Unset metadata is left out, so is the kernel list of an unknown dialect.
std::string print_index(const Index& index);

}  // namespace snapfmt::container
