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
  struct PendingSave {
    std::uint32_t number = 0, run_offset = 0, size = 0;
    Type type = Type::U64;
  };
  /// Where a row stands in the innermost ABI group, if that can be told.
  struct AbiPosition {
    std::optional<std::uint64_t> offset = 0;
    std::uint64_t largest = 1;
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
  void end_repeat(std::uint32_t op, std::uint32_t first_row);
  void set_used(const Node& repeat, RepeatDef& def, const std::vector<std::string>& names);

  RowDef make_row(const Node& row, const Context& context);
  void take_element(const Node& row, const Context& context, RowDef& out);
  void take_expectation(const Node& row, RowDef& out);
  std::uint32_t add_padding(const Context& context, const std::string& suffix,
                            std::uint32_t size);
  void align_abi(const Context& context, std::uint64_t alignment);

  std::uint32_t condition(const Node& node);
  std::uint32_t combined(const Node& list, ConditionKind kind);
  ConditionDef comparison(const Node& node);
  ConditionDef peek_text(const Node& node);
  Operand left_operand(const Node& node);
  Operand right_operand(const Node& node);
  Operand parameter_or_number(const Node& node);
  SavedField field(const Node& name);
  std::uint32_t set_number(const std::string& name);

  Text translate_template(const Node& row, const std::string& text);
  void collect_references(const Json& rows);
  void save_if_referred(const std::string& name, Type type, std::uint32_t size);

  void add_fixed(std::uint32_t row, std::uint32_t size);
  void flush();
  std::uint32_t emit(const Op& op);

  ImageBuilder& image_;
  std::uint32_t layout_;
  std::set<std::string> referred_;
  std::map<std::string, SavedField> saved_;
  std::uint32_t saved_count_ = 0;
  std::map<std::string, std::uint32_t> sets_;
  std::vector<std::string> index_names_;  ///< of the loops around
  std::uint32_t run_first_ = 0, run_rows_ = 0, run_bytes_ = 0;
  std::vector<PendingSave> pending_;
  std::optional<AbiPosition> abi_;
  int depth_ = 0;
};

/// Fewest bytes that rows can take.
std::uint64_t smallest_size(const Json& rows);

Type parse_type(const Node& node);
FieldClass parse_class(const Node& node);
Format parse_format(const Node& node);

}  // namespace snapfmt::schema
