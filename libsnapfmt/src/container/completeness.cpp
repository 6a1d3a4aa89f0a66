#include "snapfmt/container/completeness.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "container/shown.h"

namespace snapfmt::container {
namespace {

namespace fs = std::filesystem;

fs::path with_suffix(const fs::path& path, std::string_view suffix) {
  fs::path result = path;
  result += suffix;
  return result;
}

TriplePaths triple_of(const fs::path& ram) {
  return {.ram = ram, .kern = with_suffix(ram, ".kern"), .meta = with_suffix(ram, ".meta")};
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::optional<std::uint64_t> size_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return std::nullopt;
  return size;
}

/// Where the last usable block ends.
std::uint64_t kern_size_wanted(const Index& index) {
  std::uint64_t end = 0;
  for (const auto* list : {&index.kernel, &index.devices}) {
    for (const IndexEntry& entry : *list) {
      // Neither is negative, so the sum fits.
      const auto size = static_cast<std::uint64_t>(entry.size);
      if (entry.usable()) {
        end = std::max(end, static_cast<std::uint64_t>(entry.file_offset) + size);
      }
    }
  }
  return end;
}

CompletenessReport without_text(const TripleSizes& sizes) {
  if (sizes.kern.value_or(0) > 0) {
    return {Completeness::StoppedInBlocks,
            fmt::format("bhyve was killed while it wrote the blocks: F.kern has {} bytes, but "
                        "F.meta, which is written last, is empty.",
                        *sizes.kern)};
  }
  if (sizes.ram.value_or(0) > 0) {
    return {Completeness::StoppedInRam,
            fmt::format("The checkpoint stopped while guest RAM was written, or right after: F "
                        "has {} bytes, F.kern and F.meta have none.",
                        *sizes.ram)};
  }
  return {Completeness::StoppedBeforeRam,
          "The checkpoint stopped before anything was written: F.meta is empty, and so is what "
          "there is of F and F.kern."};
}

/// The name in `order` after the one that came last.
std::string next_in(const std::vector<std::string>& order, const std::vector<IndexEntry>& entries) {
  if (entries.empty()) return order.empty() ? std::string{} : order.front();
  const auto last = std::ranges::find(order, entries.back().name);
  if (last == order.end() || last + 1 == order.end()) return {};
  return *(last + 1);
}

CompletenessReport block_refused(const Index& index, const Conventions& conventions) {
  const bool kernel_done =
      !index.devices.empty() ||
      (!conventions.kernel_order.empty() && index.kernel.size() >= conventions.kernel_order.size());
  const std::string next = kernel_done ? next_in(conventions.device_order, index.devices)
                                       : next_in(conventions.kernel_order, index.kernel);
  const std::string& last = !index.devices.empty()  ? index.devices.back().name
                            : !index.kernel.empty() ? index.kernel.back().name
                                                    : std::string{};
  std::string sentence = "The checkpoint failed: a block was refused";
  sentence += last.empty() ? ", the first one" : fmt::format(" after {}", shown(last));
  if (!next.empty()) sentence += fmt::format(", probably {}", next);
  sentence += "; F.meta ends there, or the file was cut.";
  return {Completeness::BlockRefused, std::move(sentence), next};
}

}  // namespace

TriplePaths triple_paths(const fs::path& any_of_them) {
  TriplePaths literal = triple_of(any_of_them);
  if (is_there(literal.meta)) return literal;
  const std::string name = any_of_them.filename().string();
  for (const std::string_view suffix : {".kern", ".meta"}) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      const std::string stem = name.substr(0, name.size() - suffix.size());
      return triple_of(any_of_them.parent_path() / stem);
    }
  }
  return literal;
}

TripleSizes triple_sizes(const TriplePaths& paths) {
  return {.ram = size_of(paths.ram), .kern = size_of(paths.kern), .meta = size_of(paths.meta)};
}

std::string_view to_string(Completeness completeness) {
  switch (completeness) {
    case Completeness::Complete:
      return "complete";
    case Completeness::WithoutRam:
      return "without-ram";
    case Completeness::StoppedBeforeRam:
      return "stopped-before-ram";
    case Completeness::StoppedInRam:
      return "stopped-in-ram";
    case Completeness::StoppedInBlocks:
      return "stopped-in-blocks";
    case Completeness::BlockRefused:
      return "block-refused";
    case Completeness::DataLost:
      return "data-lost";
    case Completeness::Unknown:
      break;
  }
  return "unknown";
}

CompletenessReport assess_completeness(const TripleSizes& sizes, const Index* index,
                                       const Conventions& conventions) {
  if (!sizes.meta) {
    return {Completeness::Unknown,
            "F.meta is missing: without it nothing tells where the blocks are."};
  }
  if (*sizes.meta == 0) return without_text(sizes);
  if (index == nullptr) {
    return {Completeness::Unknown, "F.meta cannot be understood."};
  }
  if (!index->complete) return block_refused(*index, conventions);
  const std::uint64_t wanted = kern_size_wanted(*index);
  if (sizes.kern.value_or(0) < wanted) {
    return {Completeness::DataLost,
            fmt::format("F.meta is complete, but F.kern has {} of {} bytes: the host lost data, or "
                        "the copy is not whole.",
                        sizes.kern.value_or(0), wanted)};
  }
  if (!sizes.ram) {
    return {Completeness::WithoutRam, "All blocks are there; guest RAM (F) is not."};
  }
  if (index->memsize && *sizes.ram < *index->memsize) {
    return {Completeness::DataLost,
            fmt::format("F.meta is complete, but F has {} of {} bytes of guest RAM: the host lost "
                        "data, or the copy is not whole.",
                        *sizes.ram, *index->memsize)};
  }
  return {Completeness::Complete, "The checkpoint is complete."};
}

}  // namespace snapfmt::container
