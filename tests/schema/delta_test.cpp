// Shared rows and deltas.
#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

std::string layout(std::string_view id, std::string_view rows) {
  return R"({"layout": ")" + std::string(id) + R"(", "rows": [)" + std::string(rows) + "]}";
}

SourceFile base() {
  return {
      "layouts/old.1.json",
      layout("old/1", leaf("a", "u8") +
                          R"(,{"name": "g[{i}]", "repeat": {"count": 1, "index": "i"}, "rows": [)" +
                          leaf("b", "u8") + "," + leaf("c[{i}]", "u8") + R"(]},
                              {"id": "tail", "rows": [)" +
                          leaf("d", "u8") + R"(]},
                              {"rows": [)" +
                          leaf("e", "u8") + "]}")};
}

/// What a delta of `old/1` describes in eight bytes.
std::string fields(std::string_view delta) {
  const SmallSchema small =
      compiled({base(),
                {"layouts/new.1.json",
                 R"({"layout": "new/1", "base": "old/1", )" + std::string(delta) + "}"}});
  const auto number =
      static_cast<std::uint32_t>(small.schema.find_layout("new/1") - small.schema.layouts().data());
  const std::vector<std::byte> bytes(8);
  const auto block = decode(small.schema, {&number, 1}, bytes, {});
  std::string out;
  for (const FieldView field : block) {
    if (field.row() != nullptr) out += field.path() + (field.size() == 1 ? " " : "! ");
  }
  return out;
}

TEST(Delta, WithoutChangesIsItsBase) {
  EXPECT_EQ(fields(R"("title": "The same")"), "a g[0].b g[0].c[0] d e ");
}

TEST(Delta, Removes) {
  EXPECT_EQ(fields(R"("remove": ["a"])"), "g[0].b g[0].c[0] d e ");
  EXPECT_EQ(fields(R"("remove": ["g/c", "e"])"), "a g[0].b d ");
  EXPECT_EQ(fields(R"("remove": ["tail", "g"])"), "a e ");
}

TEST(Delta, Replaces) {
  EXPECT_EQ(fields(R"("replace": [{"row": "g/b", "rows": [)" + leaf("b", "u16") + "]}]"),
            "a g[0].b! g[0].c[0] d e ");
  EXPECT_EQ(fields(R"("replace": [{"row": "tail/d", "rows": []}])"), "a g[0].b g[0].c[0] e ");
}

TEST(Delta, InsertsBeforeAndAfter) {
  EXPECT_EQ(fields(R"("insert": [{"after": "g", "rows": [)" + leaf("x", "u8") +
                   R"(]}, {"before": "a", "rows": [)" + leaf("y", "u8") + "]}]"),
            "y a g[0].b g[0].c[0] x d e ");
  EXPECT_EQ(fields(R"("insert": [{"after": "g/c", "rows": [)" + leaf("x", "u8") + "," +
                   leaf("z", "u8") + "]}]"),
            "a g[0].b g[0].c[0] g[0].x g[0].z d e ");
}

TEST(Delta, InsertsIntoWhatItInserted) {
  EXPECT_EQ(
      fields(R"("insert": [{"after": "a", "rows": [{"name": "n", "rows": [)" + leaf("x", "u8") +
             R"(]}]}, {"after": "n/x", "rows": [)" + leaf("y", "u8") + "]}]"),
      "a n.x n.y g[0].b g[0].c[0] d e ");
}

TEST(Delta, TakesTheAreaOfItsBase) {
  const SmallSchema small = compiled(
      {{"elements/a.json",
        R"({"area": "a", "elements": {"x": {"type": "u8", "class": "device", "doc": "X."}}})"},
       {"layouts/old.1.json", R"({"layout": "old/1", "area": "a", "rows": [{"name": "x",
           "source": "x", "type": "u8", "element": "x"}]})"},
       {"layouts/new.1.json", R"({"layout": "new/1", "base": "old/1"})"}});
  EXPECT_EQ(small.schema.text(small.schema.find_layout("new/1")->area), "a");
}

TEST(Delta, OfADelta) {
  const SmallSchema small =
      compiled({base(),
                {"layouts/new.1.json", R"({"layout": "new/1", "base": "old/1", "remove": ["g"]})"},
                {"layouts/newer.1.json",
                 R"({"layout": "newer/1", "base": "new/1", "remove": ["tail/d"]})"}});
  const LayoutDef& newer = *small.schema.find_layout("newer/1");
  EXPECT_EQ(small.schema.rows(newer).size(), 2U);
}

TEST(Delta, ARowThatItTookAwayIsNoLongerThere) {
  EXPECT_EQ(refusal({base(),
                     {"layouts/new.1.json",
                      R"({"layout": "new/1", "base": "old/1", "remove": ["a", "a"]})"}}),
            "layouts/new.1.json: /remove/1: no row `a` in the base layout");
}

TEST(Use, BringsRowsUnderTheGroupsNames) {
  const Rows rows(R"({"name": "vcpu[{i}]", "source": "v[{i}].", "element": "vcpu[{i}].",
      "repeat": {"count": 2, "index": "i"}, "rows": {"use": "part/1"}})");
  const Decoded block = rows.decode("00 05");
  EXPECT_EQ(block.list(), "vcpu[0].mode 0 1\nvcpu[1].mode 1 1\n");
  EXPECT_EQ(block["vcpu[1].mode"].element(), "vcpu[1].mode");
  EXPECT_EQ(block["vcpu[1].mode"].source(), "v[1].mode");
}

TEST(Use, RowsKeepTheAreaThatTheyWereWrittenFor) {
  const Rows rows(
      R"({"rows": {"use": "inner/1"}},
         {"name": "control", "source": "c", "type": "u32", "element": "control"})",
      {{"elements/a.json",
        R"({"area": "a", "elements": {"control": {"type": "u8", "class": "time", "doc": "X."}}})"},
       {"layouts/inner.1.json", R"({"layout": "inner/1", "area": "a", "rows": [{"name": "x",
           "source": "x", "type": "u8", "element": "control"}]})"}});
  const Decoded block = rows.decode("00 00000000");
  EXPECT_EQ(block["x"].cls(), FieldClass::Time);
  EXPECT_EQ(block["control"].cls(), FieldClass::Device);
}

TEST(Use, AnErrorNamesTheFileThatHasTheRow) {
  EXPECT_EQ(refusal(with_base(
                {{"layouts/inner.1.json", R"({"layout": "inner/1", "rows": [{"name": "a"}]})"},
                 {"layouts/outer.1.json",
                  R"({"layout": "outer/1", "rows": [{"rows": {"use": "inner/1"}}]})"}})),
            "layouts/inner.1.json: /rows/0: member `type` is missing");
}

TEST(Use, DoublingEndsSomewhere) {
  std::vector<SourceFile> files{{"layouts/l0.1.json", layout("l0/1", leaf("a", "u8"))}};
  for (int i = 1; i < 30; ++i) {
    const std::string use = R"({"rows": {"use": "l)" + std::to_string(i - 1) + R"(/1"}})";
    files.emplace_back("layouts/l" + std::to_string(i) + ".1.json",
                       layout("l" + std::to_string(i) + "/1", use + "," + use));
  }
  EXPECT_THAT(refusal(std::move(files)),
              testing::HasSubstr("more rows than all layouts together may have"));
}

TEST(Use, ChainsEndSomewhere) {
  // Layouts are filled in by name, so that the first is based on all others.
  std::vector<SourceFile> files{{"layouts/99.1.json", layout("99/1", leaf("a", "u8"))}};
  for (int i = 10; i < 99; ++i) {
    files.emplace_back("layouts/" + std::to_string(i) + ".1.json",
                       R"({"layout": ")" + std::to_string(i) + R"(/1", "base": ")" +
                           std::to_string(i + 1) + R"(/1"})");
  }
  EXPECT_THAT(refusal(std::move(files)), testing::HasSubstr("too many layouts inside each other"));
}

}  // namespace
}  // namespace snapfmt::schema::test
