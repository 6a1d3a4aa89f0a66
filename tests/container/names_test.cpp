#include <gtest/gtest.h>

#include <set>

#include "snapfmt/container/conventions.h"
#include "snapfmt/container/place.h"

namespace snapfmt::container {
namespace {

TEST(DeviceName, IsATypeAndAPlace) {
  const DeviceName name = parse_device_name("virtio-blk@pci.0.3.1");
  EXPECT_EQ(name.type, "virtio-blk");
  EXPECT_EQ(name.place, (Place{0, 3, 1}));
  EXPECT_EQ(name.place->to_string(), "0:3:1");
  EXPECT_EQ(parse_device_name("x@pci.255.31.7").place, (Place{255, 31, 7}));
}

TEST(DeviceName, CanHaveNoPlace) {
  const DeviceName name = parse_device_name("atkbdc");
  EXPECT_EQ(name.type, "atkbdc");
  EXPECT_FALSE(name.place);
  EXPECT_FALSE(name.has_place_part);
  EXPECT_EQ(parse_device_name("").type, "");
}

TEST(DeviceName, RefusesPlacesThatPciDoesNotHave) {
  for (const std::string_view name :
       {"a@", "a@pci", "a@pci.", "a@pci.0", "a@pci.0.1", "a@pci.0.1.", "a@pci.256.0.0",
        "a@pci.0.32.0", "a@pci.0.0.8", "a@pci.0.0.0x", "a@pci.0.0.0.0", "a@pci.-1.0.0",
        "a@pci.00.1.0", "a@pci. 0.1.0", "a@isa.0.1.0", "a@pci.99999999999.0.0"}) {
    EXPECT_FALSE(parse_device_name(name).place) << name;
    EXPECT_EQ(parse_device_name(name).type, "a") << name;
    EXPECT_TRUE(parse_device_name(name).has_place_part) << name;
  }
}

TEST(Place, IsOrderedByBusSlotAndFunction) {
  EXPECT_LT((Place{0, 31, 7}), (Place{1, 0, 0}));
  EXPECT_LT((Place{0, 3, 7}), (Place{0, 4, 0}));
  EXPECT_LT((Place{0, 3, 0}), (Place{0, 3, 1}));
}

TEST(SnapshotRequest, NamesEveryKernelBlockOf13) {
  std::set<std::int64_t> numbers;
  for (const std::string& name : conventions_of(Dialect::Gen1).kernel_order) {
    const auto number = snapshot_req_of(name);
    ASSERT_TRUE(number) << name;
    EXPECT_EQ(kernel_block_of(*number), name);
    numbers.insert(*number);
  }
  EXPECT_EQ(numbers, (std::set<std::int64_t>{0, 1, 2, 3, 5, 6, 7, 8, 9, 10}));
  EXPECT_FALSE(kernel_block_of(4));
  EXPECT_FALSE(kernel_block_of(11));
  EXPECT_FALSE(kernel_block_of(-1));
  EXPECT_FALSE(snapshot_req_of("atkbdc"));
}

TEST(Conventions, KnowNothingOfAnUnknownDialect) {
  const Conventions none = conventions_of(Dialect::Unknown);
  EXPECT_TRUE(none.kernel_order.empty());
  EXPECT_EQ(none.buffer_limit, 0u);
  EXPECT_EQ(to_string(Dialect::Gen1), "gen-1");
}

}  // namespace
}  // namespace snapfmt::container
