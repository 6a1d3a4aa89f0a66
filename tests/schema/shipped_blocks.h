// Every kind of block that the shipped profiles know.
#pragma once

#include <cctype>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "snapfmt/schema/schema.h"
#include "support/made_fields.h"

namespace snapfmt::schema::test {

/// Layouts one after the other, as one profile reads one block.
struct ShippedBlock {
  std::string name;  ///< `vmcx.intel/3`, `pci/3+virtio/2+virtio-blk/1`, with the profile before
  std::vector<std::uint32_t> layouts;
  const ProfileDef* profile = nullptr;
};

inline void PrintTo(const ShippedBlock& block, std::ostream* out) { *out << block.name; }

/// All blocks of all profiles and vendors, alternatives too; once for the same layouts and slots.
inline std::vector<ShippedBlock> shipped_blocks() {
  const Schema& schema = shipped_schema();
  std::vector<ShippedBlock> all;
  std::set<std::pair<std::vector<std::uint32_t>, std::int64_t>> seen;
  const auto slots = [&](const ProfileDef& profile) {
    const auto values = schema.parameter_values(profile, 3);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (schema.text(schema.parameter_names()[i]) == "slots") return values[i];
    }
    return std::int64_t{0};
  };
  const auto add = [&](const ProfileDef& profile, const std::vector<std::uint32_t>& layouts) {
    if (!seen.emplace(layouts, slots(profile)).second) return;
    std::string name(schema.text(profile.name));
    for (const auto layout : layouts)
      name += "_" + std::string(schema.text(schema.layout(layout).id));
    for (char& c : name) {
      if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    }
    all.push_back({std::move(name), layouts, &profile});
  };
  for (const ProfileDef& profile : schema.profiles()) {
    for (const KernelBlockDef& block : schema.kernel(profile)) {
      for (const std::size_t vendor : {0U, 1U}) {
        add(profile, {block.layout[vendor]});
        for (const auto other : schema.layout_refs(block.may_be[vendor])) add(profile, {other});
      }
    }
    for (const DeviceDef& device : schema.devices(profile)) {
      const auto parts = schema.layout_refs(device.parts);
      std::vector<std::uint32_t> layouts(parts.begin(), parts.end());
      add(profile, layouts);
      for (const auto other : schema.layout_refs(device.may_be)) {
        layouts.back() = other;
        add(profile, layouts);
      }
    }
  }
  return all;
}

/// A block that fits its layouts, or nothing if the values that came up announce more than
/// can be meant.
inline std::optional<std::vector<std::byte>> made_block(const ShippedBlock& block,
                                                        std::span<const std::int64_t> parameters,
                                                        std::uint64_t seed,
                                                        snapfmt::test::Values values,
                                                        std::set<std::uint32_t>* rows = nullptr) {
  snapfmt::test::MadeFields fields(shipped_schema(), seed, values);
  auto bytes = encode(shipped_schema(), block.layouts, parameters, fields);
  if (!bytes) return std::nullopt;
  if (rows != nullptr) rows->insert(fields.rows().begin(), fields.rows().end());
  return *std::move(bytes);
}

}  // namespace snapfmt::schema::test
