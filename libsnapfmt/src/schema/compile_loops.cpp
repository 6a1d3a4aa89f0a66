// Loops of the schema language.
#include <algorithm>
#include <cstdlib>

#include "compile_rows.h"

namespace snapfmt::schema {
namespace {

/// Names of index variables are numbered in templates by one byte.
constexpr std::uint32_t kMaxVariables = 200;

}  // namespace

std::uint32_t RowCompiler::begin_repeat(const Node& repeat, const Node& row) {
  repeat.allow_only({"count", "index", "from", "step", "max", "used", "also", "until", "type"});
  RepeatDef def;
  set_count(repeat, def);
  const std::vector<std::string> names = set_indices(repeat, def);
  set_used(repeat, def, names);
  const bool empty = smallest_size(Json::array({[&] {
                       Json body = row.json();
                       body.erase("repeat");
                       return body;
                     }()})) == 0;
  def.body_may_be_empty = empty ? 1 : 0;
  if (empty && def.max == 0 &&
      (def.kind == RepeatKind::Until || def.count.kind != OperandKind::Constant)) {
    repeat.reject("a loop whose rows may take no bytes needs a constant count or `max`");
  }
  def.body_row = static_cast<std::uint32_t>(image_.rows.size());
  index_names_.insert(index_names_.end(), names.begin(), names.end());
  image_.repeats.push_back(def);
  return emit({.a = static_cast<std::uint32_t>(image_.repeats.size() - 1), .code = OpCode::Repeat});
}

void RowCompiler::set_count(const Node& repeat, RepeatDef& def) {
  if (const auto until = repeat.find("until")) {
    if (repeat.has("count")) repeat.reject("a loop has `count` or `until`, not both");
    def.kind = RepeatKind::Until;
    def.until = until->bits();
    def.until_type = parse_integer_type(repeat.get("type"));
    if (!is_value_of(until->integer(), def.until_type)) {
      until->reject("no " + std::string(to_string(def.until_type)) + " has this value");
    }
  } else {
    if (const auto type = repeat.find("type")) type->reject("only `until` has a type");
    const Node count = repeat.get("count");
    if (count.is_string() && !count.is_number_like() && !count.text().starts_with('@')) {
      def.count = {.value = integer_field(count).number, .kind = OperandKind::Register};
      if (!repeat.has("max")) repeat.reject("a count from the input needs `max`");
    } else {
      def.count = parameter_or_size(count);
    }
  }
  if (const auto max = repeat.find("max")) {
    def.max = max->size();
    if (def.max == 0) max->reject("a number above 0 is wanted here");
  }
}

std::vector<std::string> RowCompiler::set_indices(const Node& repeat, RepeatDef& def) {
  std::vector<IndexDef> indices;
  std::vector<std::string> names;
  const auto small = [](const Node& number) {
    if (std::abs(number.integer() / 2) > kMaxSize / 2) number.reject("beyond 2^31");
    return number.integer();
  };
  const auto add = [&](const Node& place, const std::string& name, const Node& from) {
    if (std::ranges::find(names, name) != names.end())
      place.reject("a second index `" + name + "`");
    indices.push_back({.from = from.has("from") ? small(from.get("from")) : 0,
                       .step = from.has("step") ? small(from.get("step")) : 1,
                       .variable = new_variable(place, name)});
    names.push_back(name);
  };
  add(repeat.get("index"), repeat.string("index"), repeat);
  if (const auto also = repeat.find("also")) {
    for (const auto& [name, index] : also->members()) {
      index.allow_only({"from", "step"});
      add(index, name, index);
    }
  }
  def.indices = ImageBuilder::append(image_.indices, indices);
  return names;
}

std::uint32_t RowCompiler::new_variable(const Node& place, const std::string& name) {
  const bool word = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!word) place.reject("the name of an index is letters, digits and `_`");
  const auto number = image_.variable(name);
  if (number >= kMaxVariables) place.reject("too many index variables");
  return number;
}

void RowCompiler::set_used(const Node& repeat, RepeatDef& def,
                           const std::vector<std::string>& names) {
  const auto used = repeat.find("used");
  if (!used) return;
  std::string index = names.empty() ? "" : names.front();
  if (used->is_object()) {
    used->allow_only({"index", "limit"});
    index = used->string("index");
    def.used_limit = parameter_or_size(used->get("limit"));
  } else {
    def.used_limit = parameter_or_size(*used);
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

}  // namespace snapfmt::schema
