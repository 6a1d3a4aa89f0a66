#include "snapfmt/container/completeness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/samples.h"

namespace snapfmt::container {
namespace {

using test::small_index;
using testing::HasSubstr;

CompletenessReport assess(const TripleSizes& sizes, const Index* index = nullptr) {
  return assess_completeness(sizes, index,
                             conventions_of(index != nullptr ? index->dialect : Dialect::Unknown));
}

TEST(Completeness, KnowsEachStageOfAnInterruption) {
  EXPECT_EQ(assess({.ram = 0, .kern = 0, .meta = 0}).completeness, Completeness::StoppedBeforeRam);
  EXPECT_EQ(assess({.kern = 0, .meta = 0}).completeness, Completeness::StoppedBeforeRam);
  EXPECT_EQ(assess({.ram = 5, .kern = 0, .meta = 0}).completeness, Completeness::StoppedInRam);
  EXPECT_EQ(assess({.ram = 5, .kern = 5, .meta = 0}).completeness, Completeness::StoppedInBlocks);
  EXPECT_EQ(assess({.ram = 5, .kern = 5}).completeness, Completeness::Unknown);
  EXPECT_EQ(assess({.ram = 5, .kern = 5, .meta = 5}).completeness, Completeness::Unknown);
}

TEST(Completeness, ComparesSizesWithTheIndex) {
  const Index index = small_index(Dialect::Gen2);
  const std::uint64_t kern = test::kern_size(index);
  const std::uint64_t ram = *index.memsize;
  EXPECT_EQ(assess({ram, kern, 9}, &index).completeness, Completeness::Complete);
  EXPECT_EQ(assess({std::nullopt, kern, 9}, &index).completeness, Completeness::WithoutRam);
  EXPECT_EQ(assess({ram - 1, kern, 9}, &index).completeness, Completeness::DataLost);
  EXPECT_EQ(assess({ram, kern - 1, 9}, &index).completeness, Completeness::DataLost);
  EXPECT_EQ(assess({ram, std::nullopt, 9}, &index).completeness, Completeness::DataLost);
}

TEST(Completeness, NamesTheBlockThatWasRefused) {
  Index index = small_index(Dialect::Gen1);
  index.complete = false;
  const TripleSizes sizes{.ram = 1, .kern = 1, .meta = 1};
  index.devices.resize(1);
  EXPECT_EQ(assess(sizes, &index).completeness, Completeness::BlockRefused);
  EXPECT_EQ(assess(sizes, &index).refused, "virtio-net");
  index.devices.clear();
  EXPECT_EQ(assess(sizes, &index).refused, "atkbdc");
  index.kernel.resize(4);
  EXPECT_EQ(assess(sizes, &index).refused, "vlapic");
  EXPECT_THAT(assess(sizes, &index).sentence, HasSubstr("after vioapic, probably vlapic"));
  index.kernel.clear();
  EXPECT_EQ(assess(sizes, &index).refused, "vhpet");
}

TEST(Completeness, DoesNotGuessTheDeviceThatWasRefused) {
  Index index = small_index(Dialect::Gen2);
  index.complete = false;
  index.devices.resize(2);
  const auto report = assess({.ram = 1, .kern = 1, .meta = 1}, &index);
  EXPECT_EQ(report.refused, "");
  EXPECT_THAT(report.sentence, HasSubstr("after virtio-blk@pci.0.3.0;"));
}

TEST(TriplePaths, AreFoundFromAnyOfThem) {
  for (const std::string_view given : {"d/vm", "d/vm.kern", "d/vm.meta"}) {
    const TriplePaths paths = triple_paths(given);
    EXPECT_EQ(paths.ram, "d/vm") << given;
    EXPECT_EQ(paths.kern, "d/vm.kern") << given;
    EXPECT_EQ(paths.meta, "d/vm.meta") << given;
  }
  EXPECT_EQ(triple_paths(".meta").ram, ".meta");
  EXPECT_EQ(triple_paths("vm.meta").ram, "vm");
}

}  // namespace
}  // namespace snapfmt::container
