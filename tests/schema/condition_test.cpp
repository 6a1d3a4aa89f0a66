// Conditions: which rows are there.
#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

/// Whether a row with this condition is there, after the fields n, t and x (16 bytes).
bool holds(std::string_view when, std::string_view hex,
           const std::map<std::string, std::int64_t>& parameters = {}) {
  const Rows rows(R"({"mark": "marked", "value": 5},)" + leaf("n", "u32") + "," +
                  leaf("t", "chars", R"("size": 4)") + "," + leaf("x", "i8") + "," +
                  leaf("a", "u8", R"("when": )" + std::string(when)) + "," + leaf("z", "u8"));
  const Decoded block = rows.decode(hex, parameters);
  return block.list().find("a 9 1\n") != std::string::npos;
}

constexpr std::string_view kBlock = "05000000 61620000 ff aa bb";

TEST(Condition, ComparesAField) {
  for (const auto& [op, lower, same, higher] : {std::tuple{"eq", false, true, false},
                                                {"ne", true, false, true},
                                                {"lt", false, false, true},
                                                {"le", false, true, true},
                                                {"gt", true, false, false},
                                                {"ge", true, true, false}}) {
    const auto with = [&](const char* value) {
      return holds(R"({"field": "n", ")" + std::string(op) + R"(": )" + value + "}", kBlock);
    };
    EXPECT_EQ(with("4"), lower) << op;
    EXPECT_EQ(with("5"), same) << op;
    EXPECT_EQ(with("\"0x6\""), higher) << op;
  }
}

TEST(Condition, ComparesSignedFieldsAsSigned) {
  EXPECT_TRUE(holds(R"({"field": "x", "eq": -1})", kBlock));
  EXPECT_TRUE(holds(R"({"field": "x", "lt": 0})", kBlock));
  EXPECT_FALSE(holds(R"({"field": "x", "gt": 1})", kBlock));
}

TEST(Condition, ComparesUnsigned64BitsAsUnsigned) {
  const Rows rows(leaf("n", "u64") + "," + leaf("a", "u8", R"("when": {"field": "n", "gt": 5})"));
  EXPECT_EQ(rows.decode("ffffffffffffffff 00").problem(), "");
  EXPECT_EQ(rows.decode("0500000000000000").problem(), "");
  EXPECT_EQ(rows.decode("0600000000000000 00").problem(), "");
}

TEST(Condition, In) {
  EXPECT_TRUE(holds(R"({"field": "n", "in": [1, 5]})", kBlock));
  EXPECT_FALSE(holds(R"({"field": "n", "in": [1, 2]})", kBlock));
}

TEST(Condition, MaskIsAppliedFirst) {
  EXPECT_TRUE(holds(R"({"field": "n", "mask": 4})", kBlock));
  EXPECT_FALSE(holds(R"({"field": "n", "mask": 2})", kBlock));
  EXPECT_TRUE(holds(R"({"field": "n", "mask": 3, "eq": 1})", kBlock));
  EXPECT_TRUE(holds(R"({"field": "n", "mask": 3, "in": [2, 1]})", kBlock));
}

TEST(Condition, Text) {
  EXPECT_TRUE(holds(R"({"field": "t", "eq": "ab"})", kBlock));
  EXPECT_FALSE(holds(R"({"field": "t", "eq": "a"})", kBlock));
  EXPECT_FALSE(holds(R"({"field": "t", "eq": "abc"})", kBlock));
  EXPECT_TRUE(holds(R"({"field": "t", "in": ["cd", "ab"]})", kBlock));
  EXPECT_TRUE(holds(R"({"field": "t", "eq": "abcd"})", "05000000 61626364 ff aa bb"));
}

TEST(Condition, Parameter) {
  EXPECT_TRUE(holds(R"({"param": "bars", "eq": 6})", kBlock, {{"bars", 6}}));
  EXPECT_FALSE(holds(R"({"param": "bars", "eq": 6})", kBlock, {{"bars", 7}}));
  EXPECT_TRUE(holds(R"({"field": "n", "eq": {"param": "bars"}})", kBlock, {{"bars", 5}}));
}

TEST(Condition, Peek) {
  EXPECT_TRUE(holds(R"({"peek": "u8", "eq": "0xaa"})", kBlock));
  EXPECT_TRUE(holds(R"({"peek": "u8", "at": 1, "eq": "0xbb"})", kBlock));
  EXPECT_TRUE(holds(R"({"peek": "u8", "in": [1, "0xaa"]})", kBlock));
  EXPECT_FALSE(holds(R"({"peek": "i8", "gt": 0})", kBlock));
  EXPECT_FALSE(holds(R"({"peek": "u32", "ne": 0})", kBlock)) << "the block ends before";
  EXPECT_FALSE(holds(R"({"peek": "u8", "at": 2147483648, "ne": 1})", kBlock));
}

TEST(Condition, PeekText) {
  const std::string when = R"({"peek_text": 4, "at": 1})";
  const std::string head = "05000000 61620000 ff aa";
  EXPECT_TRUE(holds(when, head + "61620000"));
  EXPECT_TRUE(holds(when, head + "61626364"));
  EXPECT_FALSE(holds(when, head + "00000000")) << "empty";
  EXPECT_FALSE(holds(when, head + "61006200")) << "more after the zero";
  EXPECT_FALSE(holds(when, head + "61070000")) << "not printable";
  EXPECT_FALSE(holds(when, head + "616263")) << "the block ends before";
}

TEST(Condition, Set) {
  EXPECT_TRUE(holds(R"({"field": "n", "in_set": "marked"})", kBlock));
  EXPECT_FALSE(holds(R"({"field": "n", "in_set": "marked"})", "06000000 61620000 ff aa bb"));
  EXPECT_FALSE(holds(R"({"field": "n", "in_set": "marked"})", "45000000 61620000 ff aa bb"))
      << "69 is 5 modulo 64";
  EXPECT_FALSE(holds(R"({"field": "x", "in_set": "marked"})", kBlock)) << "-1";
}

TEST(Condition, AllAnyNot) {
  const std::string yes = R"({"field": "n", "eq": 5})";
  const std::string no = R"({"field": "n", "eq": 6})";
  EXPECT_TRUE(holds(R"({"all": [)" + yes + "," + yes + "]}", kBlock));
  EXPECT_FALSE(holds(R"({"all": [)" + yes + "," + no + "]}", kBlock));
  EXPECT_TRUE(holds(R"({"any": [)" + no + "," + yes + "]}", kBlock));
  EXPECT_FALSE(holds(R"({"any": [)" + no + "," + no + "]}", kBlock));
  EXPECT_TRUE(holds(R"({"not": )" + no + "}", kBlock));
  EXPECT_FALSE(holds(R"({"not": {"all": [)" + yes + R"(, {"not": )" + no + "}]}}", kBlock));
}

TEST(Condition, OfAnIndex) {
  const Rows rows(R"({"repeat": {"count": 3, "index": "i"}, "rows": [)" + leaf("a[{i}]", "u8") +
                  "," + leaf("b[{i}]", "u8", R"("when": {"index": "i", "eq": 1})") + "," +
                  leaf("c[{i}]", "u8", R"("when": {"field": "a", "eq": {"index": "i"}})") + "]}");
  EXPECT_EQ(rows.decode("00 00 07 00 02 00").list(),
            "a[0] 0 1\nc[0] 1 1\na[1] 2 1\nb[1] 3 1\na[2] 4 1\nc[2] 5 1\n");
}

TEST(Condition, OfAGroup) {
  const Rows rows(leaf("n", "u8") + R"(,{"name": "g", "when": {"field": "n", "ne": 0}, "rows": [)" +
                  leaf("a", "u8") + "," + leaf("b", "u16") + "]}," + leaf("z", "u8"));
  EXPECT_EQ(rows.decode("01 00 0000 00").list(), "n 0 1\ng.a 1 1\ng.b 2 2\nz 4 1\n");
  EXPECT_EQ(rows.decode("00 00").list(), "n 0 1\nz 1 1\n");
}

TEST(Condition, MarksOfALoopAreKnownAfterIt) {
  const Rows rows(R"({"repeat": {"count": 3, "index": "p", "from": 1}, "rows": [
      {"when": {"peek": "u8", "eq": {"index": "p"}}, "rows": [)" +
                  leaf("here[{p}]", "u8") +
                  R"(, {"mark": "ports", "value": {"index": "p"}}]}]},
      {"repeat": {"count": 3, "index": "p", "from": 1}, "rows": [)" +
                  leaf("port[{p}]", "u16", R"("when": {"index": "p", "in_set": "ports"})") + "]}");
  EXPECT_EQ(rows.decode("01 03 0000 0000").list(),
            "here[1] 0 1\nhere[3] 1 1\nport[1] 2 2\nport[3] 4 2\n");
  EXPECT_EQ(rows.decode("").list(), "");
}

TEST(Condition, StopEndsWithItsReason) {
  const Rows rows(leaf("n", "u8") +
                  R"(,{"stop": "no model is known", "when": {"field": "n", "gt": 1}},)" +
                  leaf("z", "u8"));
  EXPECT_EQ(rows.decode("01 00").problem(), "");
  const Decoded block = rows.decode("02 00");
  EXPECT_EQ(block.problem(), "no model is known");
  EXPECT_EQ(block.list(), "n 0 1\nunknown+1 1 1\n");
  EXPECT_EQ(rows.decode("02").problem(), "no model is known") << "at the end of the block";
}

}  // namespace
}  // namespace snapfmt::schema::test
