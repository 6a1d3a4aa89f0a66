#include "raw_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "shown.h"

namespace snapfmt::container {
namespace {

constexpr std::string_view kMetadataKey = "basic metadata";

class RawIndexReader {
 public:
  RawIndexReader(std::string_view text, const ParseOptions& options, NoteList& notes)
      : text_(text), options_(options), notes_(notes), json_(text, options.max_depth) {}

  Result<RawIndex> run();

 private:
  using Slot = std::optional<JsonScalar>;
  struct Member {
    std::string_view key;
    Slot* slot;
  };

  Result<void> root();
  Result<void> root_member(const std::string& key);
  Result<void> metadata();
  Result<void> list(std::optional<RawList>& into, std::string_view key);
  Result<void> list_entry(RawList& list);
  Result<void> members(std::span<const Member> known);
  Result<void> member(Slot& slot);
  Result<void> skip_noted(NoteKind kind, Severity severity, std::string what);
  void note(Severity severity, NoteKind kind, std::string what,
            std::optional<std::uint64_t> offset);
  void note_interruption(const Error& stop);
  void note_ending();

  std::string_view text_;
  const ParseOptions& options_;
  NoteList& notes_;
  JsonReader json_;
  RawIndex index_;
  bool in_entry_ = false;
};

Result<RawIndex> RawIndexReader::run() {
  const auto type = json_.peek();
  if (!type && type.error().code == ErrorCode::Truncated) {
    return json_.error(ErrorCode::Truncated,
                       "no text: the checkpoint was interrupted while RAM or blocks were written",
                       0);
  }
  if (const auto read = root(); !read) {
    if (read.error().code != ErrorCode::Truncated) return std::unexpected(read.error());
    note_interruption(read.error());
    return std::move(index_);
  }
  index_.complete = true;
  note_ending();
  return std::move(index_);
}

Result<void> RawIndexReader::root() {
  if (const auto begun = json_.begin_object(); !begun) return begun;
  for (;;) {
    const auto key = json_.next_key();
    if (!key) return std::unexpected(key.error());
    if (!key->has_value()) return {};
    if (const auto read = root_member(**key); !read) return read;
  }
}

Result<void> RawIndexReader::root_member(const std::string& key) {
  if (key == kMetadataKey) return metadata();
  if (key == "devices") return list(index_.devices, key);
  if (key != "structs" && key != "kern_structs") {
    return skip_noted(NoteKind::ExtraMember, Severity::Info, "bhyve writes no such member");
  }
  if (index_.kernel && index_.kernel->key != key) {
    return skip_noted(
        NoteKind::BothDialects, Severity::Warning,
        fmt::format("there is `{}` already, so this list is left alone", index_.kernel->key));
  }
  return list(index_.kernel, key);
}

Result<void> RawIndexReader::metadata() {
  if (index_.has_metadata) {
    return skip_noted(NoteKind::DuplicateMember, Severity::Warning,
                      "the same key again; the first counts");
  }
  const auto type = json_.peek();
  if (!type) return std::unexpected(type.error());
  if (*type != JsonType::Object) {
    return skip_noted(NoteKind::UnusableMember, Severity::Error,
                      fmt::format("{} where an object is wanted", to_string(*type)));
  }
  index_.has_metadata = true;
  return members(std::array{Member{"ncpus", &index_.ncpus}, Member{"vmname", &index_.vmname},
                            Member{"memsize", &index_.memsize},
                            Member{"memflags", &index_.memflags}});
}

Result<void> RawIndexReader::list(std::optional<RawList>& into, std::string_view key) {
  if (into) {
    return skip_noted(NoteKind::DuplicateMember, Severity::Warning,
                      "the same key again; the first counts");
  }
  const auto type = json_.peek();
  if (!type) return std::unexpected(type.error());
  if (*type != JsonType::Array) {
    return skip_noted(NoteKind::UnusableMember, Severity::Error,
                      fmt::format("{} where an array is wanted", to_string(*type)));
  }
  into = RawList{.key = std::string(key), .entries = {}};
  if (const auto begun = json_.begin_array(); !begun) return begun;
  for (;;) {
    const auto more = json_.next_element();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    if (const auto read = list_entry(*into); !read) return read;
  }
}

Result<void> RawIndexReader::list_entry(RawList& list) {
  const auto offset = json_.offset_of_next();
  if (!offset) return std::unexpected(offset.error());
  if (list.entries.size() >= options_.max_entries) {
    return json_.error(ErrorCode::Limit, fmt::format("more than {} entries", options_.max_entries),
                       *offset);
  }
  const auto type = json_.peek();
  if (!type) return std::unexpected(type.error());
  RawEntry entry;
  entry.offset = *offset;
  entry.type = *type;
  in_entry_ = true;
  const auto read =
      *type == JsonType::Object
          ? members(std::array{Member{"debug_name", &entry.debug_name},
                               Member{"snapshot_req", &entry.snapshot_req},
                               Member{"device", &entry.device}, Member{"size", &entry.size},
                               Member{"file_offset", &entry.file_offset}})
          : json_.skip();
  if (!read) return read;
  in_entry_ = false;
  list.entries.push_back(std::move(entry));
  return {};
}

Result<void> RawIndexReader::members(std::span<const Member> known) {
  if (const auto begun = json_.begin_object(); !begun) return begun;
  for (;;) {
    const auto key = json_.next_key();
    if (!key) return std::unexpected(key.error());
    if (!key->has_value()) return {};
    const auto match = std::ranges::find(known, std::string_view(**key), &Member::key);
    const auto read = match != known.end() ? member(*match->slot)
                                           : skip_noted(NoteKind::ExtraMember, Severity::Info,
                                                        "bhyve writes no such member");
    if (!read) return read;
  }
}

Result<void> RawIndexReader::member(Slot& slot) {
  if (slot) {
    return skip_noted(NoteKind::DuplicateMember, Severity::Warning,
                      "the same key again; the first counts");
  }
  const auto type = json_.peek();
  if (!type) return std::unexpected(type.error());
  if (*type == JsonType::Object || *type == JsonType::Array) {
    slot = JsonScalar{*type, {}, json_.offset()};
    return json_.skip();
  }
  auto value = json_.scalar();
  if (!value) return std::unexpected(value.error());
  slot = std::move(*value);
  return {};
}

Result<void> RawIndexReader::skip_noted(NoteKind kind, Severity severity, std::string what) {
  const auto offset = json_.offset_of_next();
  if (!offset) return std::unexpected(offset.error());
  note(severity, kind, std::move(what), *offset);
  return json_.skip();
}

void RawIndexReader::note(Severity severity, NoteKind kind, std::string what,
                          std::optional<std::uint64_t> offset) {
  notes_.add({.severity = severity,
              .kind = kind,
              .what = std::move(what),
              .offset = offset,
              .path = json_.path()});
}

void RawIndexReader::note_interruption(const Error& stop) {
  std::string what =
      "the text stops before its end: the checkpoint was interrupted, or the file cut";
  if (in_entry_) what += "; the unfinished entry is left out";
  notes_.add({.severity = Severity::Error,
              .kind = NoteKind::Interrupted,
              .what = std::move(what),
              .offset = text_.size(),
              .path = stop.path});
}

void RawIndexReader::note_ending() {
  if (const auto liberty = json_.first_liberty()) {
    note(Severity::Info, NoteKind::NotStrictJson,
         "not strict JSON from here on (comment, trailing comma or byte order mark)", liberty);
  }
  if (const auto more = json_.text_after_end()) {
    note(Severity::Warning, NoteKind::TextAfterEnd, "there is text after the end", more);
  } else if (!text_.ends_with('\n')) {
    note(Severity::Info, NoteKind::NoFinalNewline, "the final newline is missing", text_.size());
  }
}

}  // namespace

Result<RawIndex> read_raw_index(std::string_view text, const ParseOptions& options,
                                NoteList& notes) {
  return RawIndexReader(text, options, notes).run();
}

}  // namespace snapfmt::container
