// Counts in a block never decide how much memory is asked for.
#include <atomic>
#include <cstdlib>
#include <new>

#include "shipped_blocks.h"
#include "small_schema.h"

namespace {

std::atomic<std::size_t> largest{0};

}  // namespace

// The whole test program asks here for memory; the largest single request is remembered.
void* operator new(std::size_t size) {
  std::size_t before = largest.load();
  while (size > before && !largest.compare_exchange_weak(before, size)) {
  }
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace snapfmt::schema::test {
namespace {

/// The largest request while `action` runs.
template <class Action>
std::size_t largest_request(Action action) {
  largest = 0;
  action();
  return largest;
}

TEST(Allocation, IsBoundedByTheBlock) {
  const Schema& schema = shipped_schema();
  constexpr std::size_t kSize = 4096;
  // A vector that doubles holds at most a field and two index variables for each byte.
  constexpr std::size_t kMost = 2 * kSize * 2 * sizeof(Scope) + (64U << 10);
  for (const ShippedBlock& block : shipped_blocks()) {
    for (const std::byte fill : {std::byte{0xff}, std::byte{0x7f}, std::byte{1}}) {
      const std::vector<std::byte> bytes(kSize, fill);
      for (const std::uint64_t vcpus : {std::uint64_t{1}, std::uint64_t{1} << 62}) {
        const auto parameters = schema.parameter_values(*block.profile, vcpus);
        const DecodeContext context{.parameters = parameters};
        EXPECT_LE(largest_request([&] {
                    const auto decoded = decode(schema, block.layouts, bytes, context);
                    static_cast<void>(measure(schema, block.layouts, bytes, context));
                    static_cast<void>(encode(decoded, block.layouts, parameters, {}));
                  }),
                  kMost)
            << block.name;
      }
    }
  }
}

TEST(Allocation, IsNotDecidedByACount) {
  const Rows rows(leaf("n", "u32") + "," +
                  leaf("b", "bytes", R"("size": {"count": "n", "each": 4096})"));
  const auto bytes = from_hex("00000800 00");
  EXPECT_LE(largest_request([&] {
              const auto block = schema::decode(rows.schema(), rows.layouts(), bytes, {});
              static_cast<void>(encode(block, rows.layouts(), {}, {}));
            }),
            64U << 10);
}

TEST(Allocation, IsNotDecidedByAnEdit) {
  const Rows rows(leaf("n", "u32") + "," +
                  leaf("b", "bytes", R"("size": {"count": "n", "each": 4096})"));
  const auto bytes = from_hex("00000000");
  EXPECT_LE(largest_request([&] {
              const auto block = schema::decode(rows.schema(), rows.layouts(), bytes, {});
              EXPECT_FALSE(encode(block, rows.layouts(), {}, {{0, 0x7ffff}}));
            }),
            64U << 10);
}

}  // namespace
}  // namespace snapfmt::schema::test
