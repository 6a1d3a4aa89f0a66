#include "snapfmt/snapshot/vcpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample.h"
#include "snapfmt/snapshot/registers.h"

namespace snapfmt::snapshot {
namespace {

using test::EditedSample;
using test::open_sample;
using testing::ElementsAre;
using testing::IsEmpty;

VcpuState vcpu(const Snapshot& snapshot, std::uint64_t index) {
  return describe_vcpu(Elements::of_kernel(snapshot), index);
}

TEST(Vcpu, UserCodeIn64BitMode) {
  const auto snapshot = open_sample("15.0-intel");
  const VcpuState cpu = vcpu(snapshot, 0);
  EXPECT_EQ(mode_text(cpu), "64-bit");
  EXPECT_EQ(paging_text(cpu), "4-level");
  EXPECT_EQ(cpu.cpl, 3U);
  EXPECT_EQ(cpu.rip, 0x401010U);
  EXPECT_EQ(cpu.next_rip, 0x401016U);
  EXPECT_EQ(cpu.cr3, 0x120000U);
  EXPECT_EQ(cpu.run, RunState::Running);
  EXPECT_EQ(cpu.interrupts_enabled, true);
  EXPECT_EQ(cpu.x2apic, true);
  EXPECT_EQ(cpu.last_exit, "INST_EMUL");
}

TEST(Vcpu, HaltedByItsLastExit) {
  for (const char* name : {"13.0-intel", "13.1-amd", "14.0-amd", "15.0-intel"}) {
    const auto snapshot = open_sample(name);
    const VcpuState cpu = vcpu(snapshot, 2);
    EXPECT_EQ(cpu.run, RunState::Halted) << name;
    EXPECT_EQ(cpu.why, "last exit") << name;
    EXPECT_EQ(cpu.interrupts_enabled, false) << name;
  }
}

TEST(Vcpu, ProbablyHaltedByWhatTheCheckpointLeft) {
  for (const char* name : {"13.1-intel", "13.2-amd", "14.0-intel"}) {
    const auto snapshot = open_sample(name);
    EXPECT_EQ(vcpu(snapshot, 0).run, RunState::ProbablyHalted) << name;
  }
  const auto moved_on = EditedSample("14.0-intel").set("vcpu[0].rflags", 0x202).open();
  EXPECT_EQ(vcpu(moved_on, 0).run, RunState::Running);
}

TEST(Vcpu, InterruptsOnTheirWay) {
  const auto snapshot = open_sample("15.0-intel");
  const VcpuState cpu = vcpu(snapshot, 3);
  ASSERT_TRUE(cpu.event);
  EXPECT_EQ(cpu.event->vector, 0xec);
  EXPECT_EQ(cpu.event->type, "External interrupt");
  EXPECT_FALSE(cpu.event->error_code);
  EXPECT_THAT(cpu.in_service, ElementsAre(0x31, 0xec));
  EXPECT_THAT(cpu.requested, ElementsAre(0x41, 0x61, 0xfb));
  EXPECT_THAT(vcpu(snapshot, 2).in_service, IsEmpty());
}

TEST(Vcpu, PostedInterruptsAreRequestedToo) {
  const auto snapshot = EditedSample("15.0-intel").set("vcpu[3].pir", std::uint64_t{1} << 0x22).open();
  EXPECT_THAT(vcpu(snapshot, 3).requested, ElementsAre(0x22, 0x41, 0x61, 0xfb));
}

TEST(Vcpu, EventWithErrorCode) {
  const auto snapshot =
      EditedSample("14.0-amd").set("vcpu[1].exitintinfo", 0x0000'0006'8000'0b0e).open();
  const VcpuState cpu = vcpu(snapshot, 1);
  ASSERT_TRUE(cpu.event);
  EXPECT_EQ(cpu.event->vector, 14);
  EXPECT_EQ(cpu.event->error_code, 6U);
}

TEST(Vcpu, ShadowsHoldInterruptsOff) {
  EXPECT_EQ(vcpu(open_sample("15.0-intel"), 1).held_off, "STI");
  EXPECT_EQ(vcpu(open_sample("14.0-amd"), 1).held_off, "an interrupt shadow");
  EXPECT_EQ(vcpu(open_sample("14.0-amd"), 0).held_off, "");
  const auto mask_only = EditedSample("14.0-amd").set("vcpu[0].interruptibility", 2).open();
  EXPECT_EQ(vcpu(mask_only, 0).held_off, "");
}

TEST(Vcpu, WaitingForSipiInEveryGeneration) {
  for (const char* name : {"13.0-amd", "13.2-intel", "15.0-amd"}) {
    const auto snapshot = open_sample(name);
    const VcpuState cpu = vcpu(snapshot, 1);
    EXPECT_EQ(cpu.run, RunState::WaitingForSipi) << name;
    EXPECT_EQ(mode_text(cpu), "real") << name;
    EXPECT_EQ(paging_text(cpu), "none") << name;
    EXPECT_EQ(vcpu(snapshot, 0).run, RunState::Running) << name;
  }
}

TEST(Vcpu, NeverStartedHasNoMode) {
  const auto snapshot = EditedSample("14.0-intel")
                            .set("vcpu[0].rflags", 0)
                            .set("vcpu[0].nextrip", 0)
                            .set("vcpu[0].exit.code", 0)
                            .open();
  const VcpuState cpu = vcpu(snapshot, 0);
  EXPECT_EQ(cpu.run, RunState::NeverStarted);
  EXPECT_EQ(mode_text(cpu), "unknown");
  EXPECT_EQ(paging_text(cpu), "unknown");
}

TEST(Vcpu, ActivityStateCounts) {
  EXPECT_EQ(vcpu(EditedSample("15.0-intel").set("vcpu[0].activity", 1).open(), 0).run,
            RunState::Halted);
  EXPECT_EQ(vcpu(EditedSample("15.0-intel").set("vcpu[0].activity", 2).open(), 0).run,
            RunState::Shutdown);
}

TEST(Vcpu, AbsentIsNotZero) {
  const auto snapshot = open_sample("15.0-intel");
  const VcpuState cpu = vcpu(snapshot, 64);
  EXPECT_EQ(cpu.run, RunState::Unknown);
  EXPECT_FALSE(cpu.rip);
  EXPECT_FALSE(cpu.x2apic);
  EXPECT_EQ(mode_text(cpu), "unknown");
}

TEST(Registers, GroupsHaveWhatTheVendorSaves) {
  const auto intel = open_sample("15.0-intel");
  const auto amd = open_sample("14.0-amd");
  const auto of = [](const Snapshot& snapshot, std::uint64_t index) {
    return registers_of(Elements::of_kernel(snapshot), snapshot.schema(), index);
  };
  const VcpuRegisters on_intel = of(intel, 0), on_amd = of(amd, 0);
  ASSERT_NE(on_intel.group("general"), nullptr);
  EXPECT_EQ(on_intel.group("general")->registers.size(), 18U);
  EXPECT_NE(on_intel.group("mtrrs"), nullptr);
  EXPECT_NE(on_intel.group("pdptes"), nullptr);
  EXPECT_EQ(on_amd.group("mtrrs"), nullptr);
  EXPECT_EQ(on_amd.group("pdptes"), nullptr);
  EXPECT_EQ(on_intel.segments.size(), 10U);
  EXPECT_THAT(of(intel, 3).isr, ElementsAre(0x31, 0xec));
  EXPECT_TRUE(of(intel, 99).groups.empty());
}

TEST(Registers, MeaningsAreShort) {
  const auto snapshot = open_sample("15.0-intel");
  const auto cpu = registers_of(Elements::of_kernel(snapshot), snapshot.schema(), 0);
  const auto text = [&](const char* group, const char* name) {
    for (const RegisterValue& reg : cpu.group(group)->registers) {
      if (reg.name == name) return reg.text;
    }
    return std::string("not there");
  };
  EXPECT_EQ(text("control", "cr0"), "PG AM WP NE ET MP PE");
  EXPECT_EQ(text("mtrrs", "fix64k_00000"), "all WB");
  EXPECT_EQ(text("events", "exitintinfo"), "none");
  EXPECT_EQ(text("debug", "dr7"), "L0 fixed1 R/W0=execute LEN0=1 byte");
  EXPECT_EQ(text("general", "rax"), "");
  EXPECT_EQ(cpu.segments.front().name, "cs");
  EXPECT_EQ(cpu.segments.front().access_text, "code, execute/read, accessed DPL 3 L G");
}

}  // namespace
}  // namespace snapfmt::snapshot
