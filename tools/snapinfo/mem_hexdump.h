// Bytes as lines of 16, with address and text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "common/terminal.h"

namespace snapfmt::tools {

/// Takes bytes in pieces of any size. Lines equal to the one before are shown as one `*`.
class HexDump {
 public:
  /// `last` is the last address that will come: it decides how wide addresses are.
  HexDump(Output& out, std::uint64_t address, std::uint64_t last);

  void add(std::span<const std::byte> bytes);
  /// Writes what has not made a full line. Once, at the end.
  void finish();

 private:
  static constexpr std::size_t kPerLine = 16;

  void end_line();
  void write_line(std::uint64_t address, std::span<const std::byte> bytes);

  Output& out_;
  std::uint64_t address_;  ///< of the first byte of the line
  int digits_;
  std::array<std::byte, kPerLine> line_{}, previous_{};
  std::size_t used_ = 0;
  bool has_previous_ = false, starred_ = false;
};

}  // namespace snapfmt::tools
