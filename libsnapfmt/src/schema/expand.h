// Layout files before compilation: deltas applied, shared rows filled in.
#pragma once

#include <map>
#include <set>
#include <string>

#include "json_source.h"

namespace snapfmt::schema {

class LayoutLibrary {
 public:
  /// Takes a layout file; refuses a second layout of the same name.
  void add(const Node& file);

  /// The rows of a layout, every `use` and `base` resolved. Every row carries kFileKey and
  /// kPointerKey, every group that came from another layout kAreaKey.
  const Json& rows(const std::string& id, const Node& asked_by);

  /// The area of a layout, perhaps its base's.
  std::string area(const std::string& id) const;

  /// A layout's own members.
  const Node& file(const std::string& id) const { return files_.at(id); }
  bool has(const std::string& id) const { return files_.contains(id); }

  /// Layouts that no other layout uses or is based on.
  std::set<std::string> roots() const;
  const std::map<std::string, Node>& files() const { return files_; }

 private:
  Json expand(const Json& rows, const Node& place);
  void apply_delta(Json& rows, const Node& delta);
  /// Refuses more rows than all layouts together may have.
  void count_rows(const Json& rows, const Node& place);

  std::map<std::string, Node> files_;
  std::map<std::string, Json> expanded_;
  std::set<std::string> under_way_;
  std::set<std::string> referred_;
  std::size_t row_count_ = 0;
};

/// A name without its indices: `rtbl[{p}]` is `rtbl`.
std::string bare_name(std::string_view name);

}  // namespace snapfmt::schema
