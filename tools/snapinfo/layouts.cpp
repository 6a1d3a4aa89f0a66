// snapinfo layouts: what stands where in a block, without a snapshot.
#include "snapinfo/layouts.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "snapinfo/commands.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using schema::Schema;

constexpr const char* kExamples =
    "NAME is a layout (vmcx.intel/3), a kernel block (vmcx: all its forms), a type of\n"
    "device (virtio-blk: all its parts) or, with --registers, a register or\n"
    "enumeration; there `*` and `?` stand for any text and any character.\n"
    "\n"
    "Examples:\n"
    "  snapinfo layouts                              what there is\n"
    "  snapinfo layouts vmcx.intel/4                 row by row\n"
    "  snapinfo layouts --profile freebsd-14.0 --vendor amd vmcx\n"
    "  snapinfo layouts --bits vioapic               with the bits of registers\n"
    "  snapinfo layouts --registers efer 'lapic_*'   what bits and values mean\n"
    "\n"
    "Exit status: 0, 2 if it could not be done.\n";

struct Options {
  SchemaOptions schema;
  OutputOptions output;
  std::vector<std::string> names;
  std::string profile, vendor;
  bool bits = false;
  bool registers = false;
};

int run_registers(const Options& options, const Schema& schema) {
  const auto choice = choose_definitions(schema, options.names);
  if (!choice) return complain(choice.error());
  Output out(options.output.color);
  if (options.output.json) {
    write_definitions(out, options.output.compact, schema, *choice);
  } else if (options.names.empty()) {
    print_definition_list(out, schema, *choice);
  } else {
    print_definitions(out, schema, *choice);
  }
  return out.finish(kSame);
}

Result<LayoutChoice> choose_layouts(const Options& options, const Schema& schema) {
  LayoutChoice choice;
  if (!options.profile.empty()) {
    const auto profile = chosen_profile(schema, options.profile);
    if (!profile) return std::unexpected(profile.error());
    choice.filter.profile = *profile;
  }
  choice.filter.vendor = chosen_vendor(options.vendor);
  const auto add = [&](std::uint32_t layout) {
    if (std::ranges::find(choice.layouts, layout) == choice.layouts.end()) {
      choice.layouts.push_back(layout);
    }
  };
  for (const std::string& name : options.names) {
    const auto found = find_layouts(schema, name, choice.filter);
    if (!found) return std::unexpected(found.error());
    std::ranges::for_each(*found, add);
  }
  if (!options.names.empty()) return choice;
  for (const auto& use : layout_uses(schema, choice.filter)) add(use.layout);
  if (choice.filter.profile == nullptr && !choice.filter.vendor) {
    for (std::uint32_t i = 0; i < schema.layouts().size(); ++i) add(i);
  }
  return choice;
}

int run_layouts(const Options& options) {
  std::optional<Schema> storage;
  const auto loaded = load_schema(options.schema, storage);
  if (!loaded) return complain(loaded.error());
  const Schema& schema = **loaded;
  if (options.registers) return run_registers(options, schema);
  const auto choice = choose_layouts(options, schema);
  if (!choice) return complain(choice.error());

  const bool list = options.names.empty() && options.profile.empty();
  Output out(options.output.color);
  if (options.output.json) {
    write_layouts(out, options.output.compact, schema, *choice, !list);
  } else if (list) {
    print_layout_list(out, schema, *choice);
  } else {
    print_layouts(out, schema, *choice, options.bits);
  }
  return out.finish(kSame);
}

}  // namespace

void add_layouts(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("layouts", "Show what stands where in a block");
  command->add_option("NAME", options->names, "Layouts, kernel blocks or types of devices");
  CLI::Option* profile =
      command->add_option("--profile", options->profile, "Only what this profile uses");
  profile->type_name("NAME");
  add_vendor_option(*command, options->vendor, "Only what concerns intel or amd hosts");
  command->add_flag("--bits", options->bits, "With the bits of registers");
  command->add_flag("--registers", options->registers, "Look up registers and enumerations instead")
      ->excludes(profile);
  add_schema_options(*command, options->schema);
  add_output_options(*command, options->output);
  command->footer(kExamples);
  command->callback([&run, options] { run = [options] { return run_layouts(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
