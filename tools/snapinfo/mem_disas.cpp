// snapinfo mem disas: the guest's code.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "snapfmt/snapshot/disassemble.h"
#include "snapinfo/mem.h"

namespace snapfmt::tools::snapinfo {
namespace {

using snapshot::CodeState;
using snapshot::CpuMode;
using snapshot::Disassembly;
using snapshot::Instruction;

constexpr const char* kExamples =
    "Without an address it begins at RIP. `>` marks the instruction at RIP. Outside\n"
    "64-bit mode addresses are offsets in CS where its base is not 0.\n"
    "\n"
    "Examples:\n"
    "  snapinfo mem disas vm\n"
    "  snapinfo mem disas vm --gva lstar --count 8\n"
    "  snapinfo mem disas vm --gpa 0x8000 --bits 16\n"
    "\n"
    "Exit status: 0, 2 if there is no code to read.\n";

struct Options : MemOptions {
  AddressOptions address;
  std::uint64_t count = 16;
  unsigned bits = 0;
  bool att = false;
};

/// Bytes on one line of the listing.
constexpr std::size_t kBytesPerLine = 7;

CodeState code_of(const Options& options, const VcpuAccess& vcpu) {
  CodeState code = vcpu.code;
  if (options.bits == 0 || options.bits == code.bits) return code;
  code.bits = options.bits;
  code.mode = options.bits == 64 ? CpuMode::Long64 : CpuMode::Protected;
  return code;
}

bool is_at_rip(const Target& target, const Instruction& instruction) {
  const CodeState& code = target.vcpu->code;
  return target.memory.is_virtual() && instruction.address == code.linear_code(code.rip);
}

std::string joined_bytes(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", std::to_integer<unsigned>(b));
  }
  return text;
}

/// One instruction; what is too long for a column goes on below.
void print_instruction(Output& out, const Instruction& instruction, bool at_rip, int digits) {
  const auto address_width = static_cast<std::size_t>(digits);
  constexpr std::size_t kBytesWidth = kBytesPerLine * 3 - 1;
  const std::size_t text_at = 2 + address_width + 2 + kBytesWidth + 2;
  std::string text = wrapped(instruction.text, kWidth - text_at, 0);
  std::span<const std::byte> bytes = instruction.bytes;
  for (bool first = true; first || !bytes.empty() || !text.empty(); first = false) {
    const auto shown = bytes.first(std::min(bytes.size(), kBytesPerLine));
    bytes = bytes.subspan(shown.size());
    const auto line_end = std::min(text.find('\n'), text.size());
    const std::string part = text.substr(0, line_end);
    text.erase(0, std::min(line_end + 1, text.size()));
    const std::string address = first ? fmt::format("{:0{}x}", instruction.offset, digits)
                                      : std::string(address_width, ' ');
    std::string line = (first && at_rip ? "> " : "  ") + out.paint(Tone::Name, address) + "  " +
                       out.paint(Tone::Dim, padded(joined_bytes(shown), kBytesWidth));
    if (!part.empty()) line += "  " + out.paint(instruction.valid ? Tone::Plain : Tone::Bad, part);
    while (line.ends_with(' ')) line.pop_back();
    out.line(line);
  }
}

void print_text(Output& out, const Target& target, const CodeState& code,
                const Disassembly& listing) {
  std::string head = fmt::format("vCPU {}", target.vcpu->number);
  head += code.mode == target.vcpu->code.mode && code.bits == target.vcpu->code.bits
              ? fmt::format(", {} mode", describe_mode(code))
              : fmt::format(", read as {}-bit code", code.bits);
  if (!target.memory.is_virtual()) head += ", physical addresses";
  if (listing.base != 0) {
    head += fmt::format(", offsets from {:#x}", listing.base);
  }
  out.line(out.paint(Tone::Heading, head));
  const std::uint64_t last = listing.instructions.empty() ? 0 : listing.instructions.back().offset;
  const int digits = last > 0xffff'ffff ? 16 : 8;
  for (const Instruction& instruction : listing.instructions) {
    print_instruction(out, instruction, is_at_rip(target, instruction), digits);
  }
}

void print_json(Output& out, bool compact, const Target& target, const CodeState& code,
                const Disassembly& listing) {
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.mem-disas/1");
  json.key("cpu").uint(target.vcpu->number);
  json.key("mode").string(describe_mode(target.vcpu->code)).key("bits").uint(code.bits);
  json.key("space").string(target.memory.is_virtual() ? "virtual" : "physical");
  json.key("address").hex(target.address).key("base").hex(listing.base);
  json.key("instructions").begin_array();
  for (const Instruction& instruction : listing.instructions) {
    json.begin_object(bytes::JsonWriter::Lines::One);
    json.key("address").hex(instruction.address).key("offset").hex(instruction.offset);
    json.key("bytes").raw_hex(instruction.bytes);
    json.key("text").string(instruction.text);
    json.key("valid").boolean(instruction.valid);
    json.key("at_rip").boolean(is_at_rip(target, instruction)).end_object();
  }
  json.end_array();
  json.key("stopped");
  listing.stopped ? json.string(sanitized(listing.stopped->to_string())) : json.null();
  json.end_object();
  (void)json.finish();
}

int run_disas(const Options& options) {
  const auto snapshot = open_snapshot(options);
  if (!snapshot) return complain(snapshot.error());
  const auto target = resolve(**snapshot, options.address, Needs::Code, "rip");
  if (!target) return complain(target.error());
  const CodeState code = code_of(options, *target->vcpu);
  const auto listing =
      disassemble(target->memory, target->address,
                  {.code = code,
                   .count = static_cast<std::size_t>(options.count),
                   .syntax = options.att ? snapshot::Syntax::Att : snapshot::Syntax::Intel});
  const bool nothing = listing.instructions.empty();
  Output out(options.output.color);
  if (options.output.json) {
    print_json(out, options.output.compact, *target, code, listing);
  } else if (!nothing) {
    print_text(out, *target, code, listing);
  }
  const int result = out.finish(nothing ? kTrouble : kSame);
  if (!listing.stopped) return result;
  const Error& error = *listing.stopped;
  complain(nothing ? with_region(error, **snapshot, target->memory, target->address) : error);
  return result;
}

}  // namespace

void add_mem_disas(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run) {
  auto options = std::make_shared<Options>();
  options->before = std::move(before);
  CLI::App* command =
      add_mem_command(mem, "disas", "Disassemble code at an address", *options, kExamples);
  add_virtual_address(*command, options->address);
  add_physical_address(*command, options->address);
  command->add_option("--count", options->count, "How many instructions (16)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  command->add_option("--bits", options->bits, "Read it as 16, 32 or 64-bit code")
      ->type_name("N")
      ->check(CLI::IsMember({16U, 32U, 64U}).description(""));
  command->add_flag("--att", options->att, "AT&T syntax, not Intel's");
  command->callback([&run, options] { run = [options] { return run_disas(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
