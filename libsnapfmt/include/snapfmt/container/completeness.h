// How far a checkpoint came. bhyve creates F.kern, F and F.meta, writes F, then F.kern block by
// block, and F.meta last of all, in one go; so what is there tells where it stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "snapfmt/container/index.h"
#include "snapfmt/error.h"

namespace snapfmt::container {

/// The paths of the three files of one snapshot.
struct TriplePaths {
  std::filesystem::path ram;   ///< F
  std::filesystem::path kern;  ///< F.kern
  std::filesystem::path meta;  ///< F.meta
};

/// The three paths, given any of them. F itself may end in `.kern` or `.meta`: the reading
/// under which there is an F.meta wins, then the one that takes the suffix off.
TriplePaths triple_paths(const std::filesystem::path& any_of_them);

/// Sizes of the three files in bytes; unset: there is no such file.
struct TripleSizes {
  std::optional<std::uint64_t> ram;
  std::optional<std::uint64_t> kern;
  std::optional<std::uint64_t> meta;
};

/// Looks the sizes up; what is there but no regular file counts as absent.
TripleSizes triple_sizes(const TriplePaths& paths);

enum class Completeness : std::uint8_t {
  Complete,          ///< all three are there and agree
  WithoutRam,        ///< as Complete, but there is no F
  StoppedBeforeRam,  ///< all files are empty
  StoppedInRam,      ///< F has data, F.kern and F.meta are empty
  StoppedInBlocks,   ///< bhyve was killed while it wrote blocks: F.meta is empty
  BlockRefused,      ///< a kernel block or a device could not be saved: F.meta is a prefix
  DataLost,          ///< F.meta is complete, but F or F.kern has fewer bytes than it says
  Unknown,           ///< F.meta is missing or cannot be understood
};

/// `complete`, `stopped-in-ram` ...
std::string_view to_string(Completeness completeness);

struct CompletenessReport {
  Completeness completeness = Completeness::Unknown;
  std::string sentence;      ///< for people, with a full stop
  std::string refused = {};  ///< BlockRefused: the block that comes next, where that is known
};

/// Judges by the sizes and, unless F.meta was empty or could not be read, the index.
CompletenessReport assess_completeness(const TripleSizes& sizes, const Index* index,
                                       const Conventions& conventions);

}  // namespace snapfmt::container
