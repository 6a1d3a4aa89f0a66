// A list of notes that input cannot make grow without bound.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "snapfmt/container/note.h"

namespace snapfmt::container {

class NoteList {
 public:
  explicit NoteList(std::size_t limit) : limit_(limit) {}

  /// Keeps the note, or only counts it once the limit is reached.
  void add(Note note) {
    if (notes_.size() < limit_) {
      notes_.push_back(std::move(note));
    } else {
      ++left_out_;
    }
  }

  /// True when a further note would only be counted: saves making its text.
  bool full() const { return notes_.size() >= limit_; }

  /// The notes, with one about those left out at the end.
  std::vector<Note> take();

 private:
  std::size_t limit_;
  std::size_t left_out_ = 0;
  std::vector<Note> notes_;
};

}  // namespace snapfmt::container
