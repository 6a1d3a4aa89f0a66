// Layouts described without a block: places, sizes, loops and conditions as text.
#include "snapfmt/schema/describe.h"

#include "shipped_blocks.h"
#include "small_schema.h"
#include "snapfmt/schema/catalog.h"

namespace snapfmt::schema::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// `test/1` made of rows, described with the parameters of profile `base`.
struct Described {
  explicit Described(std::string_view text) : rows(text) {
    info = describe(rows.schema(), *rows.schema().find_layout("test/1"),
                    rows.schema().find_profile("base"));
  }

  const FieldInfo& operator[](std::string_view path) const {
    const auto it = std::ranges::find(info.fields, path, &FieldInfo::path);
    if (it == info.fields.end()) throw std::runtime_error("no field " + std::string(path));
    return *it;
  }
  const RecordInfo& record(std::string_view path) const {
    return info.records[(*this)[path].record];
  }
  const RowDef& row(std::string_view path) const { return rows.schema().row((*this)[path].row); }

  Rows rows;
  LayoutInfo info;
};

std::string group(std::string_view members, std::string_view rows) {
  return "{" + std::string(members) + R"(, "rows": [)" + std::string(rows) + "]}";
}

TEST(Describe, RowsOfFixedSizeHaveOffsets) {
  const Described d(leaf("a", "u8") + "," + leaf("b", "i32") + "," +
                    leaf("c", "bytes", R"("size": 3)") + "," + leaf("d", "u64"));
  EXPECT_EQ(d["a"].offset, 0U);
  EXPECT_EQ(d["b"].offset, 1U);
  EXPECT_EQ(d["c"].offset, 5U);
  EXPECT_EQ(d["c"].size, 3U);
  EXPECT_EQ(d["d"].offset, 8U);
  EXPECT_EQ(d["d"].source, "sc->d");
  EXPECT_EQ(d.info.records[0].size, 16U);
}

TEST(Describe, NothingIsToldBehindASizeFromTheInput) {
  const Described d(leaf("n", "u16") + "," +
                    leaf("x", "bytes", R"("size": {"fixed": 6, "count": "n", "each": 2})") + "," +
                    leaf("y", "u8"));
  EXPECT_EQ(d["x"].offset, 2U);
  EXPECT_EQ(d["x"].size, std::nullopt);
  EXPECT_EQ(d["x"].size_text, "2 x n + 6");
  EXPECT_EQ(d["y"].offset, std::nullopt);
  EXPECT_EQ(d.info.records[0].size, std::nullopt);
}

TEST(Describe, AnArrayBelongsToItsRecord) {
  const Described d(leaf("a", "u32") + "," +
                    group(R"("name": "v[{k}]", "repeat": {"count": 3, "index": "k"})",
                          leaf("b", "u64") + "," + leaf("m", "u16")) +
                    "," + leaf("z", "u8"));
  EXPECT_EQ(d["v[*].m"].offset, 12U);
  EXPECT_EQ(d["v[*].m"].record, 0U);
  ASSERT_EQ(d["v[*].m"].loops.size(), 1U);
  const LoopInfo& loop = d.info.loops[d["v[*].m"].loops[0]];
  EXPECT_EQ(loop.path, "v[*]");
  EXPECT_EQ(loop.count, "3");
  EXPECT_EQ(loop.stride, 10U);
  EXPECT_EQ(d["z"].offset, 34U);
  EXPECT_EQ(d.info.records.size(), 1U);
}

TEST(Describe, ALoopOverTheInputIsARecord) {
  const Described d(leaf("n", "u16") + "," +
                    group(R"("name": "q[{i}]", "source": "q[{i}].",
                             "repeat": {"count": "n", "index": "i", "max": 8})",
                          leaf("a", "u16") + "," + leaf("b", "u32")) +
                    "," + leaf("z", "u8"));
  EXPECT_EQ(d["q[*].b"].offset, 2U);
  EXPECT_EQ(d.record("q[*].b").path, "q[*]");
  EXPECT_EQ(d.record("q[*].b").count, "n (8 at most)");
  EXPECT_EQ(d.record("q[*].b").size, 6U);
  EXPECT_EQ(d["q[*].b"].source, "q[i].sc->b");
  EXPECT_EQ(d["z"].offset, std::nullopt);
}

TEST(Describe, ALoopOverVcpusIsARecord) {
  const Rows rows(group(R"("name": "vcpu[{i}]", "repeat": {"count": "@slots", "index": "i"})",
                        leaf("a", "u64")));
  const LayoutDef& layout = *rows.schema().find_layout("test/1");
  EXPECT_EQ(describe(rows.schema(), layout).records[1].count, "@slots");
  const auto* profile = rows.schema().find_profile("base");
  EXPECT_EQ(describe(rows.schema(), layout, profile).records[1].count, "vCPUs");
}

TEST(Describe, AListUntilAValueIsARecord) {
  const Described d(
      leaf("a[{k}]", "i32", R"("repeat": {"until": -1, "type": "i32", "index": "k", "max": 9})"));
  EXPECT_EQ(d.record("a[*]").count, "until -1 (9 at most)");
}

TEST(Describe, MembersOfAUnionBeginTogether) {
  const Described d(
      leaf("code", "u32") + "," +
      group(
          R"("name": "u", "size": 16)",
          group(R"("name": "a", "when": {"field": "code", "eq": 0})", leaf("x", "u32")) + "," +
              group(R"("name": "b", "when": {"field": "code", "in": [1, 3]})", leaf("y", "u64"))) +
      "," + leaf("z", "u8"));
  EXPECT_EQ(d["u.a.x"].offset, 4U);
  EXPECT_THAT(d["u.a.x"].conditions, ElementsAre("code == 0"));
  EXPECT_EQ(d["u.b.y"].offset, 4U);
  EXPECT_THAT(d["u.b.y"].conditions, ElementsAre("code == 1 or 3"));
  EXPECT_EQ(d["u+*"].size_text, "rest of 16");
  EXPECT_EQ(d["z"].offset, 20U);
}

TEST(Describe, AlternativesOfOneLengthThatLeaveNoOther) {
  const Described d(leaf("n", "u8") + "," + leaf("x", "u32", R"("when": {"field": "n", "ne": 7})") +
                    "," + leaf("y", "u32", R"("when": {"field": "n", "eq": 7})") + "," +
                    leaf("z", "u8"));
  EXPECT_EQ(d["y"].offset, 1U);
  EXPECT_EQ(d["z"].offset, 5U);
}

TEST(Describe, ConditionsThatMayBothHoldAreNoAlternatives) {
  const Described d(
      leaf("n", "u8") + "," + leaf("x", "u32", R"("when": {"field": "n", "mask": 1})") + "," +
      leaf("y", "u32", R"("when": {"field": "n", "mask": 2})") + "," + leaf("z", "u8"));
  EXPECT_EQ(d["x"].offset, 1U);
  EXPECT_THAT(d["x"].conditions, ElementsAre("n & 1"));
  EXPECT_EQ(d["y"].offset, std::nullopt);
  EXPECT_EQ(d["z"].offset, std::nullopt);
}

TEST(Describe, ABranchThatStopsHasNoEnd) {
  const Described d(
      leaf("n", "u8") + "," +
      group(R"("id": "bad", "when": {"field": "n", "gt": 3})", R"({"stop": "not known"})") + "," +
      leaf("z", "u8"));
  EXPECT_EQ(d["z"].offset, 1U);
  EXPECT_THAT(d["z"].conditions, IsEmpty());
}

TEST(Describe, GapsOfCStructs) {
  const Described d(group(R"("name": "s", "abi": true)", leaf("a", "u8") + "," + leaf("b", "u64")));
  EXPECT_EQ(d["s+1"].size, 7U);
  EXPECT_EQ(d["s.b"].offset, 8U);
}

TEST(Describe, TypesInC) {
  const Described d(leaf("a", "u8") + "," + leaf("b", "i64") + "," + leaf("c", "bool") + "," +
                    leaf("d", "chars", R"("size": 12)") + "," + leaf("e", "bytes", R"("size": 5)") +
                    "," + leaf("f", "bytes", R"("size": {"count": "a"})"));
  EXPECT_EQ(c_type(d.row("a")), "uint8_t");
  EXPECT_EQ(c_type(d.row("b")), "int64_t");
  EXPECT_EQ(c_type(d.row("c")), "bool");
  EXPECT_EQ(c_type(d.row("d")), "char[12]");
  EXPECT_EQ(c_type(d.row("e")), "uint8_t[5]");
  EXPECT_EQ(c_type(d.row("f")), "uint8_t[]");
}

TEST(Describe, WhatIsAlwaysWritten) {
  const Described d(leaf("a", "u32", R"("expect": [0, 1, 2, 3, 7])") + "," +
                    leaf("b", "u16", R"("expect": {"mask": "0x1000", "eq": "0x1000"})") + "," +
                    leaf("c", "u16"));
  const auto text = [&](std::string_view path) {
    return describe_expectation(d.rows.schema(), d.row(path));
  };
  EXPECT_EQ(text("a"), "0 to 3, 7");
  EXPECT_EQ(text("b"), "& 0x1000 is 0x1000");
  EXPECT_EQ(text("c"), "");
}

TEST(Describe, Sizes) {
  EXPECT_EQ(describe_size(std::nullopt), "varies");
  EXPECT_EQ(describe_size(SizeFormula{284, 0}), "284");
  EXPECT_EQ(describe_size(SizeFormula{0, 920}), "920 x vCPUs");
  EXPECT_EQ(describe_size(SizeFormula{128, 184}), "184 x vCPUs + 128");
}

TEST(Describe, ShippedVmcx) {
  const Schema& schema = shipped_schema();
  const LayoutInfo info =
      describe(schema, *schema.find_layout("vmcx.intel/4"), schema.find_profile("freebsd-15.0"));
  const auto field = std::ranges::find(info.fields, "vcpu[*].mtrr.def_type", &FieldInfo::path);
  ASSERT_NE(field, info.fields.end());
  // 376 bytes of VMCS, 7 MSRs, 64 bytes of posted interrupts.
  EXPECT_EQ(field->offset, 376U + 56U + 64U);
  EXPECT_EQ(info.records[field->record].size, 920U);
}

TEST(Describe, ShippedBarsStandBehindEveryKindOfCapabilities) {
  const Schema& schema = shipped_schema();
  const LayoutInfo info = describe(schema, *schema.find_layout("pci/3"));
  const auto bar = std::ranges::find(info.fields, "pci.bar[*].type", &FieldInfo::path);
  ASSERT_NE(bar, info.fields.end());
  EXPECT_EQ(bar->offset, 56U + 256U);
}

/// The numbers in brackets of a path, as many as a pattern has.
std::vector<std::string> indices_of(std::string_view path, std::string_view pattern) {
  std::vector<std::string> out;
  const auto wanted = static_cast<std::size_t>(std::ranges::count(pattern, '*'));
  for (auto at = path.find('['); at != std::string_view::npos && out.size() < wanted;
       at = path.find('[', at + 1)) {
    out.emplace_back(path.substr(at + 1, path.find(']', at) - at - 1));
  }
  return out;
}

class ShippedPlaces : public testing::TestWithParam<ShippedBlock> {};

/// What decoding finds in a record's first instance stands where the description says.
void expect_places(const LayoutInfo& info, const DecodedBlock& block) {
  struct Instance {
    std::uint64_t start = 0;
    std::vector<std::string> indices;
  };
  std::map<std::uint32_t, const FieldInfo*> by_row;
  for (const FieldInfo& field : info.fields) by_row[field.row] = &field;
  std::map<std::uint32_t, Instance> records;
  std::set<std::uint32_t> seen;
  for (const FieldView leaf : block) {
    if (leaf.row() == nullptr || !seen.insert(block.leaves()[leaf.index()].row).second) continue;
    const auto it = by_row.find(block.leaves()[leaf.index()].row);
    ASSERT_NE(it, by_row.end()) << leaf.path();
    const FieldInfo& field = *it->second;
    if (field.size) {
      ASSERT_EQ(*field.size, leaf.size()) << leaf.path();
    }
    if (!field.offset) continue;
    const std::uint64_t start = leaf.offset() - *field.offset;
    const auto indices = indices_of(leaf.path(), info.records[field.record].path);
    const auto [known, first] = records.try_emplace(field.record, Instance{start, indices});
    if (!first && known->second.indices == indices) {
      ASSERT_EQ(start, known->second.start) << leaf.path();
    }
  }
}

TEST_P(ShippedPlaces, AreWhereDecodingFindsThem) {
  const Schema& schema = shipped_schema();
  const auto parameters = schema.parameter_values(*GetParam().profile, 2);
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto bytes = made_block(GetParam(), parameters, seed, snapfmt::test::Values::Small);
    if (!bytes) continue;
    std::uint64_t from = 0;
    for (const auto layout : GetParam().layouts) {
      const std::vector<std::uint32_t> list{layout};
      const auto rest = std::span(*bytes).subspan(from);
      const DecodeContext context{.parameters = parameters};
      const LayoutInfo info = describe(schema, schema.layout(layout), GetParam().profile);
      expect_places(info, decode(schema, list, rest, context));
      from += measure(schema, list, rest, context).described;
    }
  }
}

TEST_P(ShippedPlaces, SizesAgreeWithTheFormula) {
  const Schema& schema = shipped_schema();
  for (const auto layout : GetParam().layouts) {
    const auto formula = layout_size(schema, layout, GetParam().profile);
    const LayoutInfo info = describe(schema, schema.layout(layout), GetParam().profile);
    const auto block = info.records[0].size;
    if (block) {
      ASSERT_TRUE(formula);
      EXPECT_EQ(*block, formula->fixed);
      EXPECT_EQ(formula->each, 0U);
    }
    for (const RecordInfo& record : info.records) {
      if (record.count == "vCPUs") {
        ASSERT_TRUE(formula);
        EXPECT_EQ(record.size, formula->each);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, ShippedPlaces, testing::ValuesIn(shipped_blocks()),
                         [](const auto& test) { return test.param.name; });

TEST(Catalog, FindsByLayoutBlockDeviceAndStem) {
  const Schema& schema = shipped_schema();
  const auto names = [&](std::string_view name, const LayoutFilter& filter = {}) {
    std::vector<std::string> out;
    const auto found = find_layouts(schema, name, filter);
    if (!found) return std::vector{found.error().to_string()};
    for (const auto l : *found) out.emplace_back(schema.text(schema.layout(l).id));
    return out;
  };
  const auto* v14 = schema.find_profile("freebsd-14.0");
  EXPECT_THAT(names("vm/2"), ElementsAre("vm/2"));
  EXPECT_THAT(names("vm"), ElementsAre("vm/1", "vm/2", "vm/3"));
  EXPECT_THAT(names("pci"), ElementsAre("pci/1", "pci/2", "pci/3"));
  EXPECT_THAT(names("vmcx", {.profile = v14, .vendor = Vendor::Amd}),
              ElementsAre("vmcx.amd/2", "vmcx.amd/3"));
  EXPECT_THAT(names("virtio-rnd", {.profile = v14, .vendor = {}}),
              ElementsAre("pci/3", "virtio/2"));
  EXPECT_THAT(names("vm/1", {.profile = v14, .vendor = {}}),
              ElementsAre("`vm/1` is not in use in freebsd-14.0"));
  EXPECT_FALSE(find_layouts(schema, "nonsense"));
}

TEST(Catalog, TellsWhoUsesALayout) {
  const Schema& schema = shipped_schema();
  const auto layout = find_layouts(schema, "vmcx.intel/4")->front();
  bool usual = false;
  for (const LayoutUse& use : layout_uses(schema)) {
    if (use.layout != layout) continue;
    EXPECT_EQ(use.vendor, Vendor::Intel);
    EXPECT_EQ(use.block, "vmcx");
    EXPECT_FALSE(use.device);
    if (schema.text(use.profile->name) == "freebsd-15.0") usual = !use.alternative;
    if (schema.text(use.profile->name) == "freebsd-14.0") {
      EXPECT_TRUE(use.alternative);
    }
  }
  EXPECT_TRUE(usual);
}

TEST(Catalog, SizeOfALayoutIsOneForAllThatUseIt) {
  const Schema& schema = shipped_schema();
  const auto size = layout_size(schema, find_layouts(schema, "vm/3")->front());
  ASSERT_TRUE(size);
  EXPECT_EQ(size->fixed, 128U);
  EXPECT_EQ(size->each, 184U);
}

}  // namespace
}  // namespace snapfmt::schema::test
