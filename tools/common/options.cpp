#include "common/options.h"

#include <map>

namespace snapfmt::tools {

void add_output_options(CLI::App& command, OutputOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON document (see docs/json.md)");
  command.add_flag("--compact", options.compact, "With --json: no line breaks")->needs("--json");
  static const std::map<std::string, ColorMode> kModes{
      {"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}};
  command
      .add_option_function<std::string>(
          "--color", [&options](const std::string& when) { options.color = kModes.at(when); },
          "When to use colour: auto, always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
      ->type_name("WHEN");
}

void add_schema_options(CLI::App& command, SchemaOptions& options) {
  command.add_option("--schemas", options.folder, "Use the schemas in DIR, not the shipped ones")
      ->type_name("DIR");
}

Result<const schema::Schema*> load_schema(const SchemaOptions& options,
                                          std::optional<schema::Schema>& storage) {
  if (options.folder.empty()) return &schema::shipped_schema();
  auto loaded = schema::Schema::load(options.folder);
  if (!loaded) return std::unexpected(loaded.error());
  storage = *std::move(loaded);
  return &*storage;
}

void add_snapshot_options(CLI::App& command, SnapshotOptions& options) {
  command.add_option("SNAP", options.path, "The snapshot: F, F.kern or F.meta")->required();
  command
      .add_option("--profile", options.profile, "Read it as NAME wrote it, such as freebsd-14.0")
      ->type_name("NAME");
  command.add_option("--vendor", options.vendor, "Read it as from an intel or amd host")
      ->check(CLI::IsMember({"intel", "amd"}).description(""))
      ->type_name("NAME");
  add_schema_options(command, options.schema);
}

Result<OpenSnapshot> open_snapshot(const SnapshotOptions& options) {
  OpenSnapshot out{.schema = std::make_unique<std::optional<schema::Schema>>(), .snapshot = {}};
  const auto schema = load_schema(options.schema, *out.schema);
  if (!schema) return std::unexpected(schema.error());
  snapshot::OpenOptions open{.schema = *schema};
  if (!options.profile.empty()) open.identify.profile = options.profile;
  if (!options.vendor.empty()) {
    open.identify.vendor = options.vendor == "intel" ? schema::Vendor::Intel : schema::Vendor::Amd;
  }
  auto snapshot = snapshot::Snapshot::open(options.path, open);
  if (!snapshot) return std::unexpected(snapshot.error());
  out.snapshot = std::make_unique<snapshot::Snapshot>(*std::move(snapshot));
  return out;
}

}  // namespace snapfmt::tools
