#include "snapinfo/reference.h"

#include <fmt/format.h>

namespace snapfmt::tools::snapinfo {

using schema::Vendor;

std::optional<Vendor> chosen_vendor(std::string_view name) {
  if (name.empty()) return std::nullopt;
  return name == "intel" ? Vendor::Intel : Vendor::Amd;
}

void add_vendor_option(CLI::App& command, std::string& vendor, const char* help) {
  command.add_option("--vendor", vendor, help)
      ->check(CLI::IsMember({"intel", "amd"}).description(""))
      ->type_name("NAME");
}

Result<const schema::ProfileDef*> chosen_profile(const schema::Schema& schema,
                                                 std::string_view name) {
  if (const auto* profile = schema.find_profile(name)) return profile;
  std::string names;
  for (const schema::ProfileDef& p : schema.profiles()) {
    names += (names.empty() ? "" : ", ") + std::string(schema.text(p.name));
  }
  return std::unexpected(Error{.code = ErrorCode::NotFound,
                               .what = fmt::format("no profile is called `{}`", name),
                               .hint = "there are " + names});
}

std::string_view dialect_name(schema::Dialect dialect) {
  return dialect == schema::Dialect::Gen1 ? "gen-1" : "gen-2";
}

void write_size(bytes::JsonWriter& json, const std::optional<schema::SizeFormula>& size) {
  if (!size) {
    json.null();
    return;
  }
  json.begin_object(bytes::JsonWriter::Lines::One);
  json.key("fixed").uint(size->fixed).key("each").uint(size->each).end_object();
}

void write_text(bytes::JsonWriter& json, std::string_view text) {
  text.empty() ? json.null() : json.string(text);
}

void write_vendor(bytes::JsonWriter& json, std::optional<Vendor> vendor) {
  vendor ? json.string(to_string(*vendor)) : json.null();
}

void print_hanging(Output& out, const std::string& start, std::size_t start_width,
                   std::string_view text, Tone tone) {
  constexpr std::size_t kNarrowest = 16;
  const std::size_t room = start_width + kNarrowest < kWidth ? kWidth - start_width : kNarrowest;
  const std::string body = wrapped(sanitized(text), room, 0);
  std::string line = start;
  for (std::string_view rest = body;;) {
    const auto end = rest.find('\n');
    line += out.paint(tone, rest.substr(0, end));
    while (line.ends_with(' ')) line.pop_back();
    out.line(line);
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
    line.assign(start_width, ' ');
  }
}

}  // namespace snapfmt::tools::snapinfo
