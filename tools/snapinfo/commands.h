// The commands of snapinfo. Each adds itself to the command line and, when it is chosen,
// leaves in `run` what to do.
#pragma once

#include "common/options.h"

namespace snapfmt::tools::snapinfo {

void add_show(CLI::App& app, Run& run);
void add_id(CLI::App& app, Run& run);
void add_fields(CLI::App& app, Run& run);
void add_regs(CLI::App& app, Run& run);
void add_mem(CLI::App& app, Run& run);
void add_profiles(CLI::App& app, Run& run);
void add_layouts(CLI::App& app, Run& run);

}  // namespace snapfmt::tools::snapinfo
