// Notes: what a reader of a snapshot should know and what is no reason to stop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snapfmt::container {

/// How much a note matters to somebody who wants to restore the snapshot.
enum class Severity : std::uint8_t {
  Info,     ///< unusual, without consequence
  Warning,  ///< read otherwise than the writer may have meant, or a trace of another tool
  Error,    ///< restore fails, aborts or loses state
};

/// The closed list of things that are noted.
enum class NoteKind : std::uint8_t {
  // About the text of F.meta.
  NotStrictJson,    ///< comments, trailing commas or a byte order mark
  ExtraMember,      ///< a member that bhyve does not write
  DuplicateMember,  ///< the same key twice in one object; the first counts
  UnusableMember,   ///< a member with a value that restore cannot use
  MissingMember,    ///< a member that bhyve always writes
  UnusableEntry,    ///< restore skips this entry or aborts on it
  NameDisagrees,    ///< `debug_name` is not the name that belongs to `snapshot_req`
  BothDialects,     ///< `structs` and `kern_structs` in one file
  TextAfterEnd,     ///< something follows the closing bracket
  NoFinalNewline,   ///< bhyve ends the text with a newline
  Interrupted,      ///< the text stops before its closing bracket
  // About the blocks that the index announces.
  UnknownBlock,      ///< a name or number that no release known here writes
  MissingBlock,      ///< a block that bhyve always writes
  DuplicateBlock,    ///< a name for the second time; restore takes the first
  UnusualOrder,      ///< not the order in which bhyve writes
  BadPlace,          ///< a device name whose bus, slot and function cannot be read
  EmptyBlock,        ///< size 0 where restore needs data
  AboveBufferLimit,  ///< larger than the buffer bhyve has for a block
  BeyondFile,        ///< the block ends after F.kern does
  Gap,               ///< bytes of F.kern between blocks that belong to none
  Overlap,           ///< bytes of F.kern that belong to two blocks
  Leftover,          ///< bytes of F.kern after the last block
  // About the files.
  KernMissing,     ///< there is no F.kern
  RamMissing,      ///< there is no F, or it cannot be read
  RamSizeDiffers,  ///< F is not `memsize` bytes long
  // About the notes.
  NotesLeftOut,  ///< there were more notes than the limit allows
};

/// The file that a note's offset counts in.
enum class Part : std::uint8_t { Ram, Kern, Meta };

/// One observation.
struct Note {
  Severity severity = Severity::Info;
  NoteKind kind = NoteKind::NotStrictJson;
  std::string what;                                    ///< one clause, no full stop
  Part part = Part::Meta;                              ///< the file it is about
  std::optional<std::uint64_t> offset = std::nullopt;  ///< byte offset in that file
  std::string path = {};                               ///< JSON path, as `kern_structs[3].size`
  std::string block = {};                              ///< name of the block in the index

  /// `F.meta: offset 0x1f4: kern_structs[3].size: what`
  std::string to_string() const;
};

/// Stable identifiers for JSON output, as `duplicate-member`.
std::string_view to_string(NoteKind kind);
std::string_view to_string(Severity severity);
/// `F`, `F.kern` or `F.meta`.
std::string_view to_string(Part part);

}  // namespace snapfmt::container
