#include "snapfmt/container/place.h"

#include <fmt/format.h>

#include <charconv>

namespace snapfmt::container {
namespace {

constexpr std::string_view kPciPrefix = "pci.";

/// Takes a decimal number without leading zeros off the front of `text`.
std::optional<std::uint8_t> take_number(std::string_view& text, unsigned maximum) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || value > maximum) return std::nullopt;
  if (length > 1 && text.front() == '0') return std::nullopt;
  text.remove_prefix(length);
  return static_cast<std::uint8_t>(value);
}

bool take_dot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Place> parse_place(std::string_view text) {
  if (!text.starts_with(kPciPrefix)) return std::nullopt;
  text.remove_prefix(kPciPrefix.size());
  const auto bus = take_number(text, 255);
  if (!bus || !take_dot(text)) return std::nullopt;
  const auto slot = take_number(text, 31);
  if (!slot || !take_dot(text)) return std::nullopt;
  const auto func = take_number(text, 7);
  if (!func || !text.empty()) return std::nullopt;
  return Place{*bus, *slot, *func};
}

}  // namespace

std::string Place::to_string() const { return fmt::format("{}:{}:{}", bus, slot, func); }

DeviceName parse_device_name(std::string_view name) {
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos) return {.type = name, .place = std::nullopt};
  return {.type = name.substr(0, at),
          .place = parse_place(name.substr(at + 1)),
          .has_place_part = true};
}

}  // namespace snapfmt::container
