#include "expand.h"

namespace snapfmt::schema {
namespace {

/// Shared rows can be doubled at every step; this is far more than any generation needs.
constexpr std::size_t kMaxRows = std::size_t{1} << 17;
/// Layouts that use, or are based on, each other in a row.
constexpr std::size_t kMaxUses = 32;

/// Rows with the place where they were written, all the way down.
Json annotate(const Node& rows) {
  Json out = Json::array();
  for (const Node& row : rows.items()) {
    if (!row.is_object()) row.reject("a row is an object");
    Json copy = row.json();
    copy[std::string(kFileKey)] = row.file();
    copy[std::string(kPointerKey)] = row.pointer();
    if (const auto inner = row.find("rows")) {
      if (inner->is_array()) {
        copy["rows"] = annotate(*inner);
      } else {
        inner->allow_only({"use"});
        static_cast<void>(inner->string("use"));
      }
    }
    out.push_back(std::move(copy));
  }
  return out;
}

std::string row_name(const Json& row) {
  const auto member = [&](const char* key) {
    const auto it = row.find(key);
    return it != row.end() && it->is_string() ? bare_name(it->get_ref<const std::string&>())
                                              : std::string();
  };
  const std::string id = member("id");
  return id.empty() ? member("name") : id;
}

struct Place {
  Json* list = nullptr;
  std::size_t index = 0;
};

/// Finds `a/b/c`; groups without name or id are looked into, too.
Place find_row(Json& rows, std::string_view path) {
  const auto slash = path.find('/');
  const std::string_view head = path.substr(0, slash);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Json& row = rows[i];
    // Rows that a delta brings in are not filled in yet.
    const bool group = row.contains("rows") && row["rows"].is_array();
    if (row_name(row) == head) {
      if (slash == std::string_view::npos) return {&rows, i};
      if (group) {
        if (const Place p = find_row(row["rows"], path.substr(slash + 1)); p.list != nullptr) {
          return p;
        }
      }
    } else if (group && row_name(row).empty()) {
      if (const Place p = find_row(row["rows"], path); p.list != nullptr) return p;
    }
  }
  return {};
}

Place must_find(Json& rows, const Node& path) {
  const Place place = find_row(rows, path.text());
  if (place.list == nullptr) path.reject("no row `" + path.text() + "` in the base layout");
  return place;
}

void insert_at(Json& list, std::size_t index, const Json& rows) {
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(index), rows.begin(), rows.end());
}

}  // namespace

std::string bare_name(std::string_view name) {
  std::string out;
  int depth = 0;
  for (const char c : name) {
    if (c == '[') ++depth;
    if (depth == 0) out += c;
    if (c == ']') --depth;
  }
  return out;
}

void LayoutLibrary::add(const Node& file) {
  file.allow_only({"layout", "title", "doc", "origin", "area", "rows", "base", "remove", "replace",
                   "insert", "$schema"});
  const std::string id = file.word("layout");
  const auto slash = id.find('/');
  const bool numbered = slash != std::string::npos && slash != 0 && slash + 1 != id.size() &&
                        id.find_first_not_of("0123456789", slash + 1) == std::string::npos;
  if (!numbered) file.get("layout").reject("a name and a number are wanted here, as in vm/1");
  if (!files_.emplace(id, file).second) file.get("layout").reject("a second layout `" + id + "`");
}

const Json& LayoutLibrary::rows(const std::string& id, const Node& asked_by) {
  if (const auto it = expanded_.find(id); it != expanded_.end()) return it->second;
  const auto found = files_.find(id);
  if (found == files_.end()) asked_by.reject("no layout `" + id + "`");
  if (!under_way_.insert(id).second) asked_by.reject("layout `" + id + "` contains itself");
  if (under_way_.size() > kMaxUses) asked_by.reject("too many layouts inside each other");
  const Node& file = found->second;
  Json rows = Json::array();
  if (const auto base = file.find("base")) {
    if (file.has("rows")) file.reject("a layout has `rows` or a `base`, not both");
    rows = this->rows(base->text(), *base);
    referred_.insert(base->text());
    apply_delta(rows, file);
  } else {
    for (const char* change : {"remove", "replace", "insert"}) {
      if (const auto delta = file.find(change)) delta->reject("a change needs a `base`");
    }
    rows = annotate(file.get("rows"));
  }
  rows = expand(rows, file);
  under_way_.erase(id);
  return expanded_.emplace(id, std::move(rows)).first->second;
}

Json LayoutLibrary::expand(const Json& rows, const Node& place) {
  Json out = Json::array();
  for (const Json& row : rows) {
    if (++row_count_ > kMaxRows) place.reject("more rows than all layouts together may have");
    Json copy = row;
    if (const auto inner = row.find("rows"); inner != row.end()) {
      if (inner->is_object()) {
        const Node use = row_node(row).get("rows");
        const std::string id = use.string("use");
        const Json& shared = this->rows(id, use.get("use"));
        count_rows(shared, place);
        copy["rows"] = shared;
        copy[std::string(kAreaKey)] = area(id);
        referred_.insert(id);
      } else {
        copy["rows"] = expand(*inner, place);
      }
    }
    out.push_back(std::move(copy));
  }
  return out;
}

void LayoutLibrary::count_rows(const Json& rows, const Node& place) {
  for (const Json& row : rows) {
    if (++row_count_ > kMaxRows) place.reject("more rows than all layouts together may have");
    if (const auto inner = row.find("rows"); inner != row.end()) count_rows(*inner, place);
  }
}

void LayoutLibrary::apply_delta(Json& rows, const Node& delta) {
  if (const auto remove = delta.find("remove")) {
    for (const Node& path : remove->items()) {
      const Place place = must_find(rows, path);
      place.list->erase(place.index);
    }
  }
  if (const auto replace = delta.find("replace")) {
    for (const Node& edit : replace->items()) {
      edit.allow_only({"row", "rows"});
      const Place place = must_find(rows, edit.get("row"));
      place.list->erase(place.index);
      insert_at(*place.list, place.index, annotate(edit.get("rows")));
    }
  }
  if (const auto insert = delta.find("insert")) {
    for (const Node& edit : insert->items()) {
      edit.allow_only({"after", "before", "rows"});
      const bool after = edit.has("after");
      if (after && edit.has("before")) edit.reject("a place is after or before a row, not both");
      const Place place = must_find(rows, edit.get(after ? "after" : "before"));
      insert_at(*place.list, place.index + (after ? 1 : 0), annotate(edit.get("rows")));
    }
  }
}

std::string LayoutLibrary::area(const std::string& id) const {
  const Node& file = files_.at(id);
  if (file.has("base") && !file.has("area")) return area(file.string("base"));
  return file.string_or("area", "");
}

std::set<std::string> LayoutLibrary::roots() const {
  std::set<std::string> all;
  for (const auto& [id, file] : files_) {
    if (!referred_.contains(id)) all.insert(id);
  }
  return all;
}

}  // namespace snapfmt::schema
