// `snapinfo layouts --registers`: what the bits of registers and the values of enumerations mean.
#include <algorithm>

#include <fmt/format.h>

#include "common/glob.h"
#include "snapinfo/layouts.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using bytes::JsonWriter;
using schema::BitDef;
using schema::EnumDef;
using schema::RegisterDef;
using schema::Schema;

/// Numbers of the definitions with this name, else of those that the pattern matches.
template <class Def>
std::vector<std::uint32_t> find_definitions(const Schema& schema, std::span<const Def> all,
                                            std::string_view name, bool exact) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const auto own = schema.text(all[i].name);
    if (exact ? own == name : matches(name, own)) found.push_back(i);
  }
  return found;
}

void add_once(std::vector<std::uint32_t>& list, const std::vector<std::uint32_t>& more) {
  for (const auto i : more) {
    if (std::ranges::find(list, i) == list.end()) list.push_back(i);
  }
}

std::string bit_range(const BitDef& bit) {
  return bit.high == bit.low ? std::to_string(bit.low) : fmt::format("{}:{}", bit.high, bit.low);
}

template <class Def>
void print_title(Output& out, const Schema& schema, const Def& def, std::string_view what) {
  out.heading(fmt::format("{}  {}", schema.text(def.name), what));
  print_hanging(out, "  ", 2, schema.text(def.title));
  if (def.manual.size != 0) print_hanging(out, "  ", 2, schema.text(def.manual), Tone::Dim);
}

void print_enum(Output& out, const Schema& schema, const EnumDef& def) {
  print_title(out, schema, def, "enumeration");
  for (const schema::EnumValue& value : schema.values(def)) {
    const std::string name = sanitized(schema.text(value.name));
    const std::string start =
        fmt::format("  {:>6}  ", fmt::format("{:#x}", value.value)) + out.paint(Tone::Name, name);
    const auto used =
        2 + std::max<std::size_t>(6, fmt::format("{:#x}", value.value).size()) + 2 + columns(name);
    constexpr std::size_t kDocAt = 32;
    if (value.doc.size == 0) {
      out.line(start);
    } else if (used + 2 <= kDocAt) {
      print_hanging(out, start + std::string(kDocAt - used, ' '), kDocAt, schema.text(value.doc),
                    Tone::Dim);
    } else {
      out.line(start);
      print_hanging(out, std::string(kDocAt, ' '), kDocAt, schema.text(value.doc), Tone::Dim);
    }
  }
}

void write_register(JsonWriter& json, const Schema& schema, const RegisterDef& reg) {
  json.begin_object().key("name").string(schema.text(reg.name));
  json.key("title").string(schema.text(reg.title)).key("manual");
  write_text(json, schema.text(reg.manual));
  json.key("bits").begin_array();
  for (const BitDef& bit : schema.bits(reg)) {
    json.begin_object(JsonWriter::Lines::One);
    json.key("low").uint(bit.low).key("high").uint(bit.high);
    json.key("name").string(schema.text(bit.name)).key("enum");
    bit.enumeration == schema::kNone
        ? json.null()
        : json.string(schema.text(schema.enumeration(bit.enumeration).name));
    json.key("doc");
    write_text(json, schema.text(bit.doc));
    json.end_object();
  }
  json.end_array().end_object();
}

void write_enum(JsonWriter& json, const Schema& schema, const EnumDef& def) {
  json.begin_object().key("name").string(schema.text(def.name));
  json.key("title").string(schema.text(def.title)).key("manual");
  write_text(json, schema.text(def.manual));
  json.key("values").begin_array();
  for (const schema::EnumValue& value : schema.values(def)) {
    json.begin_object(JsonWriter::Lines::One).key("value").hex(value.value);
    json.key("name").string(schema.text(value.name)).key("doc");
    write_text(json, schema.text(value.doc));
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

Result<DefinitionChoice> choose_definitions(const Schema& schema,
                                            std::span<const std::string> names) {
  DefinitionChoice choice;
  const auto add = [&](std::string_view name, bool exact) {
    const auto registers = find_definitions(schema, schema.registers(), name, exact);
    const auto enums = find_definitions(schema, schema.enums(), name, exact);
    add_once(choice.registers, registers);
    add_once(choice.enums, enums);
    return !registers.empty() || !enums.empty();
  };
  if (names.empty()) add("*", false);
  for (const std::string& name : names) {
    if (!add(name, true) && !add(name, false)) {
      return std::unexpected(
          Error{.code = ErrorCode::NotFound,
                .what = fmt::format("no register or enumeration is called `{}`", name),
                .hint = "`snapinfo layouts --registers` lists what there is"});
    }
  }
  return choice;
}

void print_bits(Output& out, const Schema& schema, const RegisterDef& reg, std::size_t indent) {
  const std::string blanks(indent, ' ');
  for (const BitDef& bit : schema.bits(reg)) {
    const std::string name = sanitized(schema.text(bit.name));
    std::string doc(schema.text(bit.doc));
    if (bit.enumeration != schema::kNone) {
      doc += fmt::format("{}[{}]", doc.empty() ? "" : " ",
                         schema.text(schema.enumeration(bit.enumeration).name));
    }
    constexpr std::size_t kNameWidth = 18;
    const std::string start = blanks + fmt::format("{:>5}  ", bit_range(bit)) +
                              out.paint(Tone::Name, padded(name, kNameWidth)) + ' ';
    const auto at = indent + 7 + std::max(kNameWidth, columns(name)) + 1;
    print_hanging(out, start, at, doc, Tone::Dim);
  }
}

void print_definition_list(Output& out, const Schema& schema, const DefinitionChoice& choice) {
  constexpr std::size_t kName = 34;
  const auto line = [&](schema::Text name, schema::Text title) {
    print_hanging(out, "  " + out.paint(Tone::Name, padded(schema.text(name), kName - 3)) + ' ',
                  kName, schema.text(title));
  };
  out.heading(fmt::format("Registers ({})", choice.registers.size()));
  for (const auto i : choice.registers) line(schema.reg(i).name, schema.reg(i).title);
  out.heading(fmt::format("Enumerations ({})", choice.enums.size()));
  for (const auto i : choice.enums) line(schema.enumeration(i).name, schema.enumeration(i).title);
}

void print_definitions(Output& out, const Schema& schema, const DefinitionChoice& choice) {
  for (const auto i : choice.registers) {
    print_title(out, schema, schema.reg(i), "register");
    print_bits(out, schema, schema.reg(i), 0);
  }
  for (const auto i : choice.enums) print_enum(out, schema, schema.enumeration(i));
}

void write_definitions(Output& out, bool compact, const Schema& schema,
                       const DefinitionChoice& choice) {
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.registers/1").key("registers").begin_array();
  for (const auto i : choice.registers) write_register(json, schema, schema.reg(i));
  json.end_array().key("enums").begin_array();
  for (const auto i : choice.enums) write_enum(json, schema, schema.enumeration(i));
  json.end_array().end_object();
  (void)json.finish();
}

}  // namespace snapfmt::tools::snapinfo
