// What one row says about its field.
#include <algorithm>

#include "compile_rows.h"

namespace snapfmt::schema {
namespace {

/// What deltas, `use` and templates build on has no control characters.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

}  // namespace

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

std::string join_path(const std::string& prefix, const std::string& name) {
  if (prefix.empty() || name.empty() || name.starts_with('+')) return prefix + name;
  return prefix + "." + name;
}

bool is_uncertain(const Node& row) {
  const auto note = row.find("note");
  if (note && !row.has("certainty")) note->reject("a note needs `certainty`");
  if (!row.has("certainty")) return false;
  if (row.string("certainty") != "uncertain") row.get("certainty").reject("not `uncertain`");
  return true;
}

RowDef RowCompiler::make_row(const Node& row, const Context& context) {
  const std::string name = row.word("name");
  RowDef out{.path = translate_template(row, join_path(context.path, name)),
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
    if (it == numbers.end())
      given->reject("no " + std::string(member) + " `" + given->text() + "`");
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
  if (is_uncertain(row)) {
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
  const auto bits = [&](const Node& value) {
    if (!fits(value.integer(), out.type)) value.reject("more bits than the field has");
    return value.bits() & all;
  };
  std::vector<Expectation> list;
  if (expect->is_array()) {
    for (const Node& value : expect->items()) list.push_back({all, bits(value)});
    if (list.empty()) expect->reject("an empty list of values");
  } else if (expect->is_object()) {
    expect->allow_only({"mask", "eq"});
    const auto mask = bits(expect->get("mask"));
    const auto eq = bits(expect->get("eq"));
    if (mask == 0) expect->get("mask").reject("a mask of no bits");
    if ((eq & ~mask) != 0) expect->get("eq").reject("bits that the mask takes away");
    list.push_back({mask, eq});
  } else {
    list.push_back({all, bits(*expect)});
  }
  out.expect = ImageBuilder::append(image_.expectations, list);
}

Text RowCompiler::translate_template(const Node& row, const std::string& text) {
  if (!is_plain(text)) row.reject("a name or source with control characters");
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
    out += '\1';
    out += static_cast<char>(number + 1);
    out += format;
    i = end;
  }
  return image_.text(out);
}

}  // namespace snapfmt::schema
