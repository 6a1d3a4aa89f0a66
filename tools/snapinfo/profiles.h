// The outputs of `snapinfo profiles`.
#pragma once

#include <optional>
#include <span>

#include "common/terminal.h"
#include "snapfmt/schema/compare.h"

namespace snapfmt::tools::snapinfo {

using ProfileList = std::span<const schema::ProfileDef* const>;

/// A table of generations.
void print_profiles(Output& out, const schema::Schema& schema);

/// All about one generation, for one vendor or for both.
void print_profile(Output& out, const schema::Schema& schema, const schema::ProfileDef& profile,
                   std::optional<schema::Vendor> vendor);

/// `snapfmt.profiles/1`.
void write_profiles(Output& out, bool compact, const schema::Schema& schema, ProfileList profiles,
                    std::optional<schema::Vendor> vendor);

/// What differs, block by block; `long_form`: no runs of rows are put together.
void print_diff(Output& out, const schema::Schema& schema, const schema::ProfileComparison& diff,
                bool long_form);

/// `snapfmt.profiles-diff/1`.
void write_diff(Output& out, bool compact, const schema::Schema& schema,
                const schema::ProfileComparison& diff, std::optional<schema::Vendor> vendor);

}  // namespace snapfmt::tools::snapinfo
