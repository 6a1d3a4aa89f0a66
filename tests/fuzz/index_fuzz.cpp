// Whatever the text of F.meta: it is read or refused with its place, and what was read prints
// to a text that reads as the same index.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "snapfmt/container/index.h"

namespace {

using snapfmt::container::Index;

bool same_blocks(const Index& a, const Index& b) {
  const auto same = [](const auto& left, const auto& right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i].name != right[i].name || left[i].size != right[i].size ||
          left[i].file_offset != right[i].file_offset) {
        return false;
      }
    }
    return true;
  };
  return same(a.kernel, b.kernel) && same(a.devices, b.devices) && a.vmname == b.vmname &&
         a.ncpus == b.ncpus && a.memsize == b.memsize;
}

bool all_usable(const Index& index) {
  for (const auto* list : {&index.kernel, &index.devices}) {
    for (const auto& entry : *list) {
      if (!entry.usable()) return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace snapfmt::container;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto index = parse_index(text);
  if (!index) {
    if (index.error().to_string().empty()) std::abort();
    return 0;
  }
  if (!index->complete || index->dialect == Dialect::Unknown || !all_usable(*index)) return 0;
  const auto again = parse_index(print_index(*index));
  if (!again || !same_blocks(*index, *again)) std::abort();
  return 0;
}
