// Encoding: what a source gives, and edits of a decoded block.
#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

/// A layout with a count, a condition, and a list that ends with -1.
const Rows& layout() {
  static const Rows rows(
      leaf("n", "u32") + "," +
      leaf("a[{i}]", "u8", R"("repeat": {"count": "n", "index": "i", "max": 100})") + "," +
      leaf("flag", "u8") + "," + leaf("more", "u16", R"("when": {"field": "flag", "eq": 1})") +
      "," + leaf("text", "chars", R"("size": 4)"));
  return rows;
}

std::string edited(std::string_view hex, const Edits& edits) {
  const Decoded before = layout().decode(hex);
  const auto after = encode(before.block, layout().layouts(), {}, edits);
  if (!after) return after.error().to_string();
  std::string out;
  for (const std::byte b : *after) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[std::to_integer<unsigned>(b) >> 4];
    out += kDigits[std::to_integer<unsigned>(b) & 15];
  }
  return out;
}

constexpr std::string_view kBlock = "02000000 0a0b 01 3412 61000000";

TEST(Encode, WithoutEditsIsTheBlock) {
  EXPECT_EQ(edited(kBlock, {}), "020000000a0b01341261000000");
}

TEST(Encode, EditsAreCutToTheField) {
  EXPECT_EQ(edited(kBlock, {{1, 0x1ff}, {4, 0xabcd}}), "02000000ff0b01cdab61000000");
}

TEST(Encode, OnlyIntegersAreEdited) {
  EXPECT_EQ(edited(kBlock, {{5, 1}}), "text: only integers can be edited");
}

TEST(Encode, AnEditThatSteersIsRefusedIfFieldsNoLongerFit) {
  const std::string misfit = "the fields do not fit the layout after this edit";
  EXPECT_EQ(edited(kBlock, {{0, 3}}), misfit) << "one entry more";
  EXPECT_EQ(edited(kBlock, {{0, 1}}), misfit) << "one entry less";
  EXPECT_EQ(edited(kBlock, {{3, 0}}), misfit) << "the condition no longer holds";
  EXPECT_EQ(edited(kBlock, {{0, 101}}), "a count of 101 cannot be meant (0 to 100)");
}

TEST(Encode, UnknownBytesAreKept) {
  EXPECT_EQ(edited("02000000 0a", {}), "020000000a");
  EXPECT_EQ(edited("ffffffff 0a0b0c", {}), "ffffffff0a0b0c");
  EXPECT_EQ(edited("00000000 00 61000000 aabb", {{1, 7}}), "000000000761000000aabb");
}

/// Gives every field the value 1, and says how often it was asked.
class Ones final : public FieldSource {
 public:
  explicit Ones(std::size_t limit) : limit_(limit) {}

  Result<void> fill(std::uint32_t row, const IndexValues& indices,
                    std::span<std::byte> out) override {
    if (asked++ == limit_) return fail(ErrorCode::NotFound, "no value");
    for (std::uint32_t v = 0; v < 64; ++v) {
      if (const auto value = indices.of(v)) last_index = *value;
    }
    last_row = row;
    out[0] = std::byte{1};
    return {};
  }
  bool next_is_one_of(std::uint32_t, std::uint32_t, const IndexValues&) const override {
    return false;
  }

  std::size_t asked = 0;
  std::int64_t last_index = -1;
  std::uint32_t last_row = kNone;

 private:
  std::size_t limit_;
};

TEST(Encode, AsksASourceForEachFieldInOrder) {
  Ones source(100);
  const auto bytes = encode(layout().schema(), layout().layouts(), {}, source);
  ASSERT_TRUE(bytes) << bytes.error().to_string();
  EXPECT_EQ(bytes->size(), 4U + 1 + 1 + 2 + 4);
  EXPECT_EQ(source.asked, 5U);
  EXPECT_EQ(source.last_index, 0);
  EXPECT_EQ(layout().schema().text(layout().schema().row(source.last_row).path), "text");
}

TEST(Encode, PassesOnWhatASourceRefuses) {
  Ones source(2);
  const auto bytes = encode(layout().schema(), layout().layouts(), {}, source);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().what, "no value");
}

TEST(Encode, ABlockBeyondTheLimitIsRefusedBeforeItIsMade) {
  const Rows rows(leaf("n", "u32") + "," +
                  leaf("b", "bytes", R"("size": {"count": "n", "each": 2147483648})"));
  Ones source(100);
  const auto bytes = encode(rows.schema(), rows.layouts(), {}, source);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::Limit);
  EXPECT_LE(source.asked, 1U);
}

}  // namespace
}  // namespace snapfmt::schema::test
