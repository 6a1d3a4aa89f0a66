#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <expected>
#include <limits>
#include <utility>

#include "note_list.h"
#include "raw_index.h"
#include "shown.h"
#include "snapfmt/container/index.h"

namespace snapfmt::container {
namespace {

/// A value, or why it is none.
template <class T>
using Judged = std::expected<T, std::string>;

Judged<std::int64_t> as_integer(const JsonScalar& value) {
  if (value.type != JsonType::Bare) {
    return std::unexpected(fmt::format("{} where a number is wanted", to_string(value.type)));
  }
  std::int64_t number = 0;
  const char* const begin = value.text.data();
  const char* const end = begin + value.text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error == std::errc::result_out_of_range) {
    return std::unexpected(fmt::format("{} does not fit in 64 bits", shown(value.text)));
  }
  if (error != std::errc{} || stop != end) {
    return std::unexpected(fmt::format("{} is not a whole number", shown(value.text)));
  }
  return number;
}

Judged<std::int64_t> as_count(const JsonScalar& value) {
  const auto number = as_integer(value);
  if (number && *number < 0) return std::unexpected(fmt::format("{} is negative", *number));
  return number;
}

Judged<std::string> as_name(const JsonScalar& value) {
  if (value.type != JsonType::String) {
    return std::unexpected(fmt::format("{} where a string is wanted", to_string(value.type)));
  }
  if (value.text.empty()) return std::unexpected("the name is empty");
  return value.text;
}

class IndexBuilder {
 public:
  IndexBuilder(RawIndex raw, NoteList& notes) : raw_(std::move(raw)), notes_(notes) {}

  Index run();

 private:
  Dialect dialect() const;
  void metadata();
  std::optional<std::uint64_t> metadata_number(std::string_view key,
                                               const std::optional<JsonScalar>& value,
                                               std::uint64_t minimum);
  void lists();
  IndexEntry entry(const RawEntry& raw, std::string_view list, std::size_t position);
  void identify_by_number(const RawEntry& raw);
  void identify_by_name(const RawEntry& raw, bool is_device);
  std::int64_t count_member(std::string_view key, const std::optional<JsonScalar>& value);
  void unusable(std::string_view key, std::string why, std::uint64_t offset);
  void note_entry(Severity severity, NoteKind kind, std::string what, std::string_view key,
                  std::uint64_t offset);
  void note_missing(std::string path, std::string what);

  RawIndex raw_;
  NoteList& notes_;
  Index index_;
  IndexEntry entry_;        ///< being built
  std::string entry_path_;  ///< `kern_structs[3]`
};

Index IndexBuilder::run() {
  index_.complete = raw_.complete;
  index_.dialect = dialect();
  metadata();
  lists();
  return std::move(index_);
}

Dialect IndexBuilder::dialect() const {
  if (raw_.kernel) return raw_.kernel->key == "structs" ? Dialect::Gen1 : Dialect::Gen2;
  if (!raw_.devices) return Dialect::Unknown;
  for (const RawEntry& entry : raw_.devices->entries) {
    if (entry.device) return Dialect::Gen2;
    if (entry.snapshot_req) return Dialect::Gen1;
  }
  return Dialect::Unknown;
}

void IndexBuilder::metadata() {
  if (!raw_.has_metadata) {
    if (raw_.complete) note_missing("basic metadata", "there is no basic metadata");
    return;
  }
  index_.ncpus = metadata_number("ncpus", raw_.ncpus, 1);
  index_.memsize = metadata_number("memsize", raw_.memsize, 1);
  index_.memflags = metadata_number("memflags", raw_.memflags, 0);
  if (!raw_.vmname) {
    if (raw_.complete) note_missing("basic metadata.vmname", "bhyve always writes this member");
  } else if (raw_.vmname->type == JsonType::String) {
    index_.vmname = raw_.vmname->text;
  } else {
    notes_.add({.severity = Severity::Error,
                .kind = NoteKind::UnusableMember,
                .what = fmt::format("{} where a string is wanted", to_string(raw_.vmname->type)),
                .offset = raw_.vmname->offset,
                .path = "basic metadata.vmname"});
  }
}

std::optional<std::uint64_t> IndexBuilder::metadata_number(std::string_view key,
                                                           const std::optional<JsonScalar>& value,
                                                           std::uint64_t minimum) {
  std::string path = fmt::format("basic metadata.{}", key);
  if (!value) {
    if (raw_.complete) note_missing(std::move(path), "bhyve always writes this member");
    return std::nullopt;
  }
  auto number = as_count(*value);
  if (number && std::cmp_less(*number, minimum)) {
    number = std::unexpected(fmt::format("{} is too small", *number));
  }
  if (number) return static_cast<std::uint64_t>(*number);
  notes_.add({.severity = Severity::Error,
              .kind = NoteKind::UnusableMember,
              .what = number.error(),
              .offset = value->offset,
              .path = std::move(path)});
  return std::nullopt;
}

void IndexBuilder::lists() {
  if (raw_.kernel) {
    for (std::size_t i = 0; i < raw_.kernel->entries.size(); ++i) {
      index_.kernel.push_back(entry(raw_.kernel->entries[i], raw_.kernel->key, i));
    }
  } else if (raw_.complete) {
    note_missing("", "there is neither `structs` nor `kern_structs`");
  }
  if (raw_.devices) {
    for (std::size_t i = 0; i < raw_.devices->entries.size(); ++i) {
      index_.devices.push_back(entry(raw_.devices->entries[i], raw_.devices->key, i));
    }
  } else if (raw_.complete) {
    note_missing("devices", "there is no list of devices");
  }
}

IndexEntry IndexBuilder::entry(const RawEntry& raw, std::string_view list, std::size_t position) {
  entry_ = IndexEntry{};
  entry_.text_offset = raw.offset;
  entry_path_ = fmt::format("{}[{}]", list, position);
  if (raw.type != JsonType::Object) {
    unusable("", fmt::format("{} where an object is wanted", to_string(raw.type)), raw.offset);
    return std::move(entry_);
  }
  if (list == "structs") {
    identify_by_number(raw);
  } else {
    identify_by_name(raw, list == "devices");
  }
  entry_.size = count_member("size", raw.size);
  entry_.file_offset = count_member("file_offset", raw.file_offset);
  return std::move(entry_);
}

/// Kernel blocks of 13.x: the number decides, `debug_name` is for people.
void IndexBuilder::identify_by_number(const RawEntry& raw) {
  const bool has_label = raw.debug_name && raw.debug_name->type == JsonType::String;
  const std::string label = has_label ? raw.debug_name->text : std::string{};
  if (!raw.snapshot_req) {
    entry_.label = label;
    return unusable("", "there is no `snapshot_req`", raw.offset);
  }
  const auto number = as_count(*raw.snapshot_req);
  if (!number) {
    entry_.label = label;
    return unusable("snapshot_req", number.error(), raw.snapshot_req->offset);
  }
  entry_.req = *number;
  const auto block = kernel_block_of(*number);
  entry_.name = block ? std::string(*block) : fmt::format("request-{}", *number);
  if (label == entry_.name) return;
  entry_.label = label;
  if (block && has_label) {
    note_entry(
        Severity::Warning, NoteKind::NameDisagrees,
        fmt::format("`{}`, but request {} is {}; the number counts", shown(label), *number, *block),
        "debug_name", raw.debug_name->offset);
  }
}

void IndexBuilder::identify_by_name(const RawEntry& raw, bool is_device) {
  const bool by_request = is_device && index_.dialect == Dialect::Gen1;
  const auto& value = by_request ? raw.snapshot_req : raw.device;
  const std::string_view key = by_request ? "snapshot_req" : "device";
  if (!value) return unusable("", fmt::format("there is no `{}`", key), raw.offset);
  auto name = as_name(*value);
  if (!name) return unusable(key, name.error(), value->offset);
  entry_.name = std::move(*name);
}

std::int64_t IndexBuilder::count_member(std::string_view key,
                                        const std::optional<JsonScalar>& value) {
  if (!value) {
    unusable("", fmt::format("there is no `{}`", key), entry_.text_offset);
    return 0;
  }
  const auto number = as_count(*value);
  if (number) return *number;
  unusable(key, number.error(), value->offset);
  return 0;
}

void IndexBuilder::unusable(std::string_view key, std::string why, std::uint64_t offset) {
  if (entry_.unusable.empty()) {
    entry_.unusable = key.empty() ? why : fmt::format("{}: {}", key, why);
  }
  if (entry_path_.starts_with("structs")) why += "; 13.x finds no kernel block from here on";
  note_entry(Severity::Error, NoteKind::UnusableEntry, std::move(why), key, offset);
}

void IndexBuilder::note_entry(Severity severity, NoteKind kind, std::string what,
                              std::string_view key, std::uint64_t offset) {
  notes_.add({.severity = severity,
              .kind = kind,
              .what = std::move(what),
              .offset = offset,
              .path = key.empty() ? entry_path_ : fmt::format("{}.{}", entry_path_, key),
              .block = shown(entry_.name)});
}

void IndexBuilder::note_missing(std::string path, std::string what) {
  notes_.add({.severity = Severity::Error,
              .kind = NoteKind::MissingMember,
              .what = std::move(what),
              .path = std::move(path)});
}

/// Insertion sort: the notes are few, nearly in order, and equal ones keep theirs.
void sort_by_offset(std::vector<Note>& notes) {
  const auto offset = [](const Note& note) {
    return note.offset.value_or(std::numeric_limits<std::uint64_t>::max());
  };
  for (auto note = notes.begin(); note != notes.end(); ++note) {
    const auto place = std::ranges::upper_bound(notes.begin(), note, offset(*note), {}, offset);
    std::rotate(place, note, note + 1);
  }
}

std::unexpected<Error> not_an_index(std::string what, std::string hint) {
  Error error;
  error.code = ErrorCode::Malformed;
  error.what = std::move(what);
  error.offset = 0;
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}

}  // namespace

Result<Index> parse_index(std::string_view text, const ParseOptions& options) {
  if (text.size() > options.max_text) {
    return fail(ErrorCode::Limit, fmt::format("{} bytes are more than an index can have ({})",
                                              text.size(), options.max_text));
  }
  if (!text.empty() && text.find_first_not_of('\0') == std::string_view::npos) {
    return not_an_index("the text holds only zero bytes",
                        "the host lost it, perhaps in a crash before it was on disk");
  }
  NoteList notes(options.max_notes);
  auto raw = read_raw_index(text, options, notes);
  if (!raw) return std::unexpected(raw.error());
  const bool has_anything = raw->has_metadata || raw->kernel || raw->devices;
  if (raw->complete && !has_anything) {
    return not_an_index("JSON, but not the index of a bhyve snapshot",
                        "an index has \"basic metadata\" and lists of blocks");
  }
  Index index = IndexBuilder(std::move(*raw), notes).run();
  index.notes = notes.take();
  sort_by_offset(index.notes);
  return index;
}

}  // namespace snapfmt::container
