// Schema files as JSON, with errors that name file, JSON pointer and reason.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "snapfmt/error.h"

namespace snapfmt::schema {

using Json = nlohmann::json;

/// Thrown inside the compiler only; compile() turns it into an Error.
struct SchemaError {
  Error error;
};

/// Largest size or count that a schema may name: that of the largest block.
inline constexpr std::int64_t kMaxSize = std::int64_t{1} << 31;

/// A JSON value together with where it stands. Getters throw SchemaError.
class Node {
 public:
  Node(const Json& value, std::string file, std::string pointer)
      : value_(&value), file_(std::move(file)), pointer_(std::move(pointer)) {}

  [[noreturn]] void reject(const std::string& reason) const;

  /// Refuses members with other names.
  void allow_only(std::initializer_list<std::string_view> names) const;

  bool has(std::string_view name) const;
  Node get(std::string_view name) const;  ///< must be there
  std::optional<Node> find(std::string_view name) const;
  std::string string(std::string_view name) const;  ///< must be there
  std::string word(std::string_view name) const;    ///< must be there and not be empty
  std::string string_or(std::string_view name, std::string_view otherwise) const;
  std::int64_t number(std::string_view name) const;  ///< must be there
  bool flag(std::string_view name) const;            ///< false if absent

  bool is_object() const { return value_->is_object(); }
  bool is_array() const { return value_->is_array(); }
  bool is_string() const { return value_->is_string(); }
  bool is_number_like() const;

  std::string text() const;  ///< this value as a string
  /// This value as a number: an integer, or a string in decimal or with 0x, up to 64 bits.
  std::int64_t integer() const;
  std::uint64_t bits() const { return static_cast<std::uint64_t>(integer()); }
  /// This value as a size or a count: 0 to kMaxSize.
  std::uint64_t size() const;

  /// Elements of an array.
  std::vector<Node> items() const;
  /// Members of an object, in the order of their names.
  std::vector<std::pair<std::string, Node>> members() const;

  const Json& json() const { return *value_; }
  const std::string& file() const { return file_; }
  const std::string& pointer() const { return pointer_; }

 private:
  const Json* value_;
  std::string file_, pointer_;
};

/// The text of a schema file as JSON. Throws SchemaError if it is none, if an object has a
/// member twice, or if it nests deeper than any schema needs.
Json parse_json(const std::string& file, const std::string& text);

/// Members that expand.cpp leaves on rows so that errors name the place where they were written.
inline constexpr std::string_view kFileKey = "@file";
inline constexpr std::string_view kPointerKey = "@at";
/// The area that the rows of a group were written for.
inline constexpr std::string_view kAreaKey = "@area";

/// A row that carries kFileKey and kPointerKey.
Node row_node(const Json& row);

}  // namespace snapfmt::schema
