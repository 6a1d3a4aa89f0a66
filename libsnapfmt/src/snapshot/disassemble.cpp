#include "snapfmt/snapshot/disassemble.h"

#include <algorithm>
#include <array>
#include <utility>

#include <Zydis/Zydis.h>

namespace snapfmt::snapshot {
namespace {

constexpr std::size_t kWindow = 4096;
constexpr std::size_t kTextSize = 256;

ZydisMachineMode machine_mode(const CodeState& code) {
  switch (code.mode) {
    case CpuMode::Long64:
      return ZYDIS_MACHINE_MODE_LONG_64;
    case CpuMode::Compatibility:
      return code.bits == 32 ? ZYDIS_MACHINE_MODE_LONG_COMPAT_32
                             : ZYDIS_MACHINE_MODE_LONG_COMPAT_16;
    case CpuMode::Real:
      if (code.bits == 16) return ZYDIS_MACHINE_MODE_REAL_16;
      break;
    case CpuMode::Virtual8086:
    case CpuMode::Protected:
      break;
  }
  return code.bits == 32 ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16;
}

ZydisStackWidth stack_width(const CodeState& code) {
  if (code.bits == 64) return ZYDIS_STACK_WIDTH_64;
  return code.bits == 32 ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16;
}

/// Where offsets in the code segment count from.
std::uint64_t origin(const CodeState& code, std::uint64_t address) {
  if (code.mode == CpuMode::Long64) return 0;
  if (address >= code.cs_base && address - code.cs_base <= code.cs_limit) return code.cs_base;
  return code.bits == 16 ? address & ~std::uint64_t{0xffff} : 0;
}

/// Zydis, set up for one kind of code.
class Decoder {
 public:
  Decoder(const CodeState& code, Syntax syntax) {
    ZydisDecoderInit(&decoder_, machine_mode(code), stack_width(code));
    ZydisFormatterInit(&formatter_, syntax == Syntax::Intel ? ZYDIS_FORMATTER_STYLE_INTEL
                                                            : ZYDIS_FORMATTER_STYLE_ATT);
    ZydisFormatterSetProperty(&formatter_, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE);
    ZydisFormatterSetProperty(&formatter_, ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE,
                              ZYDIS_PADDING_DISABLED);
    ZydisFormatterSetProperty(&formatter_, ZYDIS_FORMATTER_PROP_ADDR_PADDING_RELATIVE,
                              ZYDIS_PADDING_DISABLED);
    ZydisFormatterSetProperty(&formatter_, ZYDIS_FORMATTER_PROP_DISP_PADDING,
                              ZYDIS_PADDING_DISABLED);
    ZydisFormatterSetProperty(&formatter_, ZYDIS_FORMATTER_PROP_IMM_PADDING,
                              ZYDIS_PADDING_DISABLED);
  }

  /// The instruction that `bytes` begin with; none if the bytes end before it does.
  std::optional<Instruction> decode(std::span<const std::byte> bytes, std::uint64_t address,
                                    std::uint64_t offset) const {
    if (bytes.empty()) return std::nullopt;
    ZydisDecodedInstruction info;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
    const ZyanStatus status =
        ZydisDecoderDecodeFull(&decoder_, bytes.data(), bytes.size(), &info, operands.data());
    if (status == ZYDIS_STATUS_NO_MORE_DATA) return std::nullopt;
    Instruction out{.address = address, .offset = offset, .text = "(bad)", .valid = false};
    std::size_t length = 1;
    std::array<char, kTextSize> text{};
    if (ZYAN_SUCCESS(status) && ZYAN_SUCCESS(ZydisFormatterFormatInstruction(
                                    &formatter_, &info, operands.data(), info.operand_count_visible,
                                    text.data(), text.size(), offset, ZYAN_NULL))) {
      length = info.length;
      out.text = text.data();
      out.valid = true;
    }
    out.bytes.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    return out;
  }

 private:
  ZydisDecoder decoder_{};
  ZydisFormatter formatter_{};
};

/// Memory from an address on, a piece at a time: an instruction may lie across pages.
class Window {
 public:
  Window(const AddressSpace& memory, std::uint64_t address) : memory_(memory), next_(address) {}

  std::span<const std::byte> bytes() const { return std::span(buffer_).subspan(position_); }
  void advance(std::size_t count) { position_ += count; }
  const std::optional<Error>& error() const { return error_; }

  /// Reads on until a whole instruction is there for certain, or memory ends.
  void fill() {
    while (!error_ && bytes().size() < ZYDIS_MAX_INSTRUCTION_LENGTH) {
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
      position_ = 0;
      const std::size_t used = buffer_.size();
      buffer_.resize(used + kWindow);
      const auto run = memory_.read_some(next_, std::span(buffer_).subspan(used));
      buffer_.resize(used + (run ? run->size : 0));
      if (!run) {
        error_ = run.error();
      } else {
        next_ += run->size;
      }
    }
  }

 private:
  const AddressSpace& memory_;
  std::uint64_t next_;
  std::vector<std::byte> buffer_;
  std::size_t position_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Disassembly disassemble(const AddressSpace& memory, std::uint64_t address,
                        const DisassembleOptions& options) {
  const Decoder decoder(options.code, options.syntax);
  Disassembly out{.base = origin(options.code, address)};
  Window window(memory, address);
  while (out.instructions.size() < options.count) {
    window.fill();
    auto instruction = decoder.decode(window.bytes(), address, address - out.base);
    if (!instruction) {
      out.stopped = window.error();
      break;
    }
    window.advance(instruction->bytes.size());
    address += instruction->bytes.size();
    out.instructions.push_back(*std::move(instruction));
  }
  return out;
}

}  // namespace snapfmt::snapshot
