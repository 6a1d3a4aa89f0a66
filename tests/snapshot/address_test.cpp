#include "snapfmt/snapshot/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_snapshot.h"
#include "snapfmt/snapshot/code_state.h"
#include "snapfmt/snapshot/memory_map.h"
#include "snapfmt/snapshot/paging.h"

namespace snapfmt::snapshot {
namespace {

using test::SmallSnapshot;
using testing::HasSubstr;

SmallSnapshot::Values long_mode() {
  return {{"cr0", 0x8005'0033},  {"cr3", 0x1018},          {"cr4", 0x20},
          {"efer", 0xd01},       {"rflags", 0x202},        {"rip", 0xffff'ffff'8020'0002},
          {"rsp", 0x8000},       {"rax", 0x1234},          {"cs.base", 0x5000},
          {"cs.limit", 0},       {"cs.access", 0xa09b},    {"ss.base", 0x6000},
          {"ss.access", 0xc093}, {"gs.base", 0xffff'0000}, {"gdtr.base", 0x7000},
          {"msr.lstar", 0x9000}, {"msr.pat", 0x0007'0406}};
}

SmallSnapshot::Values real_mode() {
  SmallSnapshot::Values cpu = long_mode();
  cpu["cr0"] = 0x10;
  cpu["efer"] = 0;
  cpu["rip"] = 0xfff0;
  cpu["rsp"] = 0x1'2345;
  cpu["cs.base"] = 0xffff'0000;
  cpu["cs.limit"] = 0xffff;
  cpu["cs.access"] = 0x9b;
  cpu["ss.access"] = 0x93;
  return cpu;
}

TEST(Numbers, DecimalAndHexadecimal) {
  EXPECT_EQ(parse_number("4096"), 4096U);
  EXPECT_EQ(parse_number("0xFFFFffffFFFFffff"), ~std::uint64_t{0});
  for (const char* bad : {"", "0x", "-1", "+1", "12k", "0x1g", "18446744073709551616", " 1"}) {
    EXPECT_FALSE(parse_number(bad)) << bad;
  }
}

TEST(Numbers, Sizes) {
  EXPECT_EQ(parse_size("64"), 64U);
  EXPECT_EQ(parse_size("0x1b"), 0x1bU);
  EXPECT_EQ(parse_size("4K"), 4096U);
  EXPECT_EQ(parse_size("2MiB"), 2U << 20);
  EXPECT_EQ(parse_size("1g"), 1U << 30);
  EXPECT_EQ(parse_size("12B"), 12U);
  for (const char* bad : {"", "K", "B", "-4K", "1T", "1.5K", "99999999999999G"}) {
    EXPECT_FALSE(parse_size(bad)) << bad;
  }
}

TEST(Addresses, RegistersAndOffsets) {
  const SmallSnapshot files({long_mode()});
  const Snapshot snapshot = files.open();
  const Elements elements = Elements::of_kernel(snapshot);
  const auto address = [&](std::string_view text) {
    const auto found = parse_address(text, &elements, 0);
    EXPECT_TRUE(found) << text << ": " << found.error().to_string();
    return found.value_or(0);
  };
  EXPECT_EQ(address("0x10+16-1"), 0x1fU);
  EXPECT_EQ(address("rip"), 0xffff'ffff'8020'0002U);
  EXPECT_EQ(address("RIP-2"), 0xffff'ffff'8020'0000U);
  EXPECT_EQ(address("rsp"), 0x8000U) << "64-bit mode has no SS.base";
  EXPECT_EQ(address("rax"), 0x1234U);
  EXPECT_EQ(address("cr3+8"), 0x1008U) << "without its flags";
  EXPECT_EQ(address("gdtr+0x10"), 0x7010U);
  EXPECT_EQ(address("lstar"), 0x9000U);
  EXPECT_EQ(address("gs:0x10"), 0xffff'0010U);
  EXPECT_EQ(address("ss:rax"), 0x1234U);
  EXPECT_EQ(address("0x0-1"), ~std::uint64_t{0});
}

TEST(Addresses, SegmentsCountOutside64BitMode) {
  const SmallSnapshot files({long_mode(), real_mode()});
  const Snapshot snapshot = files.open();
  const Elements elements = Elements::of_kernel(snapshot);
  EXPECT_EQ(parse_address("rip", &elements, 1), 0xffff'fff0U);
  EXPECT_EQ(parse_address("rsp", &elements, 1), 0x6000U + 0x2345U) << "SP has 16 bits";
  EXPECT_EQ(parse_address("ss:0xff", &elements, 1), 0x60ffU);
  EXPECT_EQ(parse_address("gs:0x10010", &elements, 1), 0x10U) << "wraps at 4 GiB";
}

TEST(Addresses, Errors) {
  const SmallSnapshot files({long_mode()});
  const Snapshot snapshot = files.open();
  const Elements elements = Elements::of_kernel(snapshot);
  for (const char* bad : {"", "+1", "rip+", "rip+rax", "12x", "xx:1", "cs:", "ri p"}) {
    const auto found = parse_address(bad, &elements, 0);
    ASSERT_FALSE(found) << bad;
    EXPECT_EQ(found.error().code, ErrorCode::Usage) << bad;
  }
  EXPECT_EQ(parse_address("foo", &elements, 0).error().code, ErrorCode::NotFound);
  EXPECT_EQ(parse_address("rip", &elements, 1).error().code, ErrorCode::NotFound);
  EXPECT_EQ(parse_address("rip", nullptr, 0).error().code, ErrorCode::NotFound);
  EXPECT_EQ(parse_address("0x10", nullptr, 0), 0x10U);
}

TEST(CodeState, Modes) {
  const auto described = [](SmallSnapshot::Values cpu) {
    const SmallSnapshot files({cpu});
    const Snapshot snapshot = files.open();
    const auto code = code_state(Elements::of_kernel(snapshot), 0);
    return code ? describe_mode(*code) : code.error().to_string();
  };
  SmallSnapshot::Values cpu = long_mode();
  EXPECT_EQ(described(cpu), "64-bit");
  cpu["cs.access"] = 0xc09b;
  EXPECT_EQ(described(cpu), "compatibility 32-bit");
  cpu["cs.access"] = 0x9b;
  EXPECT_EQ(described(cpu), "compatibility 16-bit");
  cpu["efer"] = 0;
  EXPECT_EQ(described(cpu), "protected 16-bit");
  cpu["cs.access"] = 0xc09b;
  EXPECT_EQ(described(cpu), "protected 32-bit");
  cpu["rflags"] = 0x2'0202;
  EXPECT_EQ(described(cpu), "virtual-8086");
  EXPECT_EQ(described(real_mode()), "real");
  cpu = real_mode();
  cpu["cs.access"] = 0x409b;
  EXPECT_EQ(described(cpu), "real 32-bit");
  cpu = long_mode();
  cpu.erase("efer");
  EXPECT_THAT(described(cpu), HasSubstr("vCPU 0: the snapshot has no efer"));
}

TEST(PagingState, FromElements) {
  SmallSnapshot::Values cpu = long_mode();
  {
    const SmallSnapshot files({cpu});
    const Snapshot snapshot = files.open();
    const auto state = paging_state(Elements::of_kernel(snapshot), 0);
    ASSERT_TRUE(state);
    EXPECT_EQ(state->cr3, 0x1018U);
    EXPECT_EQ(state->pat, 0x0007'0406U);
    EXPECT_FALSE(state->pdpte);
  }
  for (const char* name : {"pdpte0", "pdpte1", "pdpte2", "pdpte3"}) cpu[name] = 0x11;
  const SmallSnapshot files({cpu});
  const Snapshot snapshot = files.open();
  EXPECT_TRUE(paging_state(Elements::of_kernel(snapshot), 0)->pdpte);
  EXPECT_FALSE(paging_state(Elements::of_kernel(snapshot), 1));
}

TEST(MemoryMap, RamAndWindows) {
  const SmallSnapshot files({long_mode()}, {{"pci.cfg.command", 2},
                                            {"pci.cfg.rombar", 0},
                                            {"pci.bar[0].type", 1},
                                            {"pci.bar[0].size", 64},
                                            {"pci.bar[0].addr", 0x2000},
                                            {"pci.bar[1].type", 2},
                                            {"pci.bar[1].size", 0x1000},
                                            {"pci.bar[1].addr", 0xc000'0000},
                                            {"pci.bar[2].type", 3},
                                            {"pci.bar[2].size", 0x1000},
                                            {"pci.bar[2].addr", 0xffff'ffff'ffff'f000},
                                            {"pci.bar[6].type", 5},
                                            {"pci.bar[6].size", 0x1'0000},
                                            {"pci.bar[6].addr", 0xd000'0000}});
  const Snapshot snapshot = files.open();
  const auto map = memory_map(snapshot);
  const MemoryRegion* ram = region_at(map, 0xf'ffff);
  ASSERT_NE(ram, nullptr);
  EXPECT_EQ(ram->kind, RegionKind::Ram);
  EXPECT_EQ(ram->size, 1U << 20);
  EXPECT_EQ(ram->file_offset, 0U);
  EXPECT_EQ(region_at(map, 0x10'0000), nullptr);
  const MemoryRegion* bar = region_at(map, 0xc000'0fff);
  ASSERT_NE(bar, nullptr);
  EXPECT_EQ(bar->what, "BAR 1 of disk@pci.0.3.0");
  EXPECT_EQ(region_at(map, 0xfee0'0010)->kind, RegionKind::Platform);
  EXPECT_EQ(region_at(map, 0xd000'0000), nullptr) << "its ROM is not enabled";
  EXPECT_EQ(region_at(map, 0xffff'ffff'ffff'f000), nullptr) << "it would wrap";
  EXPECT_TRUE(std::ranges::is_sorted(map, {}, &MemoryRegion::gpa));
}

}  // namespace
}  // namespace snapfmt::snapshot
