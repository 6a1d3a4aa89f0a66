#include "compile_rows.h"

#include <algorithm>
#include <limits>

#include "expand.h"
#include "walk.h"

namespace snapfmt::schema {
namespace {

constexpr std::uint64_t kUnboundedSize = std::numeric_limits<std::uint32_t>::max();

/// `vcpu[{i}].lapic.isr[{k}]` is `vcpu[*].lapic.isr[*]` in the dictionary.
std::string dictionary_key(std::string_view path) {
  std::string key;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) key += c;
    if (c == '[') {
      key += '*';
      inside = true;
    }
  }
  return key;
}

std::string join(const std::string& prefix, const std::string& name) {
  if (prefix.empty() || name.empty() || name.starts_with('+')) return prefix + name;
  return prefix + "." + name;
}

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
  return given.is_object() ? (given.has("fixed") ? given.get("fixed").bits() : 0) : given.bits();
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
      one = row_node(row).get("size").bits();
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
  const auto before_alternatives = abi_ ? abi_->offset : std::nullopt;
  bool alternatives = !rows.empty();
  for (const Json& row : rows) alternatives = alternatives && row.contains("when");
  for (const Json& row : rows) {
    // Rows that are all conditional are the members of a union: each begins where the first does.
    if (alternatives && abi_) abi_->offset = before_alternatives;
    compile_row(row_node(row), context);
  }
  --depth_;
}

void RowCompiler::compile_row(const Node& row, const Context& context) {
  if (row.has("mark")) return compile_mark(row);
  if (row.has("stop")) return compile_stop(row);
  if (row.has("rows")) return compile_group(row, context);
  // The gap before an array stands before its first entry, not in each.
  if (abi_ && row.has("repeat")) align_abi(context, abi_alignment(row.json()));
  wrap(row, context, [&] { compile_leaf(row, context); });
}

void RowCompiler::compile_mark(const Node& row) {
  row.allow_only({"mark", "value"});
  flush();
  const Operand value = right_operand(row.get("value"));
  emit({.imm = value.value,
        .a = set_number(row.string("mark")),
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
  const auto abi_before = abi_ ? abi_->offset : std::nullopt;
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
  if ((repeat || when) && abi_) {
    const auto times = fixed_repeat(row.json());
    if (when || times == 0 || !abi_before || !abi_->offset) {
      abi_->offset = std::nullopt;
    } else {
      abi_->offset = *abi_before + (*abi_->offset - *abi_before) * times;
    }
  }
  index_names_.resize(names_before);
}

std::uint32_t RowCompiler::begin_repeat(const Node& repeat, const Node& row) {
  repeat.allow_only(
      {"count", "index", "from", "step", "max", "used", "also", "until", "type"});
  RepeatDef def;
  if (const auto until = repeat.find("until")) {
    def.kind = RepeatKind::Until;
    def.until = until->bits();
    def.until_type = parse_type(repeat.get("type"));
  } else {
    const Node count = repeat.get("count");
    if (count.is_string() && !count.is_number_like() && !count.text().starts_with('@')) {
      def.count = {.value = field(count).number, .kind = OperandKind::Register};
      if (!repeat.has("max")) repeat.reject("a count from the input needs `max`");
    } else {
      def.count = parameter_or_number(count);
    }
  }
  if (const auto max = repeat.find("max")) def.max = max->bits();
  std::vector<IndexDef> indices;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name, const Node& from) {
    indices.push_back({.from = from.has("from") ? from.number("from") : 0,
                       .step = from.has("step") ? from.number("step") : 1,
                       .variable = image_.variable(name)});
    names.push_back(name);
  };
  if (repeat.has("index")) add(repeat.string("index"), repeat);
  if (const auto also = repeat.find("also")) {
    for (const auto& [name, index] : also->members()) {
      index.allow_only({"from", "step"});
      add(name, index);
    }
  }
  set_used(repeat, def, names);
  const bool empty =
      smallest_size(Json::array({[&] {
        Json body = row.json();
        body.erase("repeat");
        return body;
      }()})) == 0;
  def.body_may_be_empty = empty ? 1 : 0;
  if (empty && def.max == 0 &&
      (def.kind == RepeatKind::Until || def.count.kind != OperandKind::Constant)) {
    repeat.reject("a loop whose rows may take no bytes needs a constant count or `max`");
  }
  def.indices = ImageBuilder::append(image_.indices, indices);
  def.body_row = static_cast<std::uint32_t>(image_.rows.size());
  index_names_.insert(index_names_.end(), names.begin(), names.end());
  image_.repeats.push_back(def);
  return emit(
      {.a = static_cast<std::uint32_t>(image_.repeats.size() - 1), .code = OpCode::Repeat});
}

void RowCompiler::set_used(const Node& repeat, RepeatDef& def,
                           const std::vector<std::string>& names) {
  const auto used = repeat.find("used");
  if (!used) return;
  std::string index = names.empty() ? "" : names.front();
  if (used->is_object()) {
    used->allow_only({"index", "limit"});
    index = used->string("index");
    def.used_limit = parameter_or_number(used->get("limit"));
  } else {
    def.used_limit = parameter_or_number(*used);
  }
  const auto it = std::ranges::find(names, index);
  if (it == names.end()) used->reject("the loop has no index `" + index + "`");
  def.used_index = static_cast<std::uint32_t>(it - names.begin());
}

void RowCompiler::end_repeat(std::uint32_t op, std::uint32_t first_row) {
  emit({.a = op, .code = OpCode::EndRepeat});
  image_.ops[op].b = static_cast<std::uint32_t>(image_.ops.size());
  image_.repeats[image_.ops[op].a].body_rows =
      static_cast<std::uint32_t>(image_.rows.size()) - first_row;
}

void RowCompiler::compile_group(const Node& row, const Context& context) {
  row.allow_only({"name", "id", "source", "element", "rows", "class", "certainty", "note",
                  "repeat", "when", "abi", "size", "anchor", "bind", "doc"});
  wrap(row, context, [&] { compile_group_body(row, context); });
}

void RowCompiler::compile_group_body(const Node& row, const Context& context) {
  Context inner = context;
  const bool own_abi = row.flag("abi");
  if (abi_ && own_abi) align_abi(context, abi_alignment(row.json()));
  std::vector<std::string> bound;
  if (const auto bind = row.find("bind")) {
    flush();
    for (const auto& [name, value] : bind->members()) {
      emit({.a = image_.variable(name), .b = field(value).number, .code = OpCode::Bind});
      index_names_.push_back(name);
      bound.push_back(name);
    }
  }
  inner.path = join(context.path, row.string_or("name", ""));
  inner.source += row.string_or("source", "");
  inner.element += row.string_or("element", "");
  if (row.json().contains(kAreaKey)) inner.area = row.json()[std::string(kAreaKey)];
  if (const auto cls = row.find("class")) inner.cls = parse_class(*cls);
  if (row.has("certainty")) {
    inner.uncertain = row.string("certainty") == "uncertain";
    inner.note = row.string("note");
  }
  const auto size = row.find("size");
  const bool anchor = row.flag("anchor");
  if (size || anchor) {
    flush();
    emit({.a = anchor ? 1U : 0U, .code = OpCode::PushStart});
  }
  const auto outer_abi = abi_;
  const auto outer_start = abi_ ? abi_->offset : std::nullopt;
  if (own_abi) abi_ = AbiPosition{};
  const auto saved_outside = saved_;
  compile_rows(row.get("rows").json(), inner);
  // After the group its names no longer hide those outside.
  for (const auto& [name, field] : saved_outside) saved_[name] = field;
  if (own_abi) {
    if (!size && abi_->offset) align_abi(inner, abi_->largest);
    const auto inside = size ? std::optional(size->bits()) : abi_->offset;
    abi_ = outer_abi;
    if (abi_) {
      abi_->offset = outer_start && inside ? std::optional(*outer_start + *inside) : std::nullopt;
    }
  } else if (abi_ && size && outer_start) {
    abi_->offset = *outer_start + size->bits();
  }
  if (size) {
    flush();
    emit({.imm = size->bits(),
          .a = add_padding(inner, "{+}", 0),
          .code = OpCode::Fill});
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

void RowCompiler::align_abi(const Context& context, std::uint64_t alignment) {
  abi_->largest = std::max(abi_->largest, alignment);
  if (alignment == 1) return;
  if (!abi_->offset) {
    throw SchemaError{Error{.code = ErrorCode::Malformed,
                            .what = "alignment after rows of unknown size",
                            .path = context.path}};
  }
  const auto gap = (alignment - *abi_->offset % alignment) % alignment;
  if (gap == 0) return;
  add_fixed(add_padding(context, std::to_string(*abi_->offset), static_cast<std::uint32_t>(gap)),
            static_cast<std::uint32_t>(gap));
  abi_->offset = *abi_->offset + gap;
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
  if (abi_) align_abi(context, std::max(1U, integer_size(type)));
  RowDef def = make_row(row, context);
  const bool variable = row.has("to_align") || (row.has("size") && row.get("size").is_object());
  std::uint64_t size = variable ? 0 : leaf_size(row);
  if (size > kUnboundedSize) row.get("size").reject("larger than any block");
  if (!variable && size == 0) row.reject("a field of no bytes");
  def.size = static_cast<std::uint32_t>(size);
  image_.rows.push_back(def);
  const auto number = static_cast<std::uint32_t>(image_.rows.size() - 1);
  if (variable) {
    if (abi_) abi_->offset = std::nullopt;
    return compile_sized_leaf(row, context, number);
  }
  add_fixed(number, def.size);
  if (abi_ && abi_->offset) abi_->offset = *abi_->offset + size;
  save_if_referred(bare_name(row.string("name")), type, def.size);
}

void RowCompiler::compile_sized_leaf(const Node& row, const Context&, std::uint32_t number) {
  flush();
  if (const auto align = row.find("to_align")) {
    const auto alignment = align->bits();
    if (alignment == 0 || alignment > kUnboundedSize) align->reject("no alignment");
    emit({.a = number, .b = static_cast<std::uint32_t>(alignment), .code = OpCode::Align});
    return;
  }
  const Node size = row.get("size");
  size.allow_only({"fixed", "count", "each"});
  const auto each = size.has("each") ? size.get("each").bits() : 1;
  if (each > kUnboundedSize) size.get("each").reject("larger than any block");
  emit({.imm = size.has("fixed") ? size.get("fixed").bits() : 0,
        .a = number,
        .b = field(size.get("count")).number,
        .c = static_cast<std::uint32_t>(each),
        .code = OpCode::Sized});
}

RowDef RowCompiler::make_row(const Node& row, const Context& context) {
  const std::string name = row.string("name");
  RowDef out{.path = translate_template(row, join(context.path, name)),
             .source = translate_template(row, context.source + row.string_or("source", "")),
             .codec = image_.text(row.string_or("codec", "")),
             .layout = layout_,
             .type = parse_type(row.get("type"))};
  std::optional<FieldClass> cls = context.cls;
  if (row.has("element")) {
    take_element(row, context, out);
    if (!cls) cls = out.cls;
  }
  if (const auto own = row.find("class")) cls = parse_class(*own);
  if (!cls) row.reject("no class: neither here nor in a group nor in the element");
  out.cls = *cls;
  const auto refer = [&](std::string_view member, const auto& numbers, std::uint32_t& into) {
    const auto given = row.find(member);
    if (!given) return;
    const auto it = numbers.find(given->text());
    if (it == numbers.end()) given->reject("no " + std::string(member) + " `" + given->text() + "`");
    into = it->second;
  };
  refer("register", image_.register_numbers, out.reg);
  refer("enum", image_.enum_numbers, out.enumeration);
  if (const auto format = row.find("format")) out.format = parse_format(*format);
  if (const auto doc = row.find("doc")) out.doc = image_.text(doc->text());
  if (out.doc.size == 0 && out.cls == FieldClass::Padding) {
    out.doc = image_.text("Bytes that nothing reads.");
  }
  if (out.doc.size == 0) row.reject("no doc: neither here nor in the element");
  out.uncertain = context.uncertain ? 1 : 0;
  std::string note = context.note;
  if (row.has("certainty")) {
    if (row.string("certainty") != "uncertain") row.get("certainty").reject("not `uncertain`");
    out.uncertain = 1;
    note = row.string("note");
  }
  out.note = image_.text(note);
  take_expectation(row, out);
  return out;
}

void RowCompiler::take_element(const Node& row, const Context& context, RowDef& out) {
  const std::string path = context.element + row.string("element");
  const std::string key = context.area + "|" + dictionary_key(path);
  const auto it = image_.element_numbers.find(key);
  if (it == image_.element_numbers.end()) {
    row.get("element").reject("`" + dictionary_key(path) + "` is not in the dictionary" +
                              (context.area.empty() ? "" : " of area " + context.area));
  }
  const ElementDef& element = image_.elements[it->second];
  out.element = translate_template(row, path);
  out.element_def = it->second;
  out.doc = element.doc;
  out.cls = element.cls;
  out.reg = element.reg;
  out.enumeration = element.enumeration;
  out.format = element.format;
}

void RowCompiler::take_expectation(const Node& row, RowDef& out) {
  const auto expect = row.find("expect");
  if (!expect) return;
  const auto size = integer_size(out.type);
  if (size == 0) expect->reject("only integers have an expectation");
  const std::uint64_t all = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * size) - 1;
  std::vector<Expectation> list;
  if (expect->is_array()) {
    for (const Node& value : expect->items()) list.push_back({all, value.bits() & all});
  } else if (expect->is_object()) {
    expect->allow_only({"mask", "eq"});
    const auto mask = expect->get("mask").bits() & all;
    list.push_back({mask, expect->get("eq").bits() & mask});
  } else {
    list.push_back({all, expect->bits() & all});
  }
  out.expect = ImageBuilder::append(image_.expectations, list);
}

Text RowCompiler::translate_template(const Node& row, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      out += text[i];
      continue;
    }
    const auto end = text.find('}', i);
    std::string name = text.substr(i + 1, end == std::string::npos ? end : end - i - 1);
    char format = 'd';
    if (name.ends_with(":x")) {
      format = 'x';
      name.resize(name.size() - 2);
    }
    const bool known = name == "+" || std::ranges::find(index_names_, name) != index_names_.end();
    if (end == std::string::npos || !known) {
      // Braces that name no index are C: `{v_irq}` lists bit fields.
      out += text[i];
      continue;
    }
    const auto number = image_.variable(name);
    if (number > 200) row.reject("too many index variables");
    out += '\1';
    out += static_cast<char>(number + 1);
    out += format;
    i = end;
  }
  return image_.text(out);
}

void RowCompiler::save_if_referred(const std::string& name, Type type, std::uint32_t size) {
  if (!referred_.contains(name)) return;
  if (saved_count_ == kMaxRegisters) {
    throw SchemaError{
        Error{.code = ErrorCode::Limit, .what = "too many fields are referred to", .path = name}};
  }
  const SavedField saved{saved_count_++, type};
  saved_[name] = saved;
  pending_.push_back({saved.number, run_bytes_ - size, size, type});
}

void RowCompiler::add_fixed(std::uint32_t row, std::uint32_t size) {
  if (run_rows_ == 0) run_first_ = row;
  ++run_rows_;
  if (run_bytes_ > kUnboundedSize - size) {
    throw SchemaError{Error{.code = ErrorCode::Limit, .what = "rows larger than any block"}};
  }
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
