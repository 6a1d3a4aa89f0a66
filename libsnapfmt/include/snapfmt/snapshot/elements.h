// The machine state that a snapshot's fields carry, by element path.
//
//   const Elements cpu = Elements::of_kernel(snapshot);
//   std::optional<std::uint64_t> cr3 = cpu.integer("vcpu[0].cr3");
//
// Values are as the file has them. (Neutral values, merged over blocks, are the machine
// layer's.)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/schema/decode.h"
#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::snapshot {

class Elements {
 public:
  /// All elements of the kernel blocks.
  static Elements of_kernel(const Snapshot& snapshot);
  /// All elements of one block.
  static Elements of_block(const Snapshot& snapshot, const BlockView& block);

  /// The field that carries an element, by its full path.
  std::optional<schema::FieldView> field(std::string_view path) const;
  std::optional<std::uint64_t> integer(std::string_view path) const;
  /// Shown as the field is: "PG WP PE", "HLT". Empty if the element is absent.
  std::string text(std::string_view path) const;

 private:
  void add(schema::DecodedBlock block);

  /// Views point into the blocks: a vector that grows would move them.
  std::vector<std::unique_ptr<schema::DecodedBlock>> blocks_;
  std::map<std::string, schema::FieldView, std::less<>> fields_;
};

}  // namespace snapfmt::snapshot
