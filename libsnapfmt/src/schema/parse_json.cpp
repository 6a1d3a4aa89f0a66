#include <set>
#include <vector>

#include "json_source.h"

namespace snapfmt::schema {
namespace {

/// Everything that reads the JSON later may recurse as deep as this.
constexpr int kMaxNesting = 64;

[[noreturn]] void reject(const std::string& file, std::string reason) {
  throw SchemaError{
      Error{.code = ErrorCode::Malformed, .what = std::move(reason), .file = file, .path = "/"}};
}

}  // namespace

Json parse_json(const std::string& file, const std::string& text) {
  std::vector<std::set<std::string>> seen;  // names in the objects that are open
  const auto check = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth > kMaxNesting) reject(file, "nested deeper than " + std::to_string(kMaxNesting));
    if (event == Json::parse_event_t::object_start) seen.emplace_back();
    if (event == Json::parse_event_t::object_end) seen.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& name = value.get_ref<const std::string&>();
      // The compiler keeps notes of its own under such names.
      if (name.starts_with('@')) reject(file, "member `" + name + "` is not known here");
      if (!seen.back().insert(name).second) reject(file, "member `" + name + "` is there twice");
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::parse_error& e) {
    throw SchemaError{Error{.code = ErrorCode::Malformed,
                            .what = "not JSON: " + std::string(e.what()),
                            .file = file,
                            .offset = e.byte}};
  }
}

}  // namespace snapfmt::schema
