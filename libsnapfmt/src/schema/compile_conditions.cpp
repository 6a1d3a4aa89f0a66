// Conditions and operands of the schema language.
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
  if (const auto all = node.find("all")) return combined(*all, ConditionKind::All);
  if (const auto any = node.find("any")) return combined(*any, ConditionKind::Any);
  if (const auto inner = node.find("not")) {
    node.allow_only({"not"});
    const auto child = condition(*inner);
    ConditionDef def{.kind = ConditionKind::Not, .peeks = image_.conditions[child].peeks};
    def.children = ImageBuilder::append(image_.condition_refs, {child});
    return add(image_, def);
  }
  if (node.has("peek_text")) return add(image_, peek_text(node));
  if (const auto in = node.find("in")) {
    std::vector<std::uint32_t> children;
    for (const Node& value : in->items()) {
      Json one = node.json();
      one.erase("in");
      one["eq"] = value.json();
      children.push_back(condition(Node(one, node.file(), node.pointer())));
    }
    ConditionDef def{.kind = ConditionKind::Any};
    def.children = ImageBuilder::append(image_.condition_refs, children);
    return add(image_, def);
  }
  return add(image_, comparison(node));
}

std::uint32_t RowCompiler::combined(const Node& list, ConditionKind kind) {
  std::vector<std::uint32_t> children;
  ConditionDef def{.kind = kind};
  for (const Node& node : list.items()) {
    children.push_back(condition(node));
    def.peeks |= image_.conditions[children.back()].peeks;
  }
  if (children.empty()) list.reject("an empty list of conditions");
  def.children = ImageBuilder::append(image_.condition_refs, children);
  return add(image_, def);
}

ConditionDef RowCompiler::peek_text(const Node& node) {
  node.allow_only({"peek_text", "at"});
  return {.left = {.value = node.has("at") ? node.get("at").bits() : 0},
          .right = {.value = node.get("peek_text").bits()},
          .kind = ConditionKind::PeekText,
          .peeks = 1};
}

ConditionDef RowCompiler::comparison(const Node& node) {
  node.allow_only({"field", "index", "param", "peek", "at", "mask", "in_set", "eq", "ne", "lt",
                   "le", "gt", "ge"});
  ConditionDef def{.left = left_operand(node)};
  def.peeks = def.left.kind == OperandKind::Peek ? 1 : 0;
  if (const auto mask = node.find("mask")) def.mask = mask->bits();
  if (const auto set = node.find("in_set")) {
    def.kind = ConditionKind::InSet;
    def.set = set_number(set->text());
    return def;
  }
  for (const auto& [word, compare] : kCompares) {
    const auto right = node.find(word);
    if (!right) continue;
    def.compare = compare;
    if (node.has("field") && field(node.get("field")).type == Type::Chars) {
      if (compare != Compare::Eq) right->reject("text is only compared with `eq`");
      def.kind = ConditionKind::TextEquals;
      def.text = image_.text(right->text());
    } else {
      def.right = right_operand(*right);
    }
    return def;
  }
  if (def.mask == 0) node.reject("nothing to compare with");
  def.compare = Compare::Ne;
  return def;
}

Operand RowCompiler::left_operand(const Node& node) {
  if (const auto name = node.find("field")) {
    return {.value = field(*name).number, .kind = OperandKind::Register};
  }
  if (const auto name = node.find("param")) {
    return {.value = image_.parameter(name->text()), .kind = OperandKind::Parameter};
  }
  if (const auto name = node.find("index")) {
    return {.value = image_.variable(name->text()), .kind = OperandKind::Index};
  }
  if (const auto type = node.find("peek")) {
    return {.value = node.has("at") ? node.get("at").bits() : 0,
            .kind = OperandKind::Peek,
            .type = parse_type(*type)};
  }
  node.reject("a condition on nothing (field, param, index or peek)");
}

Operand RowCompiler::right_operand(const Node& node) {
  if (!node.is_object()) return {.value = node.bits()};
  node.allow_only({"field", "index", "param"});
  return left_operand(node);
}

Operand RowCompiler::parameter_or_number(const Node& node) {
  if (node.is_string() && node.text().starts_with('@')) {
    return {.value = image_.parameter(node.text().substr(1)), .kind = OperandKind::Parameter};
  }
  return {.value = node.bits()};
}

RowCompiler::SavedField RowCompiler::field(const Node& name) {
  const auto it = saved_.find(name.text());
  if (it == saved_.end()) name.reject("no field `" + name.text() + "` before this row");
  // What it refers to may still be in the pending run.
  flush();
  return it->second;
}

std::uint32_t RowCompiler::set_number(const std::string& name) {
  const auto [it, added] = sets_.try_emplace(name, static_cast<std::uint32_t>(sets_.size()));
  if (added && sets_.size() > kMaxSets) {
    throw SchemaError{Error{.code = ErrorCode::Limit, .what = "too many sets", .path = name}};
  }
  return it->second;
}

}  // namespace snapfmt::schema
