#include "snapfmt/schema/compile.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "compile_dictionary.h"
#include "compile_rows.h"
#include "expand.h"
#include "snapfmt/schema/schema.h"

namespace snapfmt::schema {
namespace {

namespace fs = std::filesystem;

struct Parsed {
  std::string name;
  Json json;
};

std::vector<Parsed> parse_all(std::vector<SourceFile> files) {
  std::ranges::sort(files);
  std::vector<Parsed> all;
  for (const auto& [name, text] : files) {
    all.push_back({name, parse_json(name, text)});
  }
  return all;
}

template <class Do>
void for_each(const std::vector<Parsed>& files, std::string_view folder, Do action) {
  for (const Parsed& file : files) {
    if (file.name.starts_with(folder)) action(Node(file.json, file.name, ""));
  }
}

void compile_layouts(ImageBuilder& image, LayoutLibrary& library,
                     const std::set<std::string>& wanted) {
  for (const std::string& id : wanted) {
    if (!library.has(id)) continue;  // the profile that names it says so
    const Node& file = library.file(id);
    const std::string area = library.area(id);
    const auto number = static_cast<std::uint32_t>(image.layouts.size());
    LayoutDef def{.id = image.text(id),
                  .title = image.text(file.string_or("title", "")),
                  .doc = image.text(file.string_or("doc", "")),
                  .origin = image.text(file.string_or("origin", "")),
                  .area = image.text(area),
                  .rows = {.first = static_cast<std::uint32_t>(image.rows.size())},
                  .ops = {.first = static_cast<std::uint32_t>(image.ops.size())}};
    RowCompiler(image, number).compile(library.rows(id, file), area);
    def.rows.count = static_cast<std::uint32_t>(image.rows.size()) - def.rows.first;
    def.ops.count = static_cast<std::uint32_t>(image.ops.size()) - def.ops.first;
    image.layouts.push_back(def);
    image.layout_numbers.emplace(id, number);
  }
}

std::vector<std::byte> compile_parsed(const std::vector<Parsed>& files) {
  ImageBuilder image;
  image.variable("+");
  image.parameter("vcpus");
  for_each(files, "registers/", [&](const Node& f) { compile_enums(image, f); });
  for_each(files, "registers/", [&](const Node& f) { compile_registers(image, f); });
  for_each(files, "elements/", [&](const Node& f) { compile_elements(image, f); });

  LayoutLibrary library;
  for_each(files, "layouts/", [&](const Node& f) { library.add(f); });
  for (const auto& [id, file] : library.files()) library.rows(id, file);
  std::set<std::string> wanted = library.roots();
  for_each(files, "profiles/", [&](const Node& f) { wanted.merge(layouts_of_profile(f)); });
  compile_layouts(image, library, wanted);
  for_each(files, "profiles/", [&](const Node& f) { compile_profile(image, f); });
  return image.finish();
}

}  // namespace

Result<std::vector<std::byte>> compile(std::vector<SourceFile> files) {
  try {
    return compile_parsed(parse_all(std::move(files)));
  } catch (const SchemaError& e) {
    return std::unexpected(e.error);
  } catch (const Json::exception& e) {
    return fail(ErrorCode::Malformed, std::string("schema: ") + e.what());
  }
}

Result<std::vector<SourceFile>> read_folder(const fs::path& folder) {
  std::vector<SourceFile> files;
  std::error_code status;
  for (const char* part : {"registers", "elements", "layouts", "profiles"}) {
    const fs::path path = folder / part;
    for (fs::directory_iterator it(path, status), end; !status && it != end; it.increment(status)) {
      if (it->path().extension() != ".json") continue;
      std::ifstream in(it->path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(in), {}};
      if (!in) {
        return std::unexpected(
            Error{.code = ErrorCode::Io, .what = "cannot be read", .file = it->path().string()});
      }
      files.emplace_back((fs::path(part) / it->path().filename()).string(), std::move(text));
    }
    if (status) {
      return std::unexpected(Error{.code = ErrorCode::Io,
                                   .what = status.message(),
                                   .file = path.string(),
                                   .hint = "a folder of schemas has registers, elements, layouts "
                                           "and profiles in it"});
    }
  }
  return files;
}

Result<Schema> Schema::load(const fs::path& folder) {
  auto files = read_folder(folder);
  if (!files) return std::unexpected(files.error());
  auto image = compile(*std::move(files));
  if (!image) {
    Error error = image.error();
    if (!error.file.empty()) error.file = (folder / error.file).string();
    return std::unexpected(error);
  }
  auto owned = std::make_shared<const std::vector<std::byte>>(*std::move(image));
  auto schema = from_image(*owned);
  if (schema) schema->owned_ = std::move(owned);
  return schema;
}

}  // namespace snapfmt::schema
