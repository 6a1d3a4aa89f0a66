// snapinfo mem walk: from a virtual to a physical address, level by level.
#include <memory>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapinfo/mem.h"

namespace snapfmt::tools::snapinfo {
namespace {

using snapshot::MemoryRegion;
using snapshot::PagingMode;
using snapshot::Snapshot;
using snapshot::Walk;
using snapshot::WalkStep;

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo mem walk vm --gva rip\n"
    "  snapinfo mem walk vm --cpu 1 --gva 0xffffffff81000000 --json\n"
    "\n"
    "Exit status: 0 mapped, 1 not mapped, 2 it could not be done.\n";

struct Options : MemOptions {
  AddressOptions address;
  unsigned physical_bits = snapshot::kMaxPhysicalBits;
};

/// What the walk came to, beyond the page tables.
struct Place {
  std::optional<std::uint64_t> file_offset;
  std::string what;  ///< empty: nothing is known to be there
};

Place place_of(const Snapshot& snapshot, std::uint64_t gpa) {
  Place place{.file_offset = snapshot.ram()->file_offset(gpa)};
  const auto map = memory_map(snapshot);
  if (const MemoryRegion* region = snapshot::region_at(map, gpa)) place.what = region->what;
  return place;
}

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::string rights_text(const Walk& walk) {
  return fmt::format("r{}{} for {}", walk.rights.writable ? 'w' : '-',
                     walk.rights.executable ? 'x' : '-',
                     walk.rights.user ? "user code too" : "the kernel only");
}

std::string paging_text(PagingMode mode, std::uint64_t cr3) {
  if (mode == PagingMode::None) return "no paging";
  return fmt::format("{} paging, CR3 {:#x}", to_string(mode), cr3);
}

void print_steps(Output& out, const Walk& walk) {
  constexpr std::size_t kFlagsAt = 53;
  out.line(out.paint(Tone::Dim, "  table  at                 index  entry               flags"));
  for (const WalkStep& step : walk.steps) {
    const bool bad = &step == &walk.steps.back() && !walk.mapped();
    const std::string entry = fmt::format("{:#0{}x}", step.entry, 2 + 2 * step.entry_size);
    const std::string flags = step.flags.empty() ? "not present" : joined(step.flags);
    out.line("  " + out.paint(Tone::Name, fmt::format("{:<5}", step.table)) +
             fmt::format("  {:<17}  {:>5}  {:<18}  ", fmt::format("{:#x}", step.table_gpa),
                         step.index, entry) +
             out.paint(bad ? Tone::Bad : Tone::Plain, wrapped(flags, kWidth - kFlagsAt, kFlagsAt)));
  }
}

void print_result(Output& out, const Snapshot& snapshot, const Walk& walk) {
  if (!walk.mapped()) {
    out.line(out.paint(Tone::Bad, "not mapped: ") + wrapped(walk.why, kWidth - 12, 0));
    return;
  }
  std::string text = out.paint(Tone::Value, fmt::format("gpa {:#x}", walk.gpa));
  if (walk.page_size != 0) {
    text += fmt::format("  {} page, {}", schema::human_size(walk.page_size), rights_text(walk));
    if (!walk.memory_type.empty()) text += fmt::format(", {}", walk.memory_type);
    if (walk.protection_key) text += fmt::format(", key {}", *walk.protection_key);
  }
  out.line(text);
  const Place place = place_of(snapshot, walk.gpa);
  if (place.file_offset) {
    out.line(fmt::format("RAM, at {:#x} in F", *place.file_offset));
  } else if (!place.what.empty()) {
    out.line(wrapped("not RAM: " + sanitized(place.what), kWidth, 2));
  } else {
    out.line("not RAM, and nothing else is known to be there");
  }
}

void print_text(Output& out, const Snapshot& snapshot, const Target& target, const Walk& walk,
                unsigned physical_bits) {
  const VcpuAccess& vcpu = *target.vcpu;
  out.line(out.paint(Tone::Heading,
                     fmt::format("vCPU {}, {} mode, ", vcpu.number, describe_mode(vcpu.code)) +
                         paging_text(walk.mode, vcpu.paging.cr3)));
  out.line(fmt::format("gva {:#x}", walk.gva));
  if (!walk.steps.empty()) print_steps(out, walk);
  print_result(out, snapshot, walk);
  for (const std::string& finding : walk.findings) {
    out.line(out.paint(Tone::Warning, "note: ") + wrapped(finding, kWidth - 6, 6));
  }
  if (!walk.steps.empty()) {
    out.line(out.paint(Tone::Dim, fmt::format("Reserved bits are those of {}-bit physical "
                                              "addresses; the width is not saved.",
                                              physical_bits)));
  }
}

void write_step(bytes::JsonWriter& json, const WalkStep& step) {
  json.begin_object(bytes::JsonWriter::Lines::One);
  json.key("table").string(step.table).key("level").uint(step.level);
  json.key("table_gpa").hex(step.table_gpa).key("index").uint(step.index);
  json.key("entry_gpa").hex(step.entry_gpa).key("entry_size").uint(step.entry_size);
  json.key("entry").hex(step.entry).key("leaf").boolean(step.leaf);
  json.key("next_gpa");
  step.flags.empty() ? json.null() : json.hex(step.next_gpa);
  json.key("reserved").hex(step.reserved);
  json.key("flags").begin_array();
  for (const std::string_view flag : step.flags) json.string(flag);
  json.end_array().end_object();
}

void write_result(bytes::JsonWriter& json, const Snapshot& snapshot, const Walk& walk) {
  json.key("result").begin_object();
  json.key("gpa").hex(walk.gpa);
  json.key("page_size");
  walk.page_size == 0 ? json.null() : json.hex(walk.page_size);
  json.key("writable").boolean(walk.rights.writable);
  json.key("user").boolean(walk.rights.user);
  json.key("executable").boolean(walk.rights.executable);
  json.key("protection_key");
  walk.protection_key ? json.uint(*walk.protection_key) : json.null();
  json.key("memory_type");
  walk.memory_type.empty() ? json.null() : json.string(walk.memory_type);
  const Place place = place_of(snapshot, walk.gpa);
  json.key("file_offset");
  place.file_offset ? json.hex(*place.file_offset) : json.null();
  json.key("what");
  place.what.empty() ? json.null() : json.string(place.what);
  json.end_object();
}

void print_json(Output& out, bool compact, const Snapshot& snapshot, const Target& target,
                const Walk& walk, unsigned physical_bits) {
  const VcpuAccess& vcpu = *target.vcpu;
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.mem-walk/1");
  json.key("cpu").uint(vcpu.number);
  json.key("mode").string(describe_mode(vcpu.code)).key("paging").string(to_string(walk.mode));
  json.key("cr3").hex(vcpu.paging.cr3).key("physical_bits").uint(physical_bits);
  json.key("gva").hex(walk.gva);
  json.key("steps").begin_array();
  for (const WalkStep& step : walk.steps) write_step(json, step);
  json.end_array();
  json.key("end").string(to_string(walk.end));
  json.key("why");
  walk.mapped() ? json.null() : json.string(walk.why);
  if (walk.mapped()) {
    write_result(json, snapshot, walk);
  } else {
    json.key("result").null();
  }
  json.key("findings").begin_array();
  for (const std::string& finding : walk.findings) json.string(finding);
  json.end_array().end_object();
  (void)json.finish();
}

int run_walk(const Options& options) {
  const auto snapshot = open_snapshot(options);
  if (!snapshot) return complain(snapshot.error());
  const auto target = resolve(**snapshot, options.address, Needs::Code);
  if (!target) return complain(target.error());
  const auto found = walk(target->memory.ram(), target->vcpu->paging, target->address,
                          {.physical_bits = options.physical_bits});
  if (!found) return complain(found.error());
  Output out(options.output.color);
  if (options.output.json) {
    print_json(out, options.output.compact, **snapshot, *target, *found, options.physical_bits);
  } else {
    print_text(out, **snapshot, *target, *found, options.physical_bits);
  }
  return out.finish(found->mapped() ? kSame : kDifferent);
}

}  // namespace

void add_mem_walk(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run) {
  auto options = std::make_shared<Options>();
  options->before = std::move(before);
  CLI::App* command =
      add_mem_command(mem, "walk", "The page tables on the way to an address", *options, kExamples);
  add_virtual_address(*command, options->address);
  command->get_option("--gva")->required();
  command
      ->add_option("--physical-bits", options->physical_bits,
                   "Width of the guest's physical addresses, 32 to 52 (52)")
      ->type_name("N")
      ->check(CLI::Range(32U, snapshot::kMaxPhysicalBits).description(""));
  command->callback([&run, options] { run = [options] { return run_walk(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
