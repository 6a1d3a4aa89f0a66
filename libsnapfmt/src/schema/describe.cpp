#include "snapfmt/schema/describe.h"

#include <algorithm>

#include <fmt/format.h>

#include "alternatives.h"
#include "describe_text.h"

namespace snapfmt::schema {
namespace {

using Position = std::optional<std::uint64_t>;

Position plus(Position a, Position b) { return a && b ? Position(*a + *b) : std::nullopt; }

/// Goes through a layout's program once, every branch and every loop body, and keeps count of
/// where it is as far as that does not depend on a block.
class Describer {
 public:
  Describer(const Schema& schema, const LayoutDef& layout, const ProfileDef* profile)
      : schema_(schema), layout_(layout), profile_(profile) {
    if (profile != nullptr) {
      no_vcpu_ = schema.parameter_values(*profile, 0);
      one_vcpu_ = schema.parameter_values(*profile, 1);
    }
    info_.records.push_back({.path = {}, .count = "1", .size = {}});
  }

  LayoutInfo run() {
    walk(layout_.ops.first, layout_.ops.first + layout_.ops.count);
    info_.records[0].size = position_;
    drop_merged_records();
    return std::move(info_);
  }

 private:
  struct Start {
    Position at, outer_anchor;
  };

  void walk(std::uint32_t pc, std::uint32_t end) {
    while (pc < end) pc = step(pc, end);
  }

  /// Returns the op to go on with.
  std::uint32_t step(std::uint32_t pc, std::uint32_t end) {
    const Op& op = schema_.ops()[pc];
    switch (op.code) {
      case OpCode::Run:
        run_of_rows(op);
        break;
      case OpCode::Save:
        remember(op);
        break;
      case OpCode::Sized:
        sized(op);
        break;
      case OpCode::Align:
        align(op);
        break;
      case OpCode::Fill:
        fill(op);
        break;
      case OpCode::PushStart:
        starts_.push_back({position_, anchor_});
        if (op.a != 0) anchor_ = position_;
        break;
      case OpCode::PopStart:
        anchor_ = starts_.back().outer_anchor;
        starts_.pop_back();
        break;
      case OpCode::Repeat:
        return repeat(pc);
      case OpCode::Unless:
        return branches(pc, end);
      case OpCode::Stop:
        stopped_ = true;
        break;
      case OpCode::Bind:
      case OpCode::Unbind:
      case OpCode::Mark:
      case OpCode::EndRepeat:
      case OpCode::End:
        break;
    }
    return pc + 1;
  }

  void add_field(std::uint32_t number, Position size, std::string size_text) {
    const RowDef& row = schema_.row(number);
    FieldInfo field{.row = number,
                    .path = path_pattern(schema_, row.path),
                    .source = named_template(schema_, row.source),
                    .element = {},
                    .record = record_,
                    .offset = position_,
                    .size = size,
                    .size_text = std::move(size_text),
                    .loops = loop_stack_,
                    .conditions = conditions_};
    if (row.element_def != kNone)
      field.element = schema_.text(schema_.element(row.element_def).key);
    info_.fields.push_back(std::move(field));
    position_ = plus(position_, size);
  }

  void run_of_rows(const Op& op) {
    for (std::uint32_t row = op.a; row < op.a + op.b; ++row) {
      const auto size = schema_.row(row).size;
      add_field(row, size, std::to_string(size));
    }
    last_run_ = op;
  }

  /// The saved field is the row that ended `b - c` bytes before the end of the last run.
  void remember(const Op& op) {
    std::uint32_t begin = last_run_.c;
    for (std::uint32_t row = last_run_.a + last_run_.b; row-- > last_run_.a;) {
      begin -= schema_.row(row).size;
      if (last_run_.c - begin != op.b) continue;
      if (registers_.size() <= op.a) registers_.resize(op.a + std::size_t{1});
      registers_[op.a] = last_name(path_pattern(schema_, schema_.row(row).path));
      return;
    }
  }

  void sized(const Op& op) {
    std::string text = std::to_string(op.imm);
    if (op.b != kNone) {
      const std::string count = op.b < registers_.size() ? registers_[op.b] : "?";
      text = op.c == 1 ? count : fmt::format("{} x {}", op.c, count);
      if (op.imm != 0) text += fmt::format(" + {}", op.imm);
    }
    add_field(op.a, op.b == kNone ? Position(op.imm) : std::nullopt, std::move(text));
  }

  void align(const Op& op) {
    if (anchor_ && position_) {
      const auto gap = (op.b - (*position_ - *anchor_) % op.b) % op.b;
      if (gap != 0) add_field(op.a, gap, std::to_string(gap));
      return;
    }
    add_field(op.a, std::nullopt, fmt::format("up to a multiple of {}", op.b));
  }

  void fill(const Op& op) {
    const Position start = starts_.back().at;
    if (start && position_) {
      const auto used = *position_ - *start;
      if (used < op.imm) add_field(op.a, op.imm - used, std::to_string(op.imm - used));
    } else {
      add_field(op.a, std::nullopt, fmt::format("rest of {}", op.imm));
    }
    position_ = plus(start, op.imm);
  }

  std::uint32_t repeat(std::uint32_t pc) {
    const Op& op = schema_.ops()[pc];
    const RepeatDef& def = schema_.repeat(op.a);
    const LoopInfo loop = describe_loop(def);
    const auto number = static_cast<std::uint32_t>(info_.loops.size());
    info_.loops.push_back(loop);
    loop_stack_.push_back(number);

    const Position outer = position_;
    const Position outer_anchor = anchor_;
    const std::uint32_t outer_record = record_;
    const auto first_field = info_.fields.size();
    record_ = static_cast<std::uint32_t>(info_.records.size());
    const std::uint32_t own = record_;
    info_.records.push_back({.path = loop.path, .count = loop.count, .size = {}});
    merged_into_.resize(info_.records.size(), kNone);
    position_ = 0;
    anchor_ = std::nullopt;
    walk(pc + 1, op.b - 1);

    const Position size = position_;
    info_.records[own].size = size;
    info_.loops[number].stride = size;
    record_ = outer_record;
    anchor_ = outer_anchor;
    loop_stack_.pop_back();
    const bool constant = def.kind == RepeatKind::Count && def.count.kind == OperandKind::Constant;
    if (constant && outer && size) merge_record(own, first_field, *outer);
    position_ = outer && size && loop.times ? Position(*outer + *size * *loop.times) : std::nullopt;
    return op.b;
  }

  /// The first round of an array in a record belongs to the record.
  void merge_record(std::uint32_t own, std::size_t first_field, std::uint64_t start) {
    merged_into_[own] = record_;
    for (std::size_t i = first_field; i < info_.fields.size(); ++i) {
      FieldInfo& field = info_.fields[i];
      if (field.record != own) continue;
      field.record = record_;
      if (field.offset) field.offset = *field.offset + start;
    }
  }

  void drop_merged_records() {
    std::vector<std::uint32_t> number(info_.records.size(), 0);
    std::vector<RecordInfo> kept;
    merged_into_.resize(info_.records.size(), kNone);
    for (std::size_t i = 0; i < info_.records.size(); ++i) {
      if (merged_into_[i] != kNone) continue;
      number[i] = static_cast<std::uint32_t>(kept.size());
      kept.push_back(std::move(info_.records[i]));
    }
    for (FieldInfo& field : info_.fields) field.record = number[field.record];
    info_.records = std::move(kept);
  }

  LoopInfo describe_loop(const RepeatDef& def) {
    LoopInfo loop;
    const auto indices = schema_.indices(def);
    if (def.body_rows != 0) {
      const Text path = schema_.row(def.body_row).path;
      loop.path = indices.empty() ? path_pattern(schema_, path)
                                  : looped_pattern(schema_, path, indices[0].variable);
    }
    if (def.kind == RepeatKind::Until) {
      loop.count = fmt::format("until {}", static_cast<std::int64_t>(def.until));
    } else if (def.count.kind == OperandKind::Parameter && profile_ != nullptr) {
      const auto none = no_vcpu_[def.count.value];
      const auto one = one_vcpu_[def.count.value];
      loop.count = none == one ? std::to_string(one) : "vCPUs";
      if (none == one && one >= 0) loop.times = static_cast<std::uint64_t>(one);
    } else if (def.count.kind == OperandKind::Constant) {
      loop.times = def.count.value;
      loop.count = std::to_string(def.count.value);
    } else {
      loop.count = describe_operand(schema_, def.count, registers_);
    }
    if (def.max != 0) loop.count += fmt::format(" ({} at most)", def.max);
    return loop;
  }

  /// A branch, or several that shut each other out.
  std::uint32_t branches(std::uint32_t pc, std::uint32_t end) {
    std::vector<std::uint32_t> heads{pc};
    std::vector<std::uint32_t> asked{schema_.ops()[pc].a};
    std::uint32_t next = schema_.ops()[pc].b;
    Alternatives judged;
    while (next < end && schema_.ops()[next].code == OpCode::Unless) {
      asked.push_back(schema_.ops()[next].a);
      const Alternatives more = judge_alternatives(schema_, asked);
      if (!more.exclusive) break;
      judged = more;
      heads.push_back(next);
      next = schema_.ops()[next].b;
    }
    const Position start = position_;
    std::vector<Position> ends;
    if (!judged.exhaustive) ends.push_back(start);
    for (const auto head : heads) {
      const Op& op = schema_.ops()[head];
      position_ = start;
      stopped_ = false;
      conditions_.push_back(describe_condition(schema_, schema_.condition(op.a), registers_));
      walk(head + 1, op.b);
      conditions_.pop_back();
      if (!stopped_) ends.push_back(position_);
    }
    stopped_ = false;
    const bool same = std::ranges::all_of(ends, [&](Position p) { return p == ends.front(); });
    position_ = same && !ends.empty() ? ends.front() : std::nullopt;
    return next;
  }

  const Schema& schema_;
  const LayoutDef& layout_;
  const ProfileDef* profile_;
  std::vector<std::int64_t> no_vcpu_, one_vcpu_;
  LayoutInfo info_;
  Position position_ = 0;
  Position anchor_ = 0;
  std::vector<Start> starts_;
  std::vector<std::uint32_t> merged_into_;  ///< by record; kNone: it stays
  std::vector<std::uint32_t> loop_stack_;
  std::vector<std::string> conditions_;
  RegisterNames registers_;
  Op last_run_;
  std::uint32_t record_ = 0;
  bool stopped_ = false;
};

}  // namespace

LayoutInfo describe(const Schema& schema, const LayoutDef& layout, const ProfileDef* profile) {
  return Describer(schema, layout, profile).run();
}

}  // namespace snapfmt::schema
