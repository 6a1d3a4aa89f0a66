// Whatever the bytes of a block, under every profile's layouts: its fields tile it, encoding
// gives the same bytes, and measuring sees what decoding sees.
//
// First byte: the profile and the vendor; second: the block; third: the number of vCPUs.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "snapfmt/schema/encode.h"
#include "snapfmt/schema/render.h"

namespace {

using snapfmt::schema::ProfileDef;
using snapfmt::schema::Schema;

std::vector<std::uint32_t> choose_layouts(const Schema& schema, const ProfileDef& profile,
                                          std::uint8_t vendor, std::uint8_t block) {
  const auto kernel = schema.kernel(profile);
  const auto devices = schema.devices(profile);
  const std::size_t which = block % (kernel.size() + devices.size());
  if (which < kernel.size()) return {kernel[which].layout[vendor]};
  const auto parts = schema.layout_refs(devices[which - kernel.size()].parts);
  return {parts.begin(), parts.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace snapfmt::schema;
  if (size < 3) return 0;
  const Schema& schema = shipped_schema();
  const auto profiles = schema.profiles();
  const ProfileDef& profile = profiles[data[0] / 2 % profiles.size()];
  const auto layouts = choose_layouts(schema, profile, data[0] % 2, data[1]);
  const auto parameters = schema.parameter_values(profile, data[2]);
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(3);

  const DecodeContext context{.parameters = parameters, .path_root = "b"};
  const DecodedBlock block = decode(schema, layouts, bytes, context);
  std::uint64_t at = 0;
  std::string text;
  for (const FieldView field : block) {
    if (field.offset() != at || field.size() == 0) std::abort();
    at += field.size();
    text = field.path() + field.source() + render_text(field) + render_value(field);
    if (text.empty()) std::abort();
  }
  if (at != bytes.size()) std::abort();

  const Measure measured = measure(schema, layouts, bytes, context);
  if (measured.problem.has_value() != (block.problem() != nullptr)) std::abort();
  const auto encoded = encode(block, layouts, parameters, {});
  if (!encoded || !std::ranges::equal(*encoded, bytes)) std::abort();
  return 0;
}
