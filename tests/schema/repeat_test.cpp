// Loops.
#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

std::string loop(std::string_view repeat, std::string_view type = "u8") {
  return leaf("a[{i}]", type, R"("repeat": {)" + std::string(repeat) + "}");
}

TEST(Repeat, ByNumber) {
  const Rows rows(loop(R"("count": 3, "index": "i", "from": 1, "step": 2)"));
  EXPECT_EQ(rows.decode("010203").list(), "a[1] 0 1\na[3] 1 1\na[5] 2 1\n");
  EXPECT_EQ(rows.decode("0102").problem(), "ends before a[5] is complete");
}

TEST(Repeat, ByNumberDownwards) {
  const Rows rows(loop(R"("count": 2, "index": "i", "from": 1, "step": -1)"));
  EXPECT_EQ(rows.decode("0102").list(), "a[1] 0 1\na[0] 1 1\n");
}

TEST(Repeat, ByField) {
  const Rows rows(leaf("n", "u16") + "," + loop(R"("count": "n", "index": "i", "max": 3)"));
  EXPECT_EQ(rows.decode("0000").list(), "n 0 2\n");
  EXPECT_EQ(rows.decode("0300 010203").list(), "n 0 2\na[0] 2 1\na[1] 3 1\na[2] 4 1\n");
  const Decoded more = rows.decode("0400 01020304");
  EXPECT_EQ(more.list(), "n 0 2\nunknown+2 2 4\n");
  EXPECT_EQ(more.problem(), "a count of 4 cannot be meant (0 to 3)");
}

TEST(Repeat, ByFieldThatIsNegative) {
  const Rows rows(leaf("n", "i32") + "," + loop(R"("count": "n", "index": "i", "max": 3)"));
  EXPECT_EQ(rows.decode("ffffffff").problem(), "a count of -1 cannot be meant (0 to 3)");
}

TEST(Repeat, ByFieldInTheSameRun) {
  // The count stands between other fields of fixed size.
  const Rows rows(leaf("x", "u32") + "," + leaf("n", "u8") + "," + leaf("y", "u16") + "," +
                  loop(R"("count": "n", "index": "i", "max": 3)"));
  EXPECT_EQ(rows.decode("00000000 02 0000 0102").list(),
            "x 0 4\nn 4 1\ny 5 2\na[0] 7 1\na[1] 8 1\n");
}

TEST(Repeat, ByParameter) {
  const Rows rows(loop(R"("count": "@slots", "index": "i")"));
  EXPECT_EQ(rows.decode("0102", {{"slots", 2}}).list(), "a[0] 0 1\na[1] 1 1\n");
  EXPECT_EQ(rows.decode("", {{"slots", 0}}).list(), "");
  EXPECT_EQ(rows.decode("", {{"slots", -5}}).problem(), "");
  EXPECT_EQ(rows.decode("0102", {{"slots", std::int64_t{1} << 60}}).problem(),
            "ends before a[2] is complete");
}

TEST(Repeat, UntilANumber) {
  const Rows rows(R"({"name": "e[{k}]", "source": "e.", "repeat": {"until": -1, "type": "i32",
      "index": "k", "max": 3}, "rows": [)" +
                  leaf("id", "i32") + "," + leaf("v", "u8") + "]}," + leaf("end", "i32"));
  EXPECT_EQ(rows.decode("ffffffff").list(), "end 0 4\n");
  EXPECT_EQ(rows.decode("01000000 aa 02000000 bb ffffffff").list(),
            "e[0].id 0 4\ne[0].v 4 1\ne[1].id 5 4\ne[1].v 9 1\nend 10 4\n");
  EXPECT_EQ(rows.decode("01000000 aa 02000000 bb").problem(), "ends before e[2].id is complete");
  EXPECT_EQ(rows.decode("01000000 aa ffff").list(), "e[0].id 0 4\ne[0].v 4 1\nunknown+5 5 2\n");
  EXPECT_EQ(rows.decode("00000000 00 00000000 00 00000000 00 00000000 00").problem(),
            "a list has more than 3 entries");
  EXPECT_EQ(rows.decode("00000000 00 00000000 00 00000000 00 ffffffff").problem(), "");
}

TEST(Repeat, UnusedSlotsCarryNoElementAndNoExpectation) {
  const Rows rows(R"({"name": "vcpu[{i}]", "source": "vcpu[{i}].", "element": "vcpu[{i}].",
      "repeat": {"count": "@slots", "index": "i", "used": "@vcpus"}, "rows": [
        {"name": "mode", "source": "mode", "type": "u8", "element": "mode", "expect": 0}]})");
  const Decoded block = rows.decode("00 05 05 05", {{"slots", 4}, {"vcpus", 2}});
  EXPECT_EQ(block["vcpu[1].mode"].element(), "vcpu[1].mode");
  EXPECT_NE(block["vcpu[1].mode"].element_def(), nullptr);
  EXPECT_FALSE(block["vcpu[1].mode"].as_expected());
  EXPECT_EQ(block["vcpu[2].mode"].element(), std::nullopt);
  EXPECT_EQ(block["vcpu[2].mode"].element_def(), nullptr);
  EXPECT_TRUE(block["vcpu[2].mode"].as_expected());
}

TEST(Repeat, MoreIndicesRunAlong) {
  const Rows rows(R"({"name": "set[{k}]", "source": "s[{lo}..{hi}]", "type": "u64", "class": "arch",
      "doc": "Bits.", "repeat": {"count": 2, "index": "k", "also": {"lo": {"step": 64},
      "hi": {"from": 63, "step": 64}}}})");
  const Decoded block = rows.decode(std::vector<std::byte>(16));
  EXPECT_EQ(block["set[0]"].source(), "s[0..63]");
  EXPECT_EQ(block["set[1]"].source(), "s[64..127]");
}

TEST(Repeat, UsedMayBeByAnotherIndex) {
  const Rows rows(R"({"name": "c[{k}]", "source": "c", "type": "u32", "element": "control",
      "repeat": {"count": 3, "index": "k", "also": {"lo": {"step": 64}},
                 "used": {"index": "lo", "limit": "@vcpus"}}})");
  const Decoded block = rows.decode(std::vector<std::byte>(12), {{"vcpus", 65}});
  EXPECT_NE(block["c[0]"].element(), std::nullopt);
  EXPECT_NE(block["c[1]"].element(), std::nullopt);
  EXPECT_EQ(block["c[2]"].element(), std::nullopt);
}

TEST(Repeat, LoopsNest) {
  const Rows rows(
      R"({"name": "g[{i}]", "source": "g", "repeat": {"count": 2, "index": "i"}, "rows": [)" +
      leaf("n", "u8") + "," +
      leaf("a[{j}]", "u8", R"("repeat": {"count": "n", "index": "j", "max": 9})") + "]}");
  EXPECT_EQ(rows.decode("01 aa 02 bb cc").list(),
            "g[0].n 0 1\ng[0].a[0] 1 1\ng[1].n 2 1\ng[1].a[0] 3 1\ng[1].a[1] 4 1\n");
}

TEST(Repeat, EntriesWithoutBytesEnd) {
  // Four loops of 2^16 entries that never take a byte would run for ever.
  std::string rows = leaf("x", "u8", R"("when": {"index": "a", "eq": -1})");
  for (const char* index : {"a", "b", "c", "d"}) {
    rows = R"({"repeat": {"count": 65536, "index": ")" + std::string(index) + R"("}, "rows": [)" +
           rows + "]}";
  }
  EXPECT_EQ(Rows(rows).decode("00").problem(), "too many entries without a byte");
}

}  // namespace
}  // namespace snapfmt::schema::test
