// Whatever the bytes, the writer makes well-formed JSON that reads back as what an independent
// writer makes of the same text.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "snapfmt/bytes/json_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using nlohmann::json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  snapfmt::bytes::JsonWriter writer;
  writer.begin_object().key(text).string(text).end_object();
  const json ours = json::parse(writer.take(), nullptr, false);
  const json theirs =
      json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace), nullptr, false);
  const bool same = ours.is_object() && ours.size() == 1 && ours.begin().value() == theirs &&
                    ours.begin().key() == theirs.get<std::string>();
  if (!same) std::abort();
  return 0;
}
