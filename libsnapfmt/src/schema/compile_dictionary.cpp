#include "compile_dictionary.h"

#include <algorithm>
#include <charconv>

#include "compile_rows.h"

namespace snapfmt::schema {
namespace {

std::uint32_t lookup(const auto& numbers, const Node& name, std::string_view what) {
  const auto it = numbers.find(name.text());
  if (it == numbers.end()) name.reject("no " + std::string(what) + " `" + name.text() + "`");
  return it->second;
}

void add_name(auto& numbers, const std::string& name, std::size_t number, const Node& place) {
  if (!numbers.emplace(name, static_cast<std::uint32_t>(number)).second) {
    place.reject("a second `" + name + "`");
  }
}

/// `7` or `"10:8"`: high and low bit number.
std::pair<std::uint8_t, std::uint8_t> bit_range(const Node& at) {
  if (at.is_number_like()) {
    const auto bit = at.integer();
    if (bit < 0 || bit > 63) at.reject("a bit number is 0 to 63");
    return {static_cast<std::uint8_t>(bit), static_cast<std::uint8_t>(bit)};
  }
  const std::string text = at.text();
  unsigned high = 64;
  unsigned low = 64;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, high);
  const bool pair =
      first.ptr != end && *first.ptr == ':' && std::from_chars(first.ptr + 1, end, low).ptr == end;
  if (!pair || high > 63 || low > high) {
    at.reject("a bit number or \"high:low\" is wanted here");
  }
  return {static_cast<std::uint8_t>(high), static_cast<std::uint8_t>(low)};
}

BitDef compile_bit(ImageBuilder& image, const Node& node) {
  node.allow_only({"at", "name", "doc", "enum", "format"});
  const auto [high, low] = bit_range(node.get("at"));
  BitDef bit{.name = image.text(node.word("name")),
             .doc = image.text(node.string_or("doc", "")),
             .low = low,
             .high = high};
  if (const auto e = node.find("enum")) bit.enumeration = lookup(image.enum_numbers, *e, "enum");
  if (const auto f = node.find("format")) bit.format = parse_format(*f);
  return bit;
}

std::vector<std::uint32_t> layout_numbers(const ImageBuilder& image, const Node& list) {
  std::vector<std::uint32_t> numbers;
  for (const Node& id : list.items()) {
    numbers.push_back(lookup(image.layout_numbers, id, "layout"));
  }
  return numbers;
}

KernelBlockDef compile_kernel_block(ImageBuilder& image, const Node& node) {
  node.allow_only({"block", "req", "layout", "may_be", "note"});
  KernelBlockDef def{.block = image.text(node.word("block")),
                     .note = image.text(node.string_or("note", "")),
                     .req = node.has("req") ? node.number("req") : -1};
  const Node layout = node.get("layout");
  if (layout.is_object()) layout.allow_only({"intel", "amd"});
  if (const auto may_be = node.find("may_be"); may_be && may_be->is_object()) {
    may_be->allow_only({"intel", "amd"});
  }
  for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
    const auto v = static_cast<std::size_t>(vendor);
    const Node id = layout.is_object() ? layout.get(to_string(vendor)) : layout;
    def.layout[v] = lookup(image.layout_numbers, id, "layout");
    const auto may_be = node.find("may_be");
    if (!may_be) continue;
    const auto list = may_be->is_object() ? may_be->find(to_string(vendor)) : may_be;
    if (list) {
      def.may_be[v] = ImageBuilder::append(image.layout_refs, layout_numbers(image, *list));
    }
  }
  return def;
}

/// Every parameter that a layout refers to must have a value in the profile.
void check_parameters(const ImageBuilder& image, const Node& place, std::uint32_t layout,
                      const Node& parameters) {
  const auto used = image.layout_parameters.find(layout);
  if (used == image.layout_parameters.end()) return;
  for (const auto number : used->second) {
    const Text text = image.parameters[number];
    const std::string name = image.strings.substr(text.offset, text.size);
    if (number != kVcpusParameter && !parameters.has(name)) {
      place.reject("its layout needs the parameter `" + name + "`");
    }
  }
}

void check_parameters(const ImageBuilder& image, const Node& place, const Range& layouts,
                      const Node& parameters) {
  for (std::uint32_t i = layouts.first; i < layouts.first + layouts.count; ++i) {
    check_parameters(image, place, image.layout_refs[i], parameters);
  }
}

std::vector<KernelBlockDef> compile_kernel(ImageBuilder& image, const Node& file) {
  std::vector<KernelBlockDef> kernel;
  std::set<std::string> names;
  for (const Node& node : file.get("kernel").items()) {
    const KernelBlockDef def = compile_kernel_block(image, node);
    if (!names.insert(node.string("block")).second) node.get("block").reject("it is there twice");
    for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
      const auto v = static_cast<std::size_t>(vendor);
      check_parameters(image, node, def.layout[v], file.get("parameters"));
      check_parameters(image, node, def.may_be[v], file.get("parameters"));
    }
    kernel.push_back(def);
  }
  return kernel;
}

Range text_list(ImageBuilder& image, const Node& list) {
  std::vector<Text> texts;
  for (const Node& item : list.items()) texts.push_back(image.text(item.text()));
  return ImageBuilder::append(image.texts, texts);
}

Range compile_parameters(ImageBuilder& image, const Node& parameters) {
  std::vector<ParameterDef> defs;
  for (const auto& [name, value] : parameters.members()) {
    ParameterDef def{.name = image.parameter(name)};
    if (value.is_string() && value.text().starts_with('@')) {
      if (value.text() != "@vcpus") value.reject("only `@vcpus` can be referred to");
      def.value = {.value = kVcpusParameter, .kind = OperandKind::Parameter};
    } else {
      def.value = {.value = value.bits()};
    }
    defs.push_back(def);
  }
  return ImageBuilder::append(image.parameter_defs, defs);
}

Range compile_devices(ImageBuilder& image, const Node& file) {
  std::vector<DeviceDef> defs;
  for (const auto& [type, node] : file.get("devices").members()) {
    DeviceDef def{.type = image.text(type)};
    if (node.is_object()) {
      node.allow_only({"parts", "may_be", "note"});
      def.note = image.text(node.string_or("note", ""));
      if (const auto may_be = node.find("may_be")) {
        def.may_be = ImageBuilder::append(image.layout_refs, layout_numbers(image, *may_be));
      }
    }
    const Node parts = node.is_object() ? node.get("parts") : node;
    def.parts = ImageBuilder::append(image.layout_refs, layout_numbers(image, parts));
    if (def.parts.count == 0) parts.reject("a device has at least one part");
    check_parameters(image, node, def.parts, file.get("parameters"));
    check_parameters(image, node, def.may_be, file.get("parameters"));
    defs.push_back(def);
  }
  return ImageBuilder::append(image.devices, defs);
}

Range compile_defects(ImageBuilder& image, const Node& defects) {
  std::vector<DefectDef> defs;
  for (const Node& node : defects.items()) {
    node.allow_only({"id", "vendor", "block", "doc", "note"});
    if (const auto vendor = node.find("vendor")) {
      if (vendor->text() != "intel" && vendor->text() != "amd") {
        vendor->reject("not intel or amd");
      }
    }
    defs.push_back({.id = image.text(node.string("id")),
                    .vendor = image.text(node.string_or("vendor", "")),
                    .block = image.text(node.string_or("block", "")),
                    .doc = image.text(node.string("doc")),
                    .note = image.text(node.string_or("note", ""))});
  }
  return ImageBuilder::append(image.defects, defs);
}

}  // namespace

void compile_enums(ImageBuilder& image, const Node& file) {
  file.allow_only({"registers", "enums", "$schema", "title"});
  const auto enums = file.find("enums");
  if (!enums) return;
  for (const auto& [name, node] : enums->members()) {
    node.allow_only({"title", "manual", "values"});
    std::vector<EnumValue> values;
    for (const Node& value : node.get("values").items()) {
      value.allow_only({"value", "name", "doc"});
      values.push_back({value.get("value").bits(), image.text(value.word("name")),
                        image.text(value.string_or("doc", ""))});
    }
    std::ranges::sort(values, {}, &EnumValue::value);
    const auto twice = std::ranges::adjacent_find(values, {}, &EnumValue::value);
    if (twice != values.end()) {
      node.reject("value " + std::to_string(twice->value) + " has two names");
    }
    add_name(image.enum_numbers, name, image.enums.size(), node);
    image.enums.push_back({.name = image.text(name),
                           .title = image.text(node.string("title")),
                           .manual = image.text(node.string_or("manual", "")),
                           .values = ImageBuilder::append(image.enum_values, values)});
  }
}

void compile_registers(ImageBuilder& image, const Node& file) {
  const auto registers = file.find("registers");
  if (!registers) return;
  for (const auto& [name, node] : registers->members()) {
    node.allow_only({"title", "manual", "bits"});
    std::vector<BitDef> bits;
    int next_free = 0;
    for (const Node& bit : node.get("bits").items()) {
      bits.push_back(compile_bit(image, bit));
      if (bits.back().low < next_free)
        bit.reject("overlaps the bits before it, or is out of order");
      next_free = bits.back().high + 1;
    }
    add_name(image.register_numbers, name, image.registers.size(), node);
    image.registers.push_back({.name = image.text(name),
                               .title = image.text(node.string("title")),
                               .manual = image.text(node.string_or("manual", "")),
                               .bits = ImageBuilder::append(image.bits, bits)});
  }
}

void compile_elements(ImageBuilder& image, const Node& file) {
  file.allow_only({"area", "title", "elements", "$schema"});
  const std::string area = file.string("area");
  for (const auto& [key, node] : file.get("elements").members()) {
    node.allow_only(
        {"type", "class", "register", "enum", "format", "unit", "default", "why", "doc"});
    if (dictionary_key(key) != key) node.reject("an index is written [*]");
    ElementDef def{.key = image.text(key),
                   .area = image.text(area),
                   .doc = image.text(node.string("doc")),
                   .unit = image.text(node.string_or("unit", "")),
                   .why = image.text(node.string_or("why", "")),
                   .type = parse_type(node.get("type")),
                   .cls = parse_class(node.get("class"))};
    if (const auto r = node.find("register")) {
      def.reg = lookup(image.register_numbers, *r, "register");
    }
    if (const auto e = node.find("enum")) {
      def.enumeration = lookup(image.enum_numbers, *e, "enum");
    }
    if (const auto f = node.find("format")) def.format = parse_format(*f);
    if (const auto value = node.find("default")) {
      if (!node.has("why")) node.reject("a default needs its reason (`why`)");
      if (integer_size(def.type) != 0 && !fits(value->integer(), def.type)) {
        value->reject("no " + std::string(to_string(def.type)) + " has this value");
      }
      def.default_value = value->bits();
      def.has_default = 1;
    }
    const auto number = static_cast<std::uint32_t>(image.elements.size());
    if (!image.element_numbers.emplace(area + "|" + key, number).second) {
      node.reject("a second `" + key + "`");
    }
    image.elements.push_back(def);
  }
}

std::set<std::string> layouts_of_profile(const Node& file) {
  std::set<std::string> all;
  const auto collect = [&](const auto& self, const Node& node) -> void {
    if (node.is_string()) {
      all.insert(node.text());
    } else if (node.is_array()) {
      for (const Node& item : node.items()) self(self, item);
    } else if (node.is_object()) {
      for (const auto& [name, member] : node.members()) {
        if (name != "note") self(self, member);
      }
    }
  };
  for (const Node& block : file.get("kernel").items()) {
    collect(collect, block.get("layout"));
    if (const auto may_be = block.find("may_be")) collect(collect, *may_be);
  }
  collect(collect, file.get("devices"));
  return all;
}

void compile_profile(ImageBuilder& image, const Node& file) {
  file.allow_only({"profile", "title", "doc", "releases", "index", "parameters", "kernel",
                   "devices", "device_list", "defects", "$schema"});
  const std::string dialect = file.string("index");
  if (dialect != "gen-1" && dialect != "gen-2") file.get("index").reject("not gen-1 or gen-2");
  add_name(image.profile_numbers, file.word("profile"), image.profiles.size(), file.get("profile"));
  if (dialect == "gen-1") static_cast<void>(file.get("device_list"));
  if (dialect == "gen-2" && file.has("device_list")) {
    file.get("device_list").reject("only gen-1 lists devices that are not there");
  }
  const std::vector<KernelBlockDef> kernel = compile_kernel(image, file);
  ProfileDef def{.name = image.text(file.string("profile")),
                 .title = image.text(file.string("title")),
                 .doc = image.text(file.string_or("doc", "")),
                 .releases = text_list(image, file.get("releases")),
                 .parameters = compile_parameters(image, file.get("parameters")),
                 .kernel = ImageBuilder::append(image.kernel_blocks, kernel),
                 .devices = compile_devices(image, file),
                 .dialect = dialect == "gen-1" ? Dialect::Gen1 : Dialect::Gen2};
  if (const auto list = file.find("device_list")) def.device_list = text_list(image, *list);
  if (const auto defects = file.find("defects")) def.defects = compile_defects(image, *defects);
  image.profiles.push_back(def);
}

}  // namespace snapfmt::schema
