// Whether conditions shut each other out, as the members of a union do.
#pragma once

#include <cstdint>
#include <span>

#include "snapfmt/schema/schema.h"

namespace snapfmt::schema {

struct Alternatives {
  bool exclusive = false;   ///< never do two of them hold
  bool exhaustive = false;  ///< one always holds
};

/// What can be proven of conditions (numbers in the schema) that are asked at the same place.
/// Only comparisons of a field, an index or a parameter with a number are looked into; about
/// others nothing is assumed.
Alternatives judge_alternatives(const Schema& schema, std::span<const std::uint32_t> conditions);

}  // namespace snapfmt::schema
