// snapfmt-schemac: compiles schemas/ into a C++ source that is linked into the library.
//
// usage: snapfmt-schemac [--output FILE] FOLDER
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "snapfmt/schema/compile.h"

namespace {

constexpr std::string_view kHead = R"(// Made by snapfmt-schemac from schemas/.
#include <cstdlib>
#include <span>

#include "snapfmt/schema/schema.h"

namespace snapfmt::schema {
namespace {

constexpr std::uint64_t kImage[] = {
)";

constexpr std::string_view kTail = R"(
};

}  // namespace

const Schema& shipped_schema() {
  static const Schema schema = [] {
    auto made = Schema::from_image(std::as_bytes(std::span(kImage)));
    if (!made) std::abort();  // a build that went wrong
    return *std::move(made);
  }();
  return schema;
}

}  // namespace snapfmt::schema
)";

std::string as_source(std::span<const std::byte> image) {
  std::string out(kHead);
  for (std::size_t at = 0; at < image.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, image.data() + at, sizeof word);
    fmt::format_to(std::back_inserter(out), "{:#x},{}", word, at % 64 == 56 ? "\n" : "");
  }
  return out += kTail;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span args(argv, static_cast<std::size_t>(argc));
  std::string output;
  std::string folder;
  for (std::size_t i = 1; i < args.size(); ++i) {
    if (std::string_view(args[i]) == "--output" && i + 1 < args.size()) {
      output = args[++i];
    } else {
      folder = args[i];
    }
  }
  if (folder.empty()) {
    fmt::print(stderr, "usage: snapfmt-schemac [--output FILE] FOLDER\n");
    return 2;
  }
  auto files = snapfmt::schema::read_folder(folder);
  if (!files) {
    fmt::print(stderr, "{}\n", files.error().to_string());
    return 2;
  }
  const auto image = snapfmt::schema::compile(*std::move(files));
  if (!image) {
    fmt::print(stderr, "{}\n", image.error().to_string());
    return 1;
  }
  if (output.empty()) {
    fmt::print("{} bytes\n", image->size());
    return 0;
  }
  std::ofstream out(output, std::ios::binary | std::ios::trunc);
  out << as_source(*image);
  out.close();
  if (!out) {
    fmt::print(stderr, "{}: cannot be written\n", output);
    return 2;
  }
  return 0;
}
