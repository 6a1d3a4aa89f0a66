// Options that all commands on a snapshot share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "common/terminal.h"
#include "snapfmt/schema/schema.h"
#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::tools {

/// How output is wanted.
struct OutputOptions {
  bool json = false;
  bool compact = false;  ///< JSON on one line
  ColorMode color = ColorMode::Auto;
};
void add_output_options(CLI::App& command, OutputOptions& options);

/// Which schemas to use.
struct SchemaOptions {
  std::string folder;  ///< empty: the shipped ones
};
void add_schema_options(CLI::App& command, SchemaOptions& options);
/// The shipped schema, or one that is compiled from the folder and kept in `storage`.
Result<const schema::Schema*> load_schema(const SchemaOptions& options,
                                          std::optional<schema::Schema>& storage);

/// A snapshot on the command line and how to read it.
struct SnapshotOptions {
  std::string path;
  std::string profile, vendor;
  SchemaOptions schema;
};
void add_snapshot_options(CLI::App& command, SnapshotOptions& options);

/// An opened snapshot together with the schema that it refers to.
struct OpenSnapshot {
  std::unique_ptr<std::optional<schema::Schema>> schema;
  std::unique_ptr<snapshot::Snapshot> snapshot;

  const snapshot::Snapshot& operator*() const { return *snapshot; }
  const snapshot::Snapshot* operator->() const { return snapshot.get(); }
};
Result<OpenSnapshot> open_snapshot(const SnapshotOptions& options);

/// What a command line asked for; runs after parsing and returns the exit code.
using Run = std::function<int()>;

}  // namespace snapfmt::tools
