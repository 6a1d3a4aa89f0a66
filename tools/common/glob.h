// Patterns for paths, as on a command line.
#pragma once

#include <string_view>

namespace snapfmt::tools {

/// `*` is any text, `?` any one character; `[` and `]` are themselves, since paths have
/// indices. A pattern without `*` and `?` matches where it stands in the text.
bool matches(std::string_view pattern, std::string_view text);

}  // namespace snapfmt::tools
