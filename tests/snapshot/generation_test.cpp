// A generation that nobody has written: `freebsd-99.0`, described by JSON alone, next to the
// shipped ones. A field is inserted, one is widened, a block is new.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/made_fields.h"
#include "../support/scratch_folder.h"
#include "snapfmt/container/index.h"
#include "snapfmt/schema/encode.h"
#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::snapshot {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using schema::Vendor;

constexpr std::uint64_t kVcpus = 3;

/// schemas/ with four small files more.
class Schemas99 {
 public:
  Schemas99() {
    fs::copy(SNAPFMT_SCHEMAS_DIR, folder_.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    folder_.write("elements/made-up.json", R"({
      "area": "", "title": "What 99.0 has more",
      "elements": {
        "hpet.quirks": {"type": "u16", "class": "device", "doc": "Workarounds that are on."},
        "sundial.angle": {"type": "i32", "class": "time", "doc": "Where the shadow falls."},
        "sundial.hour[*]": {"type": "u8", "class": "device", "doc": "One mark of the dial."}
      }})");
    folder_.write("layouts/vhpet.99.json", R"({
      "layout": "vhpet/99", "base": "vhpet/1", "title": "HPET with workarounds",
      "doc": "As before, with a word of workarounds.", "origin": "made up",
      "insert": [{"after": "config", "rows": [
        {"name": "quirks", "source": "vhpet->quirks", "type": "u16", "element": "hpet.quirks", "expect": "0x99"}]}]})");
    folder_.write("layouts/vpmtmr.99.json", R"({
      "layout": "vpmtmr/99", "base": "vpmtmr/1", "title": "Wide timer",
      "doc": "As before, with 64 bits.", "origin": "made up",
      "replace": [{"row": "baseval", "rows": [
        {"name": "baseval", "source": "vpmtmr->baseval", "type": "u64", "element": "pmtmr.base"}]}]})");
    folder_.write("layouts/vsundial.1.json", R"({
      "layout": "vsundial/1", "title": "Sundial", "doc": "A clock without parts that move.",
      "origin": "made up", "area": "",
      "rows": [
        {"name": "angle", "source": "sd->angle", "type": "i32", "element": "sundial.angle"},
        {"name": "hours", "source": "sd->hours", "type": "u16", "class": "structural", "doc": "Number of marks."},
        {"name": "hour[{h}]", "source": "sd->hour[{h}]", "type": "u8", "element": "sundial.hour[{h}]",
         "repeat": {"count": "hours", "index": "h", "max": 24}}
      ]})");
    folder_.write("profiles/freebsd-99.0.json", profile().dump());
  }

  schema::Schema load() const {
    auto loaded = schema::Schema::load(folder_.path());
    if (!loaded) throw std::runtime_error(loaded.error().to_string());
    return *std::move(loaded);
  }

 private:
  /// That of 15.0, with three blocks changed.
  json profile() const {
    json p = json::parse(
        test::read_file(fs::path(SNAPFMT_SCHEMAS_DIR) / "profiles" / "freebsd-15.0.json"));
    p["profile"] = "freebsd-99.0";
    p["title"] = "FreeBSD 99.0";
    p["releases"] = {"99.0"};
    for (json& block : p["kernel"]) {
      if (block["block"] == "vhpet") block["layout"] = "vhpet/99";
      if (block["block"] == "vpmtmr") block["layout"] = "vpmtmr/99";
    }
    p["kernel"].push_back({{"block", "vsundial"}, {"req", 99}, {"layout", "vsundial/1"}});
    return p;
  }

  test::ScratchFolder folder_;
};

/// The files of a snapshot that a generation could have written, without RAM.
class MadeSnapshot {
 public:
  MadeSnapshot(const schema::Schema& schema, std::string_view profile_name, Vendor vendor) {
    const schema::ProfileDef& profile = *schema.find_profile(profile_name);
    const auto parameters = schema.parameter_values(profile, kVcpus);
    container::Index index{.dialect = container::Dialect::Gen2,
                           .ncpus = kVcpus,
                           .vmname = "made",
                           .memsize = 16 << 20,
                           .memflags = 0,
                           .complete = true};
    std::string kern;
    const auto add = [&](std::string name, std::span<const std::uint32_t> layouts) {
      test::MadeFields fields(schema, kern.size(), test::Values::Small);
      const auto bytes = schema::encode(schema, layouts, parameters, fields);
      if (!bytes) throw std::runtime_error(name + ": " + bytes.error().to_string());
      const container::IndexEntry entry{.name = std::move(name),
                                        .size = static_cast<std::int64_t>(bytes->size()),
                                        .file_offset = static_cast<std::int64_t>(kern.size())};
      (entry.name.contains('@') ? index.devices : index.kernel).push_back(entry);
      kern += test::as_text(*bytes);
    };
    for (const schema::KernelBlockDef& block : schema.kernel(profile)) {
      add(std::string(schema.text(block.block)),
          {&block.layout[static_cast<std::size_t>(vendor)], 1});
    }
    add("virtio-net@pci.0.2.0", schema.device_parts(profile, "virtio-net"));
    folder_.write("vm.kern", kern);
    folder_.write("vm.meta", container::print_index(index));
  }

  Snapshot open(const schema::Schema& schema) const {
    auto opened = Snapshot::open(folder_ / "vm", {.schema = &schema});
    if (!opened) throw std::runtime_error(opened.error().to_string());
    return *std::move(opened);
  }

 private:
  test::ScratchFolder folder_;
};

class MadeUpGeneration : public testing::TestWithParam<Vendor> {
 protected:
  const schema::Schema schema = Schemas99().load();
};

TEST_P(MadeUpGeneration, IsIdentified) {
  const MadeSnapshot files(schema, "freebsd-99.0", GetParam());
  const Snapshot snapshot = files.open(schema);
  const Candidate* answer = snapshot.identification().answer();
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(schema.text(answer->profile->name), "freebsd-99.0");
  EXPECT_EQ(answer->vendor, GetParam());
  for (const BlockView& block : snapshot.blocks()) {
    EXPECT_EQ(block.fit, Fit::Fits) << block.layout_name;
  }
}

TEST_P(MadeUpGeneration, IsDecoded) {
  const MadeSnapshot files(schema, "freebsd-99.0", GetParam());
  const Snapshot snapshot = files.open(schema);
  const auto field = [&](const schema::DecodedBlock& block, std::string_view path) {
    const auto found = block.find(path);
    if (!found) throw std::runtime_error("no field " + std::string(path));
    return *found;
  };
  const BlockView* hpet_view = snapshot.find_block("vhpet");
  ASSERT_NE(hpet_view, nullptr);
  EXPECT_EQ(hpet_view->layout_name, "vhpet/99");
  const auto hpet = snapshot.decode(*hpet_view);
  EXPECT_EQ(field(hpet, "vhpet.quirks").offset(), 16U);
  EXPECT_EQ(field(hpet, "vhpet.quirks").value(), 0x99U);
  EXPECT_EQ(field(hpet, "vhpet.quirks").element(), "hpet.quirks");
  EXPECT_EQ(field(hpet, "vhpet.isr").offset(), 18U) << "what follows has moved";
  EXPECT_EQ(field(hpet, "vhpet.isr").element(), "hpet.isr");

  const auto timer = snapshot.decode(*snapshot.find_block("vpmtmr"));
  EXPECT_EQ(field(timer, "vpmtmr.baseval").size(), 8U);

  const auto sundial = snapshot.decode(*snapshot.find_block("vsundial"));
  const auto hours = field(sundial, "vsundial.hours").value();
  EXPECT_EQ(sundial.size(), 2 + hours);
  EXPECT_EQ(field(sundial, "vsundial.angle").element(), "sundial.angle");
  EXPECT_EQ(sundial.problem(), nullptr);
}

TEST_P(MadeUpGeneration, HasBlocksThatTheShippedSchemasCannotRead) {
  const MadeSnapshot files(schema, "freebsd-99.0", GetParam());
  const Snapshot snapshot = files.open(schema::shipped_schema());
  EXPECT_EQ(snapshot.identification().answer(), nullptr);
  EXPECT_EQ(snapshot.find_block("vhpet")->fit, Fit::Misfit);
  EXPECT_EQ(snapshot.find_block("vpmtmr")->fit, Fit::Misfit);
  EXPECT_EQ(snapshot.find_block("vsundial")->fit, Fit::Unlisted);
  const auto& notes = snapshot.identification().notes;
  for (const char* block : {"vhpet", "vpmtmr", "vsundial"}) {
    EXPECT_THAT(notes, testing::Contains(testing::HasSubstr(block)));
  }
}

TEST_P(MadeUpGeneration, LeavesTheOthersAlone) {
  const MadeSnapshot files(schema, "freebsd-15.0", GetParam());
  const Snapshot snapshot = files.open(schema);
  const Candidate* answer = snapshot.identification().answer();
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(schema.text(answer->profile->name), "freebsd-15.0");
}

INSTANTIATE_TEST_SUITE_P(ByVendor, MadeUpGeneration, testing::Values(Vendor::Intel, Vendor::Amd),
                         [](const auto& vendor) { return std::string(to_string(vendor.param)); });

}  // namespace
}  // namespace snapfmt::snapshot
