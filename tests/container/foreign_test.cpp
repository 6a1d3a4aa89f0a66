#include "snapfmt/container/foreign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "container/samples.h"

namespace snapfmt::container {
namespace {

using namespace std::string_literals;
using test::ScratchFolder;
using testing::HasSubstr;

struct Sample {
  std::string_view label;
  std::string head;
  ForeignFormat format;
  std::string_view name;
};

const std::string kManifest =
    "BHYVE-CHECKPOINT-MANIFEST-3\n"
    "architecture=amd64\nmachine=bhyve-virtio-v2\ndata=a\nkern=b\nmeta=c\n"
    "data_sha256=d\nkern_sha256=e\nmeta_sha256=f\n";

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {"manifest", kManifest, ForeignFormat::Bhyve5Bsd, "5BSD"},
      {"qemu", "QEVM\0\0\0\3\7"s, ForeignFormat::QemuStream, "version 3"},
      {"old_qemu", "QEVM\0\0\0\2"s, ForeignFormat::QemuStream, "version 2"},
      {"libvirt", "LibvirtQemudSave\2\0\0\0"s, ForeignFormat::LibvirtSave, "libvirt"},
      {"partial", "LibvirtQemudPart\2\0\0\0"s, ForeignFormat::LibvirtSave, "never finished"},
      {"qcow2", "QFI\xFB\0\0\0\3"s, ForeignFormat::Qcow2, "version 3"},
      {"firecracker", "\x00\x00\x64\x86\x84\x19\x10\x07"s, ForeignFormat::Firecracker, "x86-64"},
      {"old_firecracker", "\x01\x00\x64\x86\x84\x19\x10\x07"s, ForeignFormat::Firecracker,
       "x86-64"},
      {"arm_firecracker", "\x00\x00\xaa\xaa\x84\x19\x10\x07"s, ForeignFormat::Firecracker,
       "aarch64"},
      {"core",
       "\x7f"
       "ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\x3e\0"s,
       ForeignFormat::ElfCore, "core"},
      {"big_endian_core",
       "\x7f"
       "ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\4\0\x3e"s,
       ForeignFormat::ElfCore, "core"},
      {"virtualbox", "\x7fVirtualBox SavedState V2.0\n"s, ForeignFormat::VirtualBox, "VirtualBox"},
      {"vmware_0", "\xd0\xbe\xd2\xbe"s, ForeignFormat::VMware, "VMware"},
      {"vmware_2", "\xd2\xbe\xd2\xbe"s, ForeignFormat::VMware, "VMware"},
      {"vmware_3", "\xd3\xbe\xd3\xbe"s, ForeignFormat::VMware, "VMware"},
      {"zstd", "\x28\xb5\x2f\xfd\0"s, ForeignFormat::Zstd, "zstd"},
      {"skippable", "\x5e\x2a\x4d\x18\0"s, ForeignFormat::Zstd, "zstd"},
  };
  return all;
}

TEST(Recognise, KnowsEachFormatByItsFirstBytes) {
  const ScratchFolder folder;
  for (const Sample& sample : samples()) {
    for (const std::string& tail : {""s, std::string(10000, '\x5a')}) {
      if (sample.label == "manifest" && !tail.empty()) continue;
      const auto found = recognise(folder.write(sample.label, sample.head + tail));
      ASSERT_TRUE(found) << sample.label;
      EXPECT_EQ(found->format, sample.format) << sample.label;
      EXPECT_THAT(found->name, HasSubstr(sample.name)) << sample.label;
      EXPECT_FALSE(found->evidence.empty());
      EXPECT_FALSE(found->advice.empty());
    }
  }
}

TEST(Recognise, LooksAtWholeManifests) {
  const ScratchFolder folder;
  EXPECT_THAT(recognise(folder.write("a", kManifest))->evidence, HasSubstr("complete"));
  for (const std::string& text :
       {kManifest + "more\n", kManifest.substr(0, kManifest.size() - 1), kManifest.substr(0, 28),
        kManifest.substr(0, 27), test::replaced(kManifest, "kern=b\n", "")}) {
    const auto found = recognise(folder.write("a", text));
    ASSERT_TRUE(found) << text;
    EXPECT_THAT(found->evidence, HasSubstr("damaged")) << text;
  }
  const auto newer = recognise(folder.write("a", test::replaced(kManifest, "-3\n", "-4\n")));
  ASSERT_TRUE(newer);
  EXPECT_THAT(newer->evidence, HasSubstr("not known here"));
}

TEST(Recognise, SaysNothingOfOtherFiles) {
  const ScratchFolder folder;
  for (const std::string& text : {""s, "Q"s, "QEV"s, "{}\n"s, "\x7f"s,
                                  "\x7f"
                                  "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0"s,
                                  std::string(4096, '\0'), std::string(8, '\xff')}) {
    EXPECT_FALSE(recognise(folder.write("f", text))) << text;
  }
  EXPECT_FALSE(recognise(folder / "missing"));
  EXPECT_FALSE(recognise(folder.path()));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(recognise(folder / "pipe"));
}

TEST(Recognise, KnowsEachFormatOnlyByAllOfItsBytes) {
  const ScratchFolder folder;
  for (const Sample& sample : samples()) {
    for (std::size_t length = 0; length < 4; ++length) {
      EXPECT_FALSE(recognise(folder.write("f", sample.head.substr(0, length)))) << sample.label;
    }
  }
}

TEST(Recognise, KnowsACloudHypervisorFolder) {
  const ScratchFolder folder;
  folder.write("config.json", "{}");
  folder.write("state.json", "{}");
  EXPECT_FALSE(recognise(folder.path()));
  folder.write("memory-ranges", "");
  const auto found = recognise(folder.path());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->format, ForeignFormat::CloudHypervisor);
}

TEST(Recognise, LeavesTheRamOfABhyveSnapshotAlone) {
  const ScratchFolder folder;
  const auto path = folder.write("vm", "QEVM\0\0\0\3"s);
  EXPECT_TRUE(recognise(path));
  folder.write("vm.kern", "");
  folder.write("vm.meta", "");
  EXPECT_FALSE(recognise(path));
}

TEST(ForeignFormat, HasStableNames) {
  EXPECT_EQ(to_string(ForeignFormat::QemuStream), "qemu-stream");
  EXPECT_EQ(to_string(ForeignFormat::Bhyve5Bsd), "bhyve-5bsd");
}

}  // namespace
}  // namespace snapfmt::container
