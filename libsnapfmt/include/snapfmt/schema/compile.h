// The schema compiler: JSON files in, one image out (see docs/schemas.md).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "snapfmt/error.h"

namespace snapfmt::schema {

/// A schema file in memory: its path below the folder (`layouts/vm.1.json`) and its text.
using SourceFile = std::pair<std::string, std::string>;

/// Compiles files; the order does not matter. Malformed with file, JSON pointer and reason
/// where the language of docs/schemas.md does not allow what stands there.
Result<std::vector<std::byte>> compile(std::vector<SourceFile> files);

/// Reads every `*.json` below registers/, elements/, layouts/ and profiles/.
Result<std::vector<SourceFile>> read_folder(const std::filesystem::path& folder);

}  // namespace snapfmt::schema
