#include "snapfmt/schema/catalog.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "describe_text.h"

namespace snapfmt::schema {
namespace {

constexpr std::array kVendors{Vendor::Intel, Vendor::Amd};

std::size_t index_of(Vendor vendor) { return static_cast<std::size_t>(vendor); }

/// Collects the uses of one profile.
class ProfileUses {
 public:
  ProfileUses(const Schema& schema, const ProfileDef& profile, std::vector<LayoutUse>& out)
      : schema_(schema), profile_(profile), out_(out) {}

  void kernel_block(const KernelBlockDef& block, std::optional<Vendor> wanted) {
    const bool same_for_both = block.layout[0] == block.layout[1];
    LayoutUse use{.profile = &profile_, .block = schema_.text(block.block)};
    if (same_for_both) {
      add(use, block.layout[0]);
      const auto which = index_of(wanted.value_or(Vendor::Intel));
      add_alternatives(use, block.may_be[which]);
      return;
    }
    for (const Vendor vendor : kVendors) {
      if (wanted && *wanted != vendor) continue;
      use.vendor = vendor;
      add(use, block.layout[index_of(vendor)]);
      add_alternatives(use, block.may_be[index_of(vendor)]);
    }
  }

  void device(const DeviceDef& device) {
    const LayoutUse use{.profile = &profile_, .block = schema_.text(device.type), .device = true};
    for (const auto part : schema_.layout_refs(device.parts)) add(use, part);
    add_alternatives(use, device.may_be);
  }

 private:
  void add(LayoutUse use, std::uint32_t layout) {
    if (layout == kNone) return;
    use.layout = layout;
    out_.push_back(use);
  }

  void add_alternatives(LayoutUse use, Range layouts) {
    use.alternative = true;
    for (const auto layout : schema_.layout_refs(layouts)) add(use, layout);
  }

  const Schema& schema_;
  const ProfileDef& profile_;
  std::vector<LayoutUse>& out_;
};

std::string_view stem(std::string_view id) { return id.substr(0, id.find('/')); }

void add_once(std::vector<std::uint32_t>& list, std::uint32_t layout) {
  if (std::ranges::find(list, layout) == list.end()) list.push_back(layout);
}

/// Layouts that pass `wanted`, first those in use, then the others if nothing is filtered.
template <class Wanted>
std::vector<std::uint32_t> select(const Schema& schema, const std::vector<LayoutUse>& uses,
                                  bool unused_too, Wanted wanted) {
  std::vector<std::uint32_t> found;
  for (const LayoutUse& use : uses) {
    if (wanted(schema.text(schema.layout(use.layout).id))) add_once(found, use.layout);
  }
  for (std::uint32_t i = 0; unused_too && i < schema.layouts().size(); ++i) {
    if (wanted(schema.text(schema.layout(i).id))) add_once(found, i);
  }
  return found;
}

}  // namespace

std::vector<LayoutUse> layout_uses(const Schema& schema, const LayoutFilter& filter) {
  std::vector<LayoutUse> out;
  for (const ProfileDef& profile : schema.profiles()) {
    if (filter.profile != nullptr && filter.profile != &profile) continue;
    ProfileUses uses(schema, profile, out);
    for (const KernelBlockDef& block : schema.kernel(profile)) {
      uses.kernel_block(block, filter.vendor);
    }
    for (const DeviceDef& device : schema.devices(profile)) uses.device(device);
  }
  return out;
}

Result<std::vector<std::uint32_t>> find_layouts(const Schema& schema, std::string_view name,
                                                const LayoutFilter& filter) {
  const auto uses = layout_uses(schema, filter);
  const bool all = filter.profile == nullptr && !filter.vendor;
  auto found = select(schema, uses, all, [&](std::string_view id) { return id == name; });
  if (!found.empty()) return found;
  for (const LayoutUse& use : uses) {
    if (use.block == name) add_once(found, use.layout);
  }
  if (!found.empty()) return found;
  found = select(schema, uses, all, [&](std::string_view id) { return stem(id) == name; });
  if (!found.empty()) return found;

  Error error{.code = ErrorCode::NotFound,
              .what = fmt::format("no layout, block or device is called `{}`", name),
              .hint = "`snapinfo layouts` lists what there is"};
  if (!all && find_layouts(schema, name)) {
    const std::string where =
        filter.profile == nullptr ? "" : fmt::format(" in {}", schema.text(filter.profile->name));
    const std::string vendor =
        filter.vendor ? fmt::format(" on {}", to_string(*filter.vendor)) : "";
    error.what = fmt::format("`{}` is not in use{}{}", name, where, vendor);
    error.hint.clear();
  }
  return std::unexpected(error);
}

std::optional<SizeFormula> layout_size(const Schema& schema, std::uint32_t layout,
                                       const ProfileDef* profile) {
  const std::array list{layout};
  if (profile != nullptr) return size_formula(schema, list, *profile);
  std::optional<SizeFormula> common;
  bool first = true;
  for (const ProfileDef& p : schema.profiles()) {
    const auto uses = layout_uses(schema, {.profile = &p, .vendor = {}});
    if (std::ranges::find(uses, layout, &LayoutUse::layout) == uses.end()) continue;
    const auto size = size_formula(schema, list, p);
    if (!first &&
        (!size || !common || size->fixed != common->fixed || size->each != common->each)) {
      return std::nullopt;
    }
    common = size;
    first = false;
  }
  return common;
}

std::vector<UncertainRows> uncertain_rows(const Schema& schema, const LayoutFilter& filter) {
  std::vector<std::uint32_t> layouts;
  for (const LayoutUse& use : layout_uses(schema, filter)) {
    if (!use.alternative) add_once(layouts, use.layout);
  }
  std::vector<UncertainRows> out;
  for (const auto layout : layouts) {
    for (const RowDef& row : schema.rows(schema.layout(layout))) {
      if (row.uncertain == 0) continue;
      const std::string_view note = schema.text(row.note);
      const bool goes_on = !out.empty() && out.back().layout == layout && out.back().note == note;
      if (!goes_on) out.push_back({layout, note, {}});
      out.back().paths.push_back(path_pattern(schema, row.path));
    }
  }
  return out;
}

}  // namespace snapfmt::schema
