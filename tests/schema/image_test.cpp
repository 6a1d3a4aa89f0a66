// Images: compiled, looked at, and refused when they are not whole.
#include <random>

#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

TEST(Image, IsTheSameForTheSameFilesInAnyOrder) {
  auto files = with_base({});
  const auto first = compile(files);
  std::ranges::reverse(files);
  const auto second = compile(files);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
}

TEST(Image, RoundTrips) {
  const SmallSchema small = compiled(with_base({}));
  const Schema& schema = small.schema;
  EXPECT_NE(schema.find_register("control"), nullptr);
  EXPECT_NE(schema.find_enum("mode"), nullptr);
  EXPECT_NE(schema.find_layout("block/1"), nullptr);
  EXPECT_NE(schema.find_profile("base"), nullptr);
  EXPECT_EQ(schema.find_register("nothing"), nullptr);
  EXPECT_EQ(schema.find_enum("nothing"), nullptr);
  EXPECT_EQ(schema.find_layout("nothing/1"), nullptr);
  EXPECT_EQ(schema.find_profile("nothing"), nullptr);
}

TEST(Image, OfNothingIsAnImage) {
  const SmallSchema small = compiled({});
  EXPECT_TRUE(small.schema.layouts().empty());
  EXPECT_TRUE(small.schema.profiles().empty());
}

TEST(Image, IsRefusedWhenTruncated) {
  const SmallSchema small = compiled(with_base({}));
  for (std::size_t size = 0; size < small.image.size(); ++size) {
    const auto cut = Schema::from_image(std::span(small.image).first(size));
    ASSERT_FALSE(cut) << size;
    ASSERT_EQ(cut.error().code, ErrorCode::Malformed);
  }
}

TEST(Image, IsRefusedWhenLonger) {
  SmallSchema small = compiled(with_base({}));
  small.image.resize(small.image.size() + 8);
  EXPECT_FALSE(Schema::from_image(small.image));
}

TEST(Image, IsRefusedWhenForeign) {
  std::mt19937 random(7);
  std::vector<std::byte> noise(4096);
  for (std::byte& b : noise) b = static_cast<std::byte>(random());
  EXPECT_FALSE(Schema::from_image(noise));
  EXPECT_FALSE(Schema::from_image(std::vector<std::byte>(4096)));
}

TEST(Image, IsRefusedInAnotherVersionOrPlace) {
  SmallSchema small = compiled(with_base({}));
  std::vector<std::byte> moved(small.image.size() + 1);
  std::ranges::copy(small.image, moved.begin() + 1);
  EXPECT_FALSE(Schema::from_image(std::span(moved).subspan(1)));
  small.image[offsetof(ImageHeader, version)] ^= std::byte{1};
  EXPECT_FALSE(Schema::from_image(small.image));
}

TEST(Image, IsRefusedWhenATableLeavesIt) {
  const SmallSchema small = compiled(with_base({}));
  for (std::size_t table = 0; table < kTableCount; ++table) {
    for (const std::size_t member :
         {offsetof(ImageHeader, offset) + 4 * table, offsetof(ImageHeader, count) + 4 * table}) {
      auto image = small.image;
      image[member + 3] = std::byte{0x7f};
      EXPECT_FALSE(Schema::from_image(image)) << "table " << table;
    }
  }
}

TEST(Image, ShippedOneIsThatOfTheFolder) {
  const auto loaded = Schema::load(SNAPFMT_SCHEMAS_DIR);
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->rows().size(), shipped_schema().rows().size());
  EXPECT_EQ(loaded->ops().size(), shipped_schema().ops().size());
  EXPECT_EQ(loaded->profiles().size(), shipped_schema().profiles().size());
}

}  // namespace
}  // namespace snapfmt::schema::test
