// Text from input, made fit for a message.
#pragma once

#include <string>
#include <string_view>

namespace snapfmt::container {

/// At most 48 characters of `text`, control and non-ASCII bytes as `\xNN`.
std::string shown(std::string_view text);

}  // namespace snapfmt::container
