// snapinfo fields: every field of every block, by name.
#include <memory>

#include <fmt/format.h>

#include "common/glob.h"
#include "snapfmt/schema/render.h"
#include "snapinfo/commands.h"

namespace snapfmt::tools::snapinfo {
namespace {

using bytes::JsonWriter;
using schema::FieldClass;
using schema::FieldView;
using snapshot::Snapshot;

constexpr const char* kExamples =
    "PATTERN matches a field's path, its element or its block; `*` is any text, `?` any\n"
    "character, and a pattern without them matches a part of the path.\n"
    "\n"
    "Examples:\n"
    "  snapinfo fields vm                       all that carries information\n"
    "  snapinfo fields vm 'vcpu[0].cr*' rip     some registers\n"
    "  snapinfo fields vm --long vioapic        with bits, bytes and sentences\n"
    "  snapinfo fields vm --json | jq -c '.fields[] | select(.class == \"time\")'\n"
    "\n"
    "Exit status: 0, 1 if nothing matches, 2 if it could not be done.\n";

struct Options {
  SnapshotOptions snapshot;
  OutputOptions output;
  std::vector<std::string> patterns;
  std::vector<std::string> classes;
  bool all = false;
  bool nonzero = false;
  bool long_form = false;
};

/// Which fields are wanted. Reuses its buffers: it looks at every field.
class Filter {
 public:
  explicit Filter(const Options& options) : options_(options) {}

  bool wants(const FieldView& field) {
    if (!options_.classes.empty()) {
      const auto cls = to_string(field.cls());
      if (std::ranges::find(options_.classes, cls) == options_.classes.end()) return false;
    }
    if (options_.nonzero &&
        std::ranges::all_of(field.raw(), [](std::byte b) { return b == std::byte{0}; })) {
      return false;
    }
    if (options_.patterns.empty()) return true;
    path_.clear();
    field.append_path(path_);
    element_.clear();
    const bool has_element = field.append_element(element_);
    return std::ranges::any_of(options_.patterns, [&](const std::string& pattern) {
      return matches(pattern, path_) || (has_element && matches(pattern, element_));
    });
  }

 private:
  const Options& options_;
  std::string path_, element_;
};

void write_bits(JsonWriter& json, const FieldView& field) {
  const schema::RegisterDef* reg = field.reg();
  if (reg == nullptr || !field.is_integer()) return;
  json.key("bits").begin_object(JsonWriter::Lines::One);
  for (const auto& bit : split_bits(field.block().schema(), *reg, field.value())) {
    json.key(bit.name);
    if (bit.meaning.empty()) {
      json.uint(bit.value);
    } else {
      json.string(bit.meaning);
    }
  }
  json.end_object();
}

/// One row of the document; the buffer is reused.
void write_field(JsonWriter& json, std::string_view block, const FieldView& field,
                 std::string& buffer) {
  const auto append = [&](auto member) {
    buffer.clear();
    (field.*member)(buffer);
    return std::string_view(buffer);
  };
  json.begin_object(JsonWriter::Lines::One);
  json.key("block").string(block);
  json.key("offset").uint(field.offset()).key("size").uint(field.size());
  json.key("path").string(append(&FieldView::append_path));
  json.key("source").string(append(&FieldView::append_source));
  buffer.clear();
  json.key("element");
  field.append_element(buffer) ? json.string(buffer) : json.null();
  json.key("class").string(to_string(field.cls()));
  json.key("type").string(to_string(field.type()));
  if (field.size() <= schema::kMaxRendered) {
    json.key("raw").raw_hex(field.raw());
    buffer.clear();
    append_value(field, buffer);
    json.key("value").string(buffer);
  } else {
    json.key("value").null();
  }
  json.key("text").string(render_text(field));
  write_bits(json, field);
  if (field.row() != nullptr && field.row()->uncertain != 0) {
    json.key("uncertain").string(field.block().schema().text(field.row()->note));
  }
  json.end_object();
}

bool print_json(Output& out, const Options& options, const Snapshot& snapshot) {
  auto json = out.json(options.output.compact);
  json.begin_object().key("schema").string("snapfmt.fields/1");
  json.key("fields").begin_array();
  Filter filter(options);
  std::string buffer;
  bool any = false;
  for (const snapshot::BlockView& view : snapshot.blocks()) {
    if (view.block->size == 0) continue;
    const auto decoded = snapshot.decode(view);
    for (const FieldView field : decoded) {
      if (!filter.wants(field)) continue;
      any = true;
      write_field(json, view.block->name, field, buffer);
    }
  }
  json.end_array().end_object();
  (void)json.finish();
  return any;
}

/// Where text is too wide for its column it goes on under it.
void print_row(Output& out, const FieldView& field, const Options& options, std::string_view prefix) {
  constexpr std::size_t kNameWidth = 38;
  constexpr std::size_t kValueWidth = 18;
  std::string path = field.path();
  if (path.starts_with(prefix)) path.erase(0, prefix.size());
  std::string value = field.is_integer() ? schema::render_value(field) : "";
  std::string text = sanitized(schema::render_text(field));
  if (text == value) text.clear();
  const Tone tone = field.cls() == FieldClass::Padding || field.cls() == FieldClass::Unknown
                        ? Tone::Dim
                        : Tone::Name;
  std::string line = "  " + out.paint(tone, padded(sanitized(path), kNameWidth));
  if (columns(path) > kNameWidth) {
    line += "\n  " + std::string(kNameWidth, ' ');
  }
  constexpr std::size_t kTextAt = kNameWidth + kValueWidth + 4;
  if (field.is_integer()) {
    line += ' ' + padded(value, kValueWidth);
    if (!text.empty()) line += ' ' + wrapped(text, kWidth - kTextAt, kTextAt);
  } else {
    constexpr std::size_t kAt = kNameWidth + 3;
    line += ' ';
    // Bytes have no blanks to break at.
    for (std::size_t at = 0; at < text.size(); at += kWidth - kAt) {
      if (at != 0) line += '\n' + std::string(kAt, ' ');
      line += text.substr(at, kWidth - kAt);
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  out.line(line);
  if (!options.long_form) return;
  const auto note = [&](std::string_view what) {
    if (!what.empty()) {
      out.line("      " + out.paint(Tone::Dim, wrapped(sanitized(what), kWidth - 6, 6)));
    }
  };
  note(fmt::format("+{:#x}, {} {}, {}", field.offset(), field.size(),
                   field.size() == 1 ? "byte" : "bytes", to_string(field.cls())));
  note(field.source());
  if (const auto element = field.element()) note("element " + *element);
  note(field.doc());
  if (field.row() != nullptr && field.row()->uncertain != 0) {
    note("uncertain: " + std::string(field.block().schema().text(field.row()->note)));
  }
  if (!field.as_expected()) note("bhyve writes another value here");
  if (const auto* reg = field.reg(); reg != nullptr && field.is_integer()) {
    for (const auto& bit : split_bits(field.block().schema(), *reg, field.value())) {
      const std::string at = bit.high == bit.low ? std::to_string(bit.low)
                                                 : fmt::format("{}:{}", bit.high, bit.low);
      const std::string shown =
          bit.meaning.empty() ? fmt::format("{:#x}", bit.value)
                              : fmt::format("{:#x} {}", bit.value, bit.meaning);
      out.line(fmt::format("      {:>5}  {:<14} {:<14} ", at, bit.name, shown) +
               out.paint(Tone::Dim, clipped(bit.doc, kWidth - 43)));
    }
  }
}

bool print_text(Output& out, const Options& options, const Snapshot& snapshot) {
  Filter filter(options);
  bool any = false;
  const bool plain = options.patterns.empty() && options.classes.empty() && !options.all;
  for (const snapshot::BlockView& view : snapshot.blocks()) {
    if (view.block->size == 0) continue;
    const auto decoded = snapshot.decode(view);
    const std::string prefix = view.block->name + ".";
    bool heading = false;
    std::size_t hidden = 0;
    for (const FieldView field : decoded) {
      if (!filter.wants(field)) continue;
      if (plain && field.cls() == FieldClass::Padding) {
        ++hidden;
        continue;
      }
      if (!heading) {
        out.heading(fmt::format("{}  {}, {} bytes at {:#x}", sanitized(view.block->name),
                                view.layout_name.empty() ? "no layout" : view.layout_name,
                                view.block->size, view.block->offset));
        heading = true;
      }
      any = true;
      print_row(out, field, options, prefix);
    }
    if (hidden != 0 && heading) {
      out.line(out.paint(Tone::Dim, fmt::format("  ({} padding field{}; --all shows them)", hidden,
                                                hidden == 1 ? "" : "s")));
    }
    if (view.problem && heading) {
      out.line("  " + out.paint(Tone::Bad,
                                wrapped(fmt::format("{} at +{:#x}: {}", sanitized(view.block->name),
                                                    view.problem->offset,
                                                    sanitized(view.problem->text)),
                                        kWidth - 2, 2)));
    }
  }
  return any;
}

int run_fields(const Options& options) {
  const auto snapshot = open_snapshot(options.snapshot);
  if (!snapshot) return complain(snapshot.error());
  Output out(options.output.color);
  const bool any = options.output.json ? print_json(out, options, **snapshot)
                                       : print_text(out, options, **snapshot);
  if (!any && !options.output.json) complain("no field matches");
  return out.finish(any ? kSame : kDifferent);
}

}  // namespace

void add_fields(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("fields", "List fields with their values");
  add_snapshot_options(*command, options->snapshot);
  command->add_option("PATTERN", options->patterns, "Only fields that match one of these");
  command
      ->add_option("--class", options->classes,
                   "Only these classes: arch, device, time, control, host, derived, structural, "
                   "padding, unknown")
      ->delimiter(',')
      ->type_name("CLASS,...")
      ->check(CLI::IsMember({"arch", "device", "time", "control", "host", "derived", "structural",
                             "padding", "unknown"})
                  .description(""));
  command->add_flag("--all", options->all, "Padding, too (always with --json)");
  command->add_flag("--nonzero", options->nonzero, "Only fields that are not zero");
  command->add_flag("-l,--long", options->long_form,
                    "With offset, C expression, element, sentence and bits");
  add_output_options(*command, options->output);
  command->footer(kExamples);
  command->callback([&run, options] { run = [options] { return run_fields(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
