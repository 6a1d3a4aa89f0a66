// Whatever stands in a schema file: it compiles to an image that can be used, or is refused
// with file and place. The input is one file of a small, sound set: a layout, or with a letter
// in front registers (`r`), elements (`e`), a profile (`p`), or a layout that others use (`u`).
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/schema/compile.h"
#include "snapfmt/schema/encode.h"
#include "snapfmt/schema/render.h"

namespace {

constexpr const char* kRegisters = R"({
  "registers": {"r": {"title": "R", "bits": [{"at": 0, "name": "A"}, {"at": "3:1", "name": "B", "enum": "e"}]}},
  "enums": {"e": {"title": "E", "values": [{"value": 0, "name": "zero"}]}}})";
constexpr const char* kElements = R"({
  "area": "", "title": "t", "elements": {
    "vcpu[*].x": {"type": "u32", "class": "arch", "doc": "X.", "register": "r"}}})";
constexpr const char* kLayout = R"({
  "layout": "b/1", "title": "B", "rows": [
    {"name": "r", "source": "r", "type": "u32", "class": "arch", "register": "r", "doc": "R."},
    {"name": "vcpu[{i}]", "source": "v[{i}].", "element": "vcpu[{i}].",
     "repeat": {"count": "@slots", "index": "i", "used": "@vcpus"}, "rows": {"use": "part/1"}}]})";
constexpr const char* kPart = R"({
  "layout": "part/1", "title": "Part", "rows": [
    {"name": "x", "source": "x", "type": "u32", "element": "x"}]})";
constexpr const char* kDelta = R"({
  "layout": "d/1", "base": "part/1", "remove": ["x"]})";
constexpr const char* kProfile = R"({
  "profile": "p", "title": "P", "releases": ["1"], "index": "gen-2",
  "parameters": {"slots": "@vcpus", "n": 3},
  "kernel": [{"block": "b", "req": 1, "layout": "b/1"}], "devices": {}})";

std::vector<snapfmt::schema::SourceFile> files_with(std::string input) {
  std::vector<snapfmt::schema::SourceFile> files{
      {"registers/r.json", kRegisters}, {"elements/e.json", kElements},
      {"layouts/b.1.json", kLayout},    {"layouts/d.1.json", kDelta},
      {"layouts/part.1.json", kPart},   {"profiles/p.json", kProfile}};
  constexpr std::string_view kLetters = "rebdup";
  const auto letter = input.empty() ? std::string_view::npos : kLetters.find(input.front());
  if (letter != std::string_view::npos) input.erase(0, 1);
  files[letter == std::string_view::npos ? 2 : letter].second = std::move(input);
  return files;
}

/// Decodes a block by every layout: bytes that are all small are counts that can be meant.
void use(const snapfmt::schema::Schema& schema, std::byte fill) {
  using namespace snapfmt::schema;
  const std::vector<std::byte> block(512, fill);
  std::vector<std::int64_t> parameters(schema.parameter_names().size(), 3);
  if (!schema.profiles().empty()) parameters = schema.parameter_values(schema.profiles()[0], 2);
  for (std::uint32_t layout = 0; layout < schema.layouts().size(); ++layout) {
    const DecodedBlock decoded = decode(schema, {&layout, 1}, block, {.parameters = parameters});
    std::uint64_t bytes = 0;
    for (const FieldView field : decoded) {
      bytes += field.size();
      if (field.path().empty() || render_text(field).empty()) std::abort();
    }
    if (bytes != block.size()) std::abort();
    const auto again = encode(decoded, {&layout, 1}, parameters, {});
    if (!again || *again != block) std::abort();
    if (!schema.profiles().empty()) {
      static_cast<void>(size_formula(schema, {&layout, 1}, schema.profiles()[0]));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace snapfmt::schema;
  const auto image = compile(files_with(std::string(data, data + size)));
  if (!image) {
    if (image.error().what.empty()) std::abort();
    return 0;
  }
  const auto schema = Schema::from_image(*image);
  if (!schema) std::abort();
  for (const std::byte fill : {std::byte{0}, std::byte{2}, std::byte{0xff}}) use(*schema, fill);
  return 0;
}
