#include "snapfmt/schema/decode.h"

#include <algorithm>
#include <array>

#include "walk.h"

namespace snapfmt::schema {
namespace {

bool meets(const Schema& schema, const RowDef& row, std::span<const std::byte> raw) {
  const auto value = bytes::load_le(raw);
  return std::ranges::any_of(schema.expectations(row),
                             [&](const Expectation& e) { return (value & e.mask) == e.eq; });
}

/// Reads fields from a block and tells a sink.
template <class Sink>
class BytesPort {
 public:
  static constexpr bool kSeesAhead = true;

  BytesPort(const Schema& schema, std::span<const std::byte> block, std::vector<Scope>& scopes,
            Sink& sink)
      : schema_(schema), block_(block), scopes_(scopes), sink_(sink) {
    if (scopes_.empty()) scopes_.emplace_back();
  }

  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return block_.size() - position_; }

  bool fields(std::uint32_t first, std::uint32_t rows, std::uint32_t total, std::uint32_t scope) {
    if (total <= left()) {
      for (std::uint32_t row = first; row < first + rows; ++row) emit(row, row_size(row), scope);
      return true;
    }
    for (std::uint32_t row = first; row < first + rows; ++row) {
      if (row_size(row) > left()) return missing(row, scope);
      emit(row, row_size(row), scope);
    }
    return true;
  }

  bool sized(std::uint32_t row, std::uint64_t size, std::uint32_t scope) {
    if (size > left()) return missing(row, scope);
    if (size != 0) emit(row, static_cast<std::uint32_t>(size), scope);
    return true;
  }

  std::span<const std::byte> passed(std::uint32_t distance, std::uint32_t size) const {
    return block_.subspan(position_ - distance, size);
  }

  bool at_end() const { return position_ == block_.size(); }

  bool missing(std::uint32_t row, std::uint32_t scope) {
    problem_ = Problem{position_, "ends before " + sink_.name(row, scope) + " is complete"};
    return false;
  }

  void stopped(std::string reason) { problem_ = Problem{position_, std::move(reason)}; }

  bool can_peek(const Operand& o) const {
    return o.value <= left() && integer_size(o.type) <= left() - o.value;
  }
  std::int64_t peek(std::uint64_t distance, Type type) const {
    const auto size = integer_size(type);
    if (!can_peek({.value = distance, .type = type})) return 0;
    return extend(bytes::load_le(block_.subspan(position_ + distance, size)), type);
  }
  bool peek_text(std::uint64_t distance, std::uint64_t size) const {
    if (distance > left() || size > left() - distance) return false;
    const auto text = block_.subspan(position_ + distance, size);
    const auto end = std::ranges::find(text, std::byte{0});
    const auto printable = [](std::byte b) { return b >= std::byte{0x20} && b < std::byte{0x7f}; };
    return end != text.begin() && std::all_of(text.begin(), end, printable) &&
           std::all_of(end, text.end(), [](std::byte b) { return b == std::byte{0}; });
  }
  bool until_ended(const RepeatDef& repeat, std::uint32_t) const {
    const Operand next{.value = 0, .kind = OperandKind::Peek, .type = repeat.until_type};
    return can_peek(next) && static_cast<std::uint64_t>(peek(0, repeat.until_type)) == repeat.until;
  }
  bool next_is_one_of(std::uint32_t, std::uint32_t, std::uint32_t) const { return false; }

  std::uint32_t push_scope(Scope scope) {
    scopes_.push_back(scope);
    return static_cast<std::uint32_t>(scopes_.size() - 1);
  }
  const Scope& scope(std::uint32_t i) const { return scopes_[i]; }

  std::optional<Problem> take_problem() { return std::move(problem_); }

 private:
  std::uint32_t row_size(std::uint32_t row) const { return schema_.row(row).size; }

  void emit(std::uint32_t row, std::uint32_t size, std::uint32_t scope) {
    sink_.leaf({row, static_cast<std::uint32_t>(position_), size, scope});
    position_ += size;
  }

  const Schema& schema_;
  std::span<const std::byte> block_;
  std::vector<Scope>& scopes_;
  Sink& sink_;
  std::uint64_t position_ = 0;
  std::optional<Problem> problem_;
};

template <class Port>
bool walk(const Schema& schema, std::span<const std::uint32_t> layouts,
          std::span<const std::int64_t> parameters, Port& port) {
  return std::ranges::all_of(layouts, [&](std::uint32_t layout) {
    return Walker<Port>(schema, parameters, port).run(schema.layout(layout));
  });
}

struct Collect {
  std::vector<Leaf>& leaves;
  DecodedBlock& block;

  void leaf(const Leaf& l) { leaves.push_back(l); }
  std::string name(std::uint32_t row, std::uint32_t scope) const {
    // A field of no bytes, for as long as its name is asked for.
    leaves.push_back({row, 0, 0, scope});
    std::string path = block[leaves.size() - 1].path();
    leaves.pop_back();
    return path;
  }
};

struct Count {
  const Schema& schema;
  std::span<const std::byte> bytes;
  const std::vector<Scope>& scopes;
  Measure& result;

  void leaf(const Leaf& l) {
    const RowDef& row = schema.row(l.row);
    if (row.expect.count == 0 || scopes[l.scope].unused != 0) return;
    ++result.expected;
    if (!meets(schema, row, bytes.subspan(l.offset, l.size))) ++result.unexpected;
  }
  std::string name(std::uint32_t row, std::uint32_t) const {
    std::string text;
    const std::string_view path = schema.text(schema.row(row).path);
    for (std::size_t i = 0; i < path.size(); ++i) {
      const bool index = path[i] == '\1';
      text += index ? '*' : path[i];
      if (index) i += 2;  // the variable and its format
    }
    return text;
  }
};

void append_number(std::string& out, std::int64_t value, char format) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  if (format == 'x') {
    auto rest = static_cast<std::uint64_t>(value);
    std::string digits;
    do {
      digits.insert(digits.begin(), kDigits[rest & 15]);
      rest >>= 4;
    } while (rest != 0 || digits.size() < 2);
    out += "0x" + digits;
  } else {
    out += std::to_string(value);
  }
}

}  // namespace

DecodedBlock decode(const Schema& schema, std::span<const std::uint32_t> layouts,
                    std::span<const std::byte> bytes, const DecodeContext& context) {
  DecodedBlock block;
  block.schema_ = &schema;
  block.bytes_ = bytes.first(std::min<std::uint64_t>(bytes.size(), kMaxBlock));
  block.path_root_ = context.path_root;
  block.element_root_ = context.element_root;
  block.generic_features_ = schema.find_register("virtio_features");
  std::string features(context.device_type);
  std::ranges::replace(features, '-', '_');
  block.device_features_ = schema.find_register(features + "_features");

  Collect sink{block.leaves_, block};
  BytesPort<Collect> port(schema, block.bytes_, block.scopes_, sink);
  const bool whole = walk(schema, layouts, context.parameters, port);
  block.problem_ = port.take_problem();
  if (port.left() != 0) {
    const auto at = port.position();
    if (whole) {
      block.problem_ = Problem{at, std::to_string(port.left()) + " bytes are left over"};
    }
    const auto scope = port.push_scope({static_cast<std::int64_t>(at), 0, kOffsetVariable, 1});
    block.leaves_.push_back({kUnknownRow, static_cast<std::uint32_t>(at),
                             static_cast<std::uint32_t>(port.left()), scope});
  }
  return block;
}

Measure measure(const Schema& schema, std::span<const std::uint32_t> layouts,
                std::span<const std::byte> bytes, const DecodeContext& context) {
  Measure result;
  bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), kMaxBlock));
  std::vector<Scope> scopes;
  Count sink{schema, bytes, scopes, result};
  BytesPort<Count> port(schema, bytes, scopes, sink);
  walk(schema, layouts, context.parameters, port);
  result.described = port.position();
  result.problem = port.take_problem();
  if (!result.problem && port.left() != 0) {
    result.problem = Problem{port.position(), std::to_string(port.left()) + " bytes are left over"};
  }
  return result;
}

namespace {

/// Has all the bytes that are asked for, all with the same value.
class EndlessPort {
 public:
  static constexpr bool kSeesAhead = true;

  explicit EndlessPort(std::byte value) {
    bytes_.fill(value);
    scopes_.emplace_back();
  }

  std::uint64_t position() const { return position_; }
  bool fields(std::uint32_t, std::uint32_t, std::uint32_t total, std::uint32_t) {
    return advance(total);
  }
  bool sized(std::uint32_t, std::uint64_t size, std::uint32_t) { return advance(size); }
  std::span<const std::byte> passed(std::uint32_t, std::uint32_t size) const {
    return std::span(bytes_).first(std::min<std::size_t>(size, bytes_.size()));
  }
  bool at_end() const { return false; }
  bool missing(std::uint32_t, std::uint32_t) const { return false; }
  void stopped(const std::string&) { depends_ = true; }
  bool can_peek(const Operand&) { return depends_ = true, false; }
  std::int64_t peek(std::uint64_t, Type) { return depends_ = true, 0; }
  bool peek_text(std::uint64_t, std::uint64_t) { return depends_ = true, false; }
  bool until_ended(const RepeatDef&, std::uint32_t) { return depends_ = true, true; }
  bool next_is_one_of(std::uint32_t, std::uint32_t, std::uint32_t) const { return false; }
  std::uint32_t push_scope(Scope scope) {
    scopes_.push_back(scope);
    return static_cast<std::uint32_t>(scopes_.size() - 1);
  }
  const Scope& scope(std::uint32_t i) const { return scopes_[i]; }

 private:
  /// A block of more entries is none whose size anybody asks for.
  static constexpr std::size_t kMaxScopes = std::size_t{1} << 20;

  bool advance(std::uint64_t size) {
    position_ += size;
    return !depends_ && position_ <= kMaxBlock && scopes_.size() <= kMaxScopes;
  }

  std::array<std::byte, 256> bytes_{};
  std::vector<Scope> scopes_;
  std::uint64_t position_ = 0;
  bool depends_ = false;
};

std::optional<std::uint64_t> size_of_filled(const Schema& schema,
                                            std::span<const std::uint32_t> layouts,
                                            std::span<const std::int64_t> parameters,
                                            std::byte value) {
  EndlessPort port(value);
  if (!walk(schema, layouts, parameters, port)) return std::nullopt;
  return port.position();
}

std::optional<std::uint64_t> fixed_size(const Schema& schema,
                                        std::span<const std::uint32_t> layouts,
                                        const ProfileDef& profile, std::uint64_t vcpus) {
  const auto parameters = schema.parameter_values(profile, vcpus);
  const auto zeros = size_of_filled(schema, layouts, parameters, std::byte{0});
  return zeros && size_of_filled(schema, layouts, parameters, std::byte{0xff}) == zeros
             ? zeros
             : std::nullopt;
}

}  // namespace

std::optional<SizeFormula> size_formula(const Schema& schema,
                                        std::span<const std::uint32_t> layouts,
                                        const ProfileDef& profile) {
  const auto none = fixed_size(schema, layouts, profile, 0);
  const auto one = fixed_size(schema, layouts, profile, 1);
  if (!none || !one || *one < *none) return std::nullopt;
  return SizeFormula{*none, *one - *none};
}

const Leaf& FieldView::leaf() const { return block_->leaves_[index_]; }

const RowDef* FieldView::row() const {
  const auto row = leaf().row;
  return row == kUnknownRow ? nullptr : &block_->schema_->row(row);
}

void FieldView::append_template(std::string& out, Text text) const {
  const std::string_view t = block_->schema_->text(text);
  std::size_t from = 0;
  for (;;) {
    const auto mark = t.find('\1', from);
    out.append(t, from, mark - from);
    if (mark == std::string_view::npos || mark + 2 >= t.size()) return;
    const auto variable = static_cast<std::uint32_t>(static_cast<unsigned char>(t[mark + 1]) - 1);
    append_number(out, block_->index_value(leaf().scope, variable).value_or(0), t[mark + 2]);
    from = mark + 3;
  }
}

void FieldView::append_path(std::string& out) const {
  out += block_->path_root_;
  if (!block_->path_root_.empty()) out += '.';
  if (const RowDef* r = row()) {
    append_template(out, r->path);
  } else {
    out += "unknown+" + std::to_string(offset());
  }
}

void FieldView::append_source(std::string& out) const {
  if (const RowDef* r = row()) append_template(out, r->source);
}

bool FieldView::append_element(std::string& out) const {
  const RowDef* r = row();
  if (r == nullptr || r->element_def == kNone) return false;
  if (block_->scopes_[leaf().scope].unused != 0) return false;
  out += block_->element_root_;
  append_template(out, r->element);
  return true;
}

std::string FieldView::path() const {
  std::string out;
  append_path(out);
  return out;
}

std::string FieldView::source() const {
  std::string out;
  append_source(out);
  return out;
}

std::optional<std::string> FieldView::element() const {
  std::string out;
  return append_element(out) ? std::optional(std::move(out)) : std::nullopt;
}

std::uint64_t FieldView::offset() const { return leaf().offset; }
std::uint64_t FieldView::size() const { return leaf().size; }

std::span<const std::byte> FieldView::raw() const {
  return block_->bytes_.subspan(leaf().offset, leaf().size);
}

FieldClass FieldView::cls() const {
  const RowDef* r = row();
  return r != nullptr ? r->cls : FieldClass::Unknown;
}

Type FieldView::type() const {
  const RowDef* r = row();
  return r != nullptr ? r->type : Type::Bytes;
}

std::uint64_t FieldView::value() const { return is_integer() ? bytes::load_le(raw()) : 0; }

std::int64_t FieldView::signed_value() const { return extend(value(), type()); }

const RegisterDef* FieldView::reg() const {
  const RowDef* r = row();
  if (r == nullptr || r->reg == kNone) return nullptr;
  const RegisterDef* reg = &block_->schema_->reg(r->reg);
  return reg == block_->generic_features_ && block_->device_features_ != nullptr
             ? block_->device_features_
             : reg;
}

const EnumDef* FieldView::enumeration() const {
  const RowDef* r = row();
  return r == nullptr || r->enumeration == kNone ? nullptr
                                                 : &block_->schema_->enumeration(r->enumeration);
}

const ElementDef* FieldView::element_def() const {
  const RowDef* r = row();
  if (r == nullptr || r->element_def == kNone) return nullptr;
  if (block_->scopes_[leaf().scope].unused != 0) return nullptr;
  return &block_->schema_->element(r->element_def);
}

std::string_view FieldView::doc() const {
  const RowDef* r = row();
  return r != nullptr ? block_->schema_->text(r->doc) : "Bytes that the layout does not describe.";
}

std::optional<std::uint64_t> FieldView::last_index() const {
  std::string p = path();
  if (p.ends_with(']')) p.pop_back();
  const auto digits = p.size() - (p.find_last_not_of("0123456789") + 1);
  if (digits == 0 || digits > 9) return std::nullopt;
  return std::stoull(p.substr(p.size() - digits));
}

bool FieldView::as_expected() const {
  const RowDef* r = row();
  return r == nullptr || r->expect.count == 0 || block_->scopes_[leaf().scope].unused != 0 ||
         meets(*block_->schema_, *r, raw());
}

std::optional<FieldView> DecodedBlock::find(std::string_view path) const {
  std::string candidate;
  for (const FieldView field : *this) {
    candidate.clear();
    field.append_path(candidate);
    if (candidate == path) return field;
  }
  return std::nullopt;
}

std::optional<std::int64_t> DecodedBlock::index_value(std::uint32_t scope,
                                                      std::uint32_t variable) const {
  for (; scope != 0; scope = scopes_[scope].parent) {
    if (scopes_[scope].variable == variable) return scopes_[scope].value;
  }
  return std::nullopt;
}

}  // namespace snapfmt::schema
