#include "snapfmt/snapshot/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sample.h"

namespace snapfmt::snapshot {
namespace {

using container::Severity;
using test::EditedSample;
using test::open_sample;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kSamples[] = {"13.0-amd", "13.0-intel", "13.1-amd", "13.1-intel",
                                    "13.2-amd", "13.2-intel", "14.0-amd", "14.0-intel",
                                    "15.0-amd", "15.0-intel"};

/// Ids, or subjects of fields, of one severity.
std::vector<std::string> odd(const Summary& summary, Severity severity) {
  std::vector<std::string> names;
  for (const Oddity& found : summary.odd) {
    if (found.severity != severity) continue;
    names.push_back(found.kind == OddityKind::Field ? found.subject : found.id);
  }
  return names;
}

const Oddity* find_odd(const Summary& summary, std::string_view id) {
  const auto found = std::ranges::find(summary.odd, id, &Oddity::id);
  return found == summary.odd.end() ? nullptr : &*found;
}

std::string command(const Summary& summary) {
  std::string text;
  for (const std::string& argument : summary.command_line.arguments) text += argument + ' ';
  return text;
}

TEST(Summary, EverySampleIsWhole) {
  for (const char* name : kSamples) {
    const auto snapshot = open_sample(name);
    const Summary summary = summarise(snapshot);
    SCOPED_TRACE(name);
    EXPECT_TRUE(summary.certain);
    EXPECT_FALSE(summary.mixture);
    ASSERT_NE(summary.producer, nullptr);
    EXPECT_TRUE(summary.vm_name);
    EXPECT_EQ(summary.vcpus.size(), summary.vcpu_count);
    EXPECT_EQ(summary.blocks.size(), snapshot.blocks().size());
    EXPECT_EQ(summary.completeness.completeness, container::Completeness::WithoutRam);
    for (const DeviceState& device : summary.devices) {
      EXPECT_THAT(device.state, Not(IsEmpty())) << device.type;
    }
    for (const Oddity& found : summary.odd) {
      EXPECT_NE(found.kind, OddityKind::Block) << found.subject;
      EXPECT_NE(found.kind, OddityKind::Field) << found.subject << ' ' << found.text;
    }
  }
}

TEST(Summary, ErrorsAreThoseOfTheGeneration) {
  for (const char* name : kSamples) {
    const auto snapshot = open_sample(name);
    const auto errors = odd(summarise(snapshot), Severity::Error);
    const std::string_view release(name, 4);
    const bool old_amd =
        std::string_view(name) == "13.0-amd" || std::string_view(name) == "13.1-amd";
    if (release == "13.2") {
      EXPECT_THAT(errors, ElementsAre("vmx-size-0")) << name;
    } else if (old_amd) {
      EXPECT_THAT(errors, ElementsAre("npt-base-restored")) << name;
    } else {
      EXPECT_THAT(errors, IsEmpty()) << name;
    }
  }
}

TEST(Summary, DefectsOnlyWhereTheyBite) {
  const auto legacy = open_sample("13.2-intel");
  const Summary summary = summarise(legacy);
  EXPECT_THAT(odd(summary, Severity::Warning), Contains("tsc-dropped"));
  ASSERT_NE(find_odd(summary, "ap-waiting"), nullptr);
  EXPECT_EQ(find_odd(summary, "ap-waiting")->subject, "vCPU 1");
  EXPECT_EQ(find_odd(summary, "halt-lost"), nullptr);

  const auto desktop = open_sample("15.0-intel");
  const Summary modern = summarise(desktop);
  ASSERT_NE(find_odd(modern, "halt-lost"), nullptr);
  EXPECT_EQ(find_odd(modern, "halt-lost")->subject, "vCPU 2");
  EXPECT_EQ(find_odd(modern, "tsc-dropped"), nullptr);
  EXPECT_EQ(find_odd(modern, "mtrr-lost"), nullptr);
  ASSERT_NE(find_odd(modern, "fpu-lost"), nullptr);
  EXPECT_TRUE(find_odd(modern, "fpu-lost")->always);
}

TEST(Summary, DefectOfSeveralDevicesIsOne) {
  const auto snapshot = open_sample("13.0-amd");
  const Summary summary = summarise(snapshot);
  ASSERT_NE(find_odd(summary, "disk-overwritten"), nullptr);
  EXPECT_EQ(find_odd(summary, "disk-overwritten")->subject, "ahci-hd, ahci-cd");
}

TEST(Summary, UnusualFieldsAreGroupedByRow) {
  const auto snapshot = EditedSample("15.0-intel")
                            .set("vcpu[1].x2apic_state", 7)
                            .set("vcpu[3].x2apic_state", 8)
                            .open();
  const Summary summary = summarise(snapshot);
  const auto fields = std::ranges::count(summary.odd, OddityKind::Field, &Oddity::kind);
  ASSERT_EQ(fields, 1);
  const auto found = std::ranges::find(summary.odd, OddityKind::Field, &Oddity::kind);
  EXPECT_THAT(found->subject, HasSubstr("vcpu[1]"));
  EXPECT_EQ(found->text, "0x7, bhyve writes 0x0 or 0x1");
  EXPECT_EQ(found->count, 2U);
}

TEST(Summary, CutSnapshotKeepsWhatIsThere) {
  const auto snapshot = EditedSample("15.0-amd").cut_kern(9000).open();
  const Summary summary = summarise(snapshot);
  EXPECT_EQ(summary.completeness.completeness, container::Completeness::DataLost);
  ASSERT_NE(find_odd(summary, "data-lost"), nullptr);
  EXPECT_EQ(find_odd(summary, "data-lost")->severity, Severity::Error);
  EXPECT_EQ(summary.blocks.size(), snapshot.blocks().size());
  EXPECT_THAT(command(summary), HasSubstr("bhyve -c 2 -m 16M"));
}

TEST(Summary, WrongNumberOfVcpusIsSaid) {
  const auto snapshot =
      EditedSample("15.0-intel").replace_in_meta("\"ncpus\": 4", "\"ncpus\": 3").open();
  const Summary summary = summarise(snapshot);
  EXPECT_EQ(summary.vcpu_count, 4U);
  EXPECT_NE(find_odd(summary, "vcpus-differ"), nullptr);
}

TEST(CommandLine, WithPlaces) {
  const auto snapshot = open_sample("15.0-amd");
  const Summary summary = summarise(snapshot);
  EXPECT_THAT(command(summary), HasSubstr("bhyve -c 2 -m 16M "));
  EXPECT_THAT(command(summary), HasSubstr("-s 0:0,hostbridge "));
  EXPECT_THAT(command(summary), HasSubstr("-s 2:0,ahci,hd:<PATH> -s 4:0,ahci,cd:<PATH> "));
  EXPECT_THAT(command(summary), HasSubstr("-s 5:0,e1000,<TAP>,mac=00:a0:98:1b:2c:3d "));
  EXPECT_THAT(command(summary), HasSubstr("-l com1,stdio "));
  EXPECT_THAT(command(summary), Not(HasSubstr(" -x ")));
  EXPECT_THAT(summary.command_line.arguments.back(), "legacy");
}

TEST(CommandLine, WithoutPlaces) {
  const auto snapshot = open_sample("13.2-intel");
  const Summary summary = summarise(snapshot);
  EXPECT_THAT(command(summary), HasSubstr("-s ?,hostbridge -s ?,lpc "));
  EXPECT_THAT(summary.command_line.remarks, Contains(HasSubstr("no slots")));
}

TEST(CommandLine, OptionsThatLeaveTraces) {
  const auto desktop = open_sample("15.0-intel");
  EXPECT_THAT(command(summarise(desktop)), HasSubstr(" -x -H "));
  const auto amd = EditedSample("15.0-amd").set("vmcx.vcpu[0].ctrl.intercept[3]", 0xdd44000f).open();
  EXPECT_THAT(command(summarise(amd)), HasSubstr(" -H "));
  EXPECT_THAT(command(summarise(amd)), Not(HasSubstr(" -P ")));
  const auto wired =
      EditedSample("15.0-amd").replace_in_meta("\"memflags\": 0", "\"memflags\": 3").open();
  EXPECT_THAT(command(summarise(wired)), HasSubstr(" -S -C "));
}

TEST(CommandLine, ShellWords) {
  EXPECT_EQ(shell_word("vm0"), "vm0");
  EXPECT_EQ(shell_word("/var/vm/a-b_c.1"), "/var/vm/a-b_c.1");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("my vm"), "'my vm'");
  EXPECT_EQ(shell_word("it's; rm"), "'it'\\''s; rm'");
}

}  // namespace
}  // namespace snapfmt::snapshot
