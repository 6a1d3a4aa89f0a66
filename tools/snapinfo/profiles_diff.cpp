// `snapinfo profiles --diff` for people: like a unified diff, grouped by block.
#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "snapinfo/profiles.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using schema::Aspect;
using schema::BlockChange;
using schema::BlockComparison;
using schema::FieldInfo;
using schema::LayoutComparison;
using schema::ProfileComparison;
using schema::RowChange;
using schema::RowChangeKind;
using schema::Schema;

/// Runs of this many rows and more, to which the same happened, are put together.
constexpr std::size_t kRun = 3;

using Rows = std::span<const RowChange>;

std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ") {
  return fmt::format("{}", fmt::join(parts, separator));
}

void print_change(Output& out, char mark, std::string_view raw_subject,
                  std::string_view raw_detail) {
  const std::string subject = sanitized(raw_subject);
  const std::string detail = sanitized(raw_detail);
  const Tone tone = mark == '+' ? Tone::Good : mark == '-' ? Tone::Bad : Tone::Warning;
  const std::string start = out.paint(tone, fmt::format("{} {}", mark, subject));
  constexpr std::size_t kDetailAt = 34;
  const auto used = columns(subject) + 2;
  if (detail.empty()) {
    out.line(start);
  } else if (used + 2 <= kDetailAt) {
    print_hanging(out, start + std::string(kDetailAt - used, ' '), kDetailAt, detail);
  } else if (used + 2 + columns(detail) <= kWidth) {
    out.line(start + "  " + detail);
  } else {
    out.line(start);
    print_hanging(out, "      ", 6, detail);
  }
}

std::string arrow(std::string_view before, std::string_view after) {
  const auto shown = [](std::string_view text) { return text.empty() ? "none" : text; };
  return fmt::format("{} -> {}", shown(before), shown(after));
}

const FieldInfo* field_of(const RowChange& change) {
  return change.before ? &*change.before : change.after ? &*change.after : nullptr;
}

/// The same happened to both rows; where they come from in C differs from row to row.
bool alike(const RowChange& a, const RowChange& b) {
  return a.kind == b.kind && a.kind != RowChangeKind::Repeated && a.moved_by == b.moved_by &&
         a.other_block == b.other_block &&
         std::ranges::equal(a.aspects, b.aspects, [](const Aspect& x, const Aspect& y) {
           return x.what == y.what &&
                  (x.what == "source" || (x.before == y.before && x.after == y.after));
         });
}

/// In one record, with nothing but padding between them.
bool adjacent(const Schema& schema, const RowChange& a, const RowChange& b) {
  if (field_of(a)->record != field_of(b)->record) return false;
  const auto first = field_of(a)->row;
  const auto second = field_of(b)->row;
  for (auto row = first + 1; row < second; ++row) {
    if (schema.row(row).cls != schema::FieldClass::Padding) return false;
  }
  return second > first;
}

std::size_t run_length(const Schema& schema, Rows rows) {
  std::size_t n = 1;
  while (n < rows.size() && alike(rows[0], rows[n]) && adjacent(schema, rows[n - 1], rows[n])) ++n;
  return n;
}

/// `vcpu[*].mtrr.*` if all rows of a run are in one group, else `first to last`.
std::string run_name(Rows run) {
  const std::string& first = run.front().path;
  std::size_t common = first.size();
  for (const RowChange& row : run) {
    const auto differs = std::ranges::mismatch(first, row.path).in1 - first.begin();
    common = std::min(common, static_cast<std::size_t>(differs));
  }
  const auto dot = first.rfind('.', common);
  // The first dot ends the record, which says little.
  const bool in_group = dot != std::string::npos && first.find('.') < dot;
  if (in_group) return first.substr(0, dot) + ".*";
  return fmt::format("{} to {}", first, run.back().path);
}

std::string aspects_text(const RowChange& change) {
  std::vector<std::string> parts;
  for (const Aspect& aspect : change.aspects) {
    if (aspect.what == "count") {
      parts.push_back(fmt::format("{} times", arrow(aspect.before, aspect.after)));
    } else {
      parts.push_back(fmt::format("{} {}", aspect.what, arrow(aspect.before, aspect.after)));
    }
  }
  return joined(parts, "; ");
}

std::string place_text(const RowChange& change) {
  if (change.kind != RowChangeKind::Moved) return {};
  return change.moved_by ? fmt::format("moved by {:+}", *change.moved_by)
                         : std::string("in another order");
}

std::string other_block_text(const RowChange& change) {
  if (change.other_block.empty()) return {};
  return (change.kind == RowChangeKind::Removed ? "now in " : "was in ") + change.other_block;
}

std::string detail_text(const Schema& schema, Rows run) {
  const RowChange& first = run.front();
  std::vector<std::string> parts;
  const auto add = [&](std::string text) {
    if (!text.empty()) parts.push_back(std::move(text));
  };
  if (run.size() > 1) add(fmt::format("{} rows", run.size()));
  const bool one_sided = first.kind == RowChangeKind::Removed || first.kind == RowChangeKind::Added;
  if (one_sided && run.size() == 1) add(c_type(schema.row(field_of(first)->row)));
  add(other_block_text(first));
  add(place_text(first));
  add((run.size() > 1 && !first.aspects.empty() ? "such as " : "") + aspects_text(first));
  return joined(parts);
}

char mark_of(RowChangeKind kind) {
  if (kind == RowChangeKind::Removed) return '-';
  return kind == RowChangeKind::Added ? '+' : '~';
}

void print_rows(Output& out, const Schema& schema, Rows rows, bool long_form) {
  while (!rows.empty()) {
    auto n = field_of(rows[0]) == nullptr ? 1 : run_length(schema, rows);
    if (long_form || n < kRun) n = 1;
    const Rows run = rows.first(n);
    const std::string name = n == 1 ? run.front().path : run_name(run);
    print_change(out, mark_of(run.front().kind), name, detail_text(schema, run));
    rows = rows.subspan(n);
  }
}

std::string size_change(const std::optional<schema::SizeFormula>& before,
                        const std::optional<schema::SizeFormula>& after) {
  const std::string a = describe_size(before);
  const std::string b = describe_size(after);
  if (a == b) return a == "varies" ? "" : a + " bytes";
  return arrow(a, b) + " bytes";
}

void print_layout(Output& out, const Schema& schema, const LayoutComparison& c, bool long_form) {
  const std::string users =
      c.used_by.size() > 3 ? fmt::format("{} devices", c.used_by.size()) : joined(c.used_by);
  const bool both = !c.before.empty() && !c.after.empty();
  if (!both && c.rows.empty()) return;
  std::string title = both ? arrow(c.before, c.after) : c.before + c.after;
  if (c.before == c.after) title = c.before;
  const std::string size = both ? size_change(c.size_before, c.size_after) : "";
  out.heading("@@ " + title + "  " + users + " @@");
  if (!size.empty()) print_hanging(out, "  ", 2, size, Tone::Dim);
  print_rows(out, schema, c.rows, long_form);
  if (c.rows.empty()) out.line("  " + out.paint(Tone::Dim, "no row differs"));
}

void print_values(Output& out, const ProfileComparison& diff) {
  const bool lists = !diff.listed_before_only.empty() || !diff.listed_after_only.empty();
  if (diff.values.empty() && !lists) return;
  out.heading("@@ profile @@");
  for (const schema::ValueChange& v : diff.values) {
    print_change(out, '~', v.name, arrow(v.before, v.after));
  }
  if (!diff.listed_before_only.empty()) {
    print_change(out, '-', "always listed", joined(diff.listed_before_only));
  }
  if (!diff.listed_after_only.empty()) {
    print_change(out, '+', "always listed", joined(diff.listed_after_only));
  }
}

std::string block_name(const BlockComparison& block) {
  return block.vendor ? fmt::format("{} ({})", block.name, to_string(*block.vendor)) : block.name;
}

void print_blocks(Output& out, const ProfileComparison& diff) {
  std::vector<const BlockComparison*> blocks;
  for (const BlockComparison& b : diff.blocks) {
    if (b.change != BlockChange::Same) blocks.push_back(&b);
  }
  if (blocks.empty()) return;
  std::ranges::stable_sort(blocks, std::less<>{}, &BlockComparison::change);
  out.heading("@@ blocks @@");
  for (const BlockComparison* b : blocks) {
    switch (b->change) {
      case BlockChange::Removed:
        print_change(out, '-', block_name(*b), joined(b->before, " "));
        break;
      case BlockChange::Added:
        print_change(out, '+', block_name(*b), joined(b->after, " "));
        break;
      default: {
        const std::string size = size_change(b->size_before, b->size_after);
        print_change(out, '~', block_name(*b),
                     size.empty() ? joined(b->before, " ") + " -> " + joined(b->after, " ") : size);
      }
    }
  }
}

void print_defects(Output& out, const Schema& schema, const ProfileComparison& diff) {
  if (diff.defects.empty()) return;
  out.heading("@@ known defects @@");
  for (const schema::DefectChange& change : diff.defects) {
    const auto vendor = schema.text(change.defect->vendor);
    const char mark = change.added ? '+' : '-';
    out.line(out.paint(change.added ? Tone::Bad : Tone::Good,
                       fmt::format("{} {}", mark, schema.text(change.defect->id))) +
             (vendor.empty() ? "" : fmt::format(" ({})", vendor)));
    print_hanging(out, "      ", 6, schema.text(change.defect->doc));
  }
}

void print_unchanged(Output& out, const ProfileComparison& diff) {
  std::vector<std::string> names;
  for (const BlockComparison& b : diff.blocks) {
    if (b.change == BlockChange::Same) names.push_back(block_name(b));
  }
  if (names.empty()) return;
  out.line();
  print_hanging(out, "  unchanged: ", 13, joined(names), Tone::Dim);
}

}  // namespace

void print_diff(Output& out, const Schema& schema, const ProfileComparison& diff, bool long_form) {
  const auto name = [&](const schema::ProfileDef& p) {
    return fmt::format("{}  {}", schema.text(p.name), schema.text(p.title));
  };
  out.line(out.paint(Tone::Bad, "--- " + name(*diff.before)));
  out.line(out.paint(Tone::Good, "+++ " + name(*diff.after)));
  print_values(out, diff);
  print_blocks(out, diff);
  for (const LayoutComparison& c : diff.layouts) print_layout(out, schema, c, long_form);
  print_defects(out, schema, diff);
  print_unchanged(out, diff);
  if (diff.same()) out.line("  no difference");
}

}  // namespace snapfmt::tools::snapinfo
