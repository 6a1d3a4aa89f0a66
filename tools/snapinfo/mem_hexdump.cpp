#include "snapinfo/mem_hexdump.h"

#include <algorithm>

#include <fmt/format.h>

namespace snapfmt::tools {

HexDump::HexDump(Output& out, std::uint64_t address, std::uint64_t last)
    : out_(out), address_(address), digits_(last > 0xffff'ffff || last < address ? 16 : 8) {}

void HexDump::add(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kPerLine - used_);
    std::ranges::copy(bytes.first(count), line_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += count;
    bytes = bytes.subspan(count);
    if (used_ == kPerLine) end_line();
  }
}

void HexDump::end_line() {
  if (has_previous_ && line_ == previous_) {
    if (!starred_) out_.line("*");
    starred_ = true;
  } else {
    write_line(address_, line_);
    starred_ = false;
  }
  previous_ = line_;
  has_previous_ = true;
  address_ += kPerLine;
  used_ = 0;
}

void HexDump::finish() {
  if (used_ != 0) {
    write_line(address_, std::span(line_).first(used_));
  } else if (starred_) {
    // Without the last line nobody could tell how far the stars reach.
    write_line(address_ - kPerLine, previous_);
  }
}

void HexDump::write_line(std::uint64_t address, std::span<const std::byte> bytes) {
  std::string hex, text;
  for (std::size_t i = 0; i < kPerLine; ++i) {
    if (i % 2 == 0) hex += ' ';
    if (i >= bytes.size()) {
      hex += "  ";
      continue;
    }
    const auto value = std::to_integer<unsigned>(bytes[i]);
    hex += fmt::format("{:02x}", value);
    text += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
  }
  const bool zero = std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
  out_.line(out_.paint(Tone::Name, fmt::format("{:0{}x}", address, digits_)) + ' ' +
            out_.paint(zero ? Tone::Dim : Tone::Plain, hex) + "  " + text);
}

}  // namespace snapfmt::tools
