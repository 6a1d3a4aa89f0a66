#include "snapfmt/bytes/checked.h"

#include <gtest/gtest.h>

#include <array>

namespace snapfmt::bytes {
namespace {

using Wide = unsigned __int128;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::array<std::uint64_t, 12> kEdges{
    0, 1, 2, 3, 7, 4096, 0xffffffff, 0x100000000, kMax / 2, kMax / 2 + 1, kMax - 1, kMax};

std::optional<std::uint64_t> narrow(Wide value) {
  if (value > kMax) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

TEST(Checked, AgreesWithWiderArithmeticAtTheEdges) {
  for (const std::uint64_t a : kEdges) {
    for (const std::uint64_t b : kEdges) {
      EXPECT_EQ(checked_add(a, b), narrow(Wide{a} + b)) << a << " " << b;
      EXPECT_EQ(checked_mul(a, b), narrow(Wide{a} * b)) << a << " " << b;
      EXPECT_EQ(checked_sub(a, b), a < b ? std::nullopt : std::optional(a - b)) << a << " " << b;
      for (const std::uint64_t limit : kEdges) {
        EXPECT_EQ(fits(a, b, limit), Wide{a} + b <= limit) << a << " " << b << " " << limit;
      }
    }
  }
}

TEST(Checked, AlignsUpToAnyMultiple) {
  for (const std::uint64_t value : kEdges) {
    EXPECT_EQ(align_up(value, 0), std::nullopt);
    for (const std::uint64_t alignment : kEdges) {
      if (alignment == 0) continue;
      const Wide multiples = (Wide{value} + alignment - 1) / alignment;
      EXPECT_EQ(align_up(value, alignment), narrow(multiples * alignment))
          << value << " " << alignment;
    }
  }
}

}  // namespace
}  // namespace snapfmt::bytes
