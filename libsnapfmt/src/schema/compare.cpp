#include "snapfmt/schema/compare.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace snapfmt::schema {
namespace {

constexpr std::array kVendors{Vendor::Intel, Vendor::Amd};

std::string_view stem(std::string_view id) { return id.substr(0, id.find('/')); }

template <class Def, class Name>
const Def* find_named(const Schema& schema, std::span<const Def> all, Name name,
                      std::string_view wanted) {
  const auto it =
      std::ranges::find_if(all, [&](const Def& d) { return schema.text(d.*name) == wanted; });
  return it == all.end() ? nullptr : &*it;
}

class ProfileComparer {
 public:
  ProfileComparer(const Schema& schema, const ProfileDef& before, const ProfileDef& after,
                  std::optional<Vendor> vendor)
      : schema_(schema), before_(before), after_(after), vendor_(vendor) {
    result_.before = &before;
    result_.after = &after;
  }

  ProfileComparison run() {
    compare_values();
    compare_device_lists();
    compare_kernels();
    compare_devices();
    for (const Vendor vendor : kVendors) {
      if (!vendor_ || *vendor_ == vendor) trace_moves(vendor);
    }
    compare_defects();
    return std::move(result_);
  }

 private:
  using Layouts = std::vector<std::uint32_t>;

  void add_value(std::string name, std::string before, std::string after) {
    if (before != after) {
      result_.values.push_back({std::move(name), std::move(before), std::move(after)});
    }
  }

  void compare_values() {
    const auto dialect = [](const ProfileDef& p) {
      return std::string(p.dialect == Dialect::Gen1 ? "gen-1" : "gen-2");
    };
    add_value("index", dialect(before_), dialect(after_));
    std::map<std::string, std::pair<std::string, std::string>> values;
    const auto name = [&](const ParameterDef& p) {
      return std::string(schema_.text(schema_.parameter_names()[p.name]));
    };
    for (const ParameterDef& p : schema_.parameters(before_)) {
      values[name(p)].first = describe_parameter(schema_, p);
    }
    for (const ParameterDef& p : schema_.parameters(after_)) {
      values[name(p)].second = describe_parameter(schema_, p);
    }
    parameters_differ_ = std::ranges::any_of(
        values, [](const auto& v) { return v.second.first != v.second.second; });
    for (const auto& [parameter, pair] : values) add_value(parameter, pair.first, pair.second);
    add_value("kernel order", kernel_order(before_, after_), kernel_order(after_, before_));
    for (const KernelBlockDef& a : schema_.kernel(before_)) {
      const auto* b = find_named(schema_, schema_.kernel(after_), &KernelBlockDef::block,
                                 schema_.text(a.block));
      if (b == nullptr) continue;
      add_value(fmt::format("request of {}", schema_.text(a.block)), std::to_string(a.req),
                std::to_string(b->req));
    }
  }

  /// Kernel blocks of `p` that `other` has, too, in the order of `p`.
  std::string kernel_order(const ProfileDef& p, const ProfileDef& other) const {
    std::vector<std::string_view> names;
    for (const KernelBlockDef& block : schema_.kernel(p)) {
      const auto name = schema_.text(block.block);
      if (find_named(schema_, schema_.kernel(other), &KernelBlockDef::block, name) != nullptr) {
        names.push_back(name);
      }
    }
    return fmt::format("{}", fmt::join(names, ", "));
  }

  void compare_device_lists() {
    const auto only = [&](const ProfileDef& p, const ProfileDef& other) {
      std::vector<std::string> names;
      const auto others = schema_.texts(other.device_list);
      for (const Text& t : schema_.texts(p.device_list)) {
        const auto name = schema_.text(t);
        const bool there =
            std::ranges::any_of(others, [&](const Text& o) { return schema_.text(o) == name; });
        if (!there) names.emplace_back(name);
      }
      return names;
    };
    result_.listed_before_only = only(before_, after_);
    result_.listed_after_only = only(after_, before_);
  }

  /// For one vendor, or once for both where both sides are the same for both.
  void compare_kernel_block(const KernelBlockDef* a, const KernelBlockDef* b) {
    const auto name = schema_.text((a != nullptr ? a : b)->block);
    const auto split = [](const KernelBlockDef* d) {
      return d != nullptr && d->layout[0] != d->layout[1];
    };
    const auto layouts = [](const KernelBlockDef* d, Vendor vendor) {
      const auto layout = d == nullptr ? kNone : d->layout[static_cast<std::size_t>(vendor)];
      return layout == kNone ? Layouts{} : Layouts{layout};
    };
    for (const Vendor vendor : kVendors) {
      if (vendor_ && *vendor_ != vendor) continue;
      BlockComparison block{.name = std::string(name),
                            .vendor = vendor,
                            .before = {},
                            .after = {},
                            .size_before = {},
                            .size_after = {},
                            .layouts = {}};
      const bool once = !split(a) && !split(b);
      if (once) block.vendor.reset();
      compare_block(std::move(block), layouts(a, vendor), layouts(b, vendor));
      if (once) return;
    }
  }

  void compare_kernels() {
    for (const KernelBlockDef& a : schema_.kernel(before_)) {
      compare_kernel_block(&a, find_named(schema_, schema_.kernel(after_), &KernelBlockDef::block,
                                          schema_.text(a.block)));
    }
    for (const KernelBlockDef& b : schema_.kernel(after_)) {
      const auto* a = find_named(schema_, schema_.kernel(before_), &KernelBlockDef::block,
                                 schema_.text(b.block));
      if (a == nullptr) compare_kernel_block(nullptr, &b);
    }
  }

  void compare_devices() {
    const auto parts = [&](const DeviceDef* d) {
      if (d == nullptr) return Layouts{};
      const auto refs = schema_.layout_refs(d->parts);
      return Layouts(refs.begin(), refs.end());
    };
    const auto compare = [&](std::string_view type, const DeviceDef* a, const DeviceDef* b) {
      compare_block({.name = std::string(type),
                     .device = true,
                     .vendor = {},
                     .before = {},
                     .after = {},
                     .size_before = {},
                     .size_after = {},
                     .layouts = {}},
                    parts(a), parts(b));
    };
    const auto find = [&](const ProfileDef& p, Text type) {
      return find_named(schema_, schema_.devices(p), &DeviceDef::type, schema_.text(type));
    };
    for (const DeviceDef& a : schema_.devices(before_)) {
      compare(schema_.text(a.type), &a, find(after_, a.type));
    }
    for (const DeviceDef& b : schema_.devices(after_)) {
      if (find(before_, b.type) == nullptr) compare(schema_.text(b.type), nullptr, &b);
    }
  }

  void compare_block(BlockComparison block, const Layouts& before, const Layouts& after) {
    if (before.empty() && after.empty()) return;
    const auto ids = [&](const Layouts& list) {
      std::vector<std::string> out;
      for (const auto l : list) out.emplace_back(schema_.text(schema_.layout(l).id));
      return out;
    };
    block.before = ids(before);
    block.after = ids(after);
    if (!before.empty()) block.size_before = size_formula(schema_, before, before_);
    if (!after.empty()) block.size_after = size_formula(schema_, after, after_);
    const bool one_sided = before.empty() || after.empty();
    // A device that came or went brings parts that others have, too: no need to list their rows.
    if (!one_sided || !block.device) pair_layouts(block, before, after);
    if (one_sided) {
      block.change = before.empty() ? BlockChange::Added : BlockChange::Removed;
    } else if (before != after || !block.layouts.empty()) {
      block.change = BlockChange::Changed;
    }
    result_.blocks.push_back(std::move(block));
  }

  /// Pairs parts of one stem; a kernel block's only layout with the other.
  void pair_layouts(BlockComparison& block, const Layouts& before, const Layouts& after) {
    std::vector<bool> taken(after.size());
    for (const auto a : before) {
      std::uint32_t partner = kNone;
      for (std::size_t i = 0; i < after.size() && partner == kNone; ++i) {
        const bool fits = !block.device || stem(id(a)) == stem(id(after[i]));
        if (!fits || taken[i]) continue;
        taken[i] = true;
        partner = after[i];
      }
      add_pair(block, a, partner);
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (!taken[i]) add_pair(block, kNone, after[i]);
    }
  }

  std::string_view id(std::uint32_t layout) const {
    return schema_.text(schema_.layout(layout).id);
  }

  void add_pair(BlockComparison& block, std::uint32_t a, std::uint32_t b) {
    if (a == b && !parameters_differ_) return;
    const auto [it, is_new] = pairs_.try_emplace({a, b}, result_.layouts.size());
    if (is_new) {
      const auto layout = [&](std::uint32_t l) {
        return l == kNone ? nullptr : &schema_.layout(l);
      };
      auto compared = compare_layouts(schema_, layout(a), before_, layout(b), after_);
      if (a == b && compared.rows.empty()) {
        pairs_.erase(it);
        return;
      }
      result_.layouts.push_back(std::move(compared));
    }
    block.layouts.push_back(it->second);
    auto& users = result_.layouts[it->second].used_by;
    if (std::ranges::find(users, block.name) == users.end()) users.push_back(block.name);
  }

  /// Rows that left one kernel block and came to another.
  void trace_moves(Vendor vendor) {
    std::map<std::string_view, std::pair<RowChange*, std::string_view>> gone;
    const auto each = [&](RowChangeKind kind, auto visit) {
      for (const BlockComparison& block : result_.blocks) {
        if (block.device || block.vendor.value_or(vendor) != vendor) continue;
        for (const auto l : block.layouts) {
          for (RowChange& row : result_.layouts[l].rows) {
            if (row.kind == kind) visit(row, block.name);
          }
        }
      }
    };
    each(RowChangeKind::Removed,
         [&](RowChange& row, std::string_view block) { gone.try_emplace(row.path, &row, block); });
    each(RowChangeKind::Added, [&](RowChange& row, std::string_view block) {
      const auto it = gone.find(row.path);
      if (it == gone.end() || it->second.second == block) return;
      row.other_block = it->second.second;
      it->second.first->other_block = block;
    });
  }

  bool concerns(const DefectDef& defect, Vendor vendor) const {
    const auto of = schema_.text(defect.vendor);
    return (!vendor_ || *vendor_ == vendor) && (of.empty() || of == to_string(vendor));
  }

  /// A defect is new, or gone, if there is a vendor that has it on one side only.
  void compare_defects() {
    const auto only = [&](const ProfileDef& p, const ProfileDef& other, bool added) {
      for (const DefectDef& d : schema_.defects(p)) {
        const bool missing = std::ranges::any_of(kVendors, [&](Vendor vendor) {
          if (!concerns(d, vendor)) return false;
          return std::ranges::none_of(schema_.defects(other), [&](const DefectDef& o) {
            return schema_.text(o.id) == schema_.text(d.id) && concerns(o, vendor);
          });
        });
        if (missing) result_.defects.push_back({added, &d});
      }
    };
    only(before_, after_, false);
    only(after_, before_, true);
  }

  const Schema& schema_;
  const ProfileDef& before_;
  const ProfileDef& after_;
  std::optional<Vendor> vendor_;
  bool parameters_differ_ = false;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> pairs_;
  ProfileComparison result_;
};

}  // namespace

std::string_view to_string(BlockChange change) {
  static constexpr std::array<std::string_view, 4> kNames{"removed", "added", "changed", "same"};
  return kNames.at(static_cast<std::size_t>(change));
}

std::string describe_parameter(const Schema& schema, const ParameterDef& parameter) {
  if (parameter.value.kind == OperandKind::Parameter) {
    return "@" + std::string(schema.text(schema.parameter_names()[parameter.value.value]));
  }
  const auto value = parameter.value.value;
  return value < 0x10000 ? std::to_string(value) : fmt::format("{:#x}", value);
}

bool ProfileComparison::same() const {
  return values.empty() && listed_before_only.empty() && listed_after_only.empty() &&
         defects.empty() && std::ranges::all_of(blocks, [](const BlockComparison& b) {
           return b.change == BlockChange::Same;
         });
}

ProfileComparison compare_profiles(const Schema& schema, const ProfileDef& before,
                                   const ProfileDef& after, std::optional<Vendor> vendor) {
  return ProfileComparer(schema, before, after, vendor).run();
}

}  // namespace snapfmt::schema
