// snapinfo fields: every field of every block, by name.
#include <algorithm>
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
    "PATTERN matches a field's path, its element or its block; `*` is any text, `?`\n"
    "any character, and a pattern without them matches a part of the path.\n"
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

/// A field as it is printed.
struct Row {
  std::string path, value, text;
  FieldView field;
};

/// Widths of the columns of one block.
struct Widths {
  std::size_t path = 0, value = 0;
};

constexpr std::size_t kWidestPath = 40;
constexpr std::size_t kIndent = 6;

Row make_row(const FieldView& field, std::string_view prefix) {
  std::string path = field.path();
  if (path.starts_with(prefix)) path.erase(0, prefix.size());
  Row row{sanitized(path), field.is_integer() ? schema::render_value(field) : "",
          sanitized(schema::render_text(field)), field};
  if (row.text == row.value) row.text.clear();
  return row;
}

Widths widths_of(const std::vector<Row>& rows) {
  Widths widths;
  for (const Row& row : rows) {
    widths.path = std::max(widths.path, std::min(columns(row.path), kWidestPath));
    widths.value = std::max(widths.value, columns(row.value));
  }
  return widths;
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    longest = std::max(longest, columns(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

/// Where text is too wide for its column it goes on under it.
void print_row(Output& out, const Row& row, const Widths& widths) {
  const auto cls = row.field.cls();
  const bool dim = cls == FieldClass::Padding || cls == FieldClass::Unknown;
  const Tone tone = dim ? Tone::Dim : Tone::Name;
  std::string line = "  " + out.paint(tone, padded(row.path, widths.path));
  if (columns(row.path) > widths.path) line += "\n  " + std::string(widths.path, ' ');
  line += "  ";
  if (row.field.is_integer()) {
    line += padded(row.value, widths.value) + "  ";
    auto text_at = widths.path + widths.value + 6;
    if (text_at + longest_word(row.text) > kWidth) {
      text_at = kIndent;
      while (line.ends_with(' ')) line.pop_back();
      line += '\n' + std::string(text_at, ' ');
    }
    line += wrapped(row.text, kWidth - text_at, text_at);
  } else {
    // Bytes have no blanks to break at.
    const auto at = widths.path + 4;
    for (std::size_t i = 0; i < row.text.size(); i += kWidth - at) {
      if (i != 0) line += '\n' + std::string(at, ' ');
      line += row.text.substr(i, kWidth - at);
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  out.line(line);
}

void print_bits(Output& out, const FieldView& field, const schema::RegisterDef& reg) {
  for (const auto& bit : split_bits(field.block().schema(), reg, field.value())) {
    const std::string at =
        bit.high == bit.low ? std::to_string(bit.low) : fmt::format("{}:{}", bit.high, bit.low);
    const std::string shown = bit.meaning.empty() ? fmt::format("{:#x}", bit.value)
                                                  : fmt::format("{:#x} {}", bit.value, bit.meaning);
    const std::string start = fmt::format("      {:>5}  {:<14} {:<14} ", at, bit.name, shown);
    const auto room = columns(start) < kWidth ? kWidth - columns(start) : 0;
    out.line(start + out.paint(Tone::Dim, clipped(bit.doc, room)));
  }
}

void print_details(Output& out, const FieldView& field) {
  const auto note = [&](std::string_view what) {
    if (what.empty()) return;
    out.line(std::string(kIndent, ' ') +
             out.paint(Tone::Dim, wrapped(sanitized(what), kWidth - kIndent, kIndent)));
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
    print_bits(out, field, *reg);
  }
}

void print_block(Output& out, const Options& options, const snapshot::BlockView& view,
                 const std::vector<Row>& rows, std::size_t hidden) {
  out.heading(fmt::format("{}  {}, {} bytes at {:#x}", sanitized(view.block->name),
                          view.layout_name.empty() ? "no layout" : view.layout_name,
                          view.block->size, view.block->offset));
  const Widths widths = widths_of(rows);
  for (const Row& row : rows) {
    print_row(out, row, widths);
    if (options.long_form) print_details(out, row.field);
  }
  if (hidden != 0) {
    out.line(out.paint(Tone::Dim, fmt::format("  ({} padding field{}; --all shows them)", hidden,
                                              hidden == 1 ? "" : "s")));
  }
  if (view.problem) {
    const std::string text = fmt::format("{} at +{:#x}: {}", sanitized(view.block->name),
                                         view.problem->offset, sanitized(view.problem->text));
    out.line("  " + out.paint(Tone::Bad, wrapped(text, kWidth - 2, 2)));
  }
}

bool print_text(Output& out, const Options& options, const Snapshot& snapshot) {
  Filter filter(options);
  bool any = false;
  const bool with_padding = options.all || !options.classes.empty();
  for (const snapshot::BlockView& view : snapshot.blocks()) {
    if (view.block->size == 0) continue;
    const auto decoded = snapshot.decode(view);
    const std::string prefix = view.block->name + ".";
    std::vector<Row> rows;
    std::size_t hidden = 0;
    for (const FieldView field : decoded) {
      if (!filter.wants(field)) continue;
      if (field.cls() == FieldClass::Padding && !with_padding) {
        ++hidden;
      } else {
        rows.push_back(make_row(field, prefix));
      }
    }
    if (rows.empty()) continue;
    any = true;
    print_block(out, options, view, rows, hidden);
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
      ->allow_extra_args(false)
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
