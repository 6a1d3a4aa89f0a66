// Blocks made from their layout: each field gets a value that bhyve could have written, as far
// as the layout says.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
    // What conditions compare with is worth trying.
    const std::span<const schema::Op> ops = schema.ops();
    for (const schema::Op& op : ops) {
      if (op.code == schema::OpCode::Unless) collect(schema.condition(op.a));
    }
  }

  Result<void> fill(std::uint32_t number, const schema::IndexValues& indices,
                    std::span<std::byte> out) override {
    const schema::RowDef& row = schema_.row(number);
    rows_.insert(number);
    if (schema::integer_size(row.type) != 0) {
      bytes::store_le(out, integer(row, indices));
    } else if (row.type == schema::Type::Chars) {
      constexpr std::string_view kText = "tablet";
      std::ranges::fill(out, std::byte{0});
      for (std::size_t i = 0; i < std::min(kText.size(), out.size()); ++i) {
        out[i] = static_cast<std::byte>(kText[i]);
      }
    } else {
      for (std::byte& b : out) b = static_cast<std::byte>(random_());
    }
    return {};
  }

  bool next_is_one_of(std::uint32_t, std::uint32_t, const schema::IndexValues&) const override {
    return random_() % 2 == 0;
  }

  /// Rows that a field was made of.
  const std::set<std::uint32_t>& rows() const { return rows_; }

 private:
  void collect(const schema::ConditionDef& c) {
    if (c.kind == schema::ConditionKind::Compare) {
      if (c.right.kind == schema::OperandKind::Constant) tried_.insert(c.right.value);
      return;
    }
    if (c.kind == schema::ConditionKind::TextEquals || c.kind == schema::ConditionKind::InSet ||
        c.kind == schema::ConditionKind::PeekText) {
      return;
    }
    for (const auto i : schema_.condition_refs(c.children)) collect(schema_.condition(i));
  }

  template <class T>
  const T& one_of(std::span<const T> all) {
    return all[random_() % all.size()];
  }

  std::uint64_t integer(const schema::RowDef& row, const schema::IndexValues& indices) {
    // xhci says the number of a port by writing it; the layout looks ahead for that.
    if (schema_.text(row.path).ends_with("restore_idx")) {
      for (auto s = indices.scope; s != 0; s = indices.scopes[s].parent) {
        return static_cast<std::uint64_t>(indices.scopes[s].value);
      }
    }
    const bool steers = row.cls == schema::FieldClass::Structural;
    const auto expected = schema_.expectations(row);
    if (!expected.empty()) {
      const schema::Expectation& e = one_of(expected);
      return (random_() & ~e.mask) | e.eq;
    }
    if (row.enumeration != schema::kNone && random_() % 2 == 0) {
      return one_of(schema_.values(schema_.enumeration(row.enumeration))).value;
    }
    if (!tried_.empty() && random_() % 3 == 0) {
      return *std::next(tried_.begin(), static_cast<std::ptrdiff_t>(random_() % tried_.size()));
    }
    return steers || values_ == Values::Small ? random_() % 4 : random_();
  }

  const schema::Schema& schema_;
  Values values_;
  mutable std::mt19937_64 random_;
  std::set<std::uint64_t> tried_;
  std::set<std::uint32_t> rows_;
};

}  // namespace snapfmt::test
