// make-snapshot: writes a sample again with more vCPUs and more (sparse) RAM, for bench/run.
//
// usage: make-snapshot SAMPLE OUT VCPUS MIB
#include <charconv>
#include <cstdio>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "enlarged_snapshot.h"

namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int trouble(const snapfmt::Error& error) {
  fmt::print(stderr, "make-snapshot: {}\n", error.to_string());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span args(argv, static_cast<std::size_t>(argc));
  if (args.size() != 5) {
    fmt::print(stderr, "usage: make-snapshot SAMPLE OUT VCPUS MIB\n");
    return 2;
  }
  const auto sample = snapfmt::snapshot::Snapshot::open(args[1]);
  if (!sample) return trouble(sample.error());
  const auto large = snapfmt::bench::enlarge(*sample, number(args[3]), number(args[4]) << 20);
  if (!large) return trouble(large.error());
  const auto written = snapfmt::bench::write_enlarged(*large, args[2]);
  return written ? 0 : trouble(written.error());
}
