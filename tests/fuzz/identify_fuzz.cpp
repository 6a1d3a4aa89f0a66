// Whatever F.meta and F.kern hold: the snapshot opens or is refused, blocks are identified, and
// every block's fields tile what is there of it.
//
// The input is F.meta up to a zero byte, then F.kern.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "snapfmt/schema/decode.h"
#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/snapshot.h"

namespace {

namespace fs = std::filesystem;

/// A folder of this process, in memory where there is such a place; gone at its end.
class Folder {
 public:
  Folder() {
    const fs::path shared = "/dev/shm";
    std::string name =
        ((fs::is_directory(shared) ? shared : fs::temp_directory_path()) / "snapfmt-fuzz-XXXXXX")
            .string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  void write(const char* name, std::span<const std::uint8_t> bytes) const {
    std::ofstream out(path_ / name, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

void check_block(const snapfmt::snapshot::Snapshot& snapshot,
                 const snapfmt::snapshot::BlockView& view) {
  std::uint64_t at = 0;
  for (const auto field : snapshot.decode(view)) {
    if (field.offset() != at) std::abort();
    at += field.size();
  }
  if (at != view.block->bytes.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::span input(data, size);
  const auto zero = std::ranges::find(input, std::uint8_t{0});
  folder.write("vm.meta", {input.begin(), zero});
  folder.write("vm.kern",
               zero == input.end() ? input.subspan(size) : std::span(std::next(zero), input.end()));
  const auto snapshot = snapfmt::snapshot::Snapshot::open(folder / "vm");
  if (!snapshot) {
    if (snapshot.error().what.empty()) std::abort();
    return 0;
  }
  for (const auto& view : snapshot->blocks()) check_block(*snapshot, view);
  static_cast<void>(snapfmt::snapshot::Elements::of_kernel(*snapshot).integer("vcpu[0].rip"));
  return 0;
}
