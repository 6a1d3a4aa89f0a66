#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "container/block_list.h"
#include "container/shown.h"

namespace snapfmt::container {
namespace {

constexpr std::string_view kKeyboard = "atkbdc";

class NameChecker {
 public:
  NameChecker(const Index& index, std::span<const Block> blocks, const Conventions& conventions,
              NoteList& notes)
      : index_(index), blocks_(blocks), conventions_(conventions), notes_(notes) {}

  void run();

 private:
  void check_block(const Block& block, const IndexEntry& entry);
  void check_size(const Block& block, const IndexEntry& entry);
  void check_place(const Block& block, const IndexEntry& entry);
  void check_order(bool kernel, const std::vector<std::string>& order);
  void check_order_of_places();
  void check_order_of_offsets();
  void check_missing();
  bool has(bool kernel, std::string_view name) const;
  void note_order(const Block& block, std::string what);
  void note(Severity severity, NoteKind kind, std::string what, std::string_view block,
            std::optional<std::uint64_t> offset);

  /// make_blocks() keeps the order of the index.
  const IndexEntry& entry_of(std::size_t block) const {
    const std::size_t kernel_count = index_.kernel.size();
    return block < kernel_count ? index_.kernel[block] : index_.devices[block - kernel_count];
  }

  const Index& index_;
  std::span<const Block> blocks_;
  const Conventions& conventions_;
  NoteList& notes_;
};

void NameChecker::run() {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].unusable.empty()) check_block(blocks_[i], entry_of(i));
  }
  check_order(true, conventions_.kernel_order);
  if (!conventions_.device_order.empty()) {
    check_order(false, conventions_.device_order);
  } else if (index_.dialect == Dialect::Gen2) {
    check_order_of_places();
  }
  check_order_of_offsets();
  if (index_.complete) check_missing();
}

void NameChecker::check_block(const Block& block, const IndexEntry& entry) {
  const auto& order = block.kernel ? conventions_.kernel_order : conventions_.device_order;
  if (!order.empty() && std::ranges::find(order, block.name) == order.end()) {
    note(Severity::Warning, NoteKind::UnknownBlock,
         fmt::format("no release known here writes a {} of this name",
                     block.kernel ? "kernel block" : "device"),
         block.name, entry.text_offset);
  }
  if (block.is_duplicate) {
    note(Severity::Warning, NoteKind::DuplicateBlock,
         "the same name again; restore takes the first", block.name, entry.text_offset);
  }
  check_size(block, entry);
  if (!block.kernel && index_.dialect == Dialect::Gen2) check_place(block, entry);
}

void NameChecker::check_size(const Block& block, const IndexEntry& entry) {
  // 13.x lists the types that the machine lacks with size 0.
  const bool must_have_bytes = block.kernel || index_.dialect == Dialect::Gen2;
  if (block.size == 0 && must_have_bytes) {
    // From 13.2 on the kernel saves nothing for vmx, yet bhyve insists on a byte.
    const bool is_defect_of_13 = index_.dialect == Dialect::Gen1 && block.name == "vmx";
    note(Severity::Error, NoteKind::EmptyBlock,
         is_defect_of_13 ? "size 0, as 13.2 and later 13.x write it; their own restore refuses it"
                         : "size 0; restore fails",
         block.name, entry.text_offset);
  }
  if (conventions_.buffer_limit != 0 && block.size > conventions_.buffer_limit) {
    note(Severity::Warning, NoteKind::AboveBufferLimit,
         fmt::format("{} bytes, but bhyve's buffer has {}", block.size, conventions_.buffer_limit),
         block.name, entry.text_offset);
  }
}

void NameChecker::check_place(const Block& block, const IndexEntry& entry) {
  if (block.place || block.name == kKeyboard) return;
  note(Severity::Warning, NoteKind::BadPlace,
       "the name does not end in @pci.BUS.SLOT.FUNCTION, so the place is not known", block.name,
       entry.text_offset);
}

void NameChecker::check_order(bool kernel, const std::vector<std::string>& order) {
  auto at = order.begin();
  for (const Block& block : blocks_) {
    if (block.kernel != kernel || !block.unusable.empty() || block.is_duplicate) continue;
    const auto found = std::ranges::find(order, block.name);
    if (found == order.end()) continue;
    if (found < at) {
      return note_order(block, fmt::format("bhyve writes this {} before {}",
                                           kernel ? "block" : "device", *(at - 1)));
    }
    at = found + 1;
  }
}

void NameChecker::check_order_of_places() {
  const Block* last = nullptr;
  for (const Block& block : blocks_) {
    if (block.kernel || block.is_duplicate) continue;
    if (last != nullptr && last->name == kKeyboard) {
      return note_order(block, fmt::format("bhyve writes {} last", kKeyboard));
    }
    if (last != nullptr && last->place && block.place && *block.place <= *last->place) {
      return note_order(block, fmt::format("bhyve writes devices by bus, slot and function, so "
                                           "this one not after {}",
                                           shown(last->name)));
    }
    if (block.place || block.name == kKeyboard) last = &block;
  }
}

void NameChecker::check_order_of_offsets() {
  std::uint64_t highest = 0;
  for (const Block& block : blocks_) {
    if (!block.unusable.empty() || block.size == 0) continue;
    if (block.offset < highest) {
      return note_order(block, "the block lies before those that are listed before it");
    }
    highest = block.offset;
  }
}

void NameChecker::check_missing() {
  for (const std::string& name : conventions_.kernel_order) {
    if (has(true, name)) continue;
    note(Severity::Error, NoteKind::MissingBlock, "the block is not listed; restore fails", name,
         std::nullopt);
  }
  for (const std::string& name : conventions_.device_order) {
    if (has(false, name)) continue;
    note(Severity::Info, NoteKind::MissingBlock, "bhyve lists this type always", name,
         std::nullopt);
  }
  if (index_.dialect == Dialect::Gen2 && !has(false, kKeyboard)) {
    note(Severity::Error, NoteKind::MissingBlock, "the device is not listed; restore fails",
         kKeyboard, std::nullopt);
  }
}

bool NameChecker::has(bool kernel, std::string_view name) const {
  return std::ranges::any_of(blocks_, [&](const Block& block) {
    return block.kernel == kernel && block.unusable.empty() && block.name == name;
  });
}

void NameChecker::note_order(const Block& block, std::string what) {
  const auto position = static_cast<std::size_t>(&block - blocks_.data());
  note(Severity::Info, NoteKind::UnusualOrder, std::move(what), block.name,
       entry_of(position).text_offset);
}

void NameChecker::note(Severity severity, NoteKind kind, std::string what, std::string_view block,
                       std::optional<std::uint64_t> offset) {
  notes_.add({.severity = severity,
              .kind = kind,
              .what = std::move(what),
              .part = Part::Meta,
              .offset = offset,
              .block = shown(block)});
}

}  // namespace

void check_names(const Index& index, std::span<const Block> blocks, const Conventions& conventions,
                 NoteList& notes) {
  NameChecker(index, blocks, conventions, notes).run();
}

}  // namespace snapfmt::container
