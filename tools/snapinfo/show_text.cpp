// `snapinfo show` for people.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"
#include "snapinfo/show.h"

namespace snapfmt::tools::snapinfo {
namespace {

using container::Severity;
using snapshot::BlockSummary;
using snapshot::BlockView;
using snapshot::DeviceState;
using snapshot::Fit;
using snapshot::Oddity;
using snapshot::OddityKind;
using snapshot::VcpuState;

constexpr std::size_t kVcpusShown = 8, kAlikeShown = 6, kVectorsShown = 8;

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

/// Words longer than a line, as only a damaged snapshot has them, cut into pieces.
std::string with_breaks(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  for (const char c : text) {
    used = c == ' ' ? 0 : used + 1;
    if (used > width) {
      out += ' ';
      used = 1;
    }
    out += c;
  }
  return out;
}

/// Text below itself, from a column on.
void print_hanging(Output& out, const std::string& start, std::size_t start_width,
                   std::string_view text) {
  const std::size_t width = kWidth - start_width;
  std::string body = wrapped(with_breaks(text, width), width, 0);
  for (std::size_t at = body.find('\n'); at != std::string::npos; at = body.find('\n', at + 1)) {
    body.insert(at + 1, std::string(start_width, ' '));
  }
  out.line(start + body);
}

void print_head(Output& out, const ShowInput& input) {
  const snapshot::Summary& s = input.summary;
  if (s.producer == nullptr) {
    out.line(out.paint(Tone::Bad, "No generation that is known here wrote this."));
  } else {
    const schema::Schema& schema = input.snapshot.schema();
    const auto name = fmt::format("{} on {}", schema.text(s.producer->profile->title),
                                  s.producer->vendor == schema::Vendor::Intel ? "Intel" : "AMD");
    const std::string ids =
        fmt::format("profile {}, vendor {}", schema.text(s.producer->profile->name),
                    to_string(s.producer->vendor));
    if (s.certain) {
      out.line(out.paint(Tone::Heading, name) + fmt::format("  ({})", ids));
    } else {
      out.line(out.paint(Tone::Warning, s.mixture ? "A mixture of generations, closest to "
                                                  : "Not certain, perhaps ") +
               out.paint(Tone::Heading, name));
      out.line(fmt::format("  ({}; `snapinfo id` has the evidence)", ids));
    }
  }
  const std::string name = s.vm_name ? sanitized(*s.vm_name) : std::string("without a name");
  const std::string memory = s.memory ? schema::human_size(*s.memory) + " of RAM" : "RAM unknown";
  const bool sound = s.completeness.completeness == container::Completeness::Complete ||
                     s.completeness.completeness == container::Completeness::WithoutRam;
  out.line(wrapped(fmt::format("VM {}: {} vCPU{}, {}.", name, s.vcpu_count,
                               s.vcpu_count == 1 ? "" : "s", memory) +
                       (sound ? " " + sanitized(s.completeness.sentence) : ""),
                   kWidth, 2));
  if (!sound) {
    print_hanging(out, out.paint(Tone::Bad, "! "), 2, sanitized(s.completeness.sentence));
  }
  if (input.pages) {
    const auto& pages = *input.pages;
    const auto size = [](std::uint64_t count) {
      return schema::human_size(count * container::kPageSize);
    };
    out.line(fmt::format("RAM: {} zero, {} with data{}", size(pages.zero_pages),
                         size(pages.pages - pages.zero_pages),
                         pages.missing == 0 ? "" : ", " + size(pages.missing) + " missing"));
  }
}

std::string vector_list(std::span<const std::uint8_t> vectors) {
  std::string text;
  for (std::size_t i = 0; i < vectors.size() && i < kVectorsShown; ++i) {
    text += fmt::format(" {:#x}", vectors[i]);
  }
  if (vectors.size() > kVectorsShown) {
    text += fmt::format(" and {} more", vectors.size() - kVectorsShown);
  }
  return text;
}

/// What a vCPU has pending, for the line below its own.
std::string vcpu_details(const VcpuState& cpu) {
  std::vector<std::string> parts;
  if (cpu.event) {
    std::string event = fmt::format("{} {:#x} being delivered", cpu.event->type, cpu.event->vector);
    if (cpu.event->error_code) event += fmt::format(", error code {:#x}", *cpu.event->error_code);
    parts.push_back(std::move(event));
  }
  if (!cpu.held_off.empty()) parts.push_back("interrupts held off by " + cpu.held_off);
  if (!cpu.in_service.empty()) parts.push_back("in service" + vector_list(cpu.in_service));
  if (!cpu.requested.empty()) parts.push_back("requested" + vector_list(cpu.requested));
  return joined(parts, "; ");
}

std::string run_phrase(const VcpuState& cpu) {
  std::string text(to_string(cpu.run));
  if (!cpu.why.empty()) text += " (" + cpu.why + ")";
  const bool started = cpu.run == snapshot::RunState::Running ||
                       cpu.run == snapshot::RunState::Halted ||
                       cpu.run == snapshot::RunState::ProbablyHalted;
  if (started && cpu.interrupts_enabled == false) text += ", IF off";
  return text;
}

void print_vcpus(Output& out, const snapshot::Summary& summary, bool all) {
  if (summary.vcpus.empty()) return;
  const std::size_t count =
      all ? summary.vcpus.size() : std::min(summary.vcpus.size(), kVcpusShown);
  const auto cpus = std::span(summary.vcpus).first(count);
  std::size_t mode_width = 4, cr3_width = 3;
  const auto hex = [](const std::optional<std::uint64_t>& value) {
    return value ? fmt::format("{:#x}", *value) : std::string("-");
  };
  for (const VcpuState& cpu : cpus) {
    mode_width = std::max(mode_width, mode_text(cpu).size());
    cr3_width = std::max(cr3_width, hex(cpu.cr3).size());
  }
  out.line();
  std::string columns_text =
      fmt::format("{:{}} paging  CPL {:18} {:{}}", "mode", mode_width, "RIP", "CR3", cr3_width);
  if (columns_text.size() + 11 <= kWidth) columns_text += " state";
  out.line(out.paint(Tone::Heading, "vCPU ") + out.paint(Tone::Dim, columns_text));
  for (const VcpuState& cpu : cpus) {
    std::string line =
        fmt::format("{:>3}  {:{}} {:7} {:>3} {:18} {:{}}", cpu.index, mode_text(cpu), mode_width,
                    paging_text(cpu), cpu.cpl ? std::to_string(*cpu.cpl) : "-", hex(cpu.rip),
                    hex(cpu.cr3), cr3_width);
    const std::string state = run_phrase(cpu);
    std::string details = vcpu_details(cpu);
    if (columns(line) + 1 + columns(state) <= kWidth) {
      line += ' ' + state;
    } else {
      if (!details.empty()) details.insert(0, "; ");
      details.insert(0, state);
    }
    out.line(line);
    if (!details.empty()) print_hanging(out, "     ", 5, details);
  }
  if (count < summary.vcpus.size()) {
    out.line(fmt::format("     … {} more, --all shows them", summary.vcpus.size() - count));
  }
}

std::string mark(const Output& out, const BlockView& view) {
  const container::Block& block = *view.block;
  const bool unusable = block.is_duplicate || block.is_short || !block.unusable.empty();
  if (unusable) return out.paint(Tone::Bad, "!");
  switch (view.fit) {
    case Fit::Fits:
      return view.borrowed ? out.paint(Tone::Bad, "!") : " ";
    case Fit::Variant:
      return out.paint(Tone::Warning, "~");
    case Fit::Misfit:
    case Fit::Cut:
      return out.paint(Tone::Bad, "!");
    case Fit::Unlisted:
      return out.paint(Tone::Warning, "?");
  }
  return " ";
}

struct Cell {
  std::string name, layout, offset, size;
};

Cell cell_of(const BlockView& view) {
  return {.name = sanitized(view.block->name),
          .layout = view.layout_name.empty() ? "-" : view.layout_name,
          .offset = fmt::format("{:#x}", view.block->offset),
          .size = std::to_string(view.block->size)};
}

struct Widths {
  std::size_t name = 4, layout = 6, offset = 6, size = 4;

  void fit(const Cell& cell) {
    name = std::max(name, columns(cell.name));
    layout = std::max(layout, columns(cell.layout));
    offset = std::max(offset, cell.offset.size());
    size = std::max(size, cell.size.size());
  }
  std::size_t total() const { return name + layout + offset + size + 3; }
};

std::string cell_text(const Output& out, const Cell& cell, const Widths& widths) {
  return out.paint(Tone::Name, padded(cell.name, widths.name)) + ' ' +
         padded(cell.layout, widths.layout) + ' ' +
         fmt::format("{:>{}} {:>{}}", cell.offset, widths.offset, cell.size, widths.size);
}

/// Two blocks on a line where they are short enough, down the first column first.
void print_block_table(Output& out, std::span<const BlockView* const> views) {
  Widths widths;
  for (const BlockView* view : views) widths.fit(cell_of(*view));
  const bool two = 2 * widths.total() + 6 <= kWidth;
  const std::size_t rows = two ? (views.size() + 1) / 2 : views.size();
  for (std::size_t row = 0; row < rows; ++row) {
    std::string line = mark(out, *views[row]) + ' ' + cell_text(out, cell_of(*views[row]), widths);
    if (two && row + rows < views.size()) {
      const BlockView& right = *views[row + rows];
      line += "  " + mark(out, right) + ' ' + cell_text(out, cell_of(right), widths);
    }
    out.line(line);
  }
}

void print_blocks(Output& out, const snapshot::Summary& summary) {
  std::vector<const BlockView*> kernel, devices;
  std::vector<std::string> unused;
  for (const BlockSummary& block : summary.blocks) {
    if (block.view->block->kernel) {
      kernel.push_back(block.view);
    } else if (is_saved_device(*block.view)) {
      devices.push_back(block.view);
    } else {
      unused.push_back(sanitized(block.view->block->name));
    }
  }
  out.line();
  out.line(out.paint(Tone::Heading, "Blocks") +
           out.paint(Tone::Dim, "  name, layout, offset in F.kern, bytes"));
  print_block_table(out, kernel);
  print_block_table(out, devices);
  if (!unused.empty()) {
    out.line("  " + wrapped("without content: " + joined(unused, ", "), kWidth - 2, 2));
  }
}

void print_devices(Output& out, const snapshot::Summary& summary) {
  if (summary.devices.empty()) return;
  std::size_t place_width = 1, type_width = 4;
  bool places = false;
  const auto place = [](const DeviceState& device) {
    return device.place ? device.place->to_string() : std::string("-");
  };
  for (const DeviceState& device : summary.devices) {
    place_width = std::max(place_width, place(device).size());
    type_width = std::max(type_width, columns(sanitized(device.type)));
    places = places || device.place;
  }
  out.line();
  out.line(out.paint(Tone::Heading, "Devices") +
           out.paint(Tone::Dim, places ? "" : "  (their places are not saved)"));
  for (const DeviceState& device : summary.devices) {
    const std::string start = "  " + padded(place(device), place_width) + ' ' +
                              out.paint(Tone::Name, padded(sanitized(device.type), type_width)) +
                              ' ';
    print_hanging(out, start, place_width + type_width + 4, sanitized(joined(device.state, ", ")));
  }
}

/// Arguments that a shell takes as they stand, on lines that end in a backslash.
void print_command(Output& out, const snapshot::CommandLine& command) {
  out.heading("To restore it");
  std::string line = "  ";
  for (const std::string& argument : command.arguments) {
    const std::string word = sanitized(argument);
    if (columns(line) + columns(word) + 3 > kWidth && line.size() > 4) {
      out.line(line + " \\");
      line = "     ";
    }
    line += (line.back() == ' ' && line.size() == 2 ? "" : " ") + word;
  }
  out.line(line);
  for (const std::string& remark : command.remarks) {
    std::string text = wrapped(sanitized(remark), kWidth - 4, 0);
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
      text.insert(at + 1, "  # ");
    }
    out.line(out.paint(Tone::Dim, "  # " + text));
  }
}

void print_oddity(Output& out, const Oddity& odd) {
  std::string start = "- ";
  if (odd.severity == Severity::Error) start = out.paint(Tone::Bad, "! ");
  if (odd.severity == Severity::Warning) start = out.paint(Tone::Warning, "* ");
  std::string text;
  if (odd.kind == OddityKind::Defect) text += odd.id + ": ";
  if (!odd.subject.empty()) text += odd.subject + ": ";
  text += odd.text;
  if (odd.count > 1) text += fmt::format(" (and {} alike)", odd.count - 1);
  print_hanging(out, "  " + start, 4, sanitized(text));
}

/// Fields are alike; so are notes of one kind.
std::string group_of(const Oddity& odd) {
  return odd.kind == OddityKind::Field ? std::string() : odd.id;
}

void print_odd(Output& out, const ShowInput& input, bool all) {
  std::vector<const Oddity*> shown;
  std::vector<std::string> always;
  std::map<std::string, std::size_t> alike;
  std::size_t hidden = 0;
  for (const Oddity& odd : input.summary.odd) {
    if (odd.always && !all) {
      always.push_back(odd.id);
    } else if (odd.kind == OddityKind::Checkpoint) {
      continue;  // the head has it
    } else if (!all && ++alike[group_of(odd)] > kAlikeShown) {
      ++hidden;
    } else {
      shown.push_back(&odd);
    }
  }
  if (shown.empty() && always.empty()) return;
  std::ranges::stable_sort(
      shown, [](const Oddity* a, const Oddity* b) { return a->severity > b->severity; });
  out.heading("Odd");
  for (const Oddity* odd : shown) print_oddity(out, *odd);
  if (hidden != 0) {
    out.line(fmt::format("    … {} more like these, --all shows them", hidden));
  }
  if (!always.empty()) {
    print_hanging(
        out, "  - ", 4,
        "at every restore of this generation: " + joined(always, ", ") + " (--all explains them)");
  }
}

}  // namespace

void print_show(Output& out, const ShowInput& input, bool all) {
  print_head(out, input);
  print_vcpus(out, input.summary, all);
  print_blocks(out, input.summary);
  print_devices(out, input.summary);
  print_command(out, input.summary.command_line);
  print_odd(out, input, all);
}

}  // namespace snapfmt::tools::snapinfo
