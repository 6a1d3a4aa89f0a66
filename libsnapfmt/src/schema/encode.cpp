#include "snapfmt/schema/encode.h"

#include <algorithm>

#include "walk.h"

namespace snapfmt::schema {
namespace {

constexpr const char* kMisfit = "the fields do not fit the layout after this edit";

/// Takes fields from a source and appends them to a block.
class SourcePort {
 public:
  static constexpr bool kSeesAhead = false;

  SourcePort(const Schema& schema, FieldSource& source) : schema_(schema), source_(source) {
    scopes_.emplace_back();
  }

  std::uint64_t position() const { return out_.size(); }

  bool fields(std::uint32_t first, std::uint32_t rows, std::uint32_t, std::uint32_t scope) {
    for (std::uint32_t row = first; row < first + rows; ++row) {
      if (!sized(row, schema_.row(row).size, scope)) return false;
    }
    return true;
  }

  bool sized(std::uint32_t row, std::uint64_t size, std::uint32_t scope) {
    if (size == 0) return true;
    if (at_end()) return false;
    if (size > kMaxBlock - out_.size()) {
      error_ = Error{.code = ErrorCode::Limit, .what = "the block would be too large"};
      return false;
    }
    if (const auto known = source_.next_size(); known && *known != size) {
      error_ = Error{.code = ErrorCode::Malformed, .what = kMisfit};
      return false;
    }
    const auto at = out_.size();
    out_.resize(at + size);
    if (auto filled = source_.fill(row, {scopes_, scope}, std::span(out_).subspan(at)); !filled) {
      error_ = filled.error();
      out_.resize(at);
      return false;
    }
    return true;
  }

  std::span<const std::byte> passed(std::uint32_t distance, std::uint32_t size) const {
    return std::span(out_).subspan(out_.size() - distance, size);
  }

  bool at_end() const { return source_.cut_short() || !source_.next_unknown().empty(); }
  bool missing(std::uint32_t, std::uint32_t) { return false; }
  void stopped(std::string reason) {
    if (!at_end()) {
      error_ = Error{.code = ErrorCode::Limit, .what = std::move(reason)};
    }
  }

  bool can_peek(const Operand&) const { return false; }
  std::int64_t peek(std::uint64_t, Type) const { return 0; }
  bool peek_text(std::uint64_t, std::uint64_t) const { return false; }
  bool until_ended(const RepeatDef& repeat, std::uint32_t scope) const {
    return !at_end() && !next_is_one_of(repeat.body_row, repeat.body_rows, scope);
  }
  bool next_is_one_of(std::uint32_t first, std::uint32_t count, std::uint32_t scope) const {
    return source_.next_is_one_of(first, count, {scopes_, scope});
  }

  std::uint32_t push_scope(Scope scope) {
    scopes_.push_back(scope);
    return static_cast<std::uint32_t>(scopes_.size() - 1);
  }
  const Scope& scope(std::uint32_t i) const { return scopes_[i]; }

  const std::optional<Error>& error() const { return error_; }
  std::vector<std::byte>& out() { return out_; }

 private:
  const Schema& schema_;
  FieldSource& source_;
  std::vector<Scope> scopes_;
  std::vector<std::byte> out_;
  std::optional<Error> error_;
};

/// A decoded block's fields in order, with edits.
class DecodedSource final : public FieldSource {
 public:
  DecodedSource(const DecodedBlock& block, const Edits& edits) : block_(block), edits_(edits) {}

  Result<void> fill(std::uint32_t row, const IndexValues&, std::span<std::byte> out) override {
    if (next_ == block_.size() || leaf().row != row || leaf().size != out.size()) {
      return fail(ErrorCode::Malformed, kMisfit);
    }
    const FieldView field = block_[next_];
    const auto edit = edits_.find(next_++);
    if (edit == edits_.end()) {
      std::ranges::copy(field.raw(), out.begin());
    } else if (field.is_integer()) {
      bytes::store_le(out, edit->second);
    } else {
      return std::unexpected(Error{
          .code = ErrorCode::Usage, .what = "only integers can be edited", .path = field.path()});
    }
    return {};
  }

  bool next_is_one_of(std::uint32_t first, std::uint32_t count,
                      const IndexValues& indices) const override {
    if (next_ == block_.size() || leaf().row == kUnknownRow) return false;
    if (leaf().row < first || leaf().row - first >= count) return false;
    for (auto s = indices.scope; s != 0; s = indices.scopes[s].parent) {
      const Scope& scope = indices.scopes[s];
      if (block_.index_value(leaf().scope, scope.variable) != scope.value) return false;
    }
    return true;
  }

  std::optional<std::uint64_t> next_size() const override {
    return next_ == block_.size() ? 0 : leaf().size;
  }

  std::span<const std::byte> next_unknown() const override {
    if (next_ == block_.size() || leaf().row != kUnknownRow) return {};
    return block_[next_].raw();
  }

  bool cut_short() const override { return next_ == block_.size() && block_.problem() != nullptr; }

  bool ended() const { return next_ == block_.size(); }

 private:
  const Leaf& leaf() const { return block_.leaves()[next_]; }

  const DecodedBlock& block_;
  const Edits& edits_;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::vector<std::byte>> encode(const Schema& schema, std::span<const std::uint32_t> layouts,
                                      std::span<const std::int64_t> parameters,
                                      FieldSource& source) {
  SourcePort port(schema, source);
  for (const auto layout : layouts) {
    if (!Walker<SourcePort>(schema, parameters, port).run(schema.layout(layout))) break;
  }
  if (port.error()) return std::unexpected(*port.error());
  std::vector<std::byte> out = std::move(port.out());
  const auto unknown = source.next_unknown();
  out.insert(out.end(), unknown.begin(), unknown.end());
  return out;
}

Result<std::vector<std::byte>> encode(const DecodedBlock& block,
                                      std::span<const std::uint32_t> layouts,
                                      std::span<const std::int64_t> parameters,
                                      const Edits& edits) {
  DecodedSource source(block, edits);
  auto out = encode(block.schema(), layouts, parameters, source);
  if (out && !source.ended() && source.next_unknown().empty()) {
    return fail(ErrorCode::Malformed, "fields are left over after this edit");
  }
  return out;
}

std::optional<std::int64_t> IndexValues::of(std::uint32_t variable) const {
  for (auto s = scope; s != 0; s = scopes[s].parent) {
    if (scopes[s].variable == variable) return scopes[s].value;
  }
  return std::nullopt;
}

}  // namespace snapfmt::schema
