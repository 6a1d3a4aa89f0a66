#include "alternatives.h"

#include <algorithm>
#include <compare>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace snapfmt::schema {
namespace {

/// More assignments than this are not tried.
constexpr std::size_t kMaxAssignments = 4096;

/// What a condition asks: a kind of operand and its number, or, for conditions that are not
/// looked into, the condition's own number.
using Subject = std::pair<int, std::uint64_t>;
constexpr int kOpaque = -1;

bool is_plain(const ConditionDef& c) {
  const bool named = c.left.kind == OperandKind::Register || c.left.kind == OperandKind::Index ||
                     c.left.kind == OperandKind::Parameter;
  return c.kind == ConditionKind::Compare && named && c.mask == 0 &&
         c.right.kind == OperandKind::Constant;
}

Subject subject_of(const ConditionDef& c, std::uint32_t number) {
  if (is_plain(c)) return {static_cast<int>(c.left.kind), c.left.value};
  return {kOpaque, number};
}

class Judge {
 public:
  explicit Judge(const Schema& schema) : schema_(schema) {}

  /// Between two numbers that a subject is compared with all values are alike, so that those
  /// next to each number stand for all.
  void collect(std::uint32_t number) {
    const ConditionDef& c = schema_.condition(number);
    if (c.children.count != 0) {
      for (const auto child : schema_.condition_refs(c.children)) collect(child);
      return;
    }
    auto& values = domain_[subject_of(c, number)];
    if (is_plain(c)) {
      values.insert({c.right.value - 1, c.right.value, c.right.value + 1});
    } else {
      values.insert({0, 1});
    }
  }

  Alternatives judge(std::span<const std::uint32_t> conditions) {
    std::size_t assignments = 1;
    for (const auto& [subject, values] : domain_) {
      assignments *= values.size();
      if (assignments > kMaxAssignments) return {};
    }
    Alternatives result{.exclusive = true, .exhaustive = true};
    for (std::size_t i = 0; i < assignments; ++i) {
      assign(i);
      const auto held = std::ranges::count_if(conditions, [&](auto c) { return holds(c); });
      result.exclusive = result.exclusive && held <= 1;
      result.exhaustive = result.exhaustive && held >= 1;
    }
    return result;
  }

 private:
  void assign(std::size_t number) {
    for (const auto& [subject, values] : domain_) {
      const auto chosen = static_cast<std::ptrdiff_t>(number % values.size());
      value_[subject] = *std::next(values.begin(), chosen);
      number /= values.size();
    }
  }

  bool holds(std::uint32_t number) const {
    const ConditionDef& c = schema_.condition(number);
    const auto children = schema_.condition_refs(c.children);
    const auto child_holds = [&](std::uint32_t child) { return holds(child); };
    if (c.kind == ConditionKind::All) return std::ranges::all_of(children, child_holds);
    if (c.kind == ConditionKind::Any) return std::ranges::any_of(children, child_holds);
    if (c.kind == ConditionKind::Not) return !holds(children[0]);
    const std::uint64_t left = value_.at(subject_of(c, number));
    if (!is_plain(c)) return left != 0;
    const auto order = c.is_unsigned != 0 ? left <=> c.right.value
                                          : static_cast<std::int64_t>(left) <=>
                                                static_cast<std::int64_t>(c.right.value);
    switch (c.compare) {
      case Compare::Eq:
        return std::is_eq(order);
      case Compare::Ne:
        return std::is_neq(order);
      case Compare::Lt:
        return std::is_lt(order);
      case Compare::Le:
        return std::is_lteq(order);
      case Compare::Gt:
        return std::is_gt(order);
      case Compare::Ge:
        return std::is_gteq(order);
    }
    return false;
  }

  const Schema& schema_;
  std::map<Subject, std::set<std::uint64_t>> domain_;
  std::map<Subject, std::uint64_t> value_;
};

}  // namespace

Alternatives judge_alternatives(const Schema& schema, std::span<const std::uint32_t> conditions) {
  Judge judge(schema);
  for (const auto c : conditions) judge.collect(c);
  return judge.judge(conditions);
}

}  // namespace snapfmt::schema
