// Runs a layout's program. The Port says where fields come from and go to: decoding reads
// them from a block, measuring only counts, encoding asks a source. All conditions and
// counts live here, once.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstring>
#include <string>
#include <vector>

#include "snapfmt/bytes/endian.h"
#include "snapfmt/schema/decode.h"
#include "snapfmt/schema/schema.h"

namespace snapfmt::schema {

inline constexpr std::size_t kMaxRegisters = 128;
inline constexpr std::size_t kMaxSets = 8;
inline constexpr std::size_t kMaxDepth = 16;

/// Iterations without a byte that one layout may make in a block, lest loops in loops that
/// find nothing take longer than the block is long.
inline constexpr std::uint32_t kMaxIdleIterations = std::uint32_t{1} << 16;

inline std::int64_t extend(std::uint64_t raw, Type type) {
  if (!is_signed(type)) return static_cast<std::int64_t>(raw);
  const auto unused = 64 - 8 * integer_size(type);
  return static_cast<std::int64_t>(raw << unused) >> unused;
}

/// Port:
///   std::uint64_t position() const                          bytes so far
///   bool fields(first_row, rows, total, scope)              false: data ended (it has said so)
///   bool sized(row, size, scope)                            likewise
///   std::span<const std::byte> passed(distance, size)       bytes just passed
///   bool at_end() const                                     no more data, and more is wanted
///   bool missing(row, scope)                                says so; returns false
///   bool until_ended(repeat)                                the next integer ends the list
///   void stopped(std::string reason)                        the walk cannot go on
///   std::uint32_t push_scope(Scope), const Scope& scope(i)
///   kSeesAhead: it can answer can_peek(), peek() and peek_text(); else next_is_one_of()
template <class Port>
class Walker {
 public:
  Walker(const Schema& schema, std::span<const std::int64_t> parameters, Port& port)
      : schema_(schema), parameters_(parameters), port_(port) {}

  /// False if the walk ended early; the port knows why.
  bool run(const LayoutDef& layout) {
    const std::uint32_t begin = layout.ops.first;
    for (std::uint32_t pc = begin;;) {
      const Op& op = schema_.ops()[pc];
      if (op.code == OpCode::End) return true;
      if (!step(op, pc)) return false;
    }
  }

 private:
  struct Loop {
    std::uint64_t iteration = 0, count = 0, began_at = 0;
    std::uint32_t outer_scope = 0;
  };
  struct Start {
    std::uint64_t offset = 0, outer_anchor = 0;
  };

  bool step(const Op& op, std::uint32_t& pc) {
    switch (op.code) {
      case OpCode::Run:
        ++pc;
        return port_.fields(op.a, op.b, op.c, scope_);
      case OpCode::Save:
        save(op);
        ++pc;
        return true;
      case OpCode::Sized:
        ++pc;
        return sized(op);
      case OpCode::Align:
        ++pc;
        return pad(op.a, (op.b - (port_.position() - anchor_) % op.b) % op.b,
                   port_.position() - anchor_);
      case OpCode::Fill:
        ++pc;
        return fill(op);
      case OpCode::PushStart:
        starts_[start_depth_++] = {port_.position(), anchor_};
        if (op.a != 0) anchor_ = port_.position();
        ++pc;
        return true;
      case OpCode::PopStart:
        anchor_ = starts_[--start_depth_].outer_anchor;
        ++pc;
        return true;
      case OpCode::Repeat:
        return begin_repeat(op, pc);
      case OpCode::EndRepeat:
        return end_repeat(op, pc);
      case OpCode::Unless:
        pc = holds(schema_.condition(op.a), op) ? pc + 1 : op.b;
        return true;
      case OpCode::Bind:
        scope_ = port_.push_scope({static_cast<std::int64_t>(registers_[op.b].value), scope_,
                                   static_cast<std::uint16_t>(op.a), unused_flag()});
        ++pc;
        return true;
      case OpCode::Unbind:
        scope_ = port_.scope(scope_).parent;
        ++pc;
        return true;
      case OpCode::Mark: {
        const auto v = operand({.value = op.imm, .kind = static_cast<OperandKind>(op.b)});
        if (v < 64) sets_[op.a] |= std::uint64_t{1} << v;
        ++pc;
        return true;
      }
      case OpCode::Stop:
        port_.stopped(std::string(schema_.text({op.a, op.b})));
        return false;
      case OpCode::End:
        break;
    }
    return false;
  }

  std::uint16_t unused_flag() const { return port_.scope(scope_).unused; }

  void save(const Op& op) {
    const auto bytes = port_.passed(op.b, op.c);
    Saved& saved = registers_[op.a];
    if (op.type == Type::Chars || op.type == Type::Bytes) {
      const auto* text = reinterpret_cast<const char*>(bytes.data());
      saved.text.assign(text, strnlen(text, bytes.size()));
      saved.value = 0;
    } else {
      saved.value = static_cast<std::uint64_t>(extend(bytes::load_le(bytes), op.type));
    }
  }

  bool sized(const Op& op) {
    std::uint64_t size = op.imm;
    if (op.b != kNone) {
      const auto count = static_cast<std::int64_t>(registers_[op.b].value);
      // A row of the language has at most a 64-bit count times a 32-bit size.
      const auto product = static_cast<unsigned __int128>(count < 0 ? 0 : count) * op.c + size;
      size = product > kMaxBlock ? kMaxBlock + 1 : static_cast<std::uint64_t>(product);
    }
    return port_.sized(op.a, size, scope_);
  }

  bool fill(const Op& op) {
    const std::uint64_t used = port_.position() - starts_[start_depth_ - 1].offset;
    if (used > op.imm) {
      port_.stopped("group is longer than its size");
      return false;
    }
    return pad(op.a, op.imm - used, used);
  }

  /// A padding row whose name says where in its group it begins.
  bool pad(std::uint32_t row, std::uint64_t size, std::uint64_t at) {
    if (size == 0) return true;
    const auto scope =
        port_.push_scope({static_cast<std::int64_t>(at), scope_, kOffsetVariable, unused_flag()});
    return port_.sized(row, size, scope);
  }

  bool begin_repeat(const Op& op, std::uint32_t& pc) {
    const RepeatDef& repeat = schema_.repeat(op.a);
    Loop loop{.outer_scope = scope_};
    if (repeat.kind == RepeatKind::Count) {
      const auto count = static_cast<std::int64_t>(operand(repeat.count));
      loop.count = count < 0 ? 0 : static_cast<std::uint64_t>(count);
      if (repeat.max != 0 && (count < 0 || loop.count > repeat.max)) {
        port_.stopped("a count of " + std::to_string(count) + " cannot be meant (0 to " +
                      std::to_string(repeat.max) + ")");
        return false;
      }
    }
    loops_[loop_depth_++] = loop;
    return enter_iteration(repeat, op.b, pc);
  }

  bool end_repeat(const Op& op, std::uint32_t& pc) {
    const Op& head = schema_.ops()[op.a];
    const RepeatDef& repeat = schema_.repeat(head.a);
    Loop& loop = loops_[loop_depth_ - 1];
    ++loop.iteration;
    if (port_.position() == loop.began_at && ++idle_iterations_ > kMaxIdleIterations) {
      port_.stopped("too many entries without a byte");
      return false;
    }
    pc = op.a;
    return enter_iteration(repeat, head.b, pc);
  }

  /// Goes into the body (pc + 1) or past the loop.
  bool enter_iteration(const RepeatDef& repeat, std::uint32_t after, std::uint32_t& pc) {
    Loop& loop = loops_[loop_depth_ - 1];
    bool more = loop.iteration < loop.count;
    if (repeat.kind == RepeatKind::Until) {
      more = !port_.until_ended(repeat, loop.outer_scope);
      if (more && repeat.max != 0 && loop.iteration >= repeat.max) {
        port_.stopped("a list has more than " + std::to_string(repeat.max) + " entries");
        return false;
      }
    }
    scope_ = loop.outer_scope;
    if (!more || (repeat.body_may_be_empty == 0 && port_.at_end())) {
      if (more) {
        push_indices(repeat, loop.iteration);
        return port_.missing(repeat.body_row, scope_);
      }
      --loop_depth_;
      pc = after;
      return true;
    }
    loop.began_at = port_.position();
    push_indices(repeat, loop.iteration);
    ++pc;
    return true;
  }

  void push_indices(const RepeatDef& repeat, std::uint64_t iteration) {
    const auto indices = schema_.indices(repeat);
    std::uint16_t unused = unused_flag();
    if (repeat.used_index != kNone) {
      const IndexDef& index = indices[repeat.used_index];
      const auto value = index.from + index.step * static_cast<std::int64_t>(iteration);
      if (value >= static_cast<std::int64_t>(operand(repeat.used_limit))) unused = 1;
    }
    for (const IndexDef& index : indices) {
      scope_ = port_.push_scope({index.from + index.step * static_cast<std::int64_t>(iteration),
                                 scope_, static_cast<std::uint16_t>(index.variable), unused});
    }
  }

  std::uint64_t operand(const Operand& o) const {
    switch (o.kind) {
      case OperandKind::Constant:
        return o.value;
      case OperandKind::Register:
        return registers_[o.value].value;
      case OperandKind::Index:
        return index_value(o.value);
      case OperandKind::Parameter:
        return o.value < parameters_.size() ? static_cast<std::uint64_t>(parameters_[o.value]) : 0;
      case OperandKind::Peek:
        return static_cast<std::uint64_t>(port_.peek(o.value, o.type));
    }
    return 0;
  }

  std::uint64_t index_value(std::uint64_t variable) const {
    for (std::uint32_t s = scope_; s != 0; s = port_.scope(s).parent) {
      if (port_.scope(s).variable == variable) {
        return static_cast<std::uint64_t>(port_.scope(s).value);
      }
    }
    return 0;
  }

  /// A condition that looks ahead is for the port to answer when it has no bytes to look at.
  bool holds(const ConditionDef& c, const Op& op) const {
    if (c.peeks != 0 && !Port::kSeesAhead) {
      return port_.next_is_one_of(op.c, static_cast<std::uint32_t>(op.imm), scope_);
    }
    return evaluate(c);
  }

  bool evaluate(const ConditionDef& c) const {
    switch (c.kind) {
      case ConditionKind::All:
        for (const auto i : schema_.condition_refs(c.children)) {
          if (!evaluate(schema_.condition(i))) return false;
        }
        return true;
      case ConditionKind::Any:
        for (const auto i : schema_.condition_refs(c.children)) {
          if (evaluate(schema_.condition(i))) return true;
        }
        return false;
      case ConditionKind::Not:
        return !evaluate(schema_.condition(schema_.condition_refs(c.children)[0]));
      case ConditionKind::Compare:
        return compares(c);
      case ConditionKind::TextEquals:
        return registers_[c.left.value].text == schema_.text(c.text);
      case ConditionKind::InSet: {
        const auto v = operand(c.left);
        return v < 64 && (sets_[c.set] >> v & 1) != 0;
      }
      case ConditionKind::PeekText:
        return port_.peek_text(c.left.value, c.right.value);
    }
    return false;
  }

  bool compares(const ConditionDef& c) const {
    if (c.left.kind == OperandKind::Peek && !port_.can_peek(c.left)) return false;
    std::uint64_t left = operand(c.left);
    if (c.mask != 0) left &= c.mask;
    const std::uint64_t right = operand(c.right);
    const auto order = c.is_unsigned != 0
                           ? left <=> right
                           : static_cast<std::int64_t>(left) <=> static_cast<std::int64_t>(right);
    switch (c.compare) {
      case Compare::Eq:
        return order == 0;
      case Compare::Ne:
        return order != 0;
      case Compare::Lt:
        return order < 0;
      case Compare::Le:
        return order <= 0;
      case Compare::Gt:
        return order > 0;
      case Compare::Ge:
        return order >= 0;
    }
    return false;
  }

  struct Saved {
    std::uint64_t value = 0;
    std::string text;
  };

  const Schema& schema_;
  std::span<const std::int64_t> parameters_;
  Port& port_;
  std::array<Saved, kMaxRegisters> registers_{};
  std::array<std::uint64_t, kMaxSets> sets_{};
  std::array<Loop, kMaxDepth> loops_{};
  std::array<Start, kMaxDepth> starts_{};
  std::size_t loop_depth_ = 0, start_depth_ = 0;
  std::uint32_t idle_iterations_ = 0;
  std::uint64_t anchor_ = 0;
  std::uint32_t scope_ = 0;
};

}  // namespace snapfmt::schema
