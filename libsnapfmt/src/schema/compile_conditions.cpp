// Conditions and operands of the schema language.
#include <algorithm>

#include "compile_rows.h"
#include "walk.h"

namespace snapfmt::schema {
namespace {

constexpr std::array<std::pair<std::string_view, Compare>, 6> kCompares{{
    {"eq", Compare::Eq},
    {"ne", Compare::Ne},
    {"lt", Compare::Lt},
    {"le", Compare::Le},
    {"gt", Compare::Gt},
    {"ge", Compare::Ge},
}};

std::uint32_t add(ImageBuilder& image, const ConditionDef& def) {
  image.conditions.push_back(def);
  return static_cast<std::uint32_t>(image.conditions.size() - 1);
}

}  // namespace

std::uint32_t RowCompiler::condition(const Node& node) {
  if (!node.is_object()) node.reject("a condition is an object");
  if (node.has("all")) return combined(node, "all", ConditionKind::All);
  if (node.has("any")) return combined(node, "any", ConditionKind::Any);
  if (const auto inner = node.find("not")) {
    node.allow_only({"not"});
    const auto child = condition(*inner);
    ConditionDef def{.kind = ConditionKind::Not, .peeks = image_.conditions[child].peeks};
    def.children = ImageBuilder::append(image_.condition_refs, {child});
    return add(image_, def);
  }
  if (node.has("peek_text")) return add(image_, peek_text(node));
  if (node.has("in")) return one_of(node);
  return add(image_, comparison(node));
}

std::uint32_t RowCompiler::combined(const Node& node, std::string_view word, ConditionKind kind) {
  node.allow_only({word});
  const Node list = node.get(word);
  std::vector<std::uint32_t> children;
  ConditionDef def{.kind = kind};
  for (const Node& child : list.items()) {
    children.push_back(condition(child));
    def.peeks |= image_.conditions[children.back()].peeks;
  }
  if (children.empty()) list.reject("an empty list of conditions");
  def.children = ImageBuilder::append(image_.condition_refs, children);
  return add(image_, def);
}

/// `in` is short for any of several `eq`.
std::uint32_t RowCompiler::one_of(const Node& node) {
  node.allow_only({"field", "index", "param", "peek", "at", "mask", "in"});
  const Node list = node.get("in");
  Json rest = node.json();
  rest.erase("in");
  ConditionDef def{.kind = ConditionKind::Any};
  std::vector<std::uint32_t> children;
  for (const Node& value : list.items()) {
    rest["eq"] = value.json();
    children.push_back(add(image_, comparison(Node(rest, node.file(), node.pointer()))));
    def.peeks |= image_.conditions[children.back()].peeks;
  }
  if (children.empty()) list.reject("an empty list of values");
  def.children = ImageBuilder::append(image_.condition_refs, children);
  return add(image_, def);
}

ConditionDef RowCompiler::peek_text(const Node& node) {
  node.allow_only({"peek_text", "at"});
  return {.left = {.value = node.has("at") ? node.get("at").size() : 0},
          .right = {.value = node.get("peek_text").size()},
          .kind = ConditionKind::PeekText,
          .peeks = 1};
}

ConditionDef RowCompiler::comparison(const Node& node) {
  node.allow_only({"field", "index", "param", "peek", "at", "mask", "in_set", "eq", "ne", "lt",
                   "le", "gt", "ge"});
  const auto operators = std::ranges::count_if(
      kCompares, [&](const auto& compare) { return node.has(compare.first); });
  if (operators + (node.has("in_set") ? 1 : 0) > 1) node.reject("more than one comparison");
  if (node.has("at") && !node.has("peek")) node.get("at").reject("only `peek` has a distance");
  const Left left = left_operand(node);
  ConditionDef def{.left = left.operand};
  def.peeks = def.left.kind == OperandKind::Peek ? 1 : 0;
  if (const auto set = node.find("in_set")) {
    if (const auto mask = node.find("mask")) mask->reject("a set has no mask");
    def.kind = ConditionKind::InSet;
    def.set = set_number(*set);
    return def;
  }
  if (left.type == Type::Chars) return text_comparison(node, def);
  if (const auto mask = node.find("mask")) {
    def.mask = mask->bits();
    if (def.mask == 0) mask->reject("a mask of no bits");
  }
  for (const auto& [word, compare] : kCompares) {
    const auto right = node.find(word);
    if (!right) continue;
    def.compare = compare;
    def.is_unsigned = left.type == Type::U64 ? 1 : 0;
    def.right = right_operand(*right);
    const bool outside = def.right.kind == OperandKind::Constant && def.mask == 0 && left.type &&
                         !is_value_of(right->integer(), *left.type);
    if (outside) right->reject("no " + std::string(to_string(*left.type)) + " has this value");
    return def;
  }
  if (def.mask == 0) node.reject("nothing to compare with");
  def.compare = Compare::Ne;
  return def;
}

ConditionDef RowCompiler::text_comparison(const Node& node, ConditionDef def) {
  const auto text = node.find("eq");
  if (!text || node.has("mask")) node.reject("text is only compared with `eq`");
  def.kind = ConditionKind::TextEquals;
  def.text = image_.text(text->text());
  return def;
}

RowCompiler::Left RowCompiler::left_operand(const Node& node) {
  int subjects = 0;
  for (const char* word : {"field", "param", "index", "peek"}) subjects += node.has(word) ? 1 : 0;
  if (subjects != 1) node.reject("one of field, param, index and peek is wanted here");
  if (const auto name = node.find("field")) {
    const SavedField saved = field(*name);
    if (saved.type == Type::Bytes) name->reject("bytes are not compared");
    return {{.value = saved.number, .kind = OperandKind::Register}, saved.type};
  }
  if (const auto name = node.find("param")) {
    return {{.value = parameter(*name), .kind = OperandKind::Parameter}, {}};
  }
  if (const auto name = node.find("index")) {
    return {{.value = index_in_use(*name), .kind = OperandKind::Index}, {}};
  }
  const Node peek = node.get("peek");
  const Type type = parse_integer_type(peek);
  return {{.value = node.has("at") ? node.get("at").size() : 0,
           .kind = OperandKind::Peek,
           .type = type},
          type};
}

Operand RowCompiler::right_operand(const Node& node) {
  if (!node.is_object()) return {.value = node.bits()};
  node.allow_only({"field", "index", "param"});
  const Left left = left_operand(node);
  if (left.type == Type::Chars) node.get("field").reject("a number is wanted here, not text");
  return left.operand;
}

Operand RowCompiler::parameter_or_size(const Node& node) {
  if (node.is_string() && node.text().starts_with('@')) {
    return {.value = parameter(node), .kind = OperandKind::Parameter};
  }
  return {.value = node.size()};
}

/// A parameter's number, by its name with or without `@`.
std::uint32_t RowCompiler::parameter(const Node& name) {
  std::string text = name.text();
  if (text.starts_with('@')) text.erase(0, 1);
  const auto number = image_.parameter(text);
  image_.layout_parameters[layout_].insert(number);
  return number;
}

RowCompiler::SavedField RowCompiler::field(const Node& name) {
  const auto it = saved_.find(name.text());
  if (it == saved_.end()) name.reject("no field `" + name.text() + "` before this row");
  // What it refers to may still be in the pending run.
  flush();
  return it->second;
}

/// A field that a count, a size or an index is taken from.
RowCompiler::SavedField RowCompiler::integer_field(const Node& name) {
  const SavedField saved = field(name);
  if (integer_size(saved.type) == 0) name.reject("`" + name.text() + "` is no integer");
  return saved;
}

std::uint32_t RowCompiler::index_in_use(const Node& name) {
  if (std::ranges::find(index_names_, name.text()) == index_names_.end()) {
    name.reject("no index `" + name.text() + "` here");
  }
  return image_.variable(name.text());
}

std::uint32_t RowCompiler::set_number(const Node& name) {
  if (!marked_.contains(name.text())) name.reject("nothing marks `" + name.text() + "`");
  const auto [it, added] = sets_.try_emplace(name.text(), static_cast<std::uint32_t>(sets_.size()));
  if (added && sets_.size() > kMaxSets) name.reject("too many sets");
  return it->second;
}

}  // namespace snapfmt::schema
