// Which layouts there are, what uses them, and how to find one by a name that people know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/schema/decode.h"

namespace snapfmt::schema {

/// Which part of the schemas is meant; empty members mean all.
struct LayoutFilter {
  const ProfileDef* profile = nullptr;
  std::optional<Vendor> vendor;
};

/// One use of a layout by a profile.
struct LayoutUse {
  std::uint32_t layout = kNone;
  const ProfileDef* profile = nullptr;
  std::optional<Vendor> vendor;  ///< nothing: both, or a device, which has no vendor
  std::string_view block;        ///< kind of kernel block or type of device
  bool device = false;
  bool alternative = false;  ///< it may occur instead of the usual one
};

/// All uses, in the order of profiles, kernel blocks and devices.
std::vector<LayoutUse> layout_uses(const Schema& schema, const LayoutFilter& filter = {});

/// Layouts by name: one layout (`vmcx.intel/3`), all forms of a kernel block (`vmcx`), the parts
/// of a device in all forms (`virtio-blk`), or all numbers of a stem (`vmcx.intel`). Without
/// repetition, in the order of layout_uses(). NotFound if there is none, or none that the
/// filter lets through.
Result<std::vector<std::uint32_t>> find_layouts(const Schema& schema, std::string_view name,
                                                const LayoutFilter& filter = {});

/// How large the bytes of a layout are. With a profile: under its parameters. Without: under
/// those of the profiles that use it; nothing if these differ.
std::optional<SizeFormula> layout_size(const Schema& schema, std::uint32_t layout,
                                       const ProfileDef* profile = nullptr);

/// Rows of a layout in use that are not proven, and why.
struct UncertainRows {
  std::uint32_t layout = kNone;
  std::string_view note;
  std::vector<std::string> paths;  ///< with `*` for every index
};
std::vector<UncertainRows> uncertain_rows(const Schema& schema, const LayoutFilter& filter);

}  // namespace snapfmt::schema
