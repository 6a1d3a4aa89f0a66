#include "snapfmt/snapshot/elements.h"

#include "snapfmt/schema/render.h"

namespace snapfmt::snapshot {

Elements Elements::of_kernel(const Snapshot& snapshot) {
  Elements all;
  for (const BlockView& view : snapshot.blocks()) {
    if (view.block->kernel && !view.block->is_duplicate) all.add(snapshot.decode(view));
  }
  return all;
}

Elements Elements::of_block(const Snapshot& snapshot, const BlockView& block) {
  Elements all;
  all.add(snapshot.decode(block));
  return all;
}

void Elements::add(schema::DecodedBlock block) {
  blocks_.push_back(std::make_unique<schema::DecodedBlock>(std::move(block)));
  std::string path;
  for (const schema::FieldView field : *blocks_.back()) {
    path.clear();
    if (field.append_element(path)) fields_.emplace(path, field);
  }
}

std::optional<schema::FieldView> Elements::field(std::string_view path) const {
  const auto it = fields_.find(path);
  return it == fields_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<std::uint64_t> Elements::integer(std::string_view path) const {
  const auto found = field(path);
  return found && found->is_integer() ? std::optional(found->value()) : std::nullopt;
}

std::string Elements::text(std::string_view path) const {
  const auto found = field(path);
  return found ? schema::render_text(*found) : std::string();
}

}  // namespace snapfmt::snapshot
