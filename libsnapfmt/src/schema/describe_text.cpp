#include "describe_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "snapfmt/schema/describe.h"

namespace snapfmt::schema {
namespace {

constexpr char kIndexMark = '\1';

/// Copies a template, each index as `name(variable)` gives it.
template <class Name>
std::string fill_template(std::string_view text, Name name) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kIndexMark && i + 2 < text.size()) {
      out += name(static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + 1]) - 1));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Small numbers are counts and codes, large ones masks and addresses.
std::string unsigned_number(std::uint64_t value) {
  return value < 64 ? std::to_string(value) : fmt::format("{:#x}", value);
}

std::string number(std::uint64_t value) {
  const auto as_signed = static_cast<std::int64_t>(value);
  const bool small = as_signed < 0 && as_signed > -64;
  return small ? std::to_string(as_signed) : unsigned_number(value);
}

std::string_view compare_sign(Compare compare) {
  static constexpr std::array<std::string_view, 6> kSigns{"==", "!=", "<", "<=", ">", ">="};
  return kSigns.at(static_cast<std::size_t>(compare));
}

std::string describe_compare(const Schema& schema, const ConditionDef& c,
                             const RegisterNames& registers) {
  std::string left = describe_operand(schema, c.left, registers);
  if (c.mask != 0) {
    left = fmt::format("{} & {}", left, number(c.mask));
    const bool not_zero =
        c.compare == Compare::Ne && c.right.kind == OperandKind::Constant && c.right.value == 0;
    if (not_zero) return left;
    left = "(" + left + ")";
  }
  const bool all_bits = c.right.kind == OperandKind::Constant && c.is_unsigned != 0;
  return fmt::format(
      "{} {} {}", left, compare_sign(c.compare),
      all_bits ? unsigned_number(c.right.value) : describe_operand(schema, c.right, registers));
}

/// `a == 3 or a == 4` is "a == 3 or 4".
bool same_left(const ConditionDef& a, const ConditionDef& b) {
  return a.kind == ConditionKind::Compare && b.kind == ConditionKind::Compare &&
         a.compare == Compare::Eq && b.compare == Compare::Eq && a.mask == b.mask &&
         a.left.kind == b.left.kind && a.left.value == b.left.value;
}

std::string join_conditions(const Schema& schema, const ConditionDef& c,
                            const RegisterNames& registers) {
  const bool all = c.kind == ConditionKind::All;
  const auto children = schema.condition_refs(c.children);
  std::string out;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const ConditionDef& child = schema.condition(children[i]);
    if (i != 0) out += all ? " and " : " or ";
    if (!all && i != 0 && same_left(schema.condition(children[i - 1]), child)) {
      out += describe_operand(schema, child.right, registers);
      continue;
    }
    const bool nested = child.kind == ConditionKind::All || child.kind == ConditionKind::Any;
    const std::string text = describe_condition(schema, child, registers);
    out += nested && children.size() > 1 ? "(" + text + ")" : text;
  }
  return out;
}

}  // namespace

std::string path_pattern(const Schema& schema, Text text) {
  return fill_template(schema.text(text), [](std::uint32_t) { return "*"; });
}

std::string named_template(const Schema& schema, Text text) {
  const auto names = schema.variable_names();
  return fill_template(schema.text(text), [&](std::uint32_t variable) {
    // The offset of padding in its group has no name in C.
    if (variable == kOffsetVariable || variable >= names.size()) return std::string("*");
    return std::string(schema.text(names[variable]));
  });
}

std::string looped_pattern(const Schema& schema, Text path, std::uint32_t variable) {
  const std::string_view text = schema.text(path);
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != kIndexMark) continue;
    if (static_cast<unsigned char>(text[i + 1]) == variable + 1) {
      const auto dot = text.find('.', i + 3);
      const auto size = dot == std::string_view::npos ? text.size() : dot;
      return path_pattern(schema, {path.offset, static_cast<std::uint32_t>(size)});
    }
    i += 2;
  }
  return path_pattern(schema, path);
}

std::string last_name(std::string_view path) {
  path.remove_prefix(path.find_last_of('.') + 1);
  return std::string(path.substr(0, path.find('[')));
}

std::string describe_operand(const Schema& schema, const Operand& operand,
                             const RegisterNames& registers) {
  switch (operand.kind) {
    case OperandKind::Constant:
      return number(operand.value);
    case OperandKind::Register:
      return operand.value < registers.size() ? registers[operand.value] : "?";
    case OperandKind::Index:
      return std::string(schema.text(schema.variable_names()[operand.value]));
    case OperandKind::Parameter:
      return "@" + std::string(schema.text(schema.parameter_names()[operand.value]));
    case OperandKind::Peek:
      return fmt::format("the {} {} bytes ahead", to_string(operand.type), operand.value);
  }
  return {};
}

std::string describe_condition(const Schema& schema, const ConditionDef& c,
                               const RegisterNames& registers) {
  switch (c.kind) {
    case ConditionKind::All:
    case ConditionKind::Any:
      return join_conditions(schema, c, registers);
    case ConditionKind::Not:
      return "not (" +
             describe_condition(schema, schema.condition(schema.condition_refs(c.children)[0]),
                                registers) +
             ")";
    case ConditionKind::Compare:
      return describe_compare(schema, c, registers);
    case ConditionKind::TextEquals:
      return fmt::format("{} == \"{}\"", describe_operand(schema, c.left, registers),
                         schema.text(c.text));
    case ConditionKind::InSet:
      return fmt::format("{} was marked (set {})", describe_operand(schema, c.left, registers),
                         c.set);
    case ConditionKind::PeekText:
      return fmt::format("text in the {} bytes that are {} ahead", c.right.value, c.left.value);
  }
  return {};
}

std::string c_type(const RowDef& row) {
  static constexpr std::array<std::string_view, 9> kIntegers{"uint8_t",  "uint16_t", "uint32_t",
                                                             "uint64_t", "int8_t",   "int16_t",
                                                             "int32_t",  "int64_t",  "bool"};
  if (integer_size(row.type) != 0) {
    return std::string(kIntegers.at(static_cast<std::size_t>(row.type)));
  }
  const std::string_view base = row.type == Type::Chars ? "char" : "uint8_t";
  return row.size == 0 ? fmt::format("{}[]", base) : fmt::format("{}[{}]", base, row.size);
}

std::string describe_expectation(const Schema& schema, const RowDef& row) {
  const auto size = integer_size(row.type);
  if (size == 0) return {};
  const std::uint64_t all = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * size) - 1;
  const auto list = schema.expectations(row);
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!out.empty()) out += ", ";
    if (list[i].mask != all) {
      out += fmt::format("& {} is {}", number(list[i].mask), number(list[i].eq));
      continue;
    }
    std::size_t last = i;
    while (last + 1 < list.size() && list[last + 1].mask == all &&
           list[last + 1].eq == list[last].eq + 1) {
      ++last;
    }
    if (last - i >= 2) {
      out += fmt::format("{} to {}", number(list[i].eq), number(list[last].eq));
      i = last;
    } else {
      out += number(list[i].eq);
    }
  }
  return out;
}

std::string describe_size(const std::optional<SizeFormula>& size) {
  if (!size) return "varies";
  if (size->each == 0) return std::to_string(size->fixed);
  const std::string records = fmt::format("{} x vCPUs", size->each);
  return size->fixed == 0 ? records : fmt::format("{} + {}", records, size->fixed);
}

}  // namespace snapfmt::schema
