// Leaves: types, inheritance, templates, expectations, text.
#include "small_schema.h"
#include "snapfmt/schema/render.h"

namespace snapfmt::schema::test {
namespace {

using testing::Eq;

TEST(Row, TypesHaveTheirSizesAndSigns) {
  const Rows rows(leaf("a", "u8") + "," + leaf("b", "i16") + "," + leaf("c", "u32") + "," +
                  leaf("d", "i64") + "," + leaf("e", "bool") + "," +
                  leaf("f", "bytes", R"("size": 3)") + "," +
                  leaf("g", "chars", R"("size": "0x4")"));
  const Decoded block = rows.decode("ff feff 01000080 ffffffffffffffff 01 010203 61620000");
  EXPECT_EQ(block.list(), "a 0 1\nb 1 2\nc 3 4\nd 7 8\ne 15 1\nf 16 3\ng 19 4\n");
  EXPECT_EQ(block.problem(), "");
  EXPECT_EQ(block["a"].value(), 0xffU);
  EXPECT_EQ(block["a"].signed_value(), 0xff);
  EXPECT_EQ(block["b"].value(), 0xfffeU);
  EXPECT_EQ(block["b"].signed_value(), -2);
  EXPECT_EQ(block["c"].value(), 0x80000001U);
  EXPECT_EQ(block["d"].signed_value(), -1);
  EXPECT_TRUE(block["e"].is_integer());
  EXPECT_FALSE(block["f"].is_integer());
  EXPECT_EQ(render_value(block["f"]), "hex:010203");
  EXPECT_EQ(render_value(block["g"]), "ab");
  EXPECT_EQ(block["g"].type(), Type::Chars);
}

TEST(Row, SourceIsAppendedToThatOfTheGroups) {
  const Rows rows(R"({"name": "g", "source": "sc->g.", "rows": [{"name": "a", "source": "a",
      "type": "u8", "class": "host", "doc": "A field."}]})");
  const Decoded block = rows.decode("00");
  EXPECT_EQ(block["g.a"].source(), "sc->g.a");
  EXPECT_EQ(block["g.a"].doc(), "A field.");
  EXPECT_EQ(block["g.a"].cls(), FieldClass::Host);
}

TEST(Row, ElementGivesClassDocRegisterAndPath) {
  const Rows rows(R"({"name": "control", "source": "x", "type": "u32", "element": "control"},
      {"name": "own", "source": "y", "type": "u32", "element": "control", "class": "derived",
       "doc": "A copy."})");
  const Decoded block = rows.decode("03000000 00000000");
  const FieldView control = block["control"];
  EXPECT_EQ(control.element(), "control");
  EXPECT_EQ(control.cls(), FieldClass::Device);
  EXPECT_EQ(control.doc(), "The control register.");
  EXPECT_EQ(control.reg(), rows.schema().find_register("control"));
  EXPECT_EQ(render_text(control), "mode=1 ON");
  EXPECT_EQ(block["own"].cls(), FieldClass::Derived);
  EXPECT_EQ(block["own"].doc(), "A copy.");
}

TEST(Row, GroupGivesClassAndDoubt) {
  const Rows rows(
      R"({"name": "g", "class": "control", "certainty": "uncertain", "note": "By length.",
      "rows": [{"name": "a", "source": "a", "type": "u8", "doc": "A."},
               {"name": "b", "source": "b", "type": "u8", "doc": "B.", "class": "arch"}]},)" +
      leaf("c", "u8"));
  const Decoded block = rows.decode("000000");
  EXPECT_EQ(block["g.a"].cls(), FieldClass::Control);
  EXPECT_EQ(block["g.b"].cls(), FieldClass::Arch);
  EXPECT_EQ(block["g.a"].row()->uncertain, 1);
  EXPECT_EQ(rows.schema().text(block["g.b"].row()->note), "By length.");
  EXPECT_EQ(block["c"].row()->uncertain, 0);
}

TEST(Row, ARowHasItsOwnDoubt) {
  const Rows rows(leaf("a", "u8", R"("certainty": "uncertain", "note": "Seen once.")") + "," +
                  leaf("b", "u8"));
  EXPECT_EQ(rows.decode("0000")["a"].row()->uncertain, 1);
  EXPECT_EQ(rows.decode("0000")["b"].row()->uncertain, 0);
}

TEST(Row, TemplatesShowIndicesInDecimalAndHexadecimal) {
  const Rows rows(R"({"name": "r[{o:x}]", "source": "page[{o:x}].r{o}", "repeat": {"count": 3,
      "index": "o", "from": "0x8", "step": 8}, "type": "u8", "class": "arch", "doc": "One."})");
  const Decoded block = rows.decode("000000");
  EXPECT_EQ(block.list(), "r[0x08] 0 1\nr[0x10] 1 1\nr[0x18] 2 1\n");
  EXPECT_EQ(block["r[0x18]"].source(), "page[0x18].r24");
}

TEST(Row, OtherBracesStandForThemselves) {
  const Rows rows(leaf("a", "u8") +
                  R"(,{"name": "v", "source": "{v_irq,v_ign_tpr}{", "type": "u8", "class": "arch",
                       "doc": "Bits."})");
  EXPECT_EQ(rows.decode("0000")["v"].source(), "{v_irq,v_ign_tpr}{");
}

TEST(Row, NamesWithAPlusFollowWithoutADot) {
  const Rows rows(R"({"name": "g", "source": "g.", "rows": [)" + leaf("a", "u8") + "," +
                  leaf("+1", "bytes", R"("size": 3)") + "]}");
  EXPECT_EQ(rows.decode("00000000").list(), "g.a 0 1\ng+1 1 3\n");
}

TEST(Row, ExpectationIsANumberAListOrAMask) {
  const Rows rows(leaf("a", "u8", R"("expect": 7)") + "," +
                  leaf("b", "i16", R"("expect": [0, -1])") + "," +
                  leaf("c", "u32", R"("expect": {"mask": "0xf0", "eq": "0x30"})"));
  const Decoded good = rows.decode("07 ffff 35aaaa00");
  EXPECT_TRUE(good["a"].as_expected());
  EXPECT_TRUE(good["b"].as_expected());
  EXPECT_TRUE(good["c"].as_expected());
  const Decoded bad = rows.decode("08 0100 45000000");
  EXPECT_FALSE(bad["a"].as_expected());
  EXPECT_FALSE(bad["b"].as_expected());
  EXPECT_FALSE(bad["c"].as_expected());
  const Measure found = measure(rows.schema(), rows.layouts(), bad.bytes, {});
  EXPECT_EQ(found.expected, 3U);
  EXPECT_EQ(found.unexpected, 3U);
}

TEST(Row, SizeFromAFieldTimesASize) {
  const Rows rows(leaf("n", "u16") + "," +
                  leaf("ring", "bytes", R"("size": {"fixed": 6, "count": "n", "each": 2})"));
  EXPECT_EQ(rows.decode("0300 000000000000 010203040506").list(), "n 0 2\nring 2 12\n");
  EXPECT_EQ(rows.decode("0000 000000000000").list(), "n 0 2\nring 2 6\n");
  const Decoded huge = rows.decode("ffff 00000000");
  EXPECT_EQ(huge.list(), "n 0 2\nunknown+2 2 4\n");
  EXPECT_EQ(huge.problem(), "ends before ring is complete");
  EXPECT_EQ(huge.block.problem()->offset, 2U);
}

TEST(Row, NegativeSizeIsNone) {
  const Rows rows(leaf("n", "i32") + "," + leaf("b", "bytes", R"("size": {"count": "n"})") + "," +
                  leaf("z", "u8"));
  EXPECT_EQ(rows.decode("ffffffff 00").list(), "n 0 4\nz 4 1\n");
}

TEST(Row, MissingAndLeftOverBytesAreUnknown) {
  const Rows rows(leaf("a", "u32") + "," + leaf("b", "u32"));
  EXPECT_EQ(rows.decode("").problem(), "ends before a is complete");
  EXPECT_EQ(rows.decode("00000000 0000").list(), "a 0 4\nunknown+4 4 2\n");
  EXPECT_EQ(rows.decode("00000000").problem(), "ends before b is complete");
  const Decoded more = rows.decode("00000000 00000000 aabbcc");
  EXPECT_EQ(more.list(), "a 0 4\nb 4 4\nunknown+8 8 3\n");
  EXPECT_EQ(more.problem(), "3 bytes are left over");
  EXPECT_EQ(more["unknown+8"].cls(), FieldClass::Unknown);
  EXPECT_EQ(more["unknown+8"].row(), nullptr);
  EXPECT_EQ(more["unknown+8"].element(), std::nullopt);
  EXPECT_TRUE(more["unknown+8"].as_expected());
}

TEST(Row, LastIndexIsTheNumberThatThePathEndsIn) {
  const Rows rows(leaf("irr{k}", "u8", R"("repeat": {"count": 2, "index": "k"})") + "," +
                  leaf("d[{k}]", "u8", R"("repeat": {"count": 12, "index": "k"})") + "," +
                  leaf("x", "u8"));
  const Decoded block = rows.decode("0000 000000000000000000000000 00");
  EXPECT_THAT(block["irr1"].last_index(), Eq(std::optional<std::uint64_t>(1)));
  EXPECT_THAT(block["d[11]"].last_index(), Eq(std::optional<std::uint64_t>(11)));
  EXPECT_EQ(block["x"].last_index(), std::nullopt);
}

TEST(Row, RootsStandInFrontOfPathsAndElements) {
  const Rows rows(R"({"name": "control", "source": "x", "type": "u32", "element": "control"})");
  const auto bytes = from_hex("00000000");
  const auto block = schema::decode(rows.schema(), rows.layouts(), bytes,
                                    {.path_root = "thing", .element_root = "thing@0.1.0."});
  EXPECT_EQ(block[0].path(), "thing.control");
  EXPECT_EQ(block[0].element(), "thing@0.1.0.control");
}

}  // namespace
}  // namespace snapfmt::schema::test
