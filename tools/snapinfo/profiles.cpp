// snapinfo profiles: the generations of bhyve's snapshots, and what differs between them.
#include "snapinfo/profiles.h"

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "snapinfo/commands.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo profiles                                 what generations there are\n"
    "  snapinfo profiles freebsd-14.0 --vendor amd       blocks, devices, defects\n"
    "  snapinfo profiles --diff freebsd-13.2 freebsd-14.0\n"
    "  snapinfo profiles --json | jq -r '.profiles[].name'\n"
    "\n"
    "Exit status: 0; with --diff 1 if they differ; 2 if it could not be done.\n";

struct Options {
  SchemaOptions schema;
  OutputOptions output;
  std::vector<std::string> names;
  std::string vendor;
  bool diff = false;
  bool long_form = false;
};

int run_diff(const Options& options, const schema::Schema& schema, ProfileList profiles) {
  const auto vendor = chosen_vendor(options.vendor);
  const auto diff = compare_profiles(schema, *profiles[0], *profiles[1], vendor);
  Output out(options.output.color);
  if (options.output.json) {
    write_diff(out, options.output.compact, schema, diff, vendor);
  } else {
    print_diff(out, schema, diff, options.long_form);
  }
  return out.finish(diff.same() ? kSame : kDifferent);
}

int run_profiles(const Options& options) {
  if (options.diff && options.names.size() != 2) {
    return complain(Error{.code = ErrorCode::Usage, .what = "--diff takes two profiles"});
  }
  std::optional<schema::Schema> storage;
  const auto loaded = load_schema(options.schema, storage);
  if (!loaded) return complain(loaded.error());
  const schema::Schema& schema = **loaded;
  std::vector<const schema::ProfileDef*> profiles;
  for (const std::string& name : options.names) {
    const auto profile = chosen_profile(schema, name);
    if (!profile) return complain(profile.error());
    profiles.push_back(*profile);
  }
  if (options.diff) return run_diff(options, schema, profiles);

  Output out(options.output.color);
  const auto vendor = chosen_vendor(options.vendor);
  if (options.output.json) {
    if (profiles.empty()) {
      for (const schema::ProfileDef& p : schema.profiles()) profiles.push_back(&p);
    }
    write_profiles(out, options.output.compact, schema, profiles, vendor);
  } else if (profiles.empty()) {
    print_profiles(out, schema);
  } else {
    for (std::size_t i = 0; i < profiles.size(); ++i) {
      if (i != 0) out.line();
      print_profile(out, schema, *profiles[i], vendor);
    }
  }
  return out.finish(kSame);
}

}  // namespace

void add_profiles(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("profiles", "Tell what generations of snapshots there are");
  command->add_option("NAME", options->names, "Profiles, such as freebsd-14.0");
  command->add_flag("--diff", options->diff, "Compare two profiles");
  add_vendor_option(*command, options->vendor, "Only what concerns intel or amd hosts");
  command->add_flag("-l,--long", options->long_form, "With --diff: every row on a line of its own")
      ->needs("--diff");
  add_schema_options(*command, options->schema);
  add_output_options(*command, options->output);
  command->footer(kExamples);
  command->callback([&run, options] { run = [options] { return run_profiles(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
