#include "snapfmt/snapshot/registers.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "snapfmt/schema/render.h"

namespace snapfmt::snapshot {
namespace {

constexpr std::array<std::string_view, 18> kGeneral{"rax", "rbx", "rcx", "rdx", "rsi", "rdi",
                                                    "rbp", "rsp", "r8",  "r9",  "r10", "r11",
                                                    "r12", "r13", "r14", "r15", "rip", "rflags"};
constexpr std::array<std::string_view, 7> kControl{"cr0", "cr2",  "cr3", "cr4",
                                                   "cr8", "efer", "xcr0"};
constexpr std::array<std::string_view, 6> kDebug{"dr0", "dr1", "dr2", "dr3", "dr6", "dr7"};
constexpr std::array<std::string_view, 4> kPdptes{"pdpte0", "pdpte1", "pdpte2", "pdpte3"};
constexpr std::array<std::string_view, 9> kEvents{
    "interruptibility",  "activity",    "nextrip",   "exitintinfo", "exc_vector",
    "exc_errcode_valid", "exc_errcode", "exit.code", "exit.rip"};
constexpr std::array<std::string_view, 10> kSegments{"cs", "ds",   "es", "fs",   "gs",
                                                     "ss", "ldtr", "tr", "gdtr", "idtr"};

/// Enables and flags of DR7, then condition and length of those breakpoints that are enabled.
std::string breakpoints_text(const schema::FieldView& field) {
  const std::uint64_t dr7 = field.value();
  std::string text;
  for (const schema::BitValue& bit :
       schema::split_bits(field.block().schema(), *field.reg(), dr7)) {
    const bool is_setting = bit.name.starts_with("R/W") || bit.name.starts_with("LEN");
    const unsigned number = static_cast<unsigned>(bit.name.back() - '0') & 3;
    if (is_setting ? (dr7 >> 2 * number & 3) == 0 : bit.value == 0) continue;
    if (!text.empty()) text += ' ';
    text += bit.name;
    if (is_setting) text += fmt::format("={}", bit.meaning);
  }
  return text.empty() ? "-" : text;
}

/// What a register means. `all WB` where each of its fields means the same (MTRRs).
std::string meaning_of(const schema::FieldView& field) {
  const schema::Schema& schema = field.block().schema();
  if (const schema::RegisterDef* reg = field.reg()) {
    if (reg == schema.find_register("dr7")) return breakpoints_text(field);
    const auto bits = schema::split_bits(schema, *reg, field.value());
    const bool same = std::ranges::all_of(bits, [&](const schema::BitValue& bit) {
      return !bit.meaning.empty() && bit.meaning == bits.front().meaning;
    });
    if (bits.size() > 1 && same) return "all " + std::string(bits.front().meaning);
  }
  // Bit 31 says whether there is an event at all.
  const bool is_event =
      field.reg() != nullptr && field.reg() == field.block().schema().find_register("exitintinfo");
  if (is_event && (field.value() >> 31 & 1) == 0) return "none";
  return schema::render_text(field);
}

/// `code, execute/read, accessed DPL 3 L G`; presence is said only where it is missing.
std::string access_text(const schema::FieldView& field) {
  const schema::RegisterDef* reg = field.reg();
  if (reg == nullptr) return schema::render_text(field);
  std::string type, flags;
  for (const schema::BitValue& bit :
       schema::split_bits(field.block().schema(), *reg, field.value())) {
    if (bit.name == "unusable" && bit.value != 0) return "unusable";
    if (bit.name == "type") {
      type = bit.meaning.empty() ? fmt::format("type {}", bit.value) : std::string(bit.meaning);
    } else if (bit.name == "DPL") {
      if (bit.value != 0) flags += fmt::format(" DPL {}", bit.value);
    } else if (bit.name == "P") {
      if (bit.value == 0) flags += " not present";
    } else if (bit.value != 0) {
      flags += ' ';
      flags += bit.name;
    }
  }
  return type + flags;
}

/// Collects what there is of one vCPU.
class Collector {
 public:
  Collector(const Elements& kernel, const schema::Schema& schema, std::uint64_t index)
      : kernel_(kernel), schema_(schema), prefix_(fmt::format("vcpu[{}].", index)) {}

  RegisterGroup group(std::string id, std::string title,
                      std::span<const std::string_view> names) const {
    RegisterGroup group{.id = std::move(id), .title = std::move(title), .registers = {}};
    for (const std::string_view name : names) add(group, std::string(name), name);
    return group;
  }

  /// All elements of the dictionary below an area such as `msr.`, without the area's name.
  RegisterGroup area(std::string id, std::string title, std::string_view area) const {
    RegisterGroup group{.id = std::move(id), .title = std::move(title), .registers = {}};
    const std::string begin = "vcpu[*]." + std::string(area);
    for (const schema::ElementDef& element : schema_.elements()) {
      const std::string_view key = schema_.text(element.key);
      if (!schema_.text(element.area).empty() || !key.starts_with(begin)) continue;
      add_pattern(group, std::string(area), key.substr(begin.size()));
    }
    return group;
  }

  SegmentValue segment(std::string_view name) const {
    const std::string path = prefix_ + std::string(name) + '.';
    SegmentValue segment{.name = std::string(name),
                         .selector = kernel_.integer(path + "selector"),
                         .base = kernel_.integer(path + "base"),
                         .limit = kernel_.integer(path + "limit"),
                         .access = kernel_.integer(path + "access"),
                         .access_text = {}};
    if (const auto access = kernel_.field(path + "access")) {
      segment.access_text = access_text(*access);
    }
    return segment;
  }

 private:
  bool add(RegisterGroup& group, std::string name, std::string_view element) const {
    const auto field = kernel_.field(prefix_ + std::string(element));
    if (!field) return false;
    if (!field->is_integer()) return true;
    const bool explained = field->reg() != nullptr || field->enumeration() != nullptr;
    group.registers.push_back({.name = std::move(name),
                               .value = field->value(),
                               .size = static_cast<unsigned>(field->size()),
                               .text = explained ? meaning_of(*field) : std::string()});
    return true;
  }

  /// A key may hold one more index, which counts up from 0.
  void add_pattern(RegisterGroup& group, const std::string& area, std::string_view key) const {
    const auto star = key.find("[*]");
    if (star == std::string_view::npos) {
      add(group, std::string(key), area + std::string(key));
      return;
    }
    for (unsigned i = 0;; ++i) {
      const std::string name =
          fmt::format("{}[{}]{}", key.substr(0, star), i, key.substr(star + 3));
      if (!add(group, name, area + name)) return;
    }
  }

  const Elements& kernel_;
  const schema::Schema& schema_;
  std::string prefix_;
};

/// One bit for each vector, in eight registers: shown as a list of vectors instead.
bool is_vector_word(const RegisterValue& reg) {
  const std::string_view name = reg.name;
  return name.size() == 4 && name[3] >= '0' && name[3] <= '7' &&
         (name.starts_with("isr") || name.starts_with("irr") || name.starts_with("tmr"));
}

}  // namespace

const RegisterGroup* VcpuRegisters::group(std::string_view id) const {
  const auto found = std::ranges::find(groups, id, &RegisterGroup::id);
  return found == groups.end() ? nullptr : &*found;
}

VcpuRegisters registers_of(const Elements& kernel, const schema::Schema& schema,
                           std::uint64_t index) {
  const Collector collect(kernel, schema, index);
  VcpuRegisters all{.state = describe_vcpu(kernel, index)};
  all.groups.push_back(collect.group("general", "General registers", kGeneral));
  all.groups.push_back(collect.group("control", "Control registers", kControl));
  all.groups.push_back(collect.group("debug", "Debug registers", kDebug));
  RegisterGroup msrs = collect.area("msrs", "Model-specific registers", "msr.");
  static constexpr std::array<std::string_view, 1> kTsc{"tsc"};
  const RegisterGroup tsc = collect.group({}, {}, kTsc);
  msrs.registers.insert(msrs.registers.end(), tsc.registers.begin(), tsc.registers.end());
  all.groups.push_back(std::move(msrs));
  all.groups.push_back(collect.group("pdptes", "Page-directory pointers", kPdptes));
  all.groups.push_back(collect.area("mtrrs", "Memory type range registers", "mtrr."));
  all.groups.push_back(collect.group("events", "Events and last exit", kEvents));
  RegisterGroup lapic = collect.area("lapic", "Local APIC", "lapic.");
  all.has_lapic = std::erase_if(lapic.registers, is_vector_word) != 0;
  all.groups.push_back(std::move(lapic));
  std::erase_if(all.groups, [](const RegisterGroup& group) { return group.registers.empty(); });
  for (const std::string_view name : kSegments) {
    SegmentValue segment = collect.segment(name);
    if (segment.base || segment.limit || segment.selector) {
      all.segments.push_back(std::move(segment));
    }
  }
  all.isr = lapic_vectors(kernel, index, "isr");
  all.irr = lapic_vectors(kernel, index, "irr");
  all.tmr = lapic_vectors(kernel, index, "tmr");
  return all;
}

}  // namespace snapfmt::snapshot
