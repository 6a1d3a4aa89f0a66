// snapinfo mem read: bytes of guest memory.
#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "snapfmt/bytes/checked.h"
#include "snapfmt/snapshot/address.h"
#include "snapinfo/mem.h"
#include "snapinfo/mem_hexdump.h"

namespace snapfmt::tools::snapinfo {
namespace {

constexpr const char* kExamples =
    "A terminal gets a hexdump, a pipe or file the bytes as they are.\n"
    "\n"
    "Examples:\n"
    "  snapinfo mem read vm --gva rsp --len 64\n"
    "  snapinfo mem read vm --gpa cr3 --len 4K --hex | less\n"
    "  snapinfo mem read vm --gpa 0 --len 1M > first-mib\n"
    "  snapinfo mem read vm --cpu 2 --gva gs+0x10 --len 8 --json\n"
    "\n"
    "Exit status: 0, 2 if not all of it could be read.\n";

/// A part of the document has at most so many bytes.
constexpr std::size_t kPart = std::size_t{64} << 10;

struct Options : MemOptions {
  AddressOptions address;
  std::string length = "256";
  bool hex = false;
  bool raw = false;
};

/// Passes memory on in parts as it lies in one piece, until `length` or something unreadable.
/// What ended it early is returned, with `done` at the address that could not be read.
template <class Use>
std::optional<Error> for_each_part(const Target& target, std::uint64_t length, std::uint64_t& done,
                                   const Use& use) {
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(length, kPart)));
  for (done = 0; done < length;) {
    const auto wanted = std::min<std::uint64_t>(length - done, buffer.size());
    const std::uint64_t address = target.address + done;
    const auto run =
        target.memory.read_some(address, std::span(buffer).first(static_cast<std::size_t>(wanted)));
    if (!run) return run.error();
    use(address, run->gpa, std::span<const std::byte>(buffer).first(run->size));
    done += run->size;
  }
  return std::nullopt;
}

using PartBytes = std::span<const std::byte>;

std::optional<Error> print_json(Output& out, bool compact, const Target& target,
                                std::uint64_t length, std::uint64_t& done) {
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.mem-read/1");
  json.key("cpu");
  target.memory.is_virtual() ? json.uint(target.vcpu->number) : json.null();
  json.key("space").string(target.memory.is_virtual() ? "virtual" : "physical");
  json.key("address").hex(target.address).key("length").hex(length);
  json.key("parts").begin_array();
  auto stopped = for_each_part(target, length, done,
                               [&](std::uint64_t address, std::uint64_t gpa, PartBytes bytes) {
                                 json.begin_object(bytes::JsonWriter::Lines::One);
                                 json.key("address").hex(address).key("gpa").hex(gpa);
                                 json.key("size").uint(bytes.size()).key("data").raw_hex(bytes);
                                 json.end_object();
                               });
  json.end_array();
  json.key("stopped");
  stopped ? json.string(sanitized(stopped->to_string())) : json.null();
  json.end_object();
  (void)json.finish();
  return stopped;
}

std::optional<Error> print_hex(Output& out, const Target& target, std::uint64_t length,
                               std::uint64_t& done) {
  HexDump dump(out, target.address, target.address + (length - 1));
  auto stopped =
      for_each_part(target, length, done,
                    [&](std::uint64_t, std::uint64_t, PartBytes bytes) { dump.add(bytes); });
  dump.finish();
  return stopped;
}

std::optional<Error> write_raw(Output& out, const Target& target, std::uint64_t length,
                               std::uint64_t& done) {
  return for_each_part(target, length, done, [&](std::uint64_t, std::uint64_t, PartBytes bytes) {
    out.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  });
}

Result<std::uint64_t> length_of(const Options& options, const Target& target) {
  const auto length = snapshot::parse_size(options.length);
  if (!length || *length == 0) {
    return std::unexpected(Error{.code = ErrorCode::Usage,
                                 .what = fmt::format("`{}` is no length", options.length),
                                 .hint = "64, 0x1000, 4K, 2M, 1G"});
  }
  if (!bytes::checked_add(target.address, *length - 1)) {
    return fail(ErrorCode::Usage, fmt::format("addresses end before {:#x} bytes from {:#x} do",
                                              *length, target.address));
  }
  return *length;
}

int run_read(const Options& options) {
  const auto snapshot = open_snapshot(options);
  if (!snapshot) return complain(snapshot.error());
  const auto target = resolve(**snapshot, options.address, Needs::Memory);
  if (!target) return complain(target.error());
  const auto length = length_of(options, *target);
  if (!length) return complain(length.error());

  Output out(options.output.color);
  std::uint64_t done = 0;
  std::optional<Error> stopped;
  if (options.output.json) {
    stopped = print_json(out, options.output.compact, *target, *length, done);
  } else if (options.hex || (out.is_terminal() && !options.raw)) {
    stopped = print_hex(out, *target, *length, done);
  } else if (out.is_terminal()) {
    return complain(Error{.code = ErrorCode::Usage,
                          .what = "raw bytes do not go to a terminal",
                          .hint = "send them to a file or a pipe, or use --hex"});
  } else {
    stopped = write_raw(out, *target, *length, done);
  }
  const int code = out.finish(stopped ? kTrouble : kSame);
  if (!stopped) return code;
  return complain(with_region(*stopped, **snapshot, target->memory, target->address + done));
}

}  // namespace

void add_mem_read(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run) {
  auto options = std::make_shared<Options>();
  options->before = std::move(before);
  CLI::App* command = add_mem_command(mem, "read", "Bytes at an address", *options, kExamples);
  add_virtual_address(*command, options->address);
  add_physical_address(*command, options->address);
  command->add_option("--len", options->length, "How many bytes: 64, 0x1000, 4K, 2M (256)")
      ->type_name("N");
  CLI::Option* hex = command->add_flag("--hex", options->hex, "A hexdump, wherever it goes");
  CLI::Option* raw = command->add_flag("--raw", options->raw, "The bytes as they are");
  hex->excludes(raw);
  command->get_option("--json")->excludes(hex)->excludes(raw);
  command->callback([&run, options] { run = [options] { return run_read(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
