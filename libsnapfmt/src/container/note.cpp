#include "snapfmt/container/note.h"

#include <fmt/format.h>

namespace snapfmt::container {

std::string Note::to_string() const {
  std::string text{container::to_string(part)};
  if (offset) text += fmt::format(": offset {:#x}", *offset);
  if (!block.empty()) text += fmt::format(": block {}", block);
  if (!path.empty()) text += fmt::format(": {}", path);
  return text + ": " + what;
}

std::string_view to_string(NoteKind kind) {
  switch (kind) {
    case NoteKind::NotStrictJson:
      return "not-strict-json";
    case NoteKind::ExtraMember:
      return "extra-member";
    case NoteKind::DuplicateMember:
      return "duplicate-member";
    case NoteKind::UnusableMember:
      return "unusable-member";
    case NoteKind::MissingMember:
      return "missing-member";
    case NoteKind::UnusableEntry:
      return "unusable-entry";
    case NoteKind::NameDisagrees:
      return "name-disagrees";
    case NoteKind::BothDialects:
      return "both-dialects";
    case NoteKind::TextAfterEnd:
      return "text-after-end";
    case NoteKind::NoFinalNewline:
      return "no-final-newline";
    case NoteKind::Interrupted:
      return "interrupted";
    case NoteKind::UnknownBlock:
      return "unknown-block";
    case NoteKind::MissingBlock:
      return "missing-block";
    case NoteKind::DuplicateBlock:
      return "duplicate-block";
    case NoteKind::UnusualOrder:
      return "unusual-order";
    case NoteKind::BadPlace:
      return "bad-place";
    case NoteKind::EmptyBlock:
      return "empty-block";
    case NoteKind::AboveBufferLimit:
      return "above-buffer-limit";
    case NoteKind::BeyondFile:
      return "beyond-file";
    case NoteKind::Gap:
      return "gap";
    case NoteKind::Overlap:
      return "overlap";
    case NoteKind::Leftover:
      return "leftover";
    case NoteKind::KernMissing:
      return "kern-missing";
    case NoteKind::RamMissing:
      return "ram-missing";
    case NoteKind::RamSizeDiffers:
      return "ram-size-differs";
    case NoteKind::NotesLeftOut:
      return "notes-left-out";
  }
  return "unknown";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  return "unknown";
}

std::string_view to_string(Part part) {
  switch (part) {
    case Part::Ram:
      return "F";
    case Part::Kern:
      return "F.kern";
    case Part::Meta:
      return "F.meta";
  }
  return "unknown";
}

}  // namespace snapfmt::container
