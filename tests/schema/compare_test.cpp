// Two generations held against each other.
#include "snapfmt/schema/compare.h"

#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A row change on one line: `moved b +4`, `resized a size 1 -> 4; type u8 -> u32`.
std::string line(const RowChange& change) {
  std::string out = std::string(to_string(change.kind)) + " " + change.path;
  if (change.moved_by)
    out += (*change.moved_by > 0 ? " +" : " ") + std::to_string(*change.moved_by);
  std::string_view separator = " ";
  for (const Aspect& aspect : change.aspects) {
    out += std::string(separator) + std::string(aspect.what) + " " + aspect.before + " -> " +
           aspect.after;
    separator = "; ";
  }
  return change.other_block.empty() ? out : out + " @" + change.other_block;
}

std::vector<std::string> lines(const std::vector<RowChange>& rows) {
  std::vector<std::string> out;
  for (const RowChange& row : rows) out.push_back(line(row));
  return out;
}

std::string layout(std::string_view id, std::string_view rows) {
  return R"({"layout": ")" + std::string(id) + R"(", "rows": [)" + std::string(rows) + "]}";
}

std::vector<std::string> compared(std::string_view before, std::string_view after) {
  const SmallSchema small = compiled(with_base({{"layouts/old.1.json", layout("old/1", before)},
                                                {"layouts/new.1.json", layout("new/1", after)}}));
  const Schema& s = small.schema;
  const ProfileDef& profile = *s.find_profile("base");
  return lines(
      compare_layouts(s, s.find_layout("old/1"), profile, s.find_layout("new/1"), profile).rows);
}

TEST(CompareLayouts, NothingDiffers) {
  const std::string rows = leaf("a", "u8") + "," + leaf("b", "u32");
  EXPECT_THAT(compared(rows, rows), IsEmpty());
}

TEST(CompareLayouts, AnInsertedRowMovesThoseBehind) {
  EXPECT_THAT(compared(leaf("a", "u8") + "," + leaf("b", "u32"),
                       leaf("a", "u8") + "," + leaf("n", "u16") + "," + leaf("b", "u32")),
              ElementsAre("added n", "moved b +2"));
}

TEST(CompareLayouts, ARemovedRow) {
  EXPECT_THAT(compared(leaf("x", "u64") + "," + leaf("a", "u8"), leaf("a", "u8")),
              ElementsAre("removed x", "moved a -8"));
}

TEST(CompareLayouts, AWidenedRow) {
  EXPECT_THAT(
      compared(leaf("a", "u8") + "," + leaf("b", "u8"), leaf("a", "u32") + "," + leaf("b", "u8")),
      ElementsAre("resized a size 1 -> 4; type u8 -> u32", "moved b +3"));
}

TEST(CompareLayouts, AnotherTypeOfTheSameSize) {
  EXPECT_THAT(compared(leaf("a", "u32"), leaf("a", "i32")),
              ElementsAre("resized a type u32 -> i32"));
}

TEST(CompareLayouts, AnotherMeaning) {
  const std::string a =
      R"({"name": "a", "source": "x.a", "type": "u32", "class": "host", "doc": "A."})";
  const std::string b =
      R"({"name": "a", "source": "y.a", "type": "u32", "element": "control", "codec": "c", "expect": [0, 1]})";
  EXPECT_THAT(compared(a, b),
              ElementsAre("meaning a source x.a -> y.a; class host -> device; element  -> control; "
                          "codec  -> c; register  -> control; expected  -> 0, 1"));
}

TEST(CompareLayouts, AnotherEnumeration) {
  EXPECT_THAT(compared(leaf("a", "u8"), leaf("a", "u8", R"("enum": "mode")")),
              ElementsAre("meaning a enum  -> mode"));
}

TEST(CompareLayouts, AnotherCondition) {
  const std::string flags = leaf("f", "u8");
  EXPECT_THAT(compared(flags + "," + leaf("a", "u8"),
                       flags + "," + leaf("a", "u8", R"("when": {"field": "f", "mask": 1})")),
              ElementsAre("meaning a when  -> f & 1"));
}

TEST(CompareLayouts, ALoopThatRunsMoreOften) {
  const auto loop = [](std::string_view count) {
    return leaf("a[{i}]", "u8", R"("repeat": {"index": "i", "count": )" + std::string(count) + "}");
  };
  EXPECT_THAT(compared(loop("6") + "," + leaf("z", "u8"), loop("7") + "," + leaf("z", "u8")),
              ElementsAre("repeated a[*] count 6 -> 7", "moved z +1"));
}

TEST(CompareLayouts, RowsOfOnePathAreToldApartByOrder) {
  const auto alternatives = [](std::string_view second) {
    return leaf("f", "u8") + "," + leaf("a", "u8", R"("when": {"field": "f", "eq": 1})") + "," +
           leaf("a", second, R"("when": {"field": "f", "eq": 2})");
  };
  EXPECT_THAT(compared(alternatives("u8"), alternatives("u16")),
              ElementsAre("resized a size 1 -> 2; type u8 -> u16"));
}

TEST(CompareLayouts, AnotherOrderWhereNoOffsetCanBeTold) {
  const std::string head =
      leaf("n", "u8") + "," + leaf("x", "bytes", R"("size": {"count": "n"})") + ",";
  const auto rows =
      compared(head + leaf("a", "u8") + "," + leaf("b", "u8") + "," + leaf("c", "u8"),
               head + leaf("c", "u8") + "," + leaf("a", "u8") + "," + leaf("b", "u8"));
  EXPECT_THAT(rows, ElementsAre("moved c"));
}

TEST(CompareLayouts, GapsAreLeftOut) {
  const auto group = [](std::string_view rows) {
    return R"({"name": "s", "abi": true, "rows": [)" + std::string(rows) + "]}";
  };
  EXPECT_THAT(compared(group(leaf("a", "u32") + "," + leaf("b", "u64")),
                       group(leaf("a", "u32") + "," + leaf("n", "u32") + "," + leaf("b", "u64"))),
              ElementsAre("added s.n"));
}

TEST(CompareLayouts, AgainstNothing) {
  const SmallSchema small = compiled(with_base({}));
  const ProfileDef& profile = *small.schema.find_profile("base");
  const auto c =
      compare_layouts(small.schema, nullptr, profile, small.schema.find_layout("block/1"), profile);
  EXPECT_EQ(c.before, "");
  EXPECT_EQ(c.after, "block/1");
  EXPECT_THAT(c.rows, SizeIs(4));
}

/// Profile `base` and another one, next to layout `block/2`.
class TwoProfiles {
 public:
  explicit TwoProfiles(const std::string& members)
      : small_(compiled(with_base(
            {{"layouts/block.2.json",
              R"({"layout": "block/2", "base": "block/1", "remove": ["count", "item"]})"},
             {"profiles/next.json",
              R"({"profile": "next", "title": "Next", "releases": ["2.0"], )" + members + "}"}}))) {
  }

  ProfileComparison compare(std::optional<Vendor> vendor = {}) const {
    const Schema& s = small_.schema;
    return compare_profiles(s, *s.find_profile("base"), *s.find_profile("next"), vendor);
  }

 private:
  SmallSchema small_;
};

std::vector<std::string> changes(const ProfileComparison& c) {
  std::vector<std::string> out;
  for (const BlockComparison& b : c.blocks) {
    out.push_back(std::string(to_string(b.change)) + " " + b.name +
                  (b.vendor ? " " + std::string(to_string(*b.vendor)) : ""));
  }
  return out;
}

constexpr const char* kSameKernel =
    R"("kernel": [{"block": "block", "req": 1, "layout": "block/1"}])";
constexpr const char* kSameDevices = R"("devices": {"thing": ["block/1"]})";

std::string members(std::string_view index, std::string_view slots, std::string_view kernel,
                    std::string_view devices, std::string_view more = "") {
  return R"("index": ")" + std::string(index) + R"(", "parameters": {"slots": )" +
         std::string(slots) + "}, " + std::string(kernel) + ", " + std::string(devices) +
         (more.empty() ? "" : ", ") + std::string(more);
}

TEST(CompareProfiles, NothingDiffers) {
  const TwoProfiles two(members("gen-2", R"("@vcpus")", kSameKernel, kSameDevices));
  const auto c = two.compare();
  EXPECT_TRUE(c.same());
  EXPECT_THAT(changes(c), ElementsAre("same block", "same thing"));
  EXPECT_THAT(c.layouts, IsEmpty());
}

TEST(CompareProfiles, AParameterChangesALayout) {
  const auto c = TwoProfiles(members("gen-2", "16", kSameKernel, kSameDevices)).compare();
  EXPECT_FALSE(c.same());
  ASSERT_THAT(c.values, SizeIs(1));
  EXPECT_EQ(c.values[0].name, "slots");
  EXPECT_EQ(c.values[0].before, "@vcpus");
  EXPECT_EQ(c.values[0].after, "16");
  EXPECT_THAT(changes(c), ElementsAre("changed block", "changed thing"));
  ASSERT_THAT(c.layouts, SizeIs(1));
  EXPECT_THAT(c.layouts[0].used_by, ElementsAre("block", "thing"));
  EXPECT_THAT(lines(c.layouts[0].rows), ElementsAre("repeated vcpu[*] count vCPUs -> 16"));
}

TEST(CompareProfiles, DialectAndDeviceList) {
  const auto c = TwoProfiles(members("gen-1", R"("@vcpus")", kSameKernel, kSameDevices,
                                     R"("device_list": ["thing"])"))
                     .compare();
  ASSERT_THAT(c.values, SizeIs(1));
  EXPECT_EQ(c.values[0].name, "index");
  EXPECT_THAT(c.listed_before_only, IsEmpty());
  EXPECT_THAT(c.listed_after_only, ElementsAre("thing"));
}

TEST(CompareProfiles, BlocksAndDevicesComeAndGo) {
  const auto c =
      TwoProfiles(members("gen-2", R"("@vcpus")",
                          R"("kernel": [{"block": "other", "req": 1, "layout": "block/2"}])",
                          R"("devices": {"gadget": ["block/1"]})"))
          .compare();
  EXPECT_THAT(changes(c),
              ElementsAre("removed block", "added other", "removed thing", "added gadget"));
  // Rows that both kernel blocks have have moved; a device is not listed row by row.
  ASSERT_THAT(c.layouts, SizeIs(2));
  EXPECT_THAT(lines(c.layouts[0].rows),
              ElementsAre("removed control @other", "removed count", "removed item[*]",
                          "removed vcpu[*].mode @other"));
  EXPECT_THAT(lines(c.layouts[1].rows),
              ElementsAre("added control @block", "added vcpu[*].mode @block"));
}

TEST(CompareProfiles, AVendorThatIsOnItsOwn) {
  const TwoProfiles two(members(
      "gen-2", R"("@vcpus")",
      R"("kernel": [{"block": "block", "req": 1, "layout": {"intel": "block/1", "amd": "block/2"}}])",
      kSameDevices));
  EXPECT_THAT(changes(two.compare()),
              ElementsAre("same block intel", "changed block amd", "same thing"));
  EXPECT_TRUE(two.compare(Vendor::Intel).same());
  EXPECT_FALSE(two.compare(Vendor::Amd).same());
}

TEST(CompareProfiles, DefectsByVendor) {
  const TwoProfiles two(
      members("gen-2", R"("@vcpus")", kSameKernel, kSameDevices,
              R"("defects": [{"id": "d", "vendor": "amd", "doc": "It breaks."}])"));
  const auto c = two.compare();
  ASSERT_THAT(c.defects, SizeIs(1));
  EXPECT_TRUE(c.defects[0].added);
  EXPECT_FALSE(c.same());
  EXPECT_TRUE(two.compare(Vendor::Intel).same());
}

/// The shipped generations.
ProfileComparison shipped(std::string_view before, std::string_view after, Vendor vendor) {
  const Schema& s = shipped_schema();
  return compare_profiles(s, *s.find_profile(before), *s.find_profile(after), vendor);
}

const LayoutComparison* find(const ProfileComparison& c, std::string_view before,
                             std::string_view after) {
  const auto it = std::ranges::find_if(
      c.layouts, [&](const LayoutComparison& l) { return l.before == before && l.after == after; });
  return it == c.layouts.end() ? nullptr : &*it;
}

TEST(CompareShipped, EveryProfileIsItself) {
  const Schema& s = shipped_schema();
  for (const ProfileDef& a : s.profiles()) {
    for (const ProfileDef& b : s.profiles()) {
      EXPECT_EQ(compare_profiles(s, a, b).same(), &a == &b)
          << s.text(a.name) << ' ' << s.text(b.name);
    }
  }
}

TEST(CompareShipped, BackwardsIsTheOpposite) {
  const Schema& s = shipped_schema();
  for (const ProfileDef& a : s.profiles()) {
    for (const ProfileDef& b : s.profiles()) {
      const auto there = compare_profiles(s, a, b);
      const auto back = compare_profiles(s, b, a);
      EXPECT_EQ(there.values.size(), back.values.size());
      EXPECT_EQ(there.defects.size(), back.defects.size());
      ASSERT_EQ(there.layouts.size(), back.layouts.size());
      for (const LayoutComparison& l : there.layouts) {
        const LayoutComparison* other = find(back, l.after, l.before);
        ASSERT_NE(other, nullptr) << l.before << ' ' << l.after;
        const auto count = [](const LayoutComparison& c, RowChangeKind kind) {
          return std::ranges::count(c.rows, kind, &RowChange::kind);
        };
        EXPECT_EQ(count(l, RowChangeKind::Added), count(*other, RowChangeKind::Removed));
        EXPECT_EQ(count(l, RowChangeKind::Resized), count(*other, RowChangeKind::Resized));
        EXPECT_EQ(count(l, RowChangeKind::Meaning), count(*other, RowChangeKind::Meaning));
      }
    }
  }
}

TEST(CompareShipped, Mtrrs) {
  const auto c = shipped("freebsd-14.0", "freebsd-15.0", Vendor::Intel);
  const LayoutComparison* vmcx = find(c, "vmcx.intel/3", "vmcx.intel/4");
  ASSERT_NE(vmcx, nullptr);
  EXPECT_EQ(vmcx->size_after->each - vmcx->size_before->each, 256U);
  for (const RowChange& row : vmcx->rows) {
    if (row.kind == RowChangeKind::Moved) {
      EXPECT_EQ(row.moved_by, 256) << row.path;
    } else {
      EXPECT_EQ(row.kind, RowChangeKind::Added) << row.path;
      EXPECT_TRUE(row.path.starts_with("vcpu[*].mtrr.")) << row.path;
    }
  }
}

TEST(CompareShipped, VmxMovedIntoVmcx) {
  const auto c = shipped("freebsd-13.1", "freebsd-13.2", Vendor::Intel);
  const LayoutComparison* vmx = find(c, "vmx.intel/1", "vmx.intel/2");
  ASSERT_NE(vmx, nullptr);
  EXPECT_FALSE(vmx->rows.empty());
  for (const RowChange& row : vmx->rows) {
    EXPECT_EQ(row.kind, RowChangeKind::Removed) << row.path;
    EXPECT_EQ(row.other_block, "vmcx") << row.path;
  }
}

TEST(CompareShipped, ASeventhBar) {
  const auto c = shipped("freebsd-13.1", "freebsd-13.2", Vendor::Amd);
  const LayoutComparison* pci = find(c, "pci/2", "pci/3");
  ASSERT_NE(pci, nullptr);
  EXPECT_THAT(lines(pci->rows), ElementsAre("repeated pci.bar[*] count 6 -> 7"));
  EXPECT_EQ(pci->used_by.size(), 8U);
}

TEST(CompareShipped, TheFifoComesFromElsewhere) {
  const auto c = shipped("freebsd-14.0", "freebsd-15.0", Vendor::Amd);
  const LayoutComparison* lpc = find(c, "lpc/1", "lpc/2");
  ASSERT_NE(lpc, nullptr);
  EXPECT_THAT(lpc->rows, SizeIs(5));
  for (const RowChange& row : lpc->rows) {
    EXPECT_EQ(row.kind, RowChangeKind::Meaning) << row.path;
    ASSERT_THAT(row.aspects, SizeIs(1));
    EXPECT_EQ(row.aspects[0].what, "source");
  }
}

}  // namespace
}  // namespace snapfmt::schema::test
