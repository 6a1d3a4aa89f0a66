#include "compile_rows.h"

#include <algorithm>

#include "expand.h"
#include "walk.h"

namespace snapfmt::schema {
namespace {

/// A prefix without the separator that it ends in.
std::string without_separator(std::string prefix) {
  if (prefix.ends_with("->")) {
    prefix.resize(prefix.size() - 2);
  } else if (prefix.ends_with('.')) {
    prefix.pop_back();
  }
  return prefix;
}

std::uint64_t fixed_repeat(const Json& row) {
  const auto repeat = row.find("repeat");
  if (repeat == row.end()) return 1;
  const auto count = repeat->find("count");
  if (count == repeat->end() || !count->is_number_unsigned()) return 0;
  return count->get<std::uint64_t>();
}

std::uint64_t leaf_size(const Node& row) {
  if (row.has("to_align")) return 0;
  if (!row.has("type")) return 0;
  const auto size = integer_size(parse_type(row.get("type")));
  if (size != 0) return size;
  const Node given = row.get("size");
  return given.is_object() ? (given.has("fixed") ? given.get("fixed").size() : 0) : given.size();
}

/// Alignment of a row, or of the largest of the rows of a group, in the C ABI.
std::uint64_t abi_alignment(const Json& row) {
  if (const auto rows = row.find("rows"); rows != row.end()) {
    std::uint64_t largest = 1;
    for (const Json& inner : *rows) largest = std::max(largest, abi_alignment(inner));
    return largest;
  }
  const Node node = row_node(row);
  if (!node.has("type")) return 1;
  return std::max(1U, integer_size(parse_type(node.get("type"))));
}

}  // namespace

std::uint64_t smallest_size(const Json& rows) {
  std::uint64_t sum = 0;
  for (const Json& row : rows) {
    if (row.contains("when")) continue;
    std::uint64_t one = 0;
    if (row.contains("size") && row.contains("rows")) {
      one = row_node(row).get("size").size();
    } else if (const auto inner = row.find("rows"); inner != row.end()) {
      one = smallest_size(*inner);
    } else {
      one = leaf_size(row_node(row));
    }
    sum += one * fixed_repeat(row);
  }
  return sum;
}

void RowCompiler::compile(const Json& rows, const std::string& area) {
  collect_references(rows);
  compile_rows(rows, {.area = area});
  flush();
  emit({.code = OpCode::End});
}

/// Fields that a condition, count, size or index refers to are kept while the program runs.
void RowCompiler::collect_references(const Json& rows) {
  if (rows.is_array()) {
    for (const Json& row : rows) collect_references(row);
    return;
  }
  if (!rows.is_object()) return;
  for (const auto& [name, value] : rows.items()) {
    const bool refers = name == "field" || name == "count";
    if (refers && value.is_string() && !value.get_ref<const std::string&>().starts_with('@')) {
      referred_.insert(value.get<std::string>());
    }
    if (name == "mark" && value.is_string()) marked_.insert(value.get<std::string>());
    if (name == "bind") {
      for (const auto& [index, bound] : value.items()) {
        if (bound.is_string()) referred_.insert(bound.get<std::string>());
      }
    }
    collect_references(value);
  }
}

void RowCompiler::compile_rows(const Json& rows, const Context& context) {
  if (++depth_ > static_cast<int>(kMaxDepth) - 2) {
    row_node(rows.empty() ? Json::object() : rows[0]).reject("groups are nested too deep");
  }
  const AbiPosition before_alternatives = abi_;
  bool alternatives = !rows.empty();
  for (const Json& row : rows) alternatives = alternatives && row.contains("when");
  for (const Json& row : rows) {
    // Rows that are all conditional are the members of a union: each begins where the first does.
    if (alternatives) abi_.set(before_alternatives.known, before_alternatives.offset);
    compile_row(row_node(row), context);
  }
  --depth_;
}

void RowCompiler::compile_row(const Node& row, const Context& context) {
  if (row.has("mark")) return compile_mark(row);
  if (row.has("stop")) return compile_stop(row);
  if (row.has("rows")) return compile_group(row, context);
  // The gap before an array stands before its first entry, not in each.
  if (abi_.inside && row.has("repeat")) align_abi(row, context, abi_alignment(row.json()));
  wrap(row, context, [&] { compile_leaf(row, context); });
}

void RowCompiler::compile_mark(const Node& row) {
  row.allow_only({"mark", "value"});
  flush();
  const Operand value = right_operand(row.get("value"));
  emit({.imm = value.value,
        .a = set_number(row.get("mark")),
        .b = static_cast<std::uint32_t>(value.kind),
        .code = OpCode::Mark});
}

void RowCompiler::compile_stop(const Node& row) {
  row.allow_only({"stop", "when"});
  wrap(row, {}, [&] {
    const Text reason = image_.text(row.string("stop"));
    emit({.a = reason.offset, .b = reason.size, .code = OpCode::Stop});
  });
}

template <class Body>
void RowCompiler::wrap(const Node& row, const Context&, Body body) {
  const auto repeat = row.find("repeat");
  const auto when = row.find("when");
  if (repeat || when) flush();
  const AbiPosition abi_before = abi_;
  const auto names_before = index_names_.size();
  const auto first_row = static_cast<std::uint32_t>(image_.rows.size());
  std::uint32_t repeat_op = kNone;
  std::uint32_t unless_op = kNone;
  if (repeat) repeat_op = begin_repeat(*repeat, row);
  if (when) {
    const auto c = condition(*when);
    unless_op = emit({.a = c, .c = first_row, .code = OpCode::Unless});
  }
  body();
  if (repeat || when) flush();
  if (when) {
    image_.ops[unless_op].b = static_cast<std::uint32_t>(image_.ops.size());
    image_.ops[unless_op].imm = image_.rows.size() - first_row;
  }
  if (repeat) end_repeat(repeat_op, first_row);
  if ((repeat || when) && abi_.inside) {
    const auto times = fixed_repeat(row.json());
    const bool known = !when && times != 0 && abi_before.known && abi_.known;
    abi_.set(known, abi_before.offset + (abi_.offset - abi_before.offset) * times);
  }
  index_names_.resize(names_before);
}

void RowCompiler::compile_group(const Node& row, const Context& context) {
  row.allow_only({"name", "id", "source", "element", "rows", "class", "certainty", "note", "repeat",
                  "when", "abi", "size", "anchor", "bind", "doc"});
  wrap(row, context, [&] { compile_group_body(row, context); });
}

void RowCompiler::compile_group_body(const Node& row, const Context& context) {
  Context inner = context;
  const bool own_abi = row.flag("abi");
  if (abi_.inside && own_abi) align_abi(row, context, abi_alignment(row.json()));
  std::vector<std::string> bound;
  if (const auto bind = row.find("bind")) {
    flush();
    for (const auto& [name, value] : bind->members()) {
      const auto bound_to = integer_field(value).number;
      emit({.a = new_variable(value, name), .b = bound_to, .code = OpCode::Bind});
      index_names_.push_back(name);
      bound.push_back(name);
    }
  }
  inner.path = join_path(context.path, row.string_or("name", ""));
  inner.source += row.string_or("source", "");
  inner.element += row.string_or("element", "");
  if (row.json().contains(kAreaKey)) inner.area = row.json()[std::string(kAreaKey)];
  if (const auto cls = row.find("class")) inner.cls = parse_class(*cls);
  if (is_uncertain(row)) {
    inner.uncertain = true;
    inner.note = row.string("note");
  }
  const auto size = row.find("size");
  const bool anchor = row.flag("anchor");
  if (size || anchor) {
    flush();
    emit({.a = anchor ? 1U : 0U, .code = OpCode::PushStart});
  }
  const AbiPosition outer_abi = abi_;
  if (own_abi) abi_ = {.inside = true};
  const auto saved_outside = saved_;
  compile_rows(row.get("rows").json(), inner);
  // After the group its names no longer hide those outside.
  for (const auto& [name, field] : saved_outside) saved_[name] = field;
  if (own_abi) {
    if (!size && abi_.known) align_abi(row, inner, abi_.largest);
    const bool known = outer_abi.known && (size || abi_.known);
    const std::uint64_t end = outer_abi.offset + (size ? size->size() : abi_.offset);
    abi_ = outer_abi;
    abi_.set(known, end);
  } else if (size && outer_abi.known) {
    abi_.set(true, outer_abi.offset + size->size());
  }
  if (size) {
    flush();
    emit({.imm = size->size(), .a = add_padding(inner, "{+}", 0), .code = OpCode::Fill});
  }
  if (size || anchor) {
    flush();
    emit({.code = OpCode::PopStart});
  }
  if (!bound.empty()) {
    flush();
    for (std::size_t i = 0; i < bound.size(); ++i) emit({.code = OpCode::Unbind});
    index_names_.resize(index_names_.size() - bound.size());
  }
}

void RowCompiler::align_abi(const Node& row, const Context& context, std::uint64_t alignment) {
  abi_.largest = std::max(abi_.largest, alignment);
  if (alignment == 1) return;
  if (!abi_.known) row.reject("alignment after rows of unknown size");
  const auto gap = (alignment - abi_.offset % alignment) % alignment;
  if (gap == 0) return;
  add_fixed(row,
            add_padding(context, std::to_string(abi_.offset), static_cast<std::uint32_t>(gap)),
            static_cast<std::uint32_t>(gap));
  abi_.offset += gap;
}

std::uint32_t RowCompiler::add_padding(const Context& context, const std::string& suffix,
                                       std::uint32_t size) {
  const Node nowhere = row_node(Json::object());
  RowDef row{
      .path = translate_template(nowhere, context.path + "+" + suffix),
      .source = translate_template(nowhere, without_separator(context.source) + "+" + suffix),
      .doc = image_.text("Bytes between fields; bhyve never reads them."),
      .size = size,
      .layout = layout_,
      .type = Type::Bytes,
      .cls = FieldClass::Padding};
  image_.rows.push_back(row);
  return static_cast<std::uint32_t>(image_.rows.size() - 1);
}

void RowCompiler::compile_leaf(const Node& row, const Context& context) {
  row.allow_only({"name", "id", "source", "type", "size", "to_align", "class", "element", "codec",
                  "register", "enum", "format", "doc", "certainty", "note", "expect", "repeat",
                  "when"});
  const Type type = parse_type(row.get("type"));
  if (integer_size(type) != 0 && row.has("size")) row.get("size").reject("an integer has its size");
  if (const auto align = row.find("to_align")) {
    if (type != Type::Bytes || row.has("size")) align->reject("only for bytes without a size");
  }
  if (abi_.inside) align_abi(row, context, std::max(1U, integer_size(type)));
  RowDef def = make_row(row, context);
  const bool variable = row.has("to_align") || (row.has("size") && row.get("size").is_object());
  std::uint64_t size = variable ? 0 : leaf_size(row);
  if (!variable && size == 0) row.reject("a field of no bytes");
  def.size = static_cast<std::uint32_t>(size);
  image_.rows.push_back(def);
  const auto number = static_cast<std::uint32_t>(image_.rows.size() - 1);
  if (variable) {
    abi_.set(false, 0);
    return compile_sized_leaf(row, context, number);
  }
  add_fixed(row, number, def.size);
  if (abi_.known) abi_.offset += size;
  save_if_referred(row, type, def.size);
}

void RowCompiler::compile_sized_leaf(const Node& row, const Context&, std::uint32_t number) {
  flush();
  if (const auto align = row.find("to_align")) {
    const auto alignment = align->size();
    if (alignment == 0) align->reject("a number above 0 is wanted here");
    emit({.a = number, .b = static_cast<std::uint32_t>(alignment), .code = OpCode::Align});
    return;
  }
  const Node size = row.get("size");
  size.allow_only({"fixed", "count", "each"});
  const auto each = size.has("each") ? size.get("each").size() : 1;
  emit({.imm = size.has("fixed") ? size.get("fixed").size() : 0,
        .a = number,
        .b = integer_field(size.get("count")).number,
        .c = static_cast<std::uint32_t>(each),
        .code = OpCode::Sized});
}

void RowCompiler::save_if_referred(const Node& row, Type type, std::uint32_t size) {
  const std::string name = bare_name(row.string("name"));
  if (!referred_.contains(name)) return;
  if (saved_count_ == kMaxRegisters) row.reject("too many fields are referred to");
  const SavedField saved{saved_count_++, type};
  saved_[name] = saved;
  pending_.push_back({saved.number, run_bytes_ - size, size, type});
}

void RowCompiler::add_fixed(const Node& place, std::uint32_t row, std::uint32_t size) {
  if (run_rows_ == 0) run_first_ = row;
  ++run_rows_;
  if (size > kMaxSize - run_bytes_) place.reject("rows larger than any block");
  run_bytes_ += size;
}

void RowCompiler::flush() {
  if (run_rows_ == 0) return;
  emit({.a = run_first_, .b = run_rows_, .c = run_bytes_, .code = OpCode::Run});
  for (const PendingSave& save : pending_) {
    emit({.a = save.number,
          .b = run_bytes_ - save.run_offset,
          .c = save.size,
          .code = OpCode::Save,
          .type = save.type});
  }
  pending_.clear();
  run_rows_ = run_bytes_ = 0;
}

std::uint32_t RowCompiler::emit(const Op& op) {
  image_.ops.push_back(op);
  return static_cast<std::uint32_t>(image_.ops.size() - 1);
}

}  // namespace snapfmt::schema
