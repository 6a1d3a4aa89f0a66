// snapinfo mem: the guest's memory. Each command is in a file of its own.
#include "snapinfo/mem.h"

#include <utility>

#include <fmt/format.h>

#include "snapfmt/snapshot/address.h"
#include "snapinfo/commands.h"

namespace snapfmt::tools::snapinfo {
namespace {

using snapshot::AddressSpace;
using snapshot::Elements;
using snapshot::Snapshot;

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo mem vm                             what lies where\n"
    "  snapinfo mem read vm --gva rsp --len 64     the top of the stack\n"
    "  snapinfo mem read vm --gpa 0x1000 --len 4K > page\n"
    "  snapinfo mem disas vm --gva rip --cpu 1     the code at RIP\n"
    "  snapinfo mem walk vm --gva gdtr             the page tables on the way\n"
    "  snapinfo mem stats vm                       how much of it is zero\n"
    "\n"
    "Exit status: 0, 1 if an address is not mapped (walk), 2 if it could not be done.\n";

constexpr const char* kAddressHelp =
    "a number (0x for hexadecimal) or a register: rip, rsp, rax ..., cr3, "
    "gdtr, idtr, tr, gs, lstar; then +N or -N";

bool uses_register(std::string_view address) {
  // A term is a number exactly if it can be read without any registers.
  return !snapshot::parse_address(address, nullptr, 0);
}

Result<VcpuAccess> access_of(const Snapshot& snapshot, const Elements& elements,
                             std::uint64_t cpu) {
  const std::uint64_t count = snapshot.vcpus();
  if (cpu >= count) {
    Error error{.code = ErrorCode::NotFound, .what = fmt::format("there is no vCPU {}", cpu)};
    error.hint = count == 0   ? "the snapshot does not say how many there are"
                 : count == 1 ? "the snapshot has vCPU 0 only"
                              : fmt::format("the snapshot has vCPUs 0 to {}", count - 1);
    return std::unexpected(std::move(error));
  }
  const auto paging = paging_state(elements, cpu);
  if (!paging) return std::unexpected(paging.error());
  const auto code = code_state(elements, cpu);
  if (!code) return std::unexpected(code.error());
  return VcpuAccess{.number = cpu, .paging = *paging, .code = *code};
}

}  // namespace

void add_optional_snapshot(CLI::App& command, SnapshotOptions& options) {
  add_snapshot_options(command, options);
  command.get_option("SNAP")->required(false);
}

CLI::App* add_mem_command(CLI::App& mem, const std::string& name, const std::string& description,
                          MemOptions& options, const char* examples) {
  CLI::App* command = mem.add_subcommand(name, description);
  add_optional_snapshot(*command, options.snapshot);
  add_output_options(*command, options.output);
  command->footer(examples);
  return command;
}

Result<OpenSnapshot> open_snapshot(const MemOptions& options) {
  SnapshotOptions merged = options.snapshot;
  if (options.before != nullptr) {
    const SnapshotOptions& before = *options.before;
    if (!merged.path.empty() && !before.path.empty()) {
      return fail(ErrorCode::Usage,
                  fmt::format("two snapshots are given: {} and {}", before.path, merged.path));
    }
    if (merged.path.empty()) merged.path = before.path;
    if (merged.profile.empty()) merged.profile = before.profile;
    if (merged.vendor.empty()) merged.vendor = before.vendor;
    if (merged.schema.folder.empty()) merged.schema.folder = before.schema.folder;
  }
  if (merged.path.empty()) {
    return std::unexpected(Error{.code = ErrorCode::Usage,
                                 .what = "no snapshot is given",
                                 .hint = "name F, F.kern or F.meta"});
  }
  return open_snapshot(merged);
}

void add_virtual_address(CLI::App& command, AddressOptions& options) {
  command.add_option("--gva", options.gva, std::string("Guest virtual address: ") + kAddressHelp)
      ->type_name("ADDRESS");
  command.add_option("--cpu", options.cpu, "Whose registers and page tables (0)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber.description(""));
}

void add_physical_address(CLI::App& command, AddressOptions& options) {
  command.add_option("--gpa", options.gpa, "Guest physical address, given likewise")
      ->type_name("ADDRESS")
      ->excludes("--gva");
}

Result<const container::GuestRam*> ram_of(const Snapshot& snapshot) {
  if (snapshot.ram() != nullptr) return snapshot.ram();
  for (const container::Note& note : snapshot.triple().notes()) {
    if (note.kind != container::NoteKind::RamMissing) continue;
    return std::unexpected(Error{.code = ErrorCode::NotFound,
                                 .what = note.what,
                                 .file = snapshot.triple().paths().ram.string()});
  }
  return std::unexpected(Error{.code = ErrorCode::NotFound,
                               .what = "there is no guest memory",
                               .file = snapshot.triple().paths().ram.string()});
}

Result<Target> resolve(const Snapshot& snapshot, const AddressOptions& options, Needs needs,
                       std::string_view fallback) {
  const auto ram = ram_of(snapshot);
  if (!ram) return std::unexpected(ram.error());
  const bool physical = !options.gpa.empty();
  const std::string_view text = physical              ? std::string_view(options.gpa)
                                : options.gva.empty() ? fallback
                                                      : std::string_view(options.gva);
  if (text.empty()) return fail(ErrorCode::Usage, "no address is given: use --gva or --gpa");

  std::optional<Elements> elements;
  std::optional<VcpuAccess> vcpu;
  if (!physical || needs == Needs::Code || uses_register(text)) {
    elements = Elements::of_kernel(snapshot);
    const auto access = access_of(snapshot, *elements, options.cpu);
    if (!access) return std::unexpected(access.error());
    vcpu = *access;
  }
  const auto address = snapshot::parse_address(text, elements ? &*elements : nullptr, options.cpu);
  if (!address) return std::unexpected(address.error());
  return Target{.memory = physical ? AddressSpace(**ram) : AddressSpace(**ram, vcpu->paging),
                .address = *address,
                .vcpu = vcpu};
}

Error with_region(const Error& error, const Snapshot& snapshot, const AddressSpace& memory,
                  std::uint64_t address) {
  if (error.code != ErrorCode::NotFound) return error;
  std::uint64_t gpa = address;
  if (memory.is_virtual()) {
    const auto found = walk(memory.ram(), *memory.paging(), address);
    if (!found || !found->mapped()) return error;
    gpa = found->gpa;
  }
  if (memory.ram().file_offset(gpa)) return error;
  const auto map = memory_map(snapshot);
  const snapshot::MemoryRegion* region = snapshot::region_at(map, gpa);
  return region == nullptr ? error : error.with_hint(region->what);
}

void add_mem(CLI::App& app, Run& run) {
  CLI::App* mem = app.add_subcommand("mem", "Show the guest's memory");
  auto options = std::make_shared<MemOptions>();
  const auto before = std::shared_ptr<const SnapshotOptions>(options, &options->snapshot);
  add_optional_snapshot(*mem, options->snapshot);
  add_output_options(*mem, options->output);
  mem->footer(kExamples);
  add_mem_list(*mem, before, run);
  add_mem_read(*mem, before, run);
  add_mem_disas(*mem, before, run);
  add_mem_walk(*mem, before, run);
  add_mem_stats(*mem, before, run);
  // Callbacks of commands run before that of what they are below.
  mem->callback([&run, mem, options] {
    if (mem->get_subcommands().empty()) run = [options] { return run_mem_list(*options); };
  });
}

}  // namespace snapfmt::tools::snapinfo
