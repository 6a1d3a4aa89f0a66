#include "image_builder.h"

#include <cstring>

namespace snapfmt::schema {
namespace {

template <class T>
void put(std::vector<std::byte>& image, ImageHeader& header, Table table, const T& entries) {
  using Entry = typename T::value_type;
  static_assert(std::is_trivially_copyable_v<Entry>);
  image.resize((image.size() + 7) / 8 * 8);
  const auto i = static_cast<std::size_t>(table);
  header.offset[i] = static_cast<std::uint32_t>(image.size());
  header.count[i] = static_cast<std::uint32_t>(entries.size());
  const auto at = image.size();
  image.resize(at + entries.size() * sizeof(Entry));
  if (!entries.empty()) {
    std::memcpy(image.data() + at, entries.data(), entries.size() * sizeof(Entry));
  }
}

}  // namespace

Text ImageBuilder::text(std::string_view s) {
  const auto [it, added] = pool_.try_emplace(std::string(s));
  if (added) {
    it->second = {static_cast<std::uint32_t>(strings.size()), static_cast<std::uint32_t>(s.size())};
    strings += s;
  }
  return it->second;
}

std::uint32_t ImageBuilder::number(Numbers& numbers, std::vector<Text>& table,
                                   std::string_view name) {
  const auto [it, added] =
      numbers.try_emplace(std::string(name), static_cast<std::uint32_t>(table.size()));
  if (added) table.push_back(text(name));
  return it->second;
}

std::vector<std::byte> ImageBuilder::finish() const {
  std::vector<std::byte> image(sizeof(ImageHeader));
  ImageHeader header{.magic = kImageMagic, .version = kImageVersion};
  put(image, header, Table::Strings, strings);
  put(image, header, Table::Texts, texts);
  put(image, header, Table::Bits, bits);
  put(image, header, Table::Registers, registers);
  put(image, header, Table::EnumValues, enum_values);
  put(image, header, Table::Enums, enums);
  put(image, header, Table::Elements, elements);
  put(image, header, Table::Expectations, expectations);
  put(image, header, Table::Rows, rows);
  put(image, header, Table::Conditions, conditions);
  put(image, header, Table::ConditionRefs, condition_refs);
  put(image, header, Table::Indices, indices);
  put(image, header, Table::Repeats, repeats);
  put(image, header, Table::Ops, ops);
  put(image, header, Table::Layouts, layouts);
  put(image, header, Table::LayoutRefs, layout_refs);
  put(image, header, Table::Variables, variables);
  put(image, header, Table::Parameters, parameters);
  put(image, header, Table::ParameterDefs, parameter_defs);
  put(image, header, Table::KernelBlocks, kernel_blocks);
  put(image, header, Table::Devices, devices);
  put(image, header, Table::Defects, defects);
  put(image, header, Table::Profiles, profiles);
  image.resize((image.size() + 7) / 8 * 8);
  header.size = static_cast<std::uint32_t>(image.size());
  std::memcpy(image.data(), &header, sizeof header);
  return image;
}

}  // namespace snapfmt::schema
