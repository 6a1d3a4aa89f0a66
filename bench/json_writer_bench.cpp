// How fast JsonWriter writes rows as `snapinfo fields --json` has them.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "snapfmt/bytes/json_writer.h"

namespace {

using snapfmt::Result;
using snapfmt::bytes::JsonWriter;

void write_row(JsonWriter& json, std::uint64_t offset) {
  static constexpr std::array kRaw{std::byte{0x31}, std::byte{0}, std::byte{5}, std::byte{0x80}};
  json.begin_object(JsonWriter::Lines::One);
  json.key("block").string("vmcx").key("offset").uint(offset).key("size").uint(kRaw.size());
  json.key("path").string("vcpu[3].vmcs.guest_cr0");
  json.key("source").string("vmcs_getreg(vmcx, VMCS_GUEST_CR0)");
  json.key("element").string("vcpu[3].cr0").key("class").string("arch");
  json.key("raw").raw_hex(kRaw).key("value").hex(0x80050031);
  json.key("text").string("PE ET NE WP AM PG").end_object();
}

void write_rows(benchmark::State& state, JsonWriter::Style style) {
  constexpr std::uint64_t kRows = 10000;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    JsonWriter json(style, [&bytes](std::string_view text) -> Result<void> {
      benchmark::DoNotOptimize(text.data());
      bytes += static_cast<std::int64_t>(text.size());
      return {};
    });
    json.begin_array();
    for (std::uint64_t row = 0; row < kRows; ++row) write_row(json, 4 * row);
    json.end_array();
    if (!json.finish()) state.SkipWithError("flush failed");
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(static_cast<std::int64_t>(kRows) * state.iterations());
}

BENCHMARK_CAPTURE(write_rows, pretty, JsonWriter::Style::Pretty);
BENCHMARK_CAPTURE(write_rows, compact, JsonWriter::Style::Compact);

}  // namespace
