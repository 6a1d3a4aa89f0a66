// Groups: C structures, fixed sizes, anchors, bound indices, and which names are seen where.
#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

std::string group(std::string_view members, std::string_view rows) {
  return "{" + std::string(members) + R"(, "rows": [)" + std::string(rows) + "]}";
}

TEST(Group, AbiFillsTheGapsOfAStructure) {
  const Rows rows(group(R"("name": "s", "source": "sc->s.", "abi": true)",
                        leaf("a", "u8") + "," + leaf("b", "u32") + "," + leaf("c", "u16")) +
                  "," + leaf("z", "u8"));
  const Decoded block = rows.decode(std::vector<std::byte>(13));
  EXPECT_EQ(block.list(), "s.a 0 1\ns+1 1 3\ns.b 4 4\ns.c 8 2\ns+10 10 2\nz 12 1\n");
  EXPECT_EQ(block["s+1"].cls(), FieldClass::Padding);
  EXPECT_EQ(block["s+1"].source(), "sc->s+1");
}

TEST(Group, AbiOfANestedStructureAndAnArray) {
  const Rows rows(group(R"("name": "s", "source": "s.", "abi": true)",
                        leaf("a", "u8") + "," +
                            group(R"("name": "t", "source": "t.", "abi": true)",
                                  leaf("b", "u64") + "," + leaf("c", "u8")) +
                            "," + leaf("d", "u8") + "," +
                            leaf("e[{i}]", "u16", R"("repeat": {"count": 3, "index": "i"})")));
  EXPECT_EQ(rows.decode(std::vector<std::byte>(32)).list(),
            "s.a 0 1\ns+1 1 7\ns.t.b 8 8\ns.t.c 16 1\ns.t+9 17 7\ns.d 24 1\ns+25 25 1\n"
            "s.e[0] 26 2\ns.e[1] 28 2\ns.e[2] 30 2\n");
}

TEST(Group, AbiOfAUnionStartsEachMemberAtTheSamePlace) {
  const std::string one = leaf("a", "u64", R"("when": {"field": "n", "eq": 1})");
  const std::string two = leaf("b", "u16", R"("when": {"field": "n", "eq": 2})");
  const Rows rows(leaf("n", "u8") + "," +
                  group(R"("name": "u", "source": "u.", "size": 8)", one + "," + two));
  EXPECT_EQ(rows.decode("01 0000000000000000").list(), "n 0 1\nu.a 1 8\n");
  EXPECT_EQ(rows.decode("02 0000000000000000").list(), "n 0 1\nu.b 1 2\nu+2 3 6\n");
  EXPECT_EQ(rows.decode("03 0000000000000000").list(), "n 0 1\nu+0 1 8\n");
}

TEST(Group, SizeIsFilledUp) {
  const Rows rows(group(R"("name": "g", "source": "g.", "size": 6)", leaf("a", "u16")) + "," +
                  leaf("z", "u8"));
  EXPECT_EQ(rows.decode("0000 01020304 00").list(), "g.a 0 2\ng+2 2 4\nz 6 1\n");
  EXPECT_EQ(rows.decode("0000 0102").problem(), "ends before g+2 is complete");
}

TEST(Group, SizeIsNotExceeded) {
  const Rows rows(
      leaf("n", "u8") + "," +
      group(R"("name": "g", "size": 2)", leaf("a", "bytes", R"("size": {"count": "n"})")) + "," +
      leaf("z", "u8"));
  EXPECT_EQ(rows.decode("02 0000 00").problem(), "");
  EXPECT_EQ(rows.decode("03 0000 0000").problem(), "group is longer than its size");
}

TEST(Group, BytesUpToTheNextMultipleFromTheAnchor) {
  const Rows rows(leaf("x", "u8") + "," +
                  group(R"("anchor": true)",
                        leaf("a", "u8") + "," + leaf("gap", "bytes", R"("to_align": 4)") + "," +
                            leaf("b", "u32") + "," + leaf("none", "bytes", R"("to_align": 4)")) +
                  "," + leaf("y", "u8") + "," + leaf("pad", "bytes", R"("to_align": 8)"));
  EXPECT_EQ(rows.decode(std::vector<std::byte>(16)).list(),
            "x 0 1\na 1 1\ngap 2 3\nb 5 4\ny 9 1\npad 10 6\n");
}

TEST(Group, BindGivesAnIndexTheValueOfAField) {
  const Rows rows(leaf("head", "i16") + "," +
                  group(R"("bind": {"j": "head"})", R"({"name": "req[{j}]", "source": "req[{j:x}]",
                        "type": "u8", "class": "device", "doc": "One."})") +
                  "," + leaf("{j}", "u8"));
  const Decoded block = rows.decode("1100 00 00");
  EXPECT_EQ(block.list(), "head 0 2\nreq[17] 2 1\n{j} 3 1\n");
  EXPECT_EQ(block["req[17]"].source(), "req[0x11]");
  EXPECT_EQ(rows.decode("ffff 00 00").list(), "head 0 2\nreq[-1] 2 1\n{j} 3 1\n");
}

TEST(Group, WithoutANameIsTransparent) {
  const Rows rows(group(R"("id": "part", "source": "sc->")", leaf("a", "u8")));
  EXPECT_EQ(rows.decode("00").list(), "a 0 1\n");
}

TEST(Group, ANameInsideDoesNotHideTheOuterOneAfterwards) {
  const Rows rows(
      leaf("n", "u8") + "," +
      group(R"("name": "g")",
            leaf("n", "u8") + "," +
                leaf("in[{i}]", "u8", R"("repeat": {"count": "n", "index": "i", "max": 9})")) +
      "," + leaf("out[{i}]", "u8", R"("repeat": {"count": "n", "index": "i", "max": 9})"));
  EXPECT_EQ(rows.decode("01 02 0000 00").list(),
            "n 0 1\ng.n 1 1\ng.in[0] 2 1\ng.in[1] 3 1\nout[0] 4 1\n");
}

TEST(Group, ANameThatIsOnlyInsideIsSeenAfterwards) {
  const Rows rows(group(R"("name": "g")", leaf("n", "u8")) + "," +
                  leaf("a", "u8", R"("when": {"field": "n", "eq": 1})"));
  EXPECT_EQ(rows.decode("01 00").list(), "g.n 0 1\na 1 1\n");
}

TEST(Group, TheNearestOfTwoNamesCounts) {
  const Rows rows(leaf("n", "u8") + "," + leaf("n", "u8") + "," +
                  leaf("a", "u8", R"("when": {"field": "n", "eq": 1})"));
  EXPECT_EQ(rows.decode("00 01 00").problem(), "");
  EXPECT_EQ(rows.decode("01 00").problem(), "");
}

TEST(Group, NamesAreReferredToWithoutTheirIndex) {
  const Rows rows(group(
      R"("repeat": {"count": 2, "index": "i"})",
      leaf("n[{i}]", "u8") + "," + leaf("a[{i}]", "u8", R"("when": {"field": "n", "eq": 1})")));
  EXPECT_EQ(rows.decode("01 00 00").list(), "n[0] 0 1\na[0] 1 1\nn[1] 2 1\n");
}

TEST(Group, LayoutsAfterEachOtherDoNotSeeEachOthersNames) {
  EXPECT_THAT(refusal(with_base(
                  {{"layouts/a.1.json", R"({"layout": "a/1", "rows": [)" + leaf("n", "u8") + "]}"},
                   {"layouts/b.1.json", R"({"layout": "b/1", "rows": [)" +
                                            leaf("x", "u8", R"("when": {"field": "n", "eq": 1})") +
                                            "]}"}})),
              testing::HasSubstr("layouts/b.1.json: /rows/0/when/field: no field `n` before"));
}

}  // namespace
}  // namespace snapfmt::schema::test
