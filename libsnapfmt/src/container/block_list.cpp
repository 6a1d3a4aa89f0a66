#include "container/block_list.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "snapfmt/bytes/checked.h"

namespace snapfmt::container {
namespace {

/// The part of [offset, offset + size) that exists.
std::span<const std::byte> clip(std::span<const std::byte> kern, std::uint64_t offset,
                                std::uint64_t size) {
  if (offset >= kern.size()) return {};
  const std::uint64_t there = std::min(size, kern.size() - offset);
  return kern.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(there));
}

Block make_block(const IndexEntry& entry, bool kernel, std::span<const std::byte> kern) {
  const DeviceName name = parse_device_name(entry.name);
  Block block;
  block.name = entry.name;
  block.kind = kernel ? entry.name : std::string(name.type);
  block.kernel = kernel;
  if (!kernel) block.place = name.place;
  block.offset = static_cast<std::uint64_t>(entry.file_offset);
  block.size = static_cast<std::uint64_t>(entry.size);
  block.unusable = entry.unusable;
  if (!entry.usable()) return block;
  block.bytes = clip(kern, block.offset, block.size);
  block.is_short = !bytes::fits(block.offset, block.size, kern.size());
  return block;
}

void append(std::vector<Block>& blocks, const std::vector<IndexEntry>& entries, bool kernel,
            std::span<const std::byte> kern) {
  // Restore looks kernel blocks and devices up in lists of their own, and skips unusable ones.
  std::unordered_set<std::string_view> seen;
  for (const IndexEntry& entry : entries) {
    Block block = make_block(entry, kernel, kern);
    block.is_duplicate = entry.usable() && !seen.insert(entry.name).second;
    blocks.push_back(std::move(block));
  }
}

}  // namespace

std::vector<Block> make_blocks(const Index& index, std::span<const std::byte> kern) {
  std::vector<Block> blocks;
  blocks.reserve(index.kernel.size() + index.devices.size());
  append(blocks, index.kernel, true, kern);
  append(blocks, index.devices, false, kern);
  return blocks;
}

}  // namespace snapfmt::container
