#include "json_source.h"

#include <algorithm>
#include <charconv>

namespace snapfmt::schema {
namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, status] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (status != std::errc{} || end != text.data() + text.size() || text.empty()) return {};
  if (negative && value > std::uint64_t{1} << 63) return {};
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

/// A member's name as a part of a JSON pointer (RFC 6901).
std::string pointer_part(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

/// JSON readers that keep numbers as doubles are exact up to here.
constexpr std::int64_t kMaxPlainNumber = std::int64_t{1} << 53;

}  // namespace

void Node::reject(const std::string& reason) const {
  throw SchemaError{Error{.code = ErrorCode::Malformed,
                          .what = reason,
                          .file = file_,
                          .path = pointer_.empty() ? "/" : pointer_}};
}

void Node::allow_only(std::initializer_list<std::string_view> names) const {
  if (!value_->is_object()) reject("an object is wanted here");
  for (const auto& [name, ignored] : value_->items()) {
    if (name.starts_with('@') || std::ranges::find(names, name) != names.end()) continue;
    reject("member `" + name + "` is not known here");
  }
}

bool Node::has(std::string_view name) const {
  return value_->is_object() && value_->contains(name);
}

Node Node::get(std::string_view name) const {
  if (!has(name)) reject("member `" + std::string(name) + "` is missing");
  return {value_->at(std::string(name)), file_, pointer_ + pointer_part(name)};
}

std::optional<Node> Node::find(std::string_view name) const {
  return has(name) ? std::optional(get(name)) : std::nullopt;
}

std::string Node::string(std::string_view name) const { return get(name).text(); }

std::string Node::word(std::string_view name) const {
  std::string text = string(name);
  if (text.empty()) get(name).reject("empty");
  return text;
}

std::string Node::string_or(std::string_view name, std::string_view otherwise) const {
  return has(name) ? string(name) : std::string(otherwise);
}

std::int64_t Node::number(std::string_view name) const { return get(name).integer(); }

bool Node::flag(std::string_view name) const {
  if (!has(name)) return false;
  const Node node = get(name);
  if (!node.json().is_boolean()) node.reject("true or false is wanted here");
  return node.json().get<bool>();
}

bool Node::is_number_like() const {
  return value_->is_number_integer() ||
         (value_->is_string() && parse_number(value_->get_ref<const std::string&>()));
}

std::string Node::text() const {
  if (!value_->is_string()) reject("a string is wanted here");
  return value_->get<std::string>();
}

std::int64_t Node::integer() const {
  if (value_->is_number_integer()) {
    const auto number = value_->get<std::int64_t>();
    const bool wrapped = value_->is_number_unsigned() && number < 0;
    if (wrapped || number > kMaxPlainNumber || number < -kMaxPlainNumber) {
      reject("a number beyond 2^53 is written as a string");
    }
    return number;
  }
  if (value_->is_string()) {
    if (const auto number = parse_number(value_->get_ref<const std::string&>())) return *number;
  }
  reject("a number is wanted here (an integer, or a string such as \"0x400\")");
}

std::uint64_t Node::size() const {
  const auto number = integer();
  if (number < 0 || number > kMaxSize) reject("a number from 0 to 2^31 is wanted here");
  return static_cast<std::uint64_t>(number);
}

std::vector<Node> Node::items() const {
  if (!value_->is_array()) reject("an array is wanted here");
  std::vector<Node> all;
  all.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    all.emplace_back((*value_)[i], file_, pointer_ + "/" + std::to_string(i));
  }
  return all;
}

std::vector<std::pair<std::string, Node>> Node::members() const {
  if (!value_->is_object()) reject("an object is wanted here");
  std::vector<std::pair<std::string, Node>> all;
  for (const auto& [name, value] : value_->items()) {
    if (!name.starts_with('@'))
      all.emplace_back(name, Node(value, file_, pointer_ + pointer_part(name)));
  }
  return all;
}

Node row_node(const Json& row) {
  const auto text = [&](std::string_view key) {
    const auto it = row.find(key);
    return it != row.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  return {row, text(kFileKey), text(kPointerKey)};
}

}  // namespace snapfmt::schema
