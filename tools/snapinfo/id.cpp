// snapinfo id: which release and vendor wrote a snapshot, with the evidence.
#include <memory>

#include <fmt/format.h>

#include "snapinfo/commands.h"

namespace snapfmt::tools::snapinfo {
namespace {

using snapshot::Candidate;
using snapshot::Evidence;
using snapshot::Snapshot;

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo id vm\n"
    "  snapinfo id --json vm | jq -r .profile\n"
    "\n"
    "Exit status: 0 one answer, 1 several or none, 2 it could not be done.\n";

struct Options {
  SnapshotOptions snapshot;
  OutputOptions output;
  bool all = false;
};

std::string_view container_name(container::Dialect dialect) {
  switch (dialect) {
    case container::Dialect::Gen1:
      return "bhyve-triple/gen-1";
    case container::Dialect::Gen2:
      return "bhyve-triple/gen-2";
    case container::Dialect::Unknown:
      break;
  }
  return "bhyve-triple";
}

void write_candidate(bytes::JsonWriter& json, const schema::Schema& schema, const Candidate& c) {
  json.begin_object();
  json.key("profile").string(schema.text(c.profile->name));
  json.key("vendor").string(to_string(c.vendor));
  json.key("vcpus").uint(c.vcpus);
  json.key("contradictions").uint(c.contradictions);
  json.key("variants").uint(c.variants);
  json.key("constants").begin_object(bytes::JsonWriter::Lines::One);
  json.key("checked").uint(c.expected).key("unexpected").uint(c.unexpected).end_object();
  json.key("evidence").begin_array();
  for (const Evidence& e : c.evidence) {
    json.begin_object(bytes::JsonWriter::Lines::One);
    json.key("supports").boolean(e.supports);
    json.key("block");
    e.block.empty() ? json.null() : json.string(e.block);
    json.key("text").string(e.text).end_object();
  }
  json.end_array().end_object();
}

void write_blocks(bytes::JsonWriter& json, const Snapshot& snapshot) {
  json.key("blocks").begin_array();
  for (const snapshot::BlockView& view : snapshot.blocks()) {
    json.begin_object(bytes::JsonWriter::Lines::One);
    json.key("name").string(view.block->name).key("kind").string(view.block->kind);
    json.key("layout");
    view.layout_name.empty() ? json.null() : json.string(view.layout_name);
    json.key("offset").uint(view.block->offset).key("size").uint(view.block->size);
    json.key("problem");
    view.problem ? json.string(view.problem->text) : json.null();
    json.end_object();
  }
  json.end_array();
}

void print_json(Output& out, bool compact, const Snapshot& snapshot) {
  const auto& id = snapshot.identification();
  const schema::Schema& schema = snapshot.schema();
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.id/1");
  json.key("container").string(container_name(snapshot.triple().index().dialect));
  json.key("profile");
  id.certain ? json.string(schema.text(id.answer()->profile->name)) : json.null();
  json.key("vendor");
  id.certain ? json.string(to_string(id.answer()->vendor)) : json.null();
  json.key("mixture").boolean(id.mixture);
  json.key("candidates").begin_array();
  for (const Candidate& c : id.candidates) write_candidate(json, schema, c);
  json.end_array();
  write_blocks(json, snapshot);
  json.key("notes").begin_array();
  for (const std::string& note : id.notes) json.string(sanitized(note));
  for (const container::Note& note : snapshot.triple().notes()) {
    json.string(sanitized(note.to_string()));
  }
  json.end_array().end_object();
  (void)json.finish();
}

std::string candidate_name(const schema::Schema& schema, const Candidate& c) {
  return fmt::format("{} on {}", schema.text(c.profile->title),
                     c.vendor == schema::Vendor::Intel ? "Intel" : "AMD");
}

void print_evidence(Output& out, const Candidate& c, bool all) {
  constexpr std::size_t kMostAgainst = 8;
  std::size_t fitting = 0;
  std::size_t against = 0;
  for (const Evidence& e : c.evidence) {
    if (e.supports && !e.notable && !e.block.empty() && !all) {
      ++fitting;
      continue;
    }
    if (!e.supports && ++against > kMostAgainst && !all) continue;
    const std::string subject = e.block.empty() ? "" : sanitized(e.block) + ": ";
    out.line("  " + out.paint(e.supports ? Tone::Good : Tone::Bad, e.supports ? "+ " : "- ") +
             wrapped(subject + sanitized(e.text), kWidth - 4, 4));
  }
  if (against > kMostAgainst && !all) {
    out.line("  " + out.paint(Tone::Bad, "- ") +
             fmt::format("{} more; --all shows them", against - kMostAgainst));
  }
  if (fitting != 0) {
    out.line("  " + out.paint(Tone::Good, "+ ") +
             fmt::format("{} block{} of the right length", fitting, fitting == 1 ? "" : "s"));
  }
  if (c.expected != 0) {
    const bool good = c.unexpected == 0;
    out.line("  " + out.paint(good ? Tone::Good : Tone::Bad, good ? "+ " : "- ") +
             fmt::format("{} of {} constants are as this generation writes them",
                         c.expected - c.unexpected, c.expected));
  }
}

/// What the verdict on the checkpoint says already in one sentence.
bool follows_from_checkpoint(container::NoteKind kind) {
  using enum container::NoteKind;
  return kind == BeyondFile || kind == Leftover || kind == RamSizeDiffers || kind == Interrupted;
}

/// How far the checkpoint came and what is wrong with the index; mere peculiarities only in JSON.
void print_notes(Output& out, const Snapshot& snapshot) {
  using container::Completeness;
  std::vector<std::string> notes;
  const auto& report = snapshot.triple().completeness();
  const bool whole = report.completeness == Completeness::Complete ||
                     report.completeness == Completeness::WithoutRam;
  if (!whole) notes.push_back(report.sentence);
  for (const std::string& note : snapshot.identification().notes) notes.push_back(note);
  for (const container::Note& note : snapshot.triple().notes()) {
    const bool said = note.kind == container::NoteKind::RamMissing ||
                      (!whole && follows_from_checkpoint(note.kind));
    if (note.severity != container::Severity::Info && !said) notes.push_back(note.to_string());
  }
  if (notes.empty()) return;
  out.heading("Notes");
  for (const std::string& note : notes) {
    out.line("  " + wrapped(sanitized(note), kWidth - 2, 2));
  }
}

void print_text(Output& out, bool all, const Snapshot& snapshot) {
  const auto& id = snapshot.identification();
  const schema::Schema& schema = snapshot.schema();
  if (const Candidate* answer = id.answer()) {
    out.line(out.paint(Tone::Heading, candidate_name(schema, *answer)) +
             fmt::format("  (profile {}, vendor {})", schema.text(answer->profile->name),
                         to_string(answer->vendor)));
    print_evidence(out, *answer, all);
  } else if (id.candidates.empty()) {
    out.line(out.paint(Tone::Bad, "No generation that is known here wrote this."));
  } else {
    out.line(out.paint(Tone::Warning, id.mixture ? "A mixture of generations; closest first:"
                                                 : "Not certain; candidates, best first:"));
  }
  std::size_t shown = 0;
  for (const Candidate& c : id.candidates) {
    if (id.certain && !all) break;
    if (id.answer() == &c) continue;
    const auto least = id.candidates.front().contradictions;
    if (!all && (shown == 4 || c.contradictions > least + (least == 0 ? 0 : 2))) break;
    ++shown;
    out.heading(candidate_name(schema, c));
    print_evidence(out, c, all);
  }
  print_notes(out, snapshot);
}

int run_id(const Options& options) {
  const auto snapshot = open_snapshot(options.snapshot);
  if (!snapshot) return complain(snapshot.error());
  Output out(options.output.color);
  if (options.output.json) {
    print_json(out, options.output.compact, **snapshot);
  } else {
    print_text(out, options.all, **snapshot);
  }
  return out.finish((*snapshot)->identification().certain ? kSame : kDifferent);
}

}  // namespace

void add_id(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("id", "Tell which release and vendor wrote a snapshot");
  add_snapshot_options(*command, options->snapshot);
  add_output_options(*command, options->output);
  command->add_flag("--all", options->all, "Show every candidate and all evidence");
  command->footer(kExamples);
  command->callback([&run, options] { run = [options] { return run_id(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
