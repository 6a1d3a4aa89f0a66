// Decoding and encoding all blocks of a 16-vCPU snapshot.
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "enlarged_snapshot.h"
#include "snapfmt/schema/encode.h"

namespace {

using snapfmt::schema::DecodedBlock;
using snapfmt::snapshot::BlockView;
using snapfmt::snapshot::Snapshot;

/// A sample of this folder of samples/, with 16 vCPUs, opened from a temporary folder.
class LargeSnapshot {
 public:
  explicit LargeSnapshot(const std::string& sample) {
    folder_ = std::filesystem::temp_directory_path() /
              ("snapfmt-bench-" + sample + "-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    const auto small = Snapshot::open(std::string(SNAPFMT_SAMPLES_DIR) + "/" + sample + "/vm");
    if (!small) std::abort();
    const auto large = snapfmt::bench::enlarge(*small, 16, std::uint64_t{1} << 30);
    if (!large || !snapfmt::bench::write_enlarged(*large, folder_ / "vm")) std::abort();
    auto opened = Snapshot::open(folder_ / "vm");
    if (!opened) std::abort();
    snapshot_ = std::make_unique<Snapshot>(*std::move(opened));
  }
  ~LargeSnapshot() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  LargeSnapshot(const LargeSnapshot&) = delete;
  LargeSnapshot& operator=(const LargeSnapshot&) = delete;

  const Snapshot& operator*() const { return *snapshot_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Snapshot> snapshot_;
};

void decode_all(benchmark::State& state, const std::string& sample) {
  const LargeSnapshot large(sample);
  std::size_t fields = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    fields = bytes = 0;
    for (const BlockView& view : (*large).blocks()) {
      const DecodedBlock block = (*large).decode(view);
      fields += block.size();
      bytes += block.bytes().size();
      benchmark::DoNotOptimize(block.leaves().data());
    }
  }
  state.counters["fields"] = static_cast<double>(fields);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void encode_all(benchmark::State& state, const std::string& sample) {
  const LargeSnapshot large(sample);
  const Snapshot& snapshot = *large;
  std::vector<DecodedBlock> blocks;
  for (const BlockView& view : snapshot.blocks()) blocks.push_back(snapshot.decode(view));
  for (auto _ : state) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto bytes = snapfmt::schema::encode(blocks[i], snapshot.blocks()[i].layouts,
                                                 snapshot.parameters(), {});
      if (!bytes || bytes->size() != blocks[i].bytes().size()) state.SkipWithError("not the same");
    }
  }
}

BENCHMARK_CAPTURE(decode_all, intel, std::string("15.0-intel"))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_all, amd, std::string("15.0-amd"))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_all, intel, std::string("15.0-intel"))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_all, amd, std::string("15.0-amd"))->Unit(benchmark::kMillisecond);

}  // namespace
