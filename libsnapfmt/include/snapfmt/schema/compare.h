// What differs between two generations, or two layouts, without looking at a snapshot.
//
//   const ProfileComparison c = compare_profiles(schema, *a, *b, Vendor::Intel);
//   if (c.same()) ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/schema/describe.h"

namespace snapfmt::schema {

/// What happened to a row or a loop, the most telling first.
enum class RowChangeKind : std::uint8_t {
  Removed,
  Added,
  Repeated,  ///< a loop that runs another number of times
  Resized,   ///< wider or narrower, or another type
  Meaning,   ///< means something else, comes from elsewhere, or is there on another condition
  Moved,     ///< stands elsewhere in its record, and nothing else
};
std::string_view to_string(RowChangeKind kind);

/// One side of what differs in a row: "source" from `rxfifo.num` to `backend->rxfifo.num`.
/// `what` is one of: count, size, type, source, class, element, codec, register, enum, expected,
/// when.
struct Aspect {
  std::string_view what;
  std::string before, after;
};

struct RowChange {
  RowChangeKind kind = RowChangeKind::Meaning;
  std::string path;                        ///< with `[*]` for every index
  std::optional<FieldInfo> before, after;  ///< neither for Repeated
  std::vector<Aspect> aspects;
  std::optional<std::int64_t> moved_by;  ///< bytes within the record, where both can be told
  std::string other_block;  ///< Removed, Added: the kernel block that has the row on the other side
};

/// Two forms of a layout, or of a part that several blocks share.
struct LayoutComparison {
  std::string before, after;         ///< layout ids; empty: there is none
  std::vector<std::string> used_by;  ///< kernel blocks and device types
  std::optional<SizeFormula> size_before, size_after;
  std::vector<RowChange> rows;  ///< in the order of RowChangeKind, then of the rows
};

/// Compares two layouts row by row; either may be null, and then all rows came or went. Rows that
/// only fill gaps (`+12`) are left out: they follow from the others.
LayoutComparison compare_layouts(const Schema& schema, const LayoutDef* before,
                                 const ProfileDef& before_profile, const LayoutDef* after,
                                 const ProfileDef& after_profile);

enum class BlockChange : std::uint8_t { Removed, Added, Changed, Same };
std::string_view to_string(BlockChange change);

/// A kernel block, for one vendor or for both, or a device type.
struct BlockComparison {
  std::string name;
  bool device = false;
  std::optional<Vendor> vendor;  ///< nothing: the same for both, or a device
  BlockChange change = BlockChange::Same;
  std::vector<std::string> before, after;  ///< layout ids; a kernel block has one
  std::optional<SizeFormula> size_before, size_after;
  std::vector<std::size_t> layouts;  ///< in ProfileComparison::layouts
};

/// A value of the whole profile: `index`, `kernel order`, or a parameter's name. Empty: not there.
struct ValueChange {
  std::string name, before, after;
};

struct DefectChange {
  bool added = false;
  const DefectDef* defect = nullptr;
};

struct ProfileComparison {
  const ProfileDef* before = nullptr;
  const ProfileDef* after = nullptr;
  std::vector<ValueChange> values;
  std::vector<std::string> listed_before_only, listed_after_only;  ///< of the device list
  std::vector<BlockComparison> blocks;                             ///< kernel blocks, then devices
  std::vector<LayoutComparison> layouts;                           ///< pairs of layouts that differ
  std::vector<DefectChange> defects;                               ///< by id, for each vendor

  bool same() const;
};

/// Compares two profiles of a schema, for one vendor or for both.
ProfileComparison compare_profiles(const Schema& schema, const ProfileDef& before,
                                   const ProfileDef& after, std::optional<Vendor> vendor = {});

/// A parameter's value: "16", "0x100000000", "@vcpus".
std::string describe_parameter(const Schema& schema, const ParameterDef& parameter);

}  // namespace snapfmt::schema
