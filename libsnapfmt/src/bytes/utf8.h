// Where UTF-8 is well formed (RFC 3629; the Unicode Standard, table 3-7).
#pragma once

#include <cstddef>
#include <string_view>

namespace snapfmt::bytes {

struct Utf8Part {
  std::size_t size = 0;  ///< bytes, at least 1
  bool valid = false;    ///< one character; else as much of one as there is, to be replaced
};

/// The first character of `text`, which is not empty.
Utf8Part first_utf8_part(std::string_view text) noexcept;

}  // namespace snapfmt::bytes
