// Parts of compiled layouts as text.
#pragma once

#include <string>
#include <vector>

#include "snapfmt/schema/schema.h"

namespace snapfmt::schema {

/// Names of the fields that a layout's program keeps, by number of register.
using RegisterNames = std::vector<std::string>;

/// A template with every index as `*`.
std::string path_pattern(const Schema& schema, Text text);
/// A template with the names of its index variables: `vcpu[i].`.
std::string named_template(const Schema& schema, Text text);
/// The part of a path template that the loop over `variable` repeats: up to the end of the
/// part that the variable is in. The whole path if it is in none.
std::string looped_pattern(const Schema& schema, Text path, std::uint32_t variable);
/// `num` of `vcpu[*].asid.num`, without indices.
std::string last_name(std::string_view path);

std::string describe_condition(const Schema& schema, const ConditionDef& condition,
                               const RegisterNames& registers);
/// An operand of a condition or a count; a parameter as `@slots`.
std::string describe_operand(const Schema& schema, const Operand& operand,
                             const RegisterNames& registers);

}  // namespace snapfmt::schema
