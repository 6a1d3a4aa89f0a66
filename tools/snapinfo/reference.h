// What `profiles` and `layouts` share: they look things up in the schemas, without a snapshot.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/options.h"
#include "snapfmt/bytes/json_writer.h"
#include "snapfmt/schema/decode.h"

namespace snapfmt::tools::snapinfo {

/// `--vendor`, checked; nothing if it was not given.
std::optional<schema::Vendor> chosen_vendor(std::string_view name);
void add_vendor_option(CLI::App& command, std::string& vendor, const char* help);

/// A profile by name; NotFound with the names that there are.
Result<const schema::ProfileDef*> chosen_profile(const schema::Schema& schema,
                                                 std::string_view name);

std::string_view dialect_name(schema::Dialect dialect);

/// `{"fixed": 128, "each": 184}`, or null if the size varies.
void write_size(bytes::JsonWriter& json, const std::optional<schema::SizeFormula>& size);
/// A string, or null if it is empty.
void write_text(bytes::JsonWriter& json, std::string_view text);
void write_vendor(bytes::JsonWriter& json, std::optional<schema::Vendor> vendor);

/// Text that begins after `start` (`start_width` columns of it) and goes on below itself.
void print_hanging(Output& out, const std::string& start, std::size_t start_width,
                   std::string_view text, Tone tone = Tone::Plain);

}  // namespace snapfmt::tools::snapinfo
