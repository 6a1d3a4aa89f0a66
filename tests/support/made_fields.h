// Blocks made from their layout: each field gets a value that bhyve could have written, as far
// as the layout says.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "snapfmt/bytes/endian.h"
#include "snapfmt/schema/encode.h"
#include "snapfmt/schema/schema.h"

namespace snapfmt::test {

/// How fields without an expectation are filled.
enum class Values : std::uint8_t {
  Small,  ///< integers 0 to 3, so that counts are short
  Wild,   ///< any bits, but for fields that steer the parse
};

class MadeFields final : public schema::FieldSource {
 public:
  MadeFields(const schema::Schema& schema, std::uint64_t seed, Values values)
      : schema_(schema), values_(values), random_(seed) {
    for (const schema::LayoutDef& layout : schema.layouts()) look_at_steering(layout);
  }

  Result<void> fill(std::uint32_t number, const schema::IndexValues& indices,
                    std::span<std::byte> out) override {
    const schema::RowDef& row = schema_.row(number);
    rows_.insert(number);
    if (schema::integer_size(row.type) != 0) {
      bytes::store_le(out, integer(number, row, indices));
    } else if (row.type == schema::Type::Chars) {
      constexpr std::string_view kText = "tablet";
      std::ranges::fill(out, std::byte{0});
      for (std::size_t i = 0; i < std::min(kText.size(), out.size()); ++i) {
        out[i] = static_cast<std::byte>(kText[i]);
      }
    } else {
      for (std::size_t at = 0; at < out.size(); at += 8) {
        std::uint64_t word = random_();
        std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, out.size() - at));
      }
    }
    return {};
  }

  bool next_is_one_of(std::uint32_t, std::uint32_t, const schema::IndexValues&) const override {
    return random_() % 2 == 0;
  }

  /// Rows that a field was made of.
  const std::set<std::uint32_t>& rows() const { return rows_; }

 private:
  /// Finds the rows that conditions and counts depend on, and the values worth trying there.
  void look_at_steering(const schema::LayoutDef& layout) {
    std::map<std::uint64_t, std::uint32_t> row_of;  // register -> row
    const schema::Op* run = nullptr;
    for (const schema::Op& op : schema_.ops(layout)) {
      if (op.code == schema::OpCode::Run) run = &op;
      if (op.code == schema::OpCode::Save) row_of[op.a] = saved_row(*run, op);
      if (op.code == schema::OpCode::Unless) collect(schema_.condition(op.a), row_of);
      if (op.code == schema::OpCode::Sized && op.b != schema::kNone) counts_.insert(row_of[op.b]);
      if (op.code != schema::OpCode::Repeat) continue;
      const schema::Operand& count = schema_.repeat(op.a).count;
      if (count.kind == schema::OperandKind::Register) counts_.insert(row_of[count.value]);
    }
  }

  /// The row whose bytes lie `save.b` before the end of the run.
  std::uint32_t saved_row(const schema::Op& run, const schema::Op& save) const {
    std::uint32_t row = run.a;
    for (std::uint32_t at = 0; at < run.c - save.b; ++row) at += schema_.row(row).size;
    return row;
  }

  void collect(const schema::ConditionDef& c,
               const std::map<std::uint64_t, std::uint32_t>& row_of) {
    if (c.kind == schema::ConditionKind::Compare) {
      const bool field_and_number = c.left.kind == schema::OperandKind::Register &&
                                    c.right.kind == schema::OperandKind::Constant;
      if (field_and_number) tried_[row_of.at(c.left.value)].push_back(c.right.value);
    } else if (c.kind == schema::ConditionKind::All || c.kind == schema::ConditionKind::Any ||
               c.kind == schema::ConditionKind::Not) {
      for (const auto i : schema_.condition_refs(c.children)) {
        collect(schema_.condition(i), row_of);
      }
    }
  }

  template <class T>
  const T& one_of(std::span<const T> all) {
    return all[random_() % all.size()];
  }

  std::uint64_t integer(std::uint32_t number, const schema::RowDef& row,
                        const schema::IndexValues& indices) {
    // xhci says the number of a port by writing it; the layout looks ahead for that.
    if (schema_.text(row.path).ends_with("restore_idx")) {
      for (auto s = indices.scope; s != 0; s = indices.scopes[s].parent) {
        return static_cast<std::uint64_t>(indices.scopes[s].value);
      }
    }
    if (counts_.contains(number)) return random_() % 4;
    if (const auto it = tried_.find(number); it != tried_.end() && random_() % 2 == 0) {
      return one_of(std::span<const std::uint64_t>(it->second));
    }
    const auto expected = schema_.expectations(row);
    if (!expected.empty()) {
      const schema::Expectation& e = one_of(expected);
      return (random_() & ~e.mask) | e.eq;
    }
    if (row.enumeration != schema::kNone && random_() % 2 == 0) {
      return one_of(schema_.values(schema_.enumeration(row.enumeration))).value;
    }
    const bool steers = row.cls == schema::FieldClass::Structural;
    return steers || values_ == Values::Small ? random_() % 4 : random_();
  }

  const schema::Schema& schema_;
  Values values_;
  mutable std::mt19937_64 random_;
  std::map<std::uint32_t, std::vector<std::uint64_t>> tried_;  ///< by row
  std::set<std::uint32_t> counts_;                             ///< rows that are counts
  std::set<std::uint32_t> rows_;
};

}  // namespace snapfmt::test
