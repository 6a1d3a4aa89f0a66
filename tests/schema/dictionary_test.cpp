// Registers, enumerations, elements and profiles as the compiled schema has them.
#include "small_schema.h"
#include "snapfmt/schema/render.h"

namespace snapfmt::schema::test {
namespace {

class Dictionary : public testing::Test {
 protected:
  const SmallSchema small = compiled(with_base({}));
  const Schema& schema = small.schema;
};

TEST_F(Dictionary, RegistersHaveBitsFromTheLowestUp) {
  const RegisterDef* reg = schema.find_register("control");
  ASSERT_NE(reg, nullptr);
  EXPECT_EQ(schema.text(reg->title), "Control");
  EXPECT_EQ(schema.text(reg->manual), "none");
  const auto bits = schema.bits(*reg);
  ASSERT_EQ(bits.size(), 3U);
  EXPECT_EQ(schema.text(bits[0].name), "ON");
  EXPECT_EQ(schema.text(bits[0].doc), "Switched on.");
  EXPECT_EQ(bits[1].low, 1);
  EXPECT_EQ(bits[1].high, 3);
  EXPECT_EQ(&schema.enumeration(bits[1].enumeration), schema.find_enum("mode"));
  EXPECT_EQ(bits[2].format, Format::Hex);
  EXPECT_EQ(bits[2].enumeration, kNone);
}

TEST_F(Dictionary, ABitNumberMayBeAString) {
  const SmallSchema other = compiled({{"registers/r.json", R"({"registers": {"r": {"title": "R",
      "bits": [{"at": "0x3", "name": "A"}, {"at": "63:60", "name": "B"}]}}})"}});
  const auto bits = other.schema.bits(*other.schema.find_register("r"));
  EXPECT_EQ(bits[0].low, 3);
  EXPECT_EQ(bits[0].high, 3);
  EXPECT_EQ(bits[1].low, 60);
  EXPECT_EQ(bits[1].high, 63);
}

TEST_F(Dictionary, EnumerationsNameTheirValues) {
  const EnumDef* mode = schema.find_enum("mode");
  ASSERT_NE(mode, nullptr);
  EXPECT_EQ(schema.enum_name(*mode, 0), "idle");
  EXPECT_EQ(schema.enum_name(*mode, 5), "busy");
  EXPECT_EQ(schema.enum_name(*mode, 1), "");
  EXPECT_EQ(schema.enum_name(*mode, ~std::uint64_t{0}), "");
}

TEST_F(Dictionary, EnumerationsAreSortedAndMayBeNegativeOrLarge) {
  const SmallSchema other = compiled({{"registers/r.json", R"({"enums": {"e": {"title": "E",
      "values": [{"value": -1, "name": "none"}, {"value": "0x8000000000000000", "name": "top"},
                 {"value": 3, "name": "three"}]}}})"}});
  const EnumDef& e = *other.schema.find_enum("e");
  EXPECT_EQ(other.schema.enum_name(e, 3), "three");
  EXPECT_EQ(other.schema.enum_name(e, std::uint64_t{1} << 63), "top");
  EXPECT_EQ(other.schema.enum_name(e, ~std::uint64_t{0}), "none");
  EXPECT_TRUE(std::ranges::is_sorted(other.schema.values(e), {}, &EnumValue::value));
}

TEST_F(Dictionary, ElementsKeepAllTheirMembers) {
  const auto all = schema.elements();
  const auto control = std::ranges::find_if(
      all, [&](const ElementDef& e) { return schema.text(e.key) == "control"; });
  ASSERT_NE(control, all.end());
  EXPECT_EQ(control->type, Type::U32);
  EXPECT_EQ(control->cls, FieldClass::Device);
  EXPECT_EQ(&schema.reg(control->reg), schema.find_register("control"));
  EXPECT_EQ(control->has_default, 1);
  EXPECT_EQ(control->default_value, 0U);
  EXPECT_EQ(schema.text(control->why), "after reset");
  EXPECT_EQ(schema.text(control->doc), "The control register.");
  EXPECT_EQ(schema.text(control->area), "");

  const auto mode = std::ranges::find_if(
      all, [&](const ElementDef& e) { return schema.text(e.key) == "vcpu[*].mode"; });
  ASSERT_NE(mode, all.end());
  EXPECT_EQ(mode->has_default, 0);
  EXPECT_EQ(&schema.enumeration(mode->enumeration), schema.find_enum("mode"));
}

TEST_F(Dictionary, ElementsOfTwoAreasMayShareAKey) {
  const std::string text =
      R"(", "elements": {"x": {"type": "u8", "class": "device", "doc": "An x."}}})";
  EXPECT_EQ(refusal({{"elements/a.json", R"({"area": "a)" + text},
                     {"elements/b.json", R"({"area": "b)" + text}}),
            "");
}

TEST_F(Dictionary, ProfilesHaveBlocksDevicesAndParameters) {
  const ProfileDef* profile = schema.find_profile("base");
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(profile->dialect, Dialect::Gen2);
  ASSERT_EQ(schema.kernel(*profile).size(), 1U);
  const KernelBlockDef& block = schema.kernel(*profile)[0];
  EXPECT_EQ(schema.text(block.block), "block");
  EXPECT_EQ(block.req, 1);
  EXPECT_EQ(block.layout[0], block.layout[1]);
  EXPECT_EQ(schema.device_parts(*profile, "thing").size(), 1U);
  EXPECT_TRUE(schema.device_parts(*profile, "nothing").empty());
  const auto values = schema.parameter_values(*profile, 3);
  EXPECT_EQ(values.at(kVcpusParameter), 3);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (schema.text(schema.parameter_names()[i]) == "slots") {
      EXPECT_EQ(values[i], 3);
    }
  }
}

TEST_F(Dictionary, ProfilesByVendorWithAlternatives) {
  const SmallSchema other = compiled(
      with_base({{"layouts/other.1.json", R"({"layout": "other/1", "rows": []})"},
                 {"profiles/p.json",
                  R"({"profile": "p", "title": "P", "releases": ["2.0", "2.1"], "index": "gen-1",
            "parameters": {"slots": 16}, "device_list": ["b", "a"],
            "kernel": [{"block": "x", "layout": {"intel": "block/1", "amd": "other/1"},
                        "may_be": {"amd": ["block/1"]}, "note": "Why."}],
            "devices": {"thing": {"parts": ["block/1", "other/1"], "may_be": ["block/1"]}},
            "defects": [{"id": "d", "vendor": "amd", "block": "x", "doc": "It breaks."}]})"}}));
  const Schema& s = other.schema;
  const ProfileDef& p = *s.find_profile("p");
  EXPECT_EQ(p.dialect, Dialect::Gen1);
  const KernelBlockDef& block = s.kernel(p)[0];
  EXPECT_EQ(block.req, -1);
  EXPECT_EQ(s.text(s.layout(block.layout[0]).id), "block/1");
  EXPECT_EQ(s.text(s.layout(block.layout[1]).id), "other/1");
  EXPECT_EQ(block.may_be[0].count, 0U);
  ASSERT_EQ(s.layout_refs(block.may_be[1]).size(), 1U);
  EXPECT_EQ(s.text(s.layout(s.layout_refs(block.may_be[1])[0]).id), "block/1");
  EXPECT_EQ(s.device_parts(p, "thing").size(), 2U);
  ASSERT_EQ(s.texts(p.device_list).size(), 2U);
  EXPECT_EQ(s.text(s.texts(p.device_list)[0]), "b");
  EXPECT_EQ(s.text(s.texts(p.releases)[1]), "2.1");
  ASSERT_EQ(s.defects(p).size(), 1U);
  EXPECT_EQ(s.text(s.defects(p)[0].vendor), "amd");
}

TEST_F(Dictionary, BitsAreShownByName) {
  const RegisterDef& reg = *schema.find_register("control");
  EXPECT_EQ(render_bits(schema, reg, 0), "mode=idle");
  EXPECT_EQ(render_bits(schema, reg, 0x300b), "vector=0x30 mode=busy ON");
  EXPECT_EQ(render_bits(schema, reg, 0x10003), "mode=1 ON +0x10000");
  const auto bits = split_bits(schema, reg, 0x300b);
  ASSERT_EQ(bits.size(), 3U);
  EXPECT_EQ(bits[1].value, 5U);
  EXPECT_EQ(bits[1].meaning, "busy");
}

}  // namespace
}  // namespace snapfmt::schema::test
