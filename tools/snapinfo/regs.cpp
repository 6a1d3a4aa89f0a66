// snapinfo regs: a register screen like a monitor's.
#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/registers.h"
#include "snapinfo/commands.h"

namespace snapfmt::tools::snapinfo {
namespace {

using bytes::JsonWriter;
using snapshot::RegisterGroup;
using snapshot::RegisterValue;
using snapshot::SegmentValue;
using snapshot::VcpuRegisters;

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo regs vm                 the registers of vCPU 0\n"
    "  snapinfo regs --cpu all vm       of every vCPU\n"
    "  snapinfo regs --json vm | jq -r '.cpus[0].registers.rip'\n"
    "\n"
    "Exit status: 0 shown, 2 it could not be done.\n";

struct Options {
  SnapshotOptions snapshot;
  OutputOptions output;
  std::string cpu;
};

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string digits(const RegisterValue& reg) {
  return fmt::format("{:0{}x}", reg.value, 2 * reg.size);
}

bool is_explained(const RegisterValue& reg) { return !reg.text.empty() && reg.text != "-"; }

/// `CR0 0000000080050033 PG WP PE`, the meaning wrapped below itself.
void print_explained(Output& out, std::span<const RegisterValue> registers) {
  std::size_t name_width = 0, digit_width = 0;
  for (const RegisterValue& reg : registers) {
    name_width = std::max(name_width, columns(reg.name));
    digit_width = std::max(digit_width, 2 * std::size_t{reg.size});
  }
  const std::size_t indent = name_width + digit_width + 2;
  for (const RegisterValue& reg : registers) {
    if (!is_explained(reg)) {
      out.line(out.paint(Tone::Name, padded(upper(reg.name), name_width)) + ' ' + digits(reg));
      continue;
    }
    std::string meaning = wrapped(sanitized(reg.text), kWidth - indent, 0);
    for (std::size_t at = meaning.find('\n'); at != std::string::npos;
         at = meaning.find('\n', at + 1)) {
      meaning.insert(at + 1, std::string(indent, ' '));
    }
    out.line(out.paint(Tone::Name, padded(upper(reg.name), name_width)) + ' ' +
             padded(digits(reg), digit_width) + ' ' + meaning);
  }
}

/// Plain numbers, as many on a line as fit.
void print_columns(Output& out, std::span<const RegisterValue> registers) {
  constexpr std::size_t kGap = 3;
  std::size_t name_width = 0, digit_width = 0;
  for (const RegisterValue& reg : registers) {
    name_width = std::max(name_width, columns(reg.name));
    digit_width = std::max(digit_width, 2 * std::size_t{reg.size});
  }
  const std::size_t cell = name_width + 1 + digit_width;
  const std::size_t per_line = std::max<std::size_t>((kWidth + kGap) / (cell + kGap), 1);
  for (std::size_t first = 0; first < registers.size(); first += per_line) {
    std::string line;
    for (const RegisterValue& reg :
         registers.subspan(first, std::min(per_line, registers.size() - first))) {
      if (!line.empty()) line.append(kGap, ' ');
      line += out.paint(Tone::Name, padded(upper(reg.name), name_width)) + ' ' +
              padded(digits(reg), digit_width);
    }
    out.line(line.substr(0, line.find_last_not_of(' ') + 1));
  }
}

void print_registers(Output& out, const RegisterGroup& group) {
  // Most of these mean something: in their order, one on a line.
  if (group.id == "control" || group.id == "events") return print_explained(out, group.registers);
  std::vector<RegisterValue> plain, explained;
  for (const RegisterValue& reg : group.registers) {
    (is_explained(reg) ? explained : plain).push_back(reg);
  }
  print_columns(out, plain);
  print_explained(out, explained);
}

void print_segments(Output& out, std::span<const SegmentValue> segments) {
  if (segments.empty()) return;
  out.line();
  out.line(out.paint(Tone::Dim, "     sel  base             limit    access"));
  const auto hex = [](const std::optional<std::uint64_t>& value, std::size_t width) {
    return value ? fmt::format("{:0{}x}", *value, width) : std::string(width, ' ');
  };
  for (const SegmentValue& s : segments) {
    std::string text = hex(s.selector, 4) + ' ' + hex(s.base, 16) + ' ' + hex(s.limit, 8);
    if (s.access) text += fmt::format(" {:5x} ", *s.access) + sanitized(s.access_text);
    out.line(out.paint(Tone::Name, padded(upper(s.name), 4)) + ' ' + clipped(text, kWidth - 5));
  }
}

std::string vector_list(std::span<const std::uint8_t> vectors) {
  if (vectors.empty()) return "none";
  std::string text;
  for (const auto vector : vectors) {
    if (!text.empty()) text += ' ';
    text += fmt::format("{:#x}", vector);
  }
  return text;
}

void print_vectors(Output& out, std::string_view name, std::span<const std::uint8_t> vectors) {
  out.line(out.paint(Tone::Name, padded(name, 4)) + wrapped(vector_list(vectors), kWidth - 4, 4));
}

/// `var[0]`: those that are not valid (bit 11 of the mask) say nothing.
RegisterGroup without_unused_ranges(const RegisterGroup& group) {
  RegisterGroup shown{.id = group.id, .title = group.title, .registers = {}};
  const auto is_valid = [&](std::string_view name) {
    const std::string mask = std::string(name.substr(0, name.find('.'))) + ".mask";
    const auto found = std::ranges::find(group.registers, mask, &RegisterValue::name);
    return found != group.registers.end() && (found->value >> 11 & 1) != 0;
  };
  for (const RegisterValue& reg : group.registers) {
    if (!reg.name.starts_with("var[") || is_valid(reg.name)) shown.registers.push_back(reg);
  }
  return shown;
}

std::string state_line(const snapshot::VcpuState& cpu) {
  std::string text = fmt::format("{}", mode_text(cpu));
  const bool flat = cpu.paging == snapshot::PagingMode::None;
  text += flat ? ", no paging" : fmt::format(", {} paging", paging_text(cpu));
  if (cpu.cpl) text += fmt::format(", CPL {}", *cpu.cpl);
  text += fmt::format(", {}", to_string(cpu.run));
  if (!cpu.why.empty()) text += fmt::format(" ({})", cpu.why);
  return text;
}

void print_cpu(Output& out, const VcpuRegisters& cpu, std::uint64_t count) {
  const std::string heading =
      fmt::format("vCPU {} of {}: {}", cpu.state.index, count, state_line(cpu.state));
  out.heading(wrapped(heading, kWidth - 2, 2));
  if (const auto* general = cpu.group("general")) print_registers(out, *general);
  print_segments(out, cpu.segments);
  for (const RegisterGroup& group : cpu.groups) {
    // Outside PAE paging the CPU leaves these as they were.
    const bool unused = group.id == "pdptes" && cpu.state.paging != snapshot::PagingMode::Pae;
    if (group.id == "general" || unused) continue;
    out.heading(group.title);
    print_registers(out, group.id == "mtrrs" ? without_unused_ranges(group) : group);
    if (group.id == "lapic" && cpu.has_lapic) {
      print_vectors(out, "ISR", cpu.isr);
      print_vectors(out, "IRR", cpu.irr);
      print_vectors(out, "TMR", cpu.tmr);
    }
  }
}

void write_group(JsonWriter& json, std::string_view key, const RegisterGroup* group) {
  json.key(key);
  if (group == nullptr) {
    json.null();
    return;
  }
  json.begin_object();
  for (const RegisterValue& reg : group->registers) json.key(reg.name).hex(reg.value);
  json.end_object();
}

void write_segments(JsonWriter& json, const VcpuRegisters& cpu) {
  const auto write = [&](const char* name, const std::optional<std::uint64_t>& value) {
    json.key(name);
    value ? json.hex(*value) : json.null();
  };
  json.key("segments").begin_object();
  for (const SegmentValue& s : cpu.segments) {
    json.key(s.name).begin_object(JsonWriter::Lines::One);
    write("selector", s.selector);
    write("base", s.base);
    write("limit", s.limit);
    write("access", s.access);
    json.end_object();
  }
  json.end_object();
}

void write_vectors(JsonWriter& json, std::string_view key, std::span<const std::uint8_t> vectors) {
  json.key(key).begin_array(JsonWriter::Lines::One);
  for (const auto vector : vectors) json.uint(vector);
  json.end_array();
}

void write_cpu(JsonWriter& json, const VcpuRegisters& cpu) {
  json.begin_object();
  json.key("cpu").uint(cpu.state.index);
  json.key("mode").string(mode_text(cpu.state));
  json.key("paging").string(paging_text(cpu.state));
  json.key("cpl");
  cpu.state.cpl ? json.uint(*cpu.state.cpl) : json.null();
  json.key("state").string(to_string(cpu.state.run));
  write_group(json, "registers", cpu.group("general"));
  write_segments(json, cpu);
  for (const char* id : {"control", "debug", "msrs", "pdptes", "mtrrs", "events"}) {
    write_group(json, id, cpu.group(id));
  }
  write_group(json, "lapic", cpu.group("lapic"));
  write_vectors(json, "isr", cpu.isr);
  write_vectors(json, "irr", cpu.irr);
  write_vectors(json, "tmr", cpu.tmr);
  json.end_object();
}

/// The vCPUs that `--cpu` names: all, one, or the first.
Result<std::pair<std::uint64_t, std::uint64_t>> chosen(const std::string& wanted,
                                                       std::uint64_t count) {
  if (wanted == "all") return std::pair{std::uint64_t{0}, count};
  std::uint64_t cpu = 0;
  if (!wanted.empty()) {
    const auto [end, status] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), cpu);
    if (status != std::errc() || end != wanted.data() + wanted.size()) {
      return fail(ErrorCode::Usage, fmt::format("--cpu takes a number or `all`, not `{}`", wanted));
    }
  }
  if (cpu >= count) {
    return fail(ErrorCode::NotFound,
                count == 0 ? std::string("the snapshot has no vCPU that can be read")
                           : fmt::format("there is no vCPU {}: they are 0 to {}", cpu, count - 1));
  }
  return std::pair{cpu, cpu + 1};
}

/// vCPUs with registers: the index may claim more than the blocks hold.
std::uint64_t count_vcpus(const snapshot::Snapshot& snapshot, const snapshot::Elements& kernel) {
  std::uint64_t count = 0;
  while (count < snapshot.vcpus() && (kernel.field(fmt::format("vcpu[{}].rip", count)) ||
                                      kernel.field(fmt::format("vcpu[{}].nextrip", count)))) {
    ++count;
  }
  return count;
}

int run_regs(const Options& options) {
  const auto opened = open_snapshot(options.snapshot);
  if (!opened) return complain(opened.error());
  const snapshot::Snapshot& snapshot = **opened;
  const auto kernel = snapshot::Elements::of_kernel(snapshot);
  const std::uint64_t count = count_vcpus(snapshot, kernel);
  const auto range = chosen(options.cpu, count);
  if (!range) return complain(range.error().in_file(options.snapshot.path));

  Output out(options.output.color);
  if (!options.output.json) {
    for (std::uint64_t i = range->first; i < range->second; ++i) {
      print_cpu(out, registers_of(kernel, snapshot.schema(), i), count);
    }
    return out.finish(kSame);
  }
  auto json = out.json(options.output.compact);
  json.begin_object().key("schema").string("snapfmt.regs/1");
  const snapshot::Candidate* reading = snapshot.reading();
  json.key("profile");
  reading != nullptr ? json.string(snapshot.schema().text(reading->profile->name)) : json.null();
  json.key("vendor");
  reading != nullptr ? json.string(to_string(reading->vendor)) : json.null();
  json.key("certain").boolean(snapshot.identification().certain);
  json.key("vcpus").uint(count);
  json.key("cpus").begin_array();
  for (std::uint64_t i = range->first; i < range->second; ++i) {
    write_cpu(json, registers_of(kernel, snapshot.schema(), i));
  }
  json.end_array().end_object();
  (void)json.finish();
  return out.finish(kSame);
}

}  // namespace

void add_regs(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("regs", "Show the registers of a vCPU");
  add_snapshot_options(*command, options->snapshot);
  add_output_options(*command, options->output);
  command->add_option("--cpu", options->cpu, "Which vCPU, or `all` (the first if not given)")
      ->type_name("N");
  command->footer(kExamples);
  command->callback([&run, options] { run = [options] { return run_regs(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
