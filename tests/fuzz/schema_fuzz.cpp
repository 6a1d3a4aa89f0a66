// Whatever stands in a schema file: it compiles to an image that can be used, or is refused
// with file and place. The input is one layout beside a small, sound set of other files.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "snapfmt/schema/compile.h"
#include "snapfmt/schema/decode.h"

namespace {

constexpr const char* kRegisters = R"({
  "registers": {"r": {"title": "R", "bits": [{"at": 0, "name": "A"}, {"at": "3:1", "name": "B", "enum": "e"}]}},
  "enums": {"e": {"title": "E", "values": [{"value": 0, "name": "zero"}]}}})";
constexpr const char* kElements = R"({
  "area": "", "title": "t", "elements": {
    "vcpu[*].x": {"type": "u32", "class": "arch", "doc": "X.", "register": "r"}}})";
constexpr const char* kProfile = R"({
  "profile": "p", "title": "P", "releases": ["1"], "index": "gen-2",
  "parameters": {"slots": "@vcpus", "n": 3},
  "kernel": [{"block": "b", "req": 1, "layout": "b/1"}], "devices": {}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace snapfmt::schema;
  const auto image = compile({{"registers/r.json", kRegisters},
                              {"elements/e.json", kElements},
                              {"layouts/b.1.json", std::string(data, data + size)},
                              {"profiles/p.json", kProfile}});
  if (!image) {
    if (image.error().what.empty()) std::abort();
    return 0;
  }
  const auto schema = Schema::from_image(*image);
  if (!schema) std::abort();
  const std::vector<std::byte> block(512, std::byte{2});
  const ProfileDef& profile = schema->profiles()[0];
  const auto parameters = schema->parameter_values(profile, 2);
  const std::uint32_t layouts[] = {schema->kernel(profile)[0].layout[0]};
  const auto decoded = decode(*schema, layouts, block, {.parameters = parameters});
  std::uint64_t bytes = 0;
  for (const FieldView field : decoded) bytes += field.size();
  if (bytes != block.size()) std::abort();
  return 0;
}
