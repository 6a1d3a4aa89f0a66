// snapinfo mem list: what lies where in guest physical memory.
#include <memory>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapinfo/mem.h"

namespace snapfmt::tools::snapinfo {
namespace {

using snapshot::MemoryRegion;
using snapshot::RegionKind;
using snapshot::Snapshot;

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo mem list vm\n"
    "  snapinfo mem list vm --json | jq '.regions[] | select(.kind == \"bar\")'\n";

void print_json(Output& out, bool compact, const Snapshot& snapshot,
                const std::vector<MemoryRegion>& map) {
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.mem-list/1");
  const auto memsize = snapshot.triple().index().memsize;
  json.key("memory_size");
  memsize ? json.hex(*memsize) : json.null();
  json.key("ram_present").boolean(snapshot.ram() != nullptr);
  json.key("regions").begin_array();
  for (const MemoryRegion& region : map) {
    json.begin_object(bytes::JsonWriter::Lines::One);
    json.key("gpa").hex(region.gpa).key("size").hex(region.size);
    json.key("kind").string(to_string(region.kind)).key("what").string(region.what);
    json.key("file_offset");
    region.file_offset ? json.hex(*region.file_offset) : json.null();
    json.key("block");
    region.block.empty() ? json.null() : json.string(region.block);
    json.key("enabled").boolean(region.enabled).end_object();
  }
  json.end_array().end_object();
  (void)json.finish();
}

std::string where(const MemoryRegion& region) {
  if (region.file_offset) return fmt::format("; F from {:#x}", *region.file_offset);
  return region.enabled ? "" : "; off";
}

void print_text(Output& out, const Snapshot& snapshot, const std::vector<MemoryRegion>& map) {
  constexpr std::size_t kWhatAt = 48;
  out.line(out.paint(Tone::Heading, "Guest physical memory") +
           fmt::format("  {} of RAM{}",
                       schema::human_size(snapshot.triple().index().memsize.value_or(0)),
                       snapshot.ram() == nullptr ? "; F is not there" : ""));
  // A table of 64-bit addresses leaves 32 columns for the rest.
  for (const MemoryRegion& region : map) {
    const Tone tone = !region.enabled                  ? Tone::Dim
                      : region.kind == RegionKind::Ram ? Tone::Value
                                                       : Tone::Plain;
    const std::string range =
        fmt::format("{:#x} - {:#x}", region.gpa, region.gpa + (region.size - 1));
    out.line("  " + out.paint(tone, padded(range, 35)) +
             fmt::format(" {:>8}  ", schema::human_size(region.size)) +
             out.paint(tone,
                       wrapped(sanitized(region.what) + where(region), kWidth - kWhatAt, kWhatAt)));
  }
}

}  // namespace

int run_mem_list(const MemOptions& options) {
  const auto snapshot = open_snapshot(options);
  if (!snapshot) return complain(snapshot.error());
  const auto map = memory_map(**snapshot);
  Output out(options.output.color);
  if (options.output.json) {
    print_json(out, options.output.compact, **snapshot, map);
  } else {
    print_text(out, **snapshot, map);
  }
  return out.finish(kSame);
}

void add_mem_list(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run) {
  auto options = std::make_shared<MemOptions>();
  options->before = std::move(before);
  CLI::App* command = add_mem_command(
      mem, "list", "What lies where in physical memory (the default)", *options, kExamples);
  command->callback([&run, options] { run = [options] { return run_mem_list(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
