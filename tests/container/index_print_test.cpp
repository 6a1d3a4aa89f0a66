#include <gtest/gtest.h>

#include "container/samples.h"

namespace snapfmt::container {
namespace {

using test::sample_paths;
using test::small_index;

TEST(PrintIndex, GivesEverySampleBackByteForByte) {
  ASSERT_EQ(sample_paths().size(), 10u);
  for (const auto& path : sample_paths()) {
    const std::string text = snapfmt::test::read_file(path);
    const auto index = parse_index(text);
    ASSERT_TRUE(index) << path << ": " << index.error().to_string();
    EXPECT_EQ(print_index(*index), text) << path;
    EXPECT_TRUE(index->complete) << path;
    EXPECT_TRUE(index->notes.empty()) << path << ": " << index->notes.front().to_string();
  }
}

TEST(PrintIndex, WritesTheOldDialect) {
  Index index = small_index(Dialect::Gen1);
  index.kernel.resize(1);
  index.devices.resize(1);
  EXPECT_EQ(print_index(index), R"({
  "basic metadata": {
    "ncpus": 2,
    "vmname": "vm0",
    "memsize": 16777216,
    "memflags": 0
  },
  "structs": [
    {
      "debug_name": "vhpet",
      "snapshot_req": 5,
      "size": 10,
      "file_offset": 0
    }
  ],
  "devices": [
    {
      "snapshot_req": "atkbdc",
      "size": 20,
      "file_offset": 145
    }
  ]
}
)");
}

TEST(PrintIndex, WritesTheNewDialectAndEmptyLists) {
  Index index = small_index(Dialect::Gen2);
  index.kernel.resize(1);
  index.devices.clear();
  EXPECT_EQ(print_index(index), R"({
  "basic metadata": {
    "ncpus": 2,
    "vmname": "vm0",
    "memsize": 16777216,
    "memflags": 0
  },
  "kern_structs": [
    {
      "device": "vhpet",
      "size": 10,
      "file_offset": 0
    }
  ],
  "devices": [
  ]
}
)");
}

TEST(PrintIndex, EscapesFourCharactersAndLeavesTheRestAlone) {
  Index index = small_index(Dialect::Gen2);
  index.vmname = std::string("a\"b\\c\nd\re\tf\x01g\xFFh/\xC3\xA4", 18);
  const std::string text = print_index(index);
  EXPECT_NE(text.find("\"a\\\"b\\\\c\\nd\\re\tf\x01g\xFFh/\xC3\xA4\""), std::string::npos);
  const auto again = parse_index(text);
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->vmname, index.vmname);
  EXPECT_EQ(print_index(*again), text);
}

TEST(PrintIndex, LeavesOutWhatIsUnset) {
  EXPECT_EQ(print_index(Index{}), "{\n  \"basic metadata\": {\n  }\n}\n");
}

TEST(PrintIndex, KeepsADebugNameThatDisagrees) {
  const std::string text =
      test::replaced(print_index(small_index(Dialect::Gen1)), "\"vhpet\"", "\"hpet of mine\"");
  const auto index = parse_index(text);
  ASSERT_TRUE(index);
  EXPECT_EQ(print_index(*index), text);
}

}  // namespace
}  // namespace snapfmt::container
