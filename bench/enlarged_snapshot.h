// A sample with more vCPUs and more RAM, for measuring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "snapfmt/container/index.h"
#include "snapfmt/error.h"
#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::bench {

/// Index and blocks of an enlarged snapshot: every record of a vCPU is repeated.
struct Enlarged {
  container::Index index;
  std::vector<std::byte> kern;
};

/// `vcpus` records instead of the sample's; `memsize` bytes of RAM.
Result<Enlarged> enlarge(const snapshot::Snapshot& sample, std::uint64_t vcpus,
                         std::uint64_t memsize);

/// Writes the triple; the RAM is one hole.
Result<void> write_enlarged(const Enlarged& snapshot, const std::filesystem::path& path);

}  // namespace snapfmt::bench
