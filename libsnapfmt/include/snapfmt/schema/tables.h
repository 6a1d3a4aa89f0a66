// The compiled form of schemas/: plain tables in one position-independent image.
//
// Every struct here is trivially copyable and refers to others by index, to text by
// `Text`. An image is made by compile.h, from JSON, at build time (the shipped schemas)
// or at run time (`--schemas DIR`); `Schema` (schema.h) gives access to it.
#pragma once

#include <cstdint>
#include <limits>

namespace snapfmt::schema {

/// Index that refers to nothing.
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// Text in the string pool.
struct Text {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// A run of entries in another table.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

enum class Type : std::uint8_t { U8, U16, U32, U64, I8, I16, I32, I64, Bool, Bytes, Chars };

/// What a field is to a reader; `Unknown` is only for bytes that no row describes.
enum class FieldClass : std::uint8_t {
  Arch,        ///< architectural state of the guest's CPU
  Device,      ///< state of a device that the guest can see
  Time,        ///< advances with time
  Control,     ///< hypervisor controls, never to be carried to another host
  Host,        ///< means something on the source host only
  Derived,     ///< a copy or a function of other state
  Structural,  ///< steers the parse
  Padding,     ///< alignment and bytes never written
  Unknown,     ///< not described
};

enum class Format : std::uint8_t {
  Hex,
  Dec,
  Size,
  Sectors,
  Gpa,
  Mac,
  AtaString,
  UnixTime,
  Sbintime,
  BintimeFrac,
  Bitmap,
  BitmapWord,  ///< word k of a longer bitmap, k being the number that the path ends in
  Seconds,
};

struct BitDef {
  Text name, doc;
  std::uint32_t enumeration = kNone;
  std::uint8_t low = 0, high = 0;  ///< bit numbers, low <= high
  Format format = Format::Dec;
  std::uint8_t reserved = 0;
};

struct RegisterDef {
  Text name, title, manual;
  Range bits;
};

struct EnumValue {
  std::uint64_t value = 0;
  Text name, doc;
};

struct EnumDef {
  Text name, title, manual;
  Range values;  ///< ascending by value
};

/// One kind of machine state; `key` has every index as `[*]`.
struct ElementDef {
  Text key, area, doc, unit, why;
  std::uint64_t default_value = 0;
  std::uint32_t reg = kNone, enumeration = kNone;
  Type type = Type::U64;
  FieldClass cls = FieldClass::Arch;
  Format format = Format::Hex;
  std::uint8_t has_default = 0;
};

/// What bhyve always writes: (value & mask) == eq.
struct Expectation {
  std::uint64_t mask = 0, eq = 0;
};

/// One leaf of a layout. path, source and element are templates: byte 1, then an index
/// variable's number + 1, then `d` or `x`, stands for that index.
struct RowDef {
  Text path, source, element, doc, note, codec;
  Range expect;  ///< any of them may hold; empty: nothing is known
  std::uint32_t element_def = kNone, reg = kNone, enumeration = kNone;
  std::uint32_t size = 0;  ///< bytes; 0 if it depends on the input
  std::uint32_t layout = kNone;
  Type type = Type::U8;
  FieldClass cls = FieldClass::Arch;
  Format format = Format::Hex;
  std::uint8_t uncertain = 0;
};

enum class ConditionKind : std::uint8_t { All, Any, Not, Compare, TextEquals, InSet, PeekText };
enum class Compare : std::uint8_t { Eq, Ne, Lt, Le, Gt, Ge };

/// Where a number comes from when a program runs.
enum class OperandKind : std::uint8_t { Constant, Register, Index, Parameter, Peek };

struct Operand {
  std::uint64_t value =
      0;  ///< constant, or number of register, variable, parameter; Peek: distance
  OperandKind kind = OperandKind::Constant;
  Type type = Type::I64;  ///< of a Peek
  std::uint8_t reserved[6] = {};
};

struct ConditionDef {
  Operand left, right;
  std::uint64_t mask = 0;
  Text text;
  Range children;  ///< in the table of condition references
  std::uint32_t set = 0;
  ConditionKind kind = ConditionKind::Compare;
  Compare compare = Compare::Eq;
  std::uint8_t peeks = 0;        ///< it, or one below it, looks ahead
  std::uint8_t is_unsigned = 0;  ///< order is that of unsigned numbers
};

/// An index variable of a loop: value = from + step x iteration.
struct IndexDef {
  std::int64_t from = 0, step = 1;
  std::uint32_t variable = 0;
  std::uint32_t reserved = 0;
};

enum class RepeatKind : std::uint8_t { Count, Until };

struct RepeatDef {
  Operand count;            ///< Count: how often
  Operand used_limit;       ///< indices from here on carry no element
  std::uint64_t until = 0;  ///< Until: the integer that ends the list
  std::uint64_t max = 0;    ///< a larger count ends decoding; 0: the count is not input
  Range indices;
  std::uint32_t used_index = kNone;  ///< which of `indices` is compared with used_limit
  std::uint32_t body_row = 0;        ///< first row inside
  std::uint32_t body_rows = 0;       ///< number of rows inside
  Type until_type = Type::I32;
  RepeatKind kind = RepeatKind::Count;
  std::uint8_t body_may_be_empty = 0;  ///< an iteration may take no bytes
  std::uint8_t reserved = 0;
};

enum class OpCode : std::uint8_t {
  Run,        ///< a: first row, b: rows, c: bytes; all of fixed size
  Save,       ///< a: register, b: distance back, c: bytes; type says how
  Sized,      ///< a: row, b: register or kNone, imm: fixed, c: bytes for each count
  Align,      ///< a: row, b: alignment, from the anchor
  Fill,       ///< a: row, imm: bytes of the group
  PushStart,  ///< a: 1 if it is an anchor
  PopStart,
  Repeat,     ///< a: RepeatDef, b: op after the loop
  EndRepeat,  ///< a: op of Repeat
  Unless,     ///< a: condition, b: op to go to, c: first row inside, imm: rows inside
  Bind,       ///< a: variable, b: register
  Unbind,
  Mark,  ///< a: set, b: OperandKind, imm: its value
  Stop,  ///< a, b: Text of the reason
  End,
};

struct Op {
  std::uint64_t imm = 0;
  std::uint32_t a = 0, b = 0, c = 0;
  OpCode code = OpCode::End;
  Type type = Type::U64;
  std::uint8_t reserved[2] = {};
};

struct LayoutDef {
  Text id, title, doc, origin, area;
  Range rows, ops;
};

enum class Vendor : std::uint8_t { Intel, Amd };

/// A parameter's value in a profile: a number, or another parameter (`@vcpus`).
struct ParameterDef {
  Operand value;
  std::uint32_t name = 0;  ///< number of the parameter
  std::uint32_t reserved = 0;
};

/// A kernel block of a profile. Layouts by vendor; `may_be`: others that may occur.
struct KernelBlockDef {
  Text block, note;
  std::int64_t req = -1;
  std::uint32_t layout[2] = {kNone, kNone};
  Range may_be[2];  ///< in the table of layout references
};

struct DeviceDef {
  Text type, note;
  Range parts;   ///< in the table of layout references
  Range may_be;  ///< alternatives, one reference each, for the last part
};

struct DefectDef {
  Text id, vendor, block, doc, note;
};

enum class Dialect : std::uint8_t { Gen1, Gen2 };

struct ProfileDef {
  Text name, title, doc;
  Range releases;  ///< in the table of texts
  Range parameters, kernel, devices;
  Range device_list;  ///< in the table of texts
  Range defects;
  Dialect dialect = Dialect::Gen2;
  std::uint8_t reserved[3] = {};
};

}  // namespace snapfmt::schema
