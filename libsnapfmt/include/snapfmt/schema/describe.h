// A layout as it stands, without a block: which fields, where, how large, how often, when.
//
//   const LayoutInfo info = describe(schema, *schema.find_layout("vmcx.intel/4"), profile);
//   for (const FieldInfo& field : info.fields) fmt::print("{:#x} {}\n", *field.offset, field.path);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "snapfmt/schema/decode.h"

namespace snapfmt::schema {

/// Bytes with an own origin: the block (number 0), or one round of a loop whose rounds or whose
/// length only the input tells, such as the part of one vCPU.
struct RecordInfo {
  std::string path;                   ///< `vcpu[*]`; empty for the block
  std::string count;                  ///< how often, as LoopInfo::count; "1" for the block
  std::optional<std::uint64_t> size;  ///< bytes of one, if it is always the same
};

/// Rows that come again and again.
struct LoopInfo {
  std::string path;                     ///< what comes again: `vcpu[*]`, `bar[*]`
  std::string count;                    ///< "7", "vCPUs", "nvq (64 at most)"
  std::optional<std::uint64_t> times;   ///< `count`, if it is a number
  std::optional<std::uint64_t> stride;  ///< bytes from one round to the next, if always the same
};

/// One row. Index variables are `*` in path and element and their names in `source`.
struct FieldInfo {
  std::uint32_t row = 0;                ///< in Schema::rows()
  std::string path, source;             ///< `vcpu[*].cr0`, `vcpu[i].vmcb->state.cr0`
  std::string element;                  ///< key of the dictionary; empty: no machine state
  std::uint32_t record = 0;             ///< in LayoutInfo::records
  std::optional<std::uint64_t> offset;  ///< from the start of the record, in the first round
  std::optional<std::uint64_t> size;    ///< bytes, if always the same
  std::string size_text;                ///< "8", "16 x qsize"
  std::vector<std::uint32_t> loops;     ///< in LayoutInfo::loops, the outermost first
  std::vector<std::string> conditions;  ///< all must hold: "exitcode == 5"
};

struct LayoutInfo {
  std::vector<RecordInfo> records;
  std::vector<LoopInfo> loops;
  std::vector<FieldInfo> fields;  ///< in the order of the block
};

/// Describes a layout, with the parameters of a profile if there is one.
LayoutInfo describe(const Schema& schema, const LayoutDef& layout,
                    const ProfileDef* profile = nullptr);

/// The type of a row in C: `uint64_t`, `bool`, `uint8_t[43]`, `char[128]`, `uint8_t[]`.
std::string c_type(const RowDef& row);

/// What bhyve always writes: "0 to 23", "1, 3", "& 0x1000 is 0x1000"; empty: nothing is known.
std::string describe_expectation(const Schema& schema, const RowDef& row);

/// "184 x vCPUs + 128", "2944"; "varies" for nothing.
std::string describe_size(const std::optional<SizeFormula>& size);

}  // namespace snapfmt::schema
