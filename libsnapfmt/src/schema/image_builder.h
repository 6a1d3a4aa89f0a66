// Collects the tables of an image and lays them out.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "snapfmt/schema/schema.h"

namespace snapfmt::schema {

class ImageBuilder {
 public:
  /// Puts text into the pool, once.
  Text text(std::string_view s);

  /// Numbers of names, given out in the order of first use.
  std::uint32_t variable(std::string_view name) {
    return number(variable_numbers, variables, name);
  }
  std::uint32_t parameter(std::string_view name) {
    return number(parameter_numbers, parameters, name);
  }

  template <class T>
  static Range append(std::vector<T>& table, const std::vector<T>& entries) {
    const Range range{static_cast<std::uint32_t>(table.size()),
                      static_cast<std::uint32_t>(entries.size())};
    table.insert(table.end(), entries.begin(), entries.end());
    return range;
  }

  std::vector<std::byte> finish() const;

  std::string strings;
  std::vector<Text> texts;
  std::vector<BitDef> bits;
  std::vector<RegisterDef> registers;
  std::vector<EnumValue> enum_values;
  std::vector<EnumDef> enums;
  std::vector<ElementDef> elements;
  std::vector<Expectation> expectations;
  std::vector<RowDef> rows;
  std::vector<ConditionDef> conditions;
  std::vector<std::uint32_t> condition_refs;
  std::vector<IndexDef> indices;
  std::vector<RepeatDef> repeats;
  std::vector<Op> ops;
  std::vector<LayoutDef> layouts;
  std::vector<std::uint32_t> layout_refs;
  std::vector<Text> variables;
  std::vector<Text> parameters;
  std::vector<ParameterDef> parameter_defs;
  std::vector<KernelBlockDef> kernel_blocks;
  std::vector<DeviceDef> devices;
  std::vector<DefectDef> defects;
  std::vector<ProfileDef> profiles;

  /// Parameters that each layout refers to.
  std::map<std::uint32_t, std::set<std::uint32_t>> layout_parameters;

  /// By name; elements by "area|key".
  std::map<std::string, std::uint32_t, std::less<>> register_numbers, enum_numbers, element_numbers,
      layout_numbers, profile_numbers;

 private:
  using Numbers = std::map<std::string, std::uint32_t, std::less<>>;
  std::uint32_t number(Numbers& numbers, std::vector<Text>& table, std::string_view name);

  std::unordered_map<std::string, Text> pool_;
  Numbers variable_numbers, parameter_numbers;
};

}  // namespace snapfmt::schema
