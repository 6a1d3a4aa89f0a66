#include "snapfmt/snapshot/oddity.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapshot/defects.h"

namespace snapfmt::snapshot {
namespace {

using container::Completeness;
using container::NoteKind;
using container::Severity;

void add_checkpoint(const Snapshot& snapshot, std::vector<Oddity>& found) {
  const auto& report = snapshot.triple().completeness();
  if (report.completeness == Completeness::Complete) return;
  found.push_back({.severity = report.completeness == Completeness::WithoutRam ? Severity::Info
                                                                               : Severity::Error,
                   .kind = OddityKind::Checkpoint,
                   .id = std::string(container::to_string(report.completeness)),
                   .subject = {},
                   .text = report.sentence});
}

/// The verdict on the checkpoint says the same in one sentence.
bool is_said_already(const container::Note& note, Completeness completeness) {
  return (note.kind == NoteKind::RamMissing && completeness == Completeness::WithoutRam) ||
         (note.kind == NoteKind::Interrupted && completeness == Completeness::BlockRefused);
}

void add_notes(const Snapshot& snapshot, std::vector<Oddity>& found) {
  for (const container::Note& note : snapshot.triple().notes()) {
    if (is_said_already(note, snapshot.triple().completeness().completeness)) continue;
    std::string subject(container::to_string(note.part));
    if (!note.block.empty()) subject = note.block;
    found.push_back({.severity = note.severity,
                     .kind = OddityKind::Container,
                     .id = std::string(container::to_string(note.kind)),
                     .subject = std::move(subject),
                     .text = note.what});
  }
}

void add_producer(const Snapshot& snapshot, std::vector<Oddity>& found) {
  const Identification& id = snapshot.identification();
  const auto severity = id.mixture ? Severity::Error : Severity::Warning;
  for (const std::string& note : id.notes) {
    found.push_back({.severity = id.certain ? Severity::Info : severity,
                     .kind = OddityKind::Producer,
                     .id = id.mixture ? "mixture" : "",
                     .subject = {},
                     .text = note});
  }
  const auto said = snapshot.triple().index().ncpus;
  if (said && snapshot.reading() != nullptr && *said != snapshot.vcpus()) {
    found.push_back(
        {.severity = Severity::Error,
         .kind = OddityKind::Producer,
         .id = "vcpus-differ",
         .subject = "F.meta",
         .text = fmt::format("ncpus is {}, the blocks hold {} vCPUs", *said, snapshot.vcpus())});
  }
}

void add_blocks(const Snapshot& snapshot, std::vector<Oddity>& found) {
  for (const BlockView& view : snapshot.blocks()) {
    const container::Block& block = *view.block;
    const bool fits = view.fit == Fit::Fits || view.fit == Fit::Variant;
    const bool noted = !block.unusable.empty() || block.is_duplicate || view.fit == Fit::Cut;
    if (noted || (fits && !view.borrowed)) continue;
    Oddity odd{.severity = Severity::Error,
               .kind = OddityKind::Block,
               .id = {},
               .subject = block.name,
               .text = {}};
    if (view.borrowed) {
      odd.id = "borrowed-layout";
      odd.text = fmt::format("read as {}, which is another generation's", view.layout_name);
    } else if (view.layouts.empty()) {
      odd.severity = Severity::Warning;
      odd.id = "no-layout";
      odd.text = "no layout is known for it";
    } else {
      odd.id = "misfit";
      odd.text = fmt::format("{} does not fit", view.layout_name);
      if (view.problem) {
        odd.text += fmt::format(": offset {:#x}: {}", view.problem->offset, view.problem->text);
      }
    }
    found.push_back(std::move(odd));
  }
}

/// 13.0 and 13.1 start a restored vCPU at RIP, later releases at nextrip.
void add_vcpus(std::span<const VcpuState> vcpus, std::vector<Oddity>& found) {
  std::vector<std::uint64_t> differing;
  for (const VcpuState& cpu : vcpus) {
    if (!cpu.rip || !cpu.next_rip || *cpu.rip == *cpu.next_rip) continue;
    if (cpu.run != RunState::NeverStarted) differing.push_back(cpu.index);
  }
  if (differing.empty()) return;
  found.push_back({.severity = Severity::Info,
                   .kind = OddityKind::Vcpu,
                   .id = "rip-differs",
                   .subject = vcpu_list(differing),
                   .text = "RIP and nextrip differ: 13.0 and 13.1 go on at the first, later "
                           "releases at the second"});
}

std::string expectation_text(const schema::FieldView& field) {
  const schema::Schema& schema = field.block().schema();
  const auto all =
      field.size() >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * field.size()) - 1;
  std::string text;
  std::size_t listed = 0;
  for (const schema::Expectation& e : schema.expectations(*field.row())) {
    if (++listed > 3) return text + " ...";
    if (!text.empty()) text += " or ";
    if ((e.mask & all) == all) {
      text += fmt::format("{:#x}", e.eq & all);
    } else {
      text += fmt::format("{:#x} in the bits {:#x}", e.eq & all, e.mask & all);
    }
  }
  return text;
}

void add_fields_of(const Snapshot& snapshot, const BlockView& view, std::vector<Oddity>& found) {
  const schema::DecodedBlock block = snapshot.decode(view);
  std::map<std::uint32_t, std::size_t> seen;  // row -> place in `found`
  for (const schema::FieldView field : block) {
    if (field.row() == nullptr || field.row()->expect.count == 0 || field.as_expected()) continue;
    if (field.cls() == schema::FieldClass::Padding) continue;
    const auto row = block.leaves()[field.index()].row;
    const auto [at, is_new] = seen.emplace(row, found.size());
    if (!is_new) {
      ++found[at->second].count;
      continue;
    }
    found.push_back({.severity = Severity::Warning,
                     .kind = OddityKind::Field,
                     .id = {},
                     .subject = field.path(),
                     .text = fmt::format("{}, bhyve writes {}", schema::render_value(field),
                                         expectation_text(field))});
  }
}

/// Blocks in which identification saw nothing unexpected are not decoded again.
void add_fields(const Snapshot& snapshot, std::vector<Oddity>& found) {
  if (snapshot.reading() == nullptr) return;
  const auto blocks = snapshot.blocks();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].borrowed || snapshot.reading()->blocks[i].unexpected != 0) {
      add_fields_of(snapshot, blocks[i], found);
    }
  }
}

/// A known defect says more of an empty block than the note that it is empty.
void drop_notes_of_defects(std::vector<Oddity>& found) {
  const auto has_defect = [&](const std::string& block) {
    return std::ranges::any_of(found, [&](const Oddity& odd) {
      return odd.kind == OddityKind::Defect && odd.subject == block;
    });
  };
  const auto empty_block = container::to_string(NoteKind::EmptyBlock);
  std::erase_if(found, [&](const Oddity& odd) {
    return odd.kind == OddityKind::Container && odd.id == empty_block && has_defect(odd.subject);
  });
}

}  // namespace

std::vector<Oddity> find_oddities(const Snapshot& snapshot, const Elements& kernel,
                                  std::span<const VcpuState> vcpus,
                                  std::span<const DeviceState> devices) {
  std::vector<Oddity> found;
  add_checkpoint(snapshot, found);
  add_notes(snapshot, found);
  add_producer(snapshot, found);
  add_blocks(snapshot, found);
  add_vcpus(vcpus, found);
  add_fields(snapshot, found);
  add_defects(snapshot, kernel, vcpus, devices, found);
  drop_notes_of_defects(found);
  return found;
}

std::string_view to_string(OddityKind kind) {
  switch (kind) {
    case OddityKind::Checkpoint:
      return "checkpoint";
    case OddityKind::Container:
      return "container";
    case OddityKind::Producer:
      return "producer";
    case OddityKind::Block:
      return "block";
    case OddityKind::Vcpu:
      return "vcpu";
    case OddityKind::Field:
      return "field";
    case OddityKind::Defect:
      return "defect";
  }
  return "unknown";
}

}  // namespace snapfmt::snapshot
