// The two outputs of `snapinfo show`.
#pragma once

#include <cstddef>
#include <optional>

#include "common/terminal.h"
#include "snapfmt/container/zero_pages.h"
#include "snapfmt/snapshot/snapshot.h"
#include "snapfmt/snapshot/summary.h"

namespace snapfmt::tools::snapinfo {

struct ShowInput {
  const snapshot::Snapshot& snapshot;
  const snapshot::Summary& summary;
  std::optional<container::ZeroPageCount> pages;  ///< only with `--ram`
};

/// One screen; `all`: no list is cut.
void print_show(Output& out, const ShowInput& input, bool all);

/// One document, `snapfmt.show/1`.
void write_show(Output& out, const ShowInput& input, bool compact);

}  // namespace snapfmt::tools::snapinfo
