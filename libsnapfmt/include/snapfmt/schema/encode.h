// Encoding: fields become a block of bytes again.
//
//   auto bytes = encode(decoded, {});   // the block itself, byte for byte
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "snapfmt/schema/decode.h"

namespace snapfmt::schema {

/// The index variables that hold where encoding is.
struct IndexValues {
  std::span<const Scope> scopes;
  std::uint32_t scope = 0;

  std::optional<std::int64_t> of(std::uint32_t variable) const;
};

/// Gives encoding the fields in order.
class FieldSource {
 public:
  virtual ~FieldSource() = default;

  /// Writes the next field, which is of this row and has exactly out.size() bytes.
  virtual Result<void> fill(std::uint32_t row, const IndexValues& indices,
                            std::span<std::byte> out) = 0;

  /// Where the layout looks ahead: is the next field one of rows [first, first + count), under
  /// these indices?
  virtual bool next_is_one_of(std::uint32_t first, std::uint32_t count,
                              const IndexValues& indices) const = 0;

  /// Bytes of the next field, if the source knows: asked before room for it is made.
  virtual std::optional<std::uint64_t> next_size() const { return std::nullopt; }

  /// Bytes that no row describes, if they come next; empty otherwise.
  virtual std::span<const std::byte> next_unknown() const { return {}; }

  /// The fields end here because the block that they are from was cut short.
  virtual bool cut_short() const { return false; }
};

/// Encodes with the layouts one after the other. Errors: those of the source; Limit if the
/// block would be larger than kMaxBlock or a count is beyond its maximum.
Result<std::vector<std::byte>> encode(const Schema& schema, std::span<const std::uint32_t> layouts,
                                      std::span<const std::int64_t> parameters, FieldSource& source);

/// New values of fields, by index in a decoded block. Integers are cut to the field's size.
using Edits = std::map<std::size_t, std::uint64_t>;

/// Encodes a decoded block again, with edits. Without edits the result is the block itself,
/// valid or not. An edit of a field that steers the layout (a count, a condition) is refused
/// if the fields at hand no longer fit.
Result<std::vector<std::byte>> encode(const DecodedBlock& block,
                                      std::span<const std::uint32_t> layouts,
                                      std::span<const std::int64_t> parameters, const Edits& edits);

}  // namespace snapfmt::schema
