// Laws that hold for every layout of every profile and vendor, whatever the bytes.
#include <random>
#include <unordered_set>

#include "shipped_blocks.h"
#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

using snapfmt::test::Values;

constexpr std::uint64_t kVcpus = 2;

/// How far apart the lengths and places that are tried in a large block lie.
std::size_t sample_step(std::size_t size) {
  constexpr std::size_t kMost = 250;
  constexpr std::size_t kBytes = std::size_t{128} << 20;  // to be read for all of them
  return 1 + size / std::clamp<std::size_t>(kBytes / std::max<std::size_t>(size, 1), 4, kMost);
}

class Law : public testing::TestWithParam<ShippedBlock> {
 protected:
  const Schema& schema = shipped_schema();
  const ShippedBlock& shipped = GetParam();
  const std::vector<std::int64_t> parameters = schema.parameter_values(*shipped.profile, kVcpus);
  const DecodeContext context{.parameters = parameters};
  std::mt19937_64 random{std::hash<std::string>{}(shipped.name)};

  DecodedBlock decoded(std::span<const std::byte> bytes) const {
    return decode(schema, shipped.layouts, bytes, context);
  }
  void expect_all_laws(std::span<const std::byte> bytes) const {
    expect_laws(decoded(bytes), shipped.layouts, context);
  }
  /// Whether an index comes from a field: made values may then be there twice.
  bool binds() const {
    return std::ranges::any_of(shipped.layouts, [&](std::uint32_t layout) {
      return std::ranges::any_of(schema.ops(schema.layout(layout)),
                                 [](const Op& op) { return op.code == OpCode::Bind; });
    });
  }
  std::vector<std::byte> noise(std::size_t size) {
    std::vector<std::byte> bytes(size);
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) bytes::store_le(bytes.data() + at, std::uint64_t{random()});
    for (; at < size; ++at) bytes[at] = static_cast<std::byte>(random());
    return bytes;
  }
  /// Blocks that fit the layouts, of both kinds.
  std::vector<std::vector<std::byte>> made(std::uint64_t seeds) const {
    std::vector<std::vector<std::byte>> blocks;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      for (const Values values : {Values::Small, Values::Wild}) {
        if (auto block = made_block(shipped, parameters, seed, values)) {
          blocks.push_back(*std::move(block));
        }
      }
    }
    return blocks;
  }
};

TEST_P(Law, MadeBlocksFitAndTheirPathsAreUnique) {
  const auto blocks = made(8);
  ASSERT_FALSE(blocks.empty());
  for (const auto& bytes : blocks) {
    const DecodedBlock block = decoded(bytes);
    ASSERT_EQ(block.problem(), nullptr) << block.problem()->text;
    ASSERT_NO_FATAL_FAILURE(expect_laws(block, shipped.layouts, context));
    std::unordered_set<std::string> paths;
    std::unordered_set<std::string> elements;
    for (const FieldView field : block) {
      ASSERT_TRUE(paths.insert(field.path()).second) << field.path();
      const auto element = field.element();
      ASSERT_TRUE(!element || elements.insert(*element).second || binds()) << *element;
    }
  }
}

TEST_P(Law, AnyBytesOfAnySize) {
  const auto blocks = made(1);
  std::set<std::size_t> sizes{0, 1, 2, 3, 7, 64, 1000, 5000};
  for (const auto& block : blocks) {
    for (const std::size_t more : {0U, 1U, 2U, 4U, 5U, 8U}) {
      sizes.insert(block.size() + more);
      if (block.size() >= more) sizes.insert(block.size() - more);
    }
  }
  for (const std::size_t size : sizes) {
    ASSERT_NO_FATAL_FAILURE(expect_all_laws(noise(size))) << size;
    ASSERT_NO_FATAL_FAILURE(expect_all_laws(std::vector<std::byte>(size))) << size;
    ASSERT_NO_FATAL_FAILURE(expect_all_laws(std::vector<std::byte>(size, std::byte{0xff}))) << size;
  }
}

TEST_P(Law, TruncatedAtEveryLength) {
  const auto blocks = made(1);
  ASSERT_FALSE(blocks.empty());
  const std::span<const std::byte> bytes = blocks.front();
  // All lengths take the square of the size in time: of larger blocks a sample.
  const std::size_t step = bytes.size() <= 4096 ? 1 : sample_step(bytes.size());
  for (std::size_t size = 0; size < bytes.size(); size += step) {
    ASSERT_NO_FATAL_FAILURE(expect_all_laws(bytes.first(size))) << size;
    ASSERT_NE(decoded(bytes.first(size)).problem(), nullptr) << size;
  }
}

TEST_P(Law, SingleBytesChanged) {
  for (auto bytes : made(1)) {
    for (std::size_t at = 0; at < bytes.size(); at += sample_step(bytes.size())) {
      const std::byte before = bytes[at];
      bytes[at] = static_cast<std::byte>(random());
      ASSERT_NO_FATAL_FAILURE(expect_all_laws(bytes)) << at;
      bytes[at] = before;
    }
  }
}

TEST_P(Law, MoreBytesBehindAreLeftOver) {
  for (auto bytes : made(2)) {
    const auto size = bytes.size();
    bytes.resize(size + 5);
    const DecodedBlock block = decoded(bytes);
    ASSERT_NO_FATAL_FAILURE(expect_laws(block, shipped.layouts, context));
    ASSERT_NE(block.problem(), nullptr);
    ASSERT_EQ(block.problem()->offset, size);
  }
}

TEST_P(Law, CostIsLinear) {
  // No time is taken: fields and index variables are what decoding makes, and what it costs.
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{100'000}}) {
    for (const std::byte fill : {std::byte{0}, std::byte{1}, std::byte{0xff}}) {
      const std::vector<std::byte> bytes(size, fill);
      const DecodedBlock block = decoded(bytes);
      EXPECT_LE(block.leaves().size(), size);
      EXPECT_LE(block.scopes().size(), 2 * size + 1024);
    }
  }
}

TEST_P(Law, VcpusThatTheBlockCannotHaveAreHarmless) {
  const auto bytes = noise(2000);
  for (const std::uint64_t vcpus :
       {std::uint64_t{0}, std::uint64_t{1} << 20, std::uint64_t{1} << 40, std::uint64_t{1} << 63,
        ~std::uint64_t{0}}) {
    const auto many = schema.parameter_values(*shipped.profile, vcpus);
    const DecodeContext with{.parameters = many};
    const DecodedBlock block = decode(schema, shipped.layouts, bytes, with);
    ASSERT_NO_FATAL_FAILURE(expect_laws(block, shipped.layouts, with));
    EXPECT_LE(block.scopes().size(), 2 * bytes.size() + 1024);
    static_cast<void>(size_formula(schema, shipped.layouts, *shipped.profile));
  }
}

TEST_P(Law, SizeFormulaIsTheSizeOfMadeBlocks) {
  const auto formula = size_formula(schema, shipped.layouts, *shipped.profile);
  if (!formula) return;  // the size depends on what is in it
  for (const std::uint64_t vcpus : {1U, 2U, 5U, 16U}) {
    const auto numbers = schema.parameter_values(*shipped.profile, vcpus);
    const auto bytes = made_block(shipped, numbers, vcpus, Values::Small);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), formula->size(vcpus)) << vcpus;
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, Law, testing::ValuesIn(shipped_blocks()),
                         [](const auto& block) { return block.param.name; });

TEST(Laws, HoldForNoLayoutAtAll) {
  const std::vector<std::byte> bytes(10);
  const DecodedBlock block = decode(shipped_schema(), {}, bytes, {});
  EXPECT_EQ(block.size(), 1U);
  expect_laws(block, {}, {});
}

TEST(Laws, EveryRowCanOccur) {
  const Schema& schema = shipped_schema();
  std::set<std::uint32_t> seen;
  for (const ShippedBlock& block : shipped_blocks()) {
    const auto parameters = schema.parameter_values(*block.profile, kVcpus);
    const auto all_seen = [&] {
      return std::ranges::all_of(block.layouts, [&](std::uint32_t layout) {
        const Range rows = schema.layout(layout).rows;
        const auto first = seen.lower_bound(rows.first);
        return std::distance(first, seen.lower_bound(rows.first + rows.count)) == rows.count;
      });
    };
    for (std::uint64_t seed = 0; seed < 200 && !all_seen(); ++seed) {
      made_block(block, parameters, seed, Values::Small, &seen);
    }
  }
  for (std::uint32_t row = 0; row < schema.rows().size(); ++row) {
    const RowDef& def = schema.row(row);
    std::string path(schema.text(def.path));
    std::ranges::replace_if(path, [](char c) { return c < ' '; }, '*');
    EXPECT_TRUE(seen.contains(row)) << schema.text(schema.layout(def.layout).id) << ": " << path;
  }
}

}  // namespace
}  // namespace snapfmt::schema::test
