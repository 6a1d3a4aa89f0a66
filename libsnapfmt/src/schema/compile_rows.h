// Turns the rows of one layout into rows, conditions and a program in an image.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "image_builder.h"
#include "json_source.h"

namespace snapfmt::schema {

class RowCompiler {
 public:
  RowCompiler(ImageBuilder& image, std::uint32_t layout) : image_(image), layout_(layout) {}

  /// Appends the layout's rows and ops to the image.
  void compile(const Json& rows, const std::string& area);

 private:
  /// What the groups around a row give it.
  struct Context {
    std::string path, source, element, area, note;
    std::optional<FieldClass> cls;
    bool uncertain = false;
    bool abi = false;
  };
  struct SavedField {
    std::uint32_t number = 0;
    Type type = Type::U64;
  };
  /// The left side of a comparison; a field or what lies ahead has a type.
  struct Left {
    Operand operand;
    std::optional<Type> type;
  };
  struct PendingSave {
    std::uint32_t number = 0, run_offset = 0, size = 0;
    Type type = Type::U64;
  };
  /// Where a row stands in the innermost ABI group, if that can be told.
  struct AbiPosition {
    bool inside = false;  ///< there is such a group
    bool known = true;    ///< `offset` can be told
    std::uint64_t offset = 0;
    std::uint64_t largest = 1;

    void set(bool can_be_told, std::uint64_t value) {
      known = can_be_told;
      offset = can_be_told ? value : 0;
    }
  };

  void compile_rows(const Json& rows, const Context& context);
  void compile_row(const Node& row, const Context& context);
  void compile_group(const Node& row, const Context& context);
  void compile_group_body(const Node& row, const Context& context);
  void compile_leaf(const Node& row, const Context& context);
  void compile_sized_leaf(const Node& row, const Context& context, std::uint32_t number);
  void compile_mark(const Node& row);
  void compile_stop(const Node& row);

  /// Runs `body` inside the row's repeat and when.
  template <class Body>
  void wrap(const Node& row, const Context& context, Body body);
  std::uint32_t begin_repeat(const Node& repeat, const Node& row);
  void set_count(const Node& repeat, RepeatDef& def);
  std::vector<std::string> set_indices(const Node& repeat, RepeatDef& def);
  void end_repeat(std::uint32_t op, std::uint32_t first_row);
  void set_used(const Node& repeat, RepeatDef& def, const std::vector<std::string>& names);

  RowDef make_row(const Node& row, const Context& context);
  void take_element(const Node& row, const Context& context, RowDef& out);
  void take_expectation(const Node& row, RowDef& out);
  std::uint32_t add_padding(const Context& context, const std::string& suffix, std::uint32_t size);
  void align_abi(const Node& row, const Context& context, std::uint64_t alignment);

  std::uint32_t condition(const Node& node);
  std::uint32_t combined(const Node& node, std::string_view word, ConditionKind kind);
  std::uint32_t one_of(const Node& node);
  ConditionDef comparison(const Node& node);
  ConditionDef text_comparison(const Node& node, ConditionDef def);
  ConditionDef peek_text(const Node& node);
  Left left_operand(const Node& node);
  Operand right_operand(const Node& node);
  Operand parameter_or_size(const Node& node);
  std::uint32_t parameter(const Node& name);
  SavedField field(const Node& name);
  SavedField integer_field(const Node& name);
  std::uint32_t index_in_use(const Node& name);
  std::uint32_t set_number(const Node& name);

  Text translate_template(const Node& row, const std::string& text);
  void collect_references(const Json& rows);
  void save_if_referred(const Node& row, Type type, std::uint32_t size);
  std::uint32_t new_variable(const Node& place, const std::string& name);

  void add_fixed(const Node& place, std::uint32_t row, std::uint32_t size);
  void flush();
  std::uint32_t emit(const Op& op);

  ImageBuilder& image_;
  std::uint32_t layout_;
  std::set<std::string> referred_, marked_;
  std::map<std::string, SavedField> saved_;
  std::uint32_t saved_count_ = 0;
  std::map<std::string, std::uint32_t> sets_;
  std::vector<std::string> index_names_;  ///< of the loops around
  std::uint32_t run_first_ = 0, run_rows_ = 0, run_bytes_ = 0;
  std::vector<PendingSave> pending_;
  AbiPosition abi_;
  int depth_ = 0;
};

/// `vcpu[{i}].lapic.isr[{k}]` is `vcpu[*].lapic.isr[*]` in the dictionary.
std::string dictionary_key(std::string_view path);

/// A field's path inside a group; padding (`+8`) follows without a dot.
std::string join_path(const std::string& prefix, const std::string& name);

/// Whether a row, or a group, is marked as not proven.
bool is_uncertain(const Node& row);

/// Fewest bytes that rows can take.
std::uint64_t smallest_size(const Json& rows);

Type parse_type(const Node& node);
Type parse_integer_type(const Node& node);
/// Whether an integer type's bits can hold a number, signed or unsigned.
bool fits(std::int64_t number, Type type);
/// Whether a field of an integer type can have a number as its value.
bool is_value_of(std::int64_t number, Type type);
FieldClass parse_class(const Node& node);
Format parse_format(const Node& node);

}  // namespace snapfmt::schema
