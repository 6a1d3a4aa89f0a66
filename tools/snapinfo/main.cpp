// snapinfo: what is in a bhyve snapshot.
#include <algorithm>
#include <string>
#include <vector>

#include "common/help.h"
#include "snapfmt/version.h"
#include "snapinfo/commands.h"

namespace {

using snapfmt::tools::Run;

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo vm                        who wrote it, what is in it\n"
    "  snapinfo id --json vm              the release, for scripts\n"
    "  snapinfo fields vm 'vcpu[0].cr*'   every field by name\n"
    "  snapinfo regs --cpu 1 vm           a register screen\n"
    "  snapinfo mem disas --gva rip vm    the code at RIP\n"
    "  snapinfo profiles --diff freebsd-13.2 freebsd-14.0\n"
    "\n"
    "Exit status: 0 one answer, 1 several or none, 2 it could not be done.\n";

/// `snapinfo SNAP` is `snapinfo show SNAP`.
std::vector<std::string> with_default_command(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty()) return args;
  const std::string& first = args.front();
  const bool help = first == "-h" || first == "--help" || first == "--version";
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  const bool named = std::ranges::any_of(
      commands, [&](const CLI::App* command) { return command->get_name() == first; });
  if (!help && !named) args.insert(args.begin(), "show");
  return args;
}

}  // namespace

int main(int argc, char** argv) {
  namespace tools = snapfmt::tools;
  CLI::App app{
      "Shows what is in a bhyve snapshot: who wrote it, every block and field, the\n"
      "registers and the memory of the guest.",
      "snapinfo"};
  app.formatter(tools::help_formatter());
  app.set_version_flag("--version", "snapinfo " + std::string(snapfmt::kVersion));
  app.require_subcommand(1);
  app.footer(kExamples);
  Run run;
  tools::snapinfo::add_show(app, run);
  tools::snapinfo::add_id(app, run);
  tools::snapinfo::add_fields(app, run);
  tools::snapinfo::add_regs(app, run);
  tools::snapinfo::add_mem(app, run);
  tools::snapinfo::add_profiles(app, run);
  tools::snapinfo::add_layouts(app, run);

  auto args = with_default_command(app, argc, argv);
  std::ranges::reverse(args);  // CLI11 takes them from the back
  try {
    app.parse(std::move(args));
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? tools::kSame : tools::kTrouble;
  }
  return run();
}
