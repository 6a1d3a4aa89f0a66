#include "snapfmt/schema/schema.h"

#include <algorithm>

namespace snapfmt::schema {
namespace {

template <class T>
bool take_table(std::span<const std::byte> image, const ImageHeader& header, Table table,
                std::span<const T>& out) {
  const auto i = static_cast<std::size_t>(table);
  const std::uint64_t bytes = std::uint64_t{header.count[i]} * sizeof(T);
  if (header.offset[i] % alignof(T) != 0 || header.offset[i] > image.size() ||
      bytes > image.size() - header.offset[i]) {
    return false;
  }
  out = {reinterpret_cast<const T*>(image.data() + header.offset[i]), header.count[i]};
  return true;
}

template <class T, class Name>
const T* find_by(const Schema& schema, std::span<const T> all, Name name, std::string_view wanted) {
  const auto it =
      std::ranges::find_if(all, [&](const T& entry) { return schema.text(entry.*name) == wanted; });
  return it == all.end() ? nullptr : &*it;
}

}  // namespace

Result<Schema> Schema::from_image(std::span<const std::byte> image) {
  if (image.size() < sizeof(ImageHeader) ||
      reinterpret_cast<std::uintptr_t>(image.data()) % alignof(std::uint64_t) != 0) {
    return fail(ErrorCode::Malformed, "not a compiled schema");
  }
  const auto& header = *reinterpret_cast<const ImageHeader*>(image.data());
  if (header.magic != kImageMagic || header.version != kImageVersion ||
      header.size != image.size()) {
    return fail(ErrorCode::Malformed, "not a compiled schema of this version");
  }
  Schema s;
  const bool whole = take_table(image, header, Table::Strings, s.strings_) &&
                     take_table(image, header, Table::Texts, s.texts_) &&
                     take_table(image, header, Table::Bits, s.bits_) &&
                     take_table(image, header, Table::Registers, s.registers_) &&
                     take_table(image, header, Table::EnumValues, s.enum_values_) &&
                     take_table(image, header, Table::Enums, s.enums_) &&
                     take_table(image, header, Table::Elements, s.elements_) &&
                     take_table(image, header, Table::Expectations, s.expectations_) &&
                     take_table(image, header, Table::Rows, s.rows_) &&
                     take_table(image, header, Table::Conditions, s.conditions_) &&
                     take_table(image, header, Table::ConditionRefs, s.condition_refs_) &&
                     take_table(image, header, Table::Indices, s.indices_) &&
                     take_table(image, header, Table::Repeats, s.repeats_) &&
                     take_table(image, header, Table::Ops, s.ops_) &&
                     take_table(image, header, Table::Layouts, s.layouts_) &&
                     take_table(image, header, Table::LayoutRefs, s.layout_refs_) &&
                     take_table(image, header, Table::Variables, s.variables_) &&
                     take_table(image, header, Table::Parameters, s.parameters_) &&
                     take_table(image, header, Table::ParameterDefs, s.parameter_defs_) &&
                     take_table(image, header, Table::KernelBlocks, s.kernel_blocks_) &&
                     take_table(image, header, Table::Devices, s.devices_) &&
                     take_table(image, header, Table::Defects, s.defects_) &&
                     take_table(image, header, Table::Profiles, s.profiles_);
  if (!whole) return fail(ErrorCode::Malformed, "compiled schema: a table leaves the image");
  return s;
}

const ProfileDef* Schema::find_profile(std::string_view name) const {
  return find_by(*this, profiles_, &ProfileDef::name, name);
}

const LayoutDef* Schema::find_layout(std::string_view id) const {
  return find_by(*this, layouts_, &LayoutDef::id, id);
}

const RegisterDef* Schema::find_register(std::string_view name) const {
  return find_by(*this, registers_, &RegisterDef::name, name);
}

const EnumDef* Schema::find_enum(std::string_view name) const {
  return find_by(*this, enums_, &EnumDef::name, name);
}

std::string_view Schema::enum_name(const EnumDef& e, std::uint64_t value) const {
  const auto all = values(e);
  const auto it = std::ranges::lower_bound(all, value, {}, &EnumValue::value);
  return it != all.end() && it->value == value ? text(it->name) : std::string_view{};
}

std::vector<std::int64_t> Schema::parameter_values(const ProfileDef& p, std::uint64_t vcpus) const {
  std::vector<std::int64_t> values(parameters_.size(), 0);
  values[kVcpusParameter] = static_cast<std::int64_t>(vcpus);
  for (const ParameterDef& def : parameters(p)) {
    values[def.name] = def.value.kind == OperandKind::Parameter
                           ? values[def.value.value]
                           : static_cast<std::int64_t>(def.value.value);
  }
  return values;
}

std::span<const std::uint32_t> Schema::device_parts(const ProfileDef& p,
                                                    std::string_view type) const {
  for (const DeviceDef& d : devices(p)) {
    if (text(d.type) == type) return layout_refs(d.parts);
  }
  return {};
}

std::string_view to_string(FieldClass c) {
  static constexpr std::array<std::string_view, 9> kNames{
      "arch", "device", "time", "control", "host", "derived", "structural", "padding", "unknown"};
  return kNames.at(static_cast<std::size_t>(c));
}

std::string_view to_string(Type t) {
  static constexpr std::array<std::string_view, 11> kNames{
      "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool", "bytes", "chars"};
  return kNames.at(static_cast<std::size_t>(t));
}

std::string_view to_string(Vendor v) { return v == Vendor::Intel ? "intel" : "amd"; }

std::uint32_t integer_size(Type t) {
  static constexpr std::array<std::uint32_t, 11> kSizes{1, 2, 4, 8, 1, 2, 4, 8, 1, 0, 0};
  return kSizes.at(static_cast<std::size_t>(t));
}

bool is_signed(Type t) { return t >= Type::I8 && t <= Type::I64; }

}  // namespace snapfmt::schema
