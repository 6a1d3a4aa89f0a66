// `snapinfo profiles` for people: the table of generations, and one of them.
#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "snapfmt/schema/catalog.h"
#include "snapinfo/profiles.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using schema::DefectDef;
using schema::DeviceDef;
using schema::KernelBlockDef;
using schema::ProfileDef;
using schema::Range;
using schema::Schema;
using schema::Vendor;

constexpr std::size_t kLabelWidth = 14;

std::string joined(const Schema& schema, std::span<const schema::Text> texts) {
  std::vector<std::string_view> parts;
  for (const schema::Text& t : texts) parts.push_back(schema.text(t));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string layout_names(const Schema& schema, Range refs) {
  std::vector<std::string_view> parts;
  for (const auto l : schema.layout_refs(refs)) parts.push_back(schema.text(schema.layout(l).id));
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string parameter(const Schema& schema, const ProfileDef& profile, std::string_view name) {
  for (const schema::ParameterDef& p : schema.parameters(profile)) {
    if (schema.text(schema.parameter_names()[p.name]) == name) {
      return describe_parameter(schema, p);
    }
  }
  return "-";
}

void print_label(Output& out, std::string_view label, std::string_view text) {
  print_hanging(out, padded(label, kLabelWidth), kLabelWidth, text);
}

/// Layout and size of a kernel block for one vendor, or for both.
void print_kernel_row(Output& out, const Schema& schema, const ProfileDef& profile,
                      const KernelBlockDef& block, Vendor vendor, bool for_both) {
  const auto which = static_cast<std::size_t>(vendor);
  if (block.layout[which] == schema::kNone) return;
  const std::array layouts{block.layout[which]};
  std::string remark = for_both ? "" : std::string(to_string(vendor));
  if (block.may_be[which].count != 0) {
    remark += (remark.empty() ? "" : "; ") + std::string("may be ") +
              layout_names(schema, block.may_be[which]);
  }
  const std::string start = "  " + out.paint(Tone::Name, padded(schema.text(block.block), 9)) +
                            padded(schema.text(schema.layout(layouts[0]).id), 15) +
                            padded(describe_size(size_formula(schema, layouts, profile)), 21);
  print_hanging(out, start, 2 + 9 + 15 + 21, remark);
}

void print_kernel(Output& out, const Schema& schema, const ProfileDef& profile,
                  std::optional<Vendor> vendor) {
  out.heading("Kernel blocks");
  out.line(out.paint(Tone::Dim, "  block    layout         bytes"));
  for (const KernelBlockDef& block : schema.kernel(profile)) {
    const bool once = block.layout[0] == block.layout[1];
    for (const Vendor v : {Vendor::Intel, Vendor::Amd}) {
      if (vendor && *vendor != v) continue;
      print_kernel_row(out, schema, profile, block, v, once);
      if (once) break;
    }
  }
}

void print_devices(Output& out, const Schema& schema, const ProfileDef& profile) {
  out.heading("Devices");
  out.line(out.paint(Tone::Dim, "  type         parts"));
  for (const DeviceDef& device : schema.devices(profile)) {
    std::string parts = layout_names(schema, device.parts);
    if (device.may_be.count != 0) {
      parts += "; the last may be " + layout_names(schema, device.may_be);
    }
    print_hanging(out, "  " + out.paint(Tone::Name, padded(schema.text(device.type), 13)), 15,
                  parts);
  }
  if (profile.device_list.count != 0) {
    print_hanging(out, "  " + padded("always listed", 15), 17,
                  joined(schema, schema.texts(profile.device_list)));
  }
}

void print_uncertain(Output& out, const Schema& schema, const ProfileDef& profile,
                     std::optional<Vendor> vendor) {
  bool heading = false;
  const auto print = [&](std::string_view subject, std::string_view note) {
    if (note.empty()) return;
    if (!heading) out.heading("Not certain");
    heading = true;
    out.line("  " + out.paint(Tone::Name, clipped(sanitized(subject), kWidth - 2)));
    print_hanging(out, "    ", 4, note);
  };
  for (const KernelBlockDef& b : schema.kernel(profile)) {
    print(schema.text(b.block), schema.text(b.note));
  }
  for (const DeviceDef& d : schema.devices(profile))
    print(schema.text(d.type), schema.text(d.note));
  for (const auto& rows : uncertain_rows(schema, {.profile = &profile, .vendor = vendor})) {
    const std::string more =
        rows.paths.size() == 1 ? "" : fmt::format(" and {} more", rows.paths.size() - 1);
    print(fmt::format("{} {}{}", schema.text(schema.layout(rows.layout).id), rows.paths.front(),
                      more),
          rows.note);
  }
}

void print_defects(Output& out, const Schema& schema, const ProfileDef& profile,
                   std::optional<Vendor> vendor) {
  std::vector<const DefectDef*> defects;
  for (const DefectDef& d : schema.defects(profile)) {
    const auto of = schema.text(d.vendor);
    if (!vendor || of.empty() || of == to_string(*vendor)) defects.push_back(&d);
  }
  if (defects.empty()) return;
  out.heading(fmt::format("Known defects ({})", defects.size()));
  // Grouped by block, blocks in the order in which they come first.
  std::vector<std::string_view> blocks;
  for (const DefectDef* d : defects) {
    const auto block = schema.text(d->block);
    if (std::ranges::find(blocks, block) == blocks.end()) blocks.push_back(block);
  }
  for (const std::string_view block : blocks) {
    out.line("  " + out.paint(Tone::Heading, block.empty() ? "the snapshot as a whole" : block));
    for (const DefectDef* d : defects) {
      if (schema.text(d->block) != block) continue;
      const auto of = schema.text(d->vendor);
      out.line("    " + out.paint(Tone::Name, schema.text(d->id)) +
               (of.empty() ? "" : fmt::format(" ({})", of)));
      print_hanging(out, "      ", 6, schema.text(d->doc));
      if (d->note.size != 0) print_hanging(out, "      ", 6, schema.text(d->note), Tone::Dim);
    }
  }
}

}  // namespace

void print_profiles(Output& out, const Schema& schema) {
  constexpr std::size_t kName = 15, kReleases = 24, kIndex = 8, kVcpus = 7;
  out.line(out.paint(Tone::Dim, padded("profile", kName) + padded("releases", kReleases) +
                                    padded("index", kIndex) + padded("vCPUs", kVcpus) +
                                    "kernel blocks"));
  for (const ProfileDef& p : schema.profiles()) {
    const std::string releases = joined(schema, schema.texts(p.releases));
    out.line(out.paint(Tone::Name, padded(schema.text(p.name), kName)) +
             padded(clipped(releases, kReleases - 1), kReleases) +
             padded(dialect_name(p.dialect), kIndex) +
             padded(parameter(schema, p, "max_vcpus"), kVcpus) + std::to_string(p.kernel.count));
    print_hanging(out, "  ", 2, schema.text(p.doc), Tone::Dim);
  }
  out.line();
  out.line("`snapinfo profiles NAME` tells all about one, `--diff A B` what differs.");
}

void print_profile(Output& out, const Schema& schema, const ProfileDef& profile,
                   std::optional<Vendor> vendor) {
  out.line(out.paint(Tone::Heading, schema.text(profile.title)) +
           fmt::format("  (profile {}{})", schema.text(profile.name),
                       vendor ? fmt::format(", vendor {}", to_string(*vendor)) : ""));
  print_hanging(out, "", 0, schema.text(profile.doc));
  out.line();
  print_label(out, "Releases", joined(schema, schema.texts(profile.releases)));
  print_label(out, "Index",
              profile.dialect == schema::Dialect::Gen1 ? "gen-1: devices by type, without place"
                                                       : "gen-2: devices by name and place");
  std::vector<std::string> parameters;
  for (const schema::ParameterDef& p : schema.parameters(profile)) {
    parameters.push_back(fmt::format("{} {}", schema.text(schema.parameter_names()[p.name]),
                                     describe_parameter(schema, p)));
  }
  print_label(out, "Parameters", fmt::format("{}", fmt::join(parameters, ", ")));
  print_kernel(out, schema, profile, vendor);
  print_devices(out, schema, profile);
  print_uncertain(out, schema, profile, vendor);
  print_defects(out, schema, profile, vendor);
}

}  // namespace snapfmt::tools::snapinfo
