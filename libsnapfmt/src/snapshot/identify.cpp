#include "snapfmt/snapshot/identify.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::snapshot {
namespace {

using container::Block;
using container::Triple;
using schema::KernelBlockDef;
using schema::ProfileDef;
using schema::Schema;
using schema::Vendor;

constexpr std::uint64_t kMostVcpus = 1U << 16;

/// One generation and vendor, while the blocks are looked at.
class Trial {
 public:
  Trial(const Schema& schema, const Triple& triple, Candidate& candidate)
      : schema_(schema), triple_(triple), candidate_(candidate) {}

  void look(std::uint64_t vcpus) {
    candidate_.vcpus = vcpus;
    parameters_ = schema_.parameter_values(*candidate_.profile, vcpus);
    look_at_dialect();
    look_at_kernel_list();
    for (const Block& block : triple_.blocks()) {
      candidate_.blocks.push_back(fit(block));
      tell(block, candidate_.blocks.back());
    }
  }

  /// The number of vCPUs that all blocks with a record for each agree on, if they do.
  std::optional<std::uint64_t> vcpus_of_blocks() const {
    std::set<std::uint64_t> counts;
    for (const Block& block : triple_.blocks()) {
      const KernelBlockDef* def = block.kernel ? kernel_def(block.kind) : nullptr;
      if (def == nullptr) continue;
      const std::uint32_t layout[] = {def->layout[static_cast<std::size_t>(candidate_.vendor)]};
      const auto formula = schema::size_formula(schema_, layout, *candidate_.profile);
      if (!formula || formula->each == 0) continue;
      if (block.size < formula->fixed) return std::nullopt;
      const auto records = block.size - formula->fixed;
      if (records % formula->each != 0) return std::nullopt;
      counts.insert(records / formula->each);
    }
    if (counts.size() != 1 || *counts.begin() == 0 || *counts.begin() > kMostVcpus) {
      return std::nullopt;
    }
    return *counts.begin();
  }

 private:
  void tell(const Block* block, Evidence evidence) {
    if (block != nullptr) evidence.block = block->name;
    candidate_.evidence.push_back(std::move(evidence));
  }
  void support(const Block* block, std::string text) { tell(block, {.text = std::move(text)}); }
  void contradict(const Block* block, std::string text) {
    tell(block, {.supports = false, .text = std::move(text)});
    ++candidate_.contradictions;
  }

  const KernelBlockDef* kernel_def(std::string_view kind) const {
    for (const KernelBlockDef& def : schema_.kernel(*candidate_.profile)) {
      if (schema_.text(def.block) == kind) return &def;
    }
    return nullptr;
  }

  void look_at_dialect() {
    const auto found = triple_.index().dialect;
    if (found == container::Dialect::Unknown) return;
    const bool gen1 = candidate_.profile->dialect == schema::Dialect::Gen1;
    const bool same = (found == container::Dialect::Gen1) == gen1;
    const std::string text = fmt::format("index has the {} dialect", to_string(found));
    same ? support(nullptr, text) : contradict(nullptr, text);
  }

  void look_at_kernel_list() {
    if (!triple_.index().complete) return;
    for (const KernelBlockDef& def : schema_.kernel(*candidate_.profile)) {
      if (triple_.find(schema_.text(def.block)) == nullptr) {
        contradict(nullptr,
                   fmt::format("kernel block {} is not there", schema_.text(def.block)));
      }
    }
  }

  BlockFit try_layouts(const Block& block, std::vector<std::uint32_t> layouts, Fit if_fits) const {
    BlockFit fit{.layouts = std::move(layouts)};
    const auto measured =
        schema::measure(schema_, fit.layouts, block.bytes, {.parameters = parameters_});
    fit.expected = measured.expected;
    fit.unexpected = measured.unexpected;
    fit.problem = measured.problem;
    fit.fit = fit.problem ? Fit::Misfit : if_fits;
    if (block.is_short) judge_by_announced_size(block, fit, if_fits);
    return fit;
  }

  /// What is missing of a block says nothing; the size that the index gives it still does.
  void judge_by_announced_size(const Block& block, BlockFit& fit, Fit if_fits) const {
    const auto formula = schema::size_formula(schema_, fit.layouts, *candidate_.profile);
    if (!formula) {
      fit.fit = Fit::Cut;
    } else {
      fit.fit = formula->size(candidate_.vcpus) == block.size ? if_fits : Fit::Misfit;
    }
    if (!fit.problem) {
      fit.problem = schema::Problem{block.bytes.size(), "F.kern ends before the block does"};
    }
  }

  BlockFit fit(const Block& block) const {
    return block.kernel ? fit_kernel(block) : fit_device(block);
  }

  BlockFit fit_kernel(const Block& block) const {
    const KernelBlockDef* def = kernel_def(block.kind);
    if (def == nullptr) return {};
    const auto vendor = static_cast<std::size_t>(candidate_.vendor);
    BlockFit first = try_layouts(block, {def->layout[vendor]}, Fit::Fits);
    if (first.fit == Fit::Fits) return first;
    for (const auto other : schema_.layout_refs(def->may_be[vendor])) {
      BlockFit variant = try_layouts(block, {other}, Fit::Variant);
      if (variant.fit == Fit::Variant) return variant;
    }
    return first;
  }

  BlockFit fit_device(const Block& block) const {
    const bool unused = block.size == 0 && candidate_.profile->dialect == schema::Dialect::Gen1;
    const auto devices = schema_.devices(*candidate_.profile);
    const auto def = std::ranges::find_if(devices, [&](const schema::DeviceDef& d) {
      return schema_.text(d.type) == block.kind;
    });
    if (def == devices.end()) {
      if (unused) return {.fit = Fit::Fits};
      return {};
    }
    const auto parts = schema_.layout_refs(def->parts);
    const std::vector<std::uint32_t> layouts(parts.begin(), parts.end());
    if (unused) return {.fit = Fit::Fits, .layouts = layouts};
    BlockFit first = try_layouts(block, layouts, Fit::Fits);
    if (first.fit == Fit::Fits) return first;
    for (const auto other : schema_.layout_refs(def->may_be)) {
      std::vector<std::uint32_t> changed = layouts;
      changed.back() = other;
      BlockFit variant = try_layouts(block, changed, Fit::Variant);
      if (variant.fit == Fit::Variant) return variant;
    }
    return first;
  }

  void tell(const Block& block, const BlockFit& fit) {
    candidate_.expected += fit.expected;
    candidate_.unexpected += fit.unexpected;
    const std::string names = layout_names(schema_, fit.layouts);
    switch (fit.fit) {
      case Fit::Fits:
        if (fit.layouts.empty() || block.size == 0) return;
        support(&block, fmt::format("{} bytes: {} fits", block.size, names));
        return;
      case Fit::Variant:
        ++candidate_.variants;
        tell(&block, {.notable = true,
                      .text = fmt::format("{} bytes: {} fits, which this generation may have",
                                          block.size, names)});
        return;
      case Fit::Cut:
        tell(&block, {.supports = false, .text = "cut short, so its layout cannot be judged"});
        return;
      case Fit::Misfit:
        contradict(&block, misfit_text(block, fit, names));
        return;
      case Fit::Unlisted:
        if (block.kernel) {
          contradict(&block, "this generation has no such kernel block");
        } else {
          tell(&block, {.supports = false, .text = "no layout for such a device"});
        }
        return;
    }
  }

  std::string misfit_text(const Block& block, const BlockFit& fit, const std::string& names) const {
    const auto formula = schema::size_formula(schema_, fit.layouts, *candidate_.profile);
    if (formula) {
      return fmt::format("{} bytes, {} with {} vCPU{} has {}", block.size, names, candidate_.vcpus,
                         candidate_.vcpus == 1 ? "" : "s", formula->size(candidate_.vcpus));
    }
    return fmt::format("{} bytes, {} does not fit: {}", block.size, names,
                       fit.problem ? fit.problem->text : "");
  }

  const Schema& schema_;
  const Triple& triple_;
  Candidate& candidate_;
  std::vector<std::int64_t> parameters_;
};

Candidate try_candidate(const Schema& schema, const Triple& triple, const ProfileDef& profile,
                        Vendor vendor) {
  Candidate candidate{.profile = &profile, .vendor = vendor};
  const auto said = triple.index().ncpus;
  Trial(schema, triple, candidate).look(said.value_or(0));
  if (candidate.contradictions == 0) return candidate;
  // The index may be what is damaged: blocks that all hold one other number outvote it.
  Candidate other{.profile = &profile, .vendor = vendor};
  Trial trial(schema, triple, other);
  const auto count = trial.vcpus_of_blocks();
  if (!count || count == said) return candidate;
  trial.look(*count);
  if (other.contradictions >= candidate.contradictions) return candidate;
  other.evidence.push_back(
      {.supports = false,
       .text = fmt::format("blocks hold {} vCPUs, the index says {}", *count,
                           said ? std::to_string(*said) : std::string("nothing"))});
  return other;
}

bool fits(const BlockFit& fit) { return fit.fit == Fit::Fits || fit.fit == Fit::Variant; }

bool cut(const BlockFit& fit) { return fit.fit == Fit::Cut; }

/// A block that no candidate can read says nothing for or against any of them.
std::vector<bool> readable_blocks(const std::vector<Candidate>& candidates, std::size_t blocks) {
  std::vector<bool> readable(blocks, false);
  for (const Candidate& c : candidates) {
    for (std::size_t i = 0; i < blocks; ++i) {
      if (fits(c.blocks[i]) || cut(c.blocks[i])) readable[i] = true;
    }
  }
  return readable;
}

/// True if such a block may as well be that of a generation that is not known here.
bool forgive_unreadable(const Triple& triple, std::vector<Candidate>& candidates,
                        const std::vector<bool>& readable, std::vector<std::string>& notes) {
  bool foreign = false;
  for (std::size_t i = 0; i < readable.size(); ++i) {
    const Block& block = triple.blocks()[i];
    if (readable[i] || block.is_short) continue;
    const bool listed = std::ranges::any_of(candidates, [&](const Candidate& c) {
      return c.blocks[i].fit != Fit::Unlisted;
    });
    notes.push_back(listed ? fmt::format("{}: no generation's layout fits", block.name)
                           : fmt::format("{}: no layout is known", block.name));
    foreign = foreign || listed || block.kernel;
    for (Candidate& c : candidates) {
      const auto fit = c.blocks[i].fit;
      if (fit == Fit::Misfit || (fit == Fit::Unlisted && block.kernel)) --c.contradictions;
    }
  }
  return foreign;
}

bool better(const Candidate& a, const Candidate& b) {
  if (a.contradictions != b.contradictions) return a.contradictions < b.contradictions;
  if (a.variants != b.variants) return a.variants < b.variants;
  // Shares of unexpected values, without division.
  return a.unexpected * std::max<std::uint64_t>(b.expected, 1) <
         b.unexpected * std::max<std::uint64_t>(a.expected, 1);
}

/// Names the generations that each block fits, where no single one fits all.
void describe_mixture(const Schema& schema, const Triple& triple, Identification& id) {
  const Candidate& best = id.candidates.front();
  for (std::size_t i = 0; i < best.blocks.size(); ++i) {
    if (fits(best.blocks[i]) || cut(best.blocks[i])) continue;
    std::set<std::string> others;
    for (const Candidate& c : id.candidates) {
      if (!fits(c.blocks[i])) continue;
      others.insert(fmt::format("{} ({})", schema.text(c.profile->name), to_string(c.vendor)));
    }
    if (others.empty()) continue;
    id.mixture = true;
    id.notes.push_back(fmt::format("{}: not as in {} ({}), but as in {}", triple.blocks()[i].name,
                                   schema.text(best.profile->name), to_string(best.vendor),
                                   fmt::join(others, ", ")));
  }
}

void decide(const Schema& schema, const Triple& triple, Identification& id) {
  if (id.candidates.empty()) return;
  const Candidate& first = id.candidates.front();
  if (first.contradictions != 0) {
    describe_mixture(schema, triple, id);
    return;
  }
  const auto rival = id.candidates.size() > 1 ? &id.candidates[1] : nullptr;
  id.certain = rival == nullptr || rival->contradictions != 0 || rival->variants > first.variants;
  if (id.certain && first.variants != 0) {
    id.notes.push_back("a block is laid out as a later generation does it; see the evidence");
  }
}

}  // namespace

Result<Identification> identify(const Schema& schema, const Triple& triple,
                                const IdentifyOptions& options) {
  if (options.profile && schema.find_profile(*options.profile) == nullptr) {
    return std::unexpected(Error{.code = ErrorCode::NotFound,
                                 .what = "no profile `" + *options.profile + "`",
                                 .hint = "`snapinfo profiles` lists them"});
  }
  Identification id;
  for (const ProfileDef& profile : schema.profiles()) {
    if (options.profile && schema.text(profile.name) != *options.profile) continue;
    for (const Vendor vendor : {Vendor::Intel, Vendor::Amd}) {
      if (options.vendor && vendor != *options.vendor) continue;
      id.candidates.push_back(try_candidate(schema, triple, profile, vendor));
    }
  }
  const auto readable = readable_blocks(id.candidates, triple.blocks().size());
  const bool foreign = forgive_unreadable(triple, id.candidates, readable, id.notes);
  std::ranges::stable_sort(id.candidates, better);
  const auto any_fits = [&](const Candidate& c) {
    for (std::size_t i = 0; i < c.blocks.size(); ++i) {
      if (fits(c.blocks[i]) && triple.blocks()[i].size != 0) return true;
    }
    return false;
  };
  if (std::ranges::none_of(id.candidates, any_fits)) {
    id.notes.emplace_back("no block fits any generation");
    id.candidates.clear();
  }
  decide(schema, triple, id);
  if (id.certain && foreign) {
    id.certain = false;
    id.notes.emplace_back("damaged, or of a generation that is not known here");
  }
  return id;
}

}  // namespace snapfmt::snapshot
