// Decoding: a block of bytes and its layouts become fields.
//
//   DecodedBlock block = decode(schema, layouts, bytes, {.parameters = values});
//   for (FieldView field : block) std::cout << field.path() << ' ' << field.value() << '\n';
//
// Decoding never fails: bytes that no row describes (missing ends, leftovers, a count that
// cannot be meant) become fields of class `unknown`, and `problem()` says why. The fields
// tile the block: every byte is in exactly one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/schema/schema.h"

namespace snapfmt::schema {

/// What decoding needs besides the bytes.
struct DecodeContext {
  std::span<const std::int64_t> parameters;  ///< Schema::parameter_values()
  std::string_view path_root;                ///< what paths begin with: the block's name
  std::string_view element_root;             ///< what elements begin with: "virtio-blk@0.3.0."
  std::string_view device_type;              ///< picks device-specific registers (`virtio_features`)
};

/// Row number of bytes that no row describes.
inline constexpr std::uint32_t kUnknownRow = kNone;

/// One field: which row, where in the block, and under which indices.
struct Leaf {
  std::uint32_t row = kUnknownRow;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t scope = 0;
};

/// An index variable with its value, inside an outer scope. Scope 0 is the outermost.
struct Scope {
  std::int64_t value = 0;
  std::uint32_t parent = 0;
  std::uint16_t variable = 0;
  std::uint16_t unused = 0;  ///< 1: a slot that no vCPU uses; its fields carry no element
};

/// Why decoding could not go on, and where in the block.
struct Problem {
  std::uint64_t offset = 0;
  std::string text;
};

class DecodedBlock;

/// A look at one field. Cheap to copy; valid as long as block and schema are.
class FieldView {
 public:
  FieldView(const DecodedBlock& block, std::size_t index) : block_(&block), index_(index) {}

  std::string path() const;
  std::string source() const;
  /// Neutral element path, if the field carries machine state.
  std::optional<std::string> element() const;
  /// These append instead, for loops over many fields.
  void append_path(std::string& out) const;
  void append_source(std::string& out) const;
  bool append_element(std::string& out) const;

  std::uint64_t offset() const;
  std::uint64_t size() const;
  std::span<const std::byte> raw() const;
  FieldClass cls() const;
  Type type() const;
  bool is_integer() const { return integer_size(type()) != 0; }
  /// The integer, zero-extended; 0 for bytes and text.
  std::uint64_t value() const;
  /// The integer, sign-extended where the type is signed.
  std::int64_t signed_value() const;
  /// The row, or null for bytes that no row describes.
  const RowDef* row() const;
  const RegisterDef* reg() const;
  const EnumDef* enumeration() const;
  /// The element's dictionary entry, if the field carries it here (not in unused slots).
  const ElementDef* element_def() const;
  std::string_view doc() const;
  /// The number that the path ends in: 3 of `irr3` and of `dmask[3]`.
  std::optional<std::uint64_t> last_index() const;
  /// False if bhyve always writes something else here.
  bool as_expected() const;
  std::size_t index() const { return index_; }
  const DecodedBlock& block() const { return *block_; }

 private:
  const Leaf& leaf() const;
  void append_template(std::string& out, Text text) const;

  const DecodedBlock* block_;
  std::size_t index_;
};

class DecodedBlock {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = FieldView;
    using difference_type = std::ptrdiff_t;
    using pointer = const FieldView*;
    using reference = FieldView;

    Iterator(const DecodedBlock& block, std::size_t index) : block_(&block), index_(index) {}
    FieldView operator*() const { return {*block_, index_}; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) { return {*block_, index_++}; }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const DecodedBlock* block_;
    std::size_t index_;
  };

  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, leaves_.size()}; }
  std::size_t size() const { return leaves_.size(); }
  FieldView operator[](std::size_t i) const { return {*this, i}; }

  /// The first field with this path.
  std::optional<FieldView> find(std::string_view path) const;

  std::span<const Leaf> leaves() const { return leaves_; }
  std::span<const Scope> scopes() const { return scopes_; }
  std::span<const std::byte> bytes() const { return bytes_; }
  const Schema& schema() const { return *schema_; }
  std::string_view path_root() const { return path_root_; }
  std::string_view element_root() const { return element_root_; }
  /// Value of an index variable in a scope, if it is set there.
  std::optional<std::int64_t> index_value(std::uint32_t scope, std::uint32_t variable) const;

  /// Null if the layouts describe the block to its last byte.
  const Problem* problem() const { return problem_ ? &*problem_ : nullptr; }
  /// The register shown instead of the generic `virtio_features`, or null.
  const RegisterDef* device_features() const { return device_features_; }

 private:
  friend DecodedBlock decode(const Schema&, std::span<const std::uint32_t>,
                             std::span<const std::byte>, const DecodeContext&);
  friend class FieldView;

  const Schema* schema_ = nullptr;
  std::span<const std::byte> bytes_;
  std::string path_root_, element_root_;
  std::vector<Leaf> leaves_;
  std::vector<Scope> scopes_;
  std::optional<Problem> problem_;
  const RegisterDef* generic_features_ = nullptr;
  const RegisterDef* device_features_ = nullptr;
};

/// Largest block that can be decoded; bhyve's own limit is 40 MiB.
inline constexpr std::uint64_t kMaxBlock = std::uint64_t{1} << 31;

/// Decodes a block with the layouts (numbers in `schema`) one after the other. Bytes beyond
/// kMaxBlock are left out.
DecodedBlock decode(const Schema& schema, std::span<const std::uint32_t> layouts,
                    std::span<const std::byte> bytes, const DecodeContext& context);

/// What decoding would find, without making fields: how many bytes the layouts describe.
struct Measure {
  std::uint64_t described = 0;  ///< bytes in described fields
  std::uint64_t expected = 0;   ///< fields with an expectation
  std::uint64_t unexpected = 0; ///< of these, fields that do not meet it
  std::optional<Problem> problem;
};
Measure measure(const Schema& schema, std::span<const std::uint32_t> layouts,
                std::span<const std::byte> bytes, const DecodeContext& context);

/// How large a block is: fixed + each x vCPUs, in bytes.
struct SizeFormula {
  std::uint64_t fixed = 0, each = 0;

  /// The size for a number of vCPUs; saturates.
  std::uint64_t size(std::uint64_t vcpus) const {
    std::uint64_t bytes = 0;
    const bool overflow = __builtin_mul_overflow(each, vcpus, &bytes) ||
                          __builtin_add_overflow(bytes, fixed, &bytes);
    return overflow ? ~std::uint64_t{0} : bytes;
  }
};

/// Nothing if the size depends on what a block holds.
std::optional<SizeFormula> size_formula(const Schema& schema,
                                        std::span<const std::uint32_t> layouts,
                                        const ProfileDef& profile);

}  // namespace snapfmt::schema
