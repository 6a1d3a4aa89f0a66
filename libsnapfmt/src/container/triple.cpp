#include "snapfmt/container/triple.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "container/block_list.h"
#include "container/note_list.h"
#include "snapfmt/container/foreign.h"

namespace snapfmt::container {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> error_for(const fs::path& path, ErrorCode code, std::string what,
                                 std::string hint) {
  Error error;
  error.code = code;
  error.what = std::move(what);
  error.file = path.string();
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}

/// A sentence as a clause in an error's hint.
std::string clause(std::string sentence) {
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

/// There is no F.meta: say what there is instead.
std::unexpected<Error> explain_no_index(const fs::path& given, const TriplePaths& paths) {
  if (const auto foreign = recognise(given)) {
    return error_for(given, ErrorCode::Unsupported,
                     fmt::format("{}, not a bhyve snapshot: {}", foreign->name, foreign->evidence),
                     foreign->advice);
  }
  std::error_code error;
  if (fs::is_directory(given, error)) {
    return error_for(given, ErrorCode::Usage, "a folder, not a snapshot",
                     "name the file F whose F.kern and F.meta are in it");
  }
  const TripleSizes sizes = triple_sizes(paths);
  if (!sizes.ram && !sizes.kern) {
    return error_for(given, ErrorCode::NotFound, "there is no such snapshot",
                     "it is three files: F, F.kern and F.meta");
  }
  return error_for(paths.meta, ErrorCode::NotFound, "there is no such file",
                   sizes.kern ? "without it nothing tells where the blocks are"
                              : "F.kern is missing too, so this may be no bhyve snapshot");
}

Result<Index> read_index(const fs::path& given, const TriplePaths& paths,
                         const ParseOptions& options) {
  const auto meta = bytes::MappedFile::open(paths.meta, bytes::Access::Copy);
  if (!meta && meta.error().code == ErrorCode::NotFound) return explain_no_index(given, paths);
  if (!meta) return std::unexpected(meta.error());
  const std::span<const std::byte> content = meta->bytes();
  std::string text(content.size(), '\0');
  std::ranges::transform(content, text.begin(),
                         [](std::byte byte) { return static_cast<char>(byte); });
  auto index = parse_index(text, options);
  if (index) return index;
  Error error = index.error().in_file(paths.meta.string());
  if (error.code == ErrorCode::Truncated) {
    const CompletenessReport report = assess_completeness(triple_sizes(paths), nullptr, {});
    error = error.with_hint(clause(report.sentence));
  }
  return std::unexpected(std::move(error));
}

Note file_note(Severity severity, NoteKind kind, Part part, std::string what) {
  return {.severity = severity, .kind = kind, .what = std::move(what), .part = part};
}

void check_ram(const GuestRam& ram, const Index& index, NoteList& notes) {
  const std::uint64_t size = ram.file().size();
  if (!index.memsize || *index.memsize == size) return;
  notes.add(file_note(
      Severity::Error, NoteKind::RamSizeDiffers, Part::Ram,
      fmt::format("{} bytes, but memsize is {}; restore refuses that", size, *index.memsize)));
}

}  // namespace

Result<Triple> Triple::open(const fs::path& path, const OpenOptions& options) {
  Triple triple;
  triple.paths_ = triple_paths(path);
  auto index = read_index(path, triple.paths_, options.parse);
  if (!index) return std::unexpected(index.error());
  triple.index_ = std::move(*index);
  const Conventions conventions =
      options.conventions ? *options.conventions : conventions_of(triple.index_.dialect);

  auto kern = bytes::MappedFile::open(triple.paths_.kern);
  if (!kern && kern.error().code != ErrorCode::NotFound) return std::unexpected(kern.error());
  if (kern) triple.kern_ = std::move(*kern);
  triple.blocks_ = make_blocks(triple.index_,
                               triple.kern_ ? triple.kern_->bytes() : std::span<const std::byte>{});

  NoteList notes(options.parse.max_notes);
  check_names(triple.index_, triple.blocks_, conventions, notes);
  if (triple.kern_) {
    check_ranges(triple.blocks_, triple.kern_->size(), notes);
  } else {
    notes.add(file_note(Severity::Error, NoteKind::KernMissing, Part::Kern,
                        "there is no such file, so the blocks have no bytes"));
  }

  const TripleSizes sizes = triple_sizes(triple.paths_);
  auto ram =
      GuestRam::open(triple.paths_.ram, triple.index_.memsize.value_or(sizes.ram.value_or(0)));
  if (ram) {
    check_ram(*ram, triple.index_, notes);
    triple.ram_ = std::move(*ram);
  } else {
    const bool absent = ram.error().code == ErrorCode::NotFound;
    notes.add(file_note(absent ? Severity::Info : Severity::Warning, NoteKind::RamMissing,
                        Part::Ram,
                        absent ? "there is no such file, so there is no guest memory"
                               : "guest memory cannot be read: " + ram.error().what));
  }
  triple.completeness_ = assess_completeness(sizes, &triple.index_, conventions);
  triple.notes_ = std::exchange(triple.index_.notes, {});
  std::ranges::move(notes.take(), std::back_inserter(triple.notes_));
  return triple;
}

const Block* Triple::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      blocks_, [name](const Block& block) { return block.unusable.empty() && block.name == name; });
  return found == blocks_.end() ? nullptr : &*found;
}

}  // namespace snapfmt::container
