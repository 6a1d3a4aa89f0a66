// Files that tests keep compressed.
#pragma once

#include <zstd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace snapfmt::test {

/// All of a file that zstd(1) packed as one frame. Throws if it cannot.
inline std::string read_zstd(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(in), {}};
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) {
    throw std::runtime_error(path.string() + ": not a zstd frame of known size");
  }
  std::string out(static_cast<std::size_t>(size), '\0');
  const std::size_t got = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0 || got != out.size()) {
    throw std::runtime_error(path.string() + ": damaged");
  }
  return out;
}

}  // namespace snapfmt::test
