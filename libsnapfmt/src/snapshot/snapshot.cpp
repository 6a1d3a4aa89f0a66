#include "snapfmt/snapshot/snapshot.h"

#include <algorithm>

namespace snapfmt::snapshot {

std::string layout_names(const schema::Schema& schema, std::span<const std::uint32_t> layouts) {
  std::string names;
  for (const auto layout : layouts) {
    if (!names.empty()) names += '+';
    names += schema.text(schema.layout(layout).id);
  }
  return names;
}

Result<Snapshot> Snapshot::open(const std::filesystem::path& path, const OpenOptions& options) {
  auto triple = container::Triple::open(path, options.container);
  if (!triple) return std::unexpected(triple.error());
  Snapshot snapshot(*std::move(triple));
  snapshot.schema_ = options.schema != nullptr ? options.schema : &schema::shipped_schema();
  auto id = identify(*snapshot.schema_, snapshot.triple_, options.identify);
  if (!id) return std::unexpected(id.error());
  snapshot.identification_ = *std::move(id);
  snapshot.choose_layouts();
  return snapshot;
}

std::uint64_t Snapshot::vcpus() const {
  return reading() != nullptr ? reading()->vcpus : triple_.index().ncpus.value_or(0);
}

/// Each block is read as the best candidate says; one that does not fit it is read as the next
/// candidate that it fits.
void Snapshot::choose_layouts() {
  if (const Candidate* best = reading()) {
    parameters_ = schema_->parameter_values(*best->profile, best->vcpus);
  } else {
    parameters_.assign(schema_->parameter_names().size(), 0);
  }
  const auto& blocks = triple_.blocks();
  blocks_.reserve(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    BlockView& view = blocks_.emplace_back();
    view.block = &blocks[i];
    if (const Candidate* best = reading()) {
      const BlockFit* fit = &best->blocks[i];
      const auto fits = [](const BlockFit& f) {
        return f.fit == Fit::Fits || f.fit == Fit::Variant;
      };
      if (!fits(*fit)) {
        const auto other = std::ranges::find_if(
            identification_.candidates, [&](const Candidate& c) {
              return c.vcpus == best->vcpus && fits(c.blocks[i]);
            });
        if (other != identification_.candidates.end()) {
          fit = &other->blocks[i];
          view.borrowed = true;
        }
      }
      view.layouts = fit->layouts;
      view.fit = fit->fit;
      view.problem = fit->problem;
    }
    view.layout_name = layout_names(*schema_, view.layouts);
    if (!view.block->kernel) {
      view.element_root = view.block->kind;
      if (view.block->place) {
        const auto& p = *view.block->place;
        view.element_root += '@' + std::to_string(p.bus) + '.' + std::to_string(p.slot) + '.' +
                             std::to_string(p.func);
      }
      view.element_root += '.';
    }
  }
}

const BlockView* Snapshot::find_block(std::string_view name) const {
  const auto it = std::ranges::find_if(
      blocks_, [&](const BlockView& b) { return b.block->name == name && !b.block->is_duplicate; });
  return it == blocks_.end() ? nullptr : &*it;
}

schema::DecodedBlock Snapshot::decode(const BlockView& block) const {
  return schema::decode(*schema_, block.layouts, block.block->bytes,
                        {.parameters = parameters_,
                         .path_root = block.block->name,
                         .element_root = block.element_root,
                         .device_type = block.block->kind});
}

}  // namespace snapfmt::snapshot
