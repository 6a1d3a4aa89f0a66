#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "snapfmt/schema/compare.h"

namespace snapfmt::schema {
namespace {

/// Rows and loops that have the same path are told apart by their order.
using Key = std::pair<std::string, std::size_t>;

bool fills_gap(const Schema& schema, const FieldInfo& field) {
  const auto name = field.path.find_last_of('.') + 1;
  const auto plus = field.path.find('+', name);
  return schema.row(field.row).cls == FieldClass::Padding && plus != std::string::npos;
}

template <class T>
std::map<Key, const T*> by_path(const std::vector<T>& entries) {
  std::map<Key, const T*> out;
  std::map<std::string_view, std::size_t> seen;
  for (const T& entry : entries) out.emplace(Key{entry.path, seen[entry.path]++}, &entry);
  return out;
}

/// The rows on both sides, those that are in one order a longest increasing run.
struct Match {
  const FieldInfo* before = nullptr;
  const FieldInfo* after = nullptr;
  bool in_order = true;
};

void mark_order(std::vector<Match>& matches) {
  std::vector<std::size_t> tails;  // tails[n]: where the run of n + 1 with the lowest end ends
  std::vector<std::size_t> previous(matches.size());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const auto it = std::ranges::lower_bound(tails, matches[i].after, std::less<>{},
                                             [&](std::size_t t) { return matches[t].after; });
    previous[i] = it == tails.begin() ? i : *std::prev(it);
    if (it == tails.end()) {
      tails.push_back(i);
    } else {
      *it = i;
    }
    matches[i].in_order = false;
  }
  if (tails.empty()) return;
  for (std::size_t i = tails.back();; i = previous[i]) {
    matches[i].in_order = true;
    if (previous[i] == i) break;
  }
}

class LayoutComparer {
 public:
  LayoutComparer(const Schema& schema, const LayoutInfo& before, const LayoutInfo& after,
                 std::vector<RowChange>& out)
      : schema_(schema), before_(before), after_(after), out_(out) {}

  void run() {
    compare_loops();
    const auto before = by_path(before_.fields);
    const auto after = by_path(after_.fields);
    std::vector<Match> matches;
    for (const auto& [key, field] : before) {
      if (const auto it = after.find(key); it != after.end()) {
        matches.push_back({field, it->second});
      } else {
        one_sided(RowChangeKind::Removed, *field);
      }
    }
    for (const auto& [key, field] : after) {
      if (!before.contains(key)) one_sided(RowChangeKind::Added, *field);
    }
    std::ranges::sort(matches, std::less<>{}, &Match::before);
    mark_order(matches);
    for (const Match& match : matches) compare_rows(match);
    sort();
  }

 private:
  void one_sided(RowChangeKind kind, const FieldInfo& field) {
    if (fills_gap(schema_, field)) return;
    RowChange change{.kind = kind,
                     .path = field.path,
                     .before = {},
                     .after = {},
                     .aspects = {},
                     .moved_by = {},
                     .other_block = {}};
    (kind == RowChangeKind::Removed ? change.before : change.after) = field;
    out_.push_back(std::move(change));
  }

  void compare_loops() {
    const auto after = by_path(after_.loops);
    std::map<std::string, bool> told;
    for (const auto& [key, loop] : by_path(before_.loops)) {
      const auto it = after.find(key);
      if (it == after.end() || it->second->count == loop->count || told[loop->path]) continue;
      told[loop->path] = true;
      out_.push_back({.kind = RowChangeKind::Repeated,
                      .path = loop->path,
                      .before = {},
                      .after = {},
                      .aspects = {{"count", loop->count, it->second->count}},
                      .moved_by = {},
                      .other_block = {}});
    }
  }

  void compare_rows(const Match& match) {
    const FieldInfo& a = *match.before;
    const FieldInfo& b = *match.after;
    if (fills_gap(schema_, a)) return;
    RowChange change{.kind = RowChangeKind::Moved,
                     .path = a.path,
                     .before = a,
                     .after = b,
                     .aspects = {},
                     .moved_by = {},
                     .other_block = {}};
    add_shape(change);
    if (!change.aspects.empty()) change.kind = RowChangeKind::Resized;
    const auto shapes = change.aspects.size();
    add_meaning(change);
    if (shapes == 0 && !change.aspects.empty()) change.kind = RowChangeKind::Meaning;
    const bool same_record = before_.records[a.record].path == after_.records[b.record].path;
    const bool placed = same_record && a.offset && b.offset;
    if (placed && *a.offset != *b.offset) {
      change.moved_by = static_cast<std::int64_t>(*b.offset) - static_cast<std::int64_t>(*a.offset);
    }
    const bool moved = placed ? change.moved_by.has_value() : !match.in_order;
    if (!change.aspects.empty() || moved) out_.push_back(std::move(change));
  }

  static void add(RowChange& change, std::string_view what, std::string before, std::string after) {
    if (before != after) change.aspects.push_back({what, std::move(before), std::move(after)});
  }

  void add_shape(RowChange& change) const {
    add(change, "size", change.before->size_text, change.after->size_text);
    const RowDef& a = schema_.row(change.before->row);
    const RowDef& b = schema_.row(change.after->row);
    add(change, "type", std::string(to_string(a.type)), std::string(to_string(b.type)));
  }

  void add_meaning(RowChange& change) const {
    const FieldInfo& before = *change.before;
    const FieldInfo& after = *change.after;
    const RowDef& a = schema_.row(before.row);
    const RowDef& b = schema_.row(after.row);
    add(change, "source", before.source, after.source);
    add(change, "class", std::string(to_string(a.cls)), std::string(to_string(b.cls)));
    add(change, "element", before.element, after.element);
    add(change, "codec", std::string(schema_.text(a.codec)), std::string(schema_.text(b.codec)));
    add(change, "register", register_name(a), register_name(b));
    add(change, "enum", enum_name(a), enum_name(b));
    add(change, "expected", describe_expectation(schema_, a), describe_expectation(schema_, b));
    add(change, "when", fmt::format("{}", fmt::join(before.conditions, " and ")),
        fmt::format("{}", fmt::join(after.conditions, " and ")));
  }

  std::string register_name(const RowDef& row) const {
    return row.reg == kNone ? "" : std::string(schema_.text(schema_.reg(row.reg).name));
  }
  std::string enum_name(const RowDef& row) const {
    if (row.enumeration == kNone) return {};
    return std::string(schema_.text(schema_.enumeration(row.enumeration).name));
  }

  void sort() {
    const auto row = [](const RowChange& c) {
      return c.before ? c.before->row : c.after ? c.after->row : 0;
    };
    std::ranges::stable_sort(out_, [&](const RowChange& a, const RowChange& b) {
      return a.kind != b.kind ? a.kind < b.kind : row(a) < row(b);
    });
  }

  const Schema& schema_;
  const LayoutInfo& before_;
  const LayoutInfo& after_;
  std::vector<RowChange>& out_;
};

std::optional<SizeFormula> size_of(const Schema& schema, const LayoutDef* layout,
                                   const ProfileDef& profile) {
  if (layout == nullptr) return std::nullopt;
  const std::array list{static_cast<std::uint32_t>(layout - schema.layouts().data())};
  return size_formula(schema, list, profile);
}

}  // namespace

std::string_view to_string(RowChangeKind kind) {
  static constexpr std::array<std::string_view, 6> kNames{"removed", "added",   "repeated",
                                                          "resized", "meaning", "moved"};
  return kNames.at(static_cast<std::size_t>(kind));
}

LayoutComparison compare_layouts(const Schema& schema, const LayoutDef* before,
                                 const ProfileDef& before_profile, const LayoutDef* after,
                                 const ProfileDef& after_profile) {
  LayoutComparison result{.before = {},
                          .after = {},
                          .used_by = {},
                          .size_before = size_of(schema, before, before_profile),
                          .size_after = size_of(schema, after, after_profile),
                          .rows = {}};
  LayoutInfo a;
  LayoutInfo b;
  if (before != nullptr) {
    result.before = schema.text(before->id);
    a = describe(schema, *before, &before_profile);
  }
  if (after != nullptr) {
    result.after = schema.text(after->id);
    b = describe(schema, *after, &after_profile);
  }
  LayoutComparer(schema, a, b, result.rows).run();
  return result;
}

}  // namespace snapfmt::schema
