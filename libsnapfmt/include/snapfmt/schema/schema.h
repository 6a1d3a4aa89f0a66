// A set of compiled schemas: registers, elements, layouts and profiles.
//
//   const Schema& schema = shipped_schema();
//   const ProfileDef* profile = schema.find_profile("freebsd-14.0");
//   std::string_view title = schema.text(profile->title);
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "snapfmt/error.h"
#include "snapfmt/schema/tables.h"

namespace snapfmt::schema {

/// The tables of an image, in the order in which they lie in it.
enum class Table : std::uint8_t {
  Strings,
  Texts,
  Bits,
  Registers,
  EnumValues,
  Enums,
  Elements,
  Expectations,
  Rows,
  Conditions,
  ConditionRefs,
  Indices,
  Repeats,
  Ops,
  Layouts,
  LayoutRefs,
  Variables,
  Parameters,
  ParameterDefs,
  KernelBlocks,
  Devices,
  Defects,
  Profiles,
  Count,
};
inline constexpr std::size_t kTableCount = static_cast<std::size_t>(Table::Count);

/// What an image begins with.
struct ImageHeader {
  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  std::uint32_t size = 0;                          ///< of the whole image, bytes
  std::array<std::uint32_t, kTableCount> offset{};  ///< bytes from the start
  std::array<std::uint32_t, kTableCount> count{};   ///< entries
};
inline constexpr std::uint64_t kImageMagic = 0x616d656863736673;
inline constexpr std::uint32_t kImageVersion = 1;

/// Number of the index variable that holds a padding row's offset in its group.
inline constexpr std::uint16_t kOffsetVariable = 0;

/// Number of the parameter that every profile has: the vCPUs of the index.
inline constexpr std::uint32_t kVcpusParameter = 0;

class Schema {
 public:
  /// Uses an image in place; it must outlive the schema and be aligned to 8 bytes.
  /// Malformed if it is not an image of this version.
  static Result<Schema> from_image(std::span<const std::byte> image);

  /// Compiles the JSON files of a folder (as schemas/ is laid out).
  static Result<Schema> load(const std::filesystem::path& folder);

  std::string_view text(Text t) const { return {strings_.data() + t.offset, t.size}; }
  std::span<const Text> texts(Range r) const { return slice(texts_, r); }

  std::span<const RegisterDef> registers() const { return registers_; }
  std::span<const EnumDef> enums() const { return enums_; }
  std::span<const ElementDef> elements() const { return elements_; }
  std::span<const LayoutDef> layouts() const { return layouts_; }
  std::span<const ProfileDef> profiles() const { return profiles_; }
  std::span<const RowDef> rows() const { return rows_; }
  std::span<const Op> ops() const { return ops_; }

  std::span<const BitDef> bits(const RegisterDef& r) const { return slice(bits_, r.bits); }
  std::span<const EnumValue> values(const EnumDef& e) const { return slice(enum_values_, e.values); }
  std::span<const RowDef> rows(const LayoutDef& l) const { return slice(rows_, l.rows); }
  std::span<const Op> ops(const LayoutDef& l) const { return slice(ops_, l.ops); }
  std::span<const Expectation> expectations(const RowDef& r) const {
    return slice(expectations_, r.expect);
  }
  std::span<const KernelBlockDef> kernel(const ProfileDef& p) const {
    return slice(kernel_blocks_, p.kernel);
  }
  std::span<const DeviceDef> devices(const ProfileDef& p) const { return slice(devices_, p.devices); }
  std::span<const DefectDef> defects(const ProfileDef& p) const { return slice(defects_, p.defects); }
  std::span<const ParameterDef> parameters(const ProfileDef& p) const {
    return slice(parameter_defs_, p.parameters);
  }
  std::span<const std::uint32_t> layout_refs(Range r) const { return slice(layout_refs_, r); }

  const LayoutDef& layout(std::uint32_t i) const { return layouts_[i]; }
  const RowDef& row(std::uint32_t i) const { return rows_[i]; }
  const RegisterDef& reg(std::uint32_t i) const { return registers_[i]; }
  const EnumDef& enumeration(std::uint32_t i) const { return enums_[i]; }
  const ElementDef& element(std::uint32_t i) const { return elements_[i]; }
  const ConditionDef& condition(std::uint32_t i) const { return conditions_[i]; }
  std::span<const std::uint32_t> condition_refs(Range r) const { return slice(condition_refs_, r); }
  const RepeatDef& repeat(std::uint32_t i) const { return repeats_[i]; }
  std::span<const IndexDef> indices(const RepeatDef& r) const { return slice(indices_, r.indices); }

  const ProfileDef* find_profile(std::string_view name) const;
  const LayoutDef* find_layout(std::string_view id) const;
  const RegisterDef* find_register(std::string_view name) const;
  const EnumDef* find_enum(std::string_view name) const;
  /// Name of a value, empty if the enumeration has none.
  std::string_view enum_name(const EnumDef& e, std::uint64_t value) const;

  std::span<const Text> variable_names() const { return variables_; }
  std::span<const Text> parameter_names() const { return parameters_; }

  /// Every parameter's value for a profile and a number of vCPUs.
  std::vector<std::int64_t> parameter_values(const ProfileDef& p, std::uint64_t vcpus) const;

  /// Layouts of a device type in a profile, in order; empty if the profile has none.
  std::span<const std::uint32_t> device_parts(const ProfileDef& p, std::string_view type) const;

 private:
  template <class T>
  static std::span<const T> slice(std::span<const T> all, Range r) {
    return all.subspan(r.first, r.count);
  }

  std::shared_ptr<const std::vector<std::byte>> owned_;
  std::span<const char> strings_;
  std::span<const Text> texts_;
  std::span<const BitDef> bits_;
  std::span<const RegisterDef> registers_;
  std::span<const EnumValue> enum_values_;
  std::span<const EnumDef> enums_;
  std::span<const ElementDef> elements_;
  std::span<const Expectation> expectations_;
  std::span<const RowDef> rows_;
  std::span<const ConditionDef> conditions_;
  std::span<const std::uint32_t> condition_refs_;
  std::span<const IndexDef> indices_;
  std::span<const RepeatDef> repeats_;
  std::span<const Op> ops_;
  std::span<const LayoutDef> layouts_;
  std::span<const std::uint32_t> layout_refs_;
  std::span<const Text> variables_;
  std::span<const Text> parameters_;
  std::span<const ParameterDef> parameter_defs_;
  std::span<const KernelBlockDef> kernel_blocks_;
  std::span<const DeviceDef> devices_;
  std::span<const DefectDef> defects_;
  std::span<const ProfileDef> profiles_;
};

/// The schemas that were compiled into the library.
const Schema& shipped_schema();

std::string_view to_string(FieldClass c);
std::string_view to_string(Type t);
std::string_view to_string(Vendor v);
/// Bytes of an integer type; 0 for Bytes and Chars.
std::uint32_t integer_size(Type t);
bool is_signed(Type t);

}  // namespace snapfmt::schema
