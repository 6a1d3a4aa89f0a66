#include "snapfmt/snapshot/address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "snapfmt/bytes/checked.h"
#include "snapfmt/snapshot/code_state.h"
#include "snapfmt/snapshot/paging.h"

namespace snapfmt::snapshot {
namespace {

constexpr std::array<std::string_view, 6> kSegments{"es", "cs", "ss", "ds", "fs", "gs"};
constexpr std::uint64_t kAccessBig = 1U << 14;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

std::unexpected<Error> not_an_address(std::string_view text) {
  return std::unexpected(Error{.code = ErrorCode::Usage,
                               .what = fmt::format("`{}` is not an address", text),
                               .hint = "0x1000, 4096, rip, rsp-0x20, gdtr+8, cr3, ss:0xff00"});
}

/// Registers of one vCPU by the names that people use.
class Registers {
 public:
  Registers(const Elements& elements, std::uint64_t cpu) : elements_(elements), cpu_(cpu) {}

  /// A register as an address.
  Result<std::uint64_t> address(std::string_view name) const {
    if (name == "cr3") return root();
    if (name == "rip" || name == "nextrip") return in_segment("cs", name);
    if (name == "rsp" || name == "rbp") return in_segment("ss", name);
    return plain(name);
  }

  /// What a segment adds to an offset.
  Result<std::uint64_t> in_segment(std::string_view segment,
                                   std::string_view offset_register) const {
    const auto offset = plain(offset_register);
    if (!offset) return offset;
    const auto code = code_state(elements_, cpu_);
    if (!code) return std::unexpected(code.error());
    if (code->mode == CpuMode::Long64) return *offset;
    std::uint64_t used = *offset;
    if (segment == "ss") {
      const auto access = vcpu_register(elements_, cpu_, "ss.access");
      if (!access) return access;
      if ((*access & kAccessBig) == 0) used &= 0xffff;
    }
    return segment_address(segment, used);
  }

  Result<std::uint64_t> segment_address(std::string_view segment, std::uint64_t offset) const {
    const auto base = vcpu_register(elements_, cpu_, fmt::format("{}.base", segment));
    if (!base) return base;
    const auto code = code_state(elements_, cpu_);
    if (!code) return std::unexpected(code.error());
    const bool flat = code->mode == CpuMode::Long64 && segment != "fs" && segment != "gs";
    return code->linear(flat ? 0 : *base, offset);
  }

  /// The value alone, or the base of what has one.
  Result<std::uint64_t> plain(std::string_view name) const {
    for (const std::string_view pattern : {"{}", "{}.base", "msr.{}"}) {
      const auto value = vcpu_register(elements_, cpu_, fmt::format(fmt::runtime(pattern), name));
      if (value) return value;
    }
    return std::unexpected(
        Error{.code = ErrorCode::NotFound,
              .what = fmt::format("vCPU {} has no register `{}`", cpu_, name),
              .hint = "numbers are decimal, or hexadecimal with 0x; registers are rip, rsp, rax "
                      "..., cr3, gdtr, idtr, tr, gs, lstar"});
  }

 private:
  Result<std::uint64_t> root() const {
    const auto state = paging_state(elements_, cpu_);
    if (!state) return std::unexpected(state.error());
    return root_table(*state);
  }

  const Elements& elements_;
  std::uint64_t cpu_;
};

bool is_name(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
         });
}

/// What stands before the first `+` or `-`.
Result<std::uint64_t> parse_term(std::string_view text, const Elements* elements,
                                 std::uint64_t cpu) {
  if (const auto number = parse_number(text)) return *number;
  const std::string name = lower(text);
  const auto colon = name.find(':');
  const std::string_view segment = std::string_view(name).substr(0, colon);
  const bool has_segment = colon != std::string::npos;
  const std::string_view offset =
      has_segment ? std::string_view(name).substr(colon + 1) : std::string_view(name);
  if (has_segment && std::ranges::find(kSegments, segment) == kSegments.end()) {
    return not_an_address(text);
  }
  const auto number = parse_number(offset);
  if (!number && !is_name(offset)) return not_an_address(text);
  if (elements == nullptr) {
    return fail(ErrorCode::NotFound, fmt::format("`{}`: there are no registers", text));
  }
  const Registers registers(*elements, cpu);
  if (!has_segment) return registers.address(offset);
  if (number) return registers.segment_address(segment, *number);
  const auto value = registers.plain(offset);
  return value ? registers.segment_address(segment, *value) : value;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (const auto number = parse_number(text)) return number;
  for (const std::string_view suffix : {"iB", "ib", "B", "b"}) {
    if (text.ends_with(suffix)) {
      text.remove_suffix(suffix.size());
      break;
    }
  }
  if (const auto number = parse_number(text)) return number;
  if (text.empty()) return std::nullopt;
  static constexpr std::string_view kUnits = "kmg";
  const auto unit = kUnits.find(lower(text.substr(text.size() - 1)));
  const auto number = parse_number(text.substr(0, text.size() - 1));
  if (unit == std::string_view::npos || !number) return std::nullopt;
  return bytes::checked_mul(*number, std::uint64_t{1} << 10 * (unit + 1));
}

Result<std::uint64_t> parse_address(std::string_view text, const Elements* elements,
                                    std::uint64_t cpu) {
  auto next = std::min(text.find_first_of("+-"), text.size());
  auto sum = parse_term(text.substr(0, next), elements, cpu);
  while (sum && next < text.size()) {
    const bool minus = text[next] == '-';
    const auto end = std::min(text.find_first_of("+-", next + 1), text.size());
    const auto number = parse_number(text.substr(next + 1, end - next - 1));
    if (!number) return not_an_address(text);
    *sum = minus ? *sum - *number : *sum + *number;
    next = end;
  }
  return sum;
}

}  // namespace snapfmt::snapshot
