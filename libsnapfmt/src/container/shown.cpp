#include "shown.h"

#include <fmt/format.h>

#include <cstddef>

namespace snapfmt::container {

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 48;
  std::string result;
  for (const char letter : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20 && byte < 0x7F) {
      result += letter;
    } else {
      result += fmt::format("\\x{:02x}", byte);
    }
  }
  if (text.size() > kLongest) result += "...";
  return result;
}

}  // namespace snapfmt::container
