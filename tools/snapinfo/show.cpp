// snapinfo show: a snapshot on one screen.
#include "snapinfo/show.h"

#include <memory>

#include "snapinfo/commands.h"

namespace snapfmt::tools::snapinfo {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo vm                  the same as `snapinfo show vm`\n"
    "  snapinfo show --ram vm       also how much of guest memory is zero\n"
    "  snapinfo show --json vm | jq -r '.command_line.arguments | join(\" \")'\n"
    "\n"
    "Marks: ! does not fit or is an error, ~ a variant, ? not known here.\n"
    "Exit status: 0 one answer, 1 several or none, 2 it could not be done.\n";

struct Options {
  SnapshotOptions snapshot;
  OutputOptions output;
  bool ram = false, all = false;
};

int run_show(const Options& options) {
  const auto opened = open_snapshot(options.snapshot);
  if (!opened) return complain(opened.error());
  const snapshot::Snapshot& snapshot = **opened;
  std::optional<container::ZeroPageCount> pages;
  if (options.ram) {
    if (snapshot.ram() == nullptr) {
      return complain(Error{.code = ErrorCode::NotFound,
                            .what = "there is no guest RAM to count zero pages in",
                            .file = snapshot.triple().paths().ram.string()});
    }
    const auto counted = count_zero_pages(*snapshot.ram());
    if (!counted) return complain(counted.error());
    pages = *counted;
  }
  const snapshot::Summary summary = summarise(snapshot);
  const ShowInput input{snapshot, summary, pages};
  Output out(options.output.color);
  if (options.output.json) {
    write_show(out, input, options.output.compact);
  } else {
    print_show(out, input, options.all);
  }
  return out.finish(summary.certain ? kSame : kDifferent);
}

}  // namespace

void add_show(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("show", "Show who wrote a snapshot and what is in it, on one screen");
  add_snapshot_options(*command, options->snapshot);
  add_output_options(*command, options->output);
  command->add_flag("--ram", options->ram, "Count the pages of guest memory that are zero");
  command->add_flag("--all", options->all, "Cut no list");
  command->footer(kExamples);
  command->callback([&run, options] { run = [options] { return run_show(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
