#include "note_list.h"

#include <fmt/format.h>

namespace snapfmt::container {

std::vector<Note> NoteList::take() {
  if (left_out_ > 0) {
    notes_.push_back({.severity = Severity::Warning,
                      .kind = NoteKind::NotesLeftOut,
                      .what = fmt::format("{} further notes are left out", left_out_)});
    left_out_ = 0;
  }
  return std::exchange(notes_, {});
}

}  // namespace snapfmt::container
