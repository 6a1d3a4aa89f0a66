// Device names of the index: `virtio-blk@pci.0.3.0` is a type and a place.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snapfmt::container {

/// Where a PCI function sits: bus 0-255, slot 0-31, function 0-7.
struct Place {
  std::uint8_t bus = 0;
  std::uint8_t slot = 0;
  std::uint8_t func = 0;

  auto operator<=>(const Place&) const = default;
  /// As bhyve's `-s` option takes it: `0:3:0`.
  std::string to_string() const;
};

/// A device name taken apart. The views point into the name.
struct DeviceName {
  std::string_view type;        ///< all before `@`, or the whole name
  std::optional<Place> place;   ///< unset without `@`, or where the part after it is not a place
  bool has_place_part = false;  ///< the name has an `@`
};

/// Takes a name of the `devices` list apart; never fails.
DeviceName parse_device_name(std::string_view name);

}  // namespace snapfmt::container
