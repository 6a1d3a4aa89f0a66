// What every row and every element of the shipped schemas must have.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

class Shipped : public testing::Test {
 protected:
  const Schema& schema = shipped_schema();

  std::string shown(Text text) const {
    std::string out(schema.text(text));
    std::ranges::replace_if(out, [](char c) { return c < ' '; }, '*');
    return out;
  }
  std::string name(const RowDef& row) const {
    return shown(schema.layout(row.layout).id) + ": " + shown(row.path);
  }
};

/// One sentence: it begins with a capital, a digit or a name, and ends with a full stop.
bool is_sentence(std::string_view text) {
  return text.size() > 3 && text.ends_with('.') && !text.ends_with("..") && text.front() != ' ' &&
         text.find("  ") == std::string_view::npos;
}

TEST_F(Shipped, EveryRowHasSourceClassAndDoc) {
  for (const RowDef& row : schema.rows()) {
    EXPECT_NE(row.source.size, 0U) << name(row);
    EXPECT_NE(row.cls, FieldClass::Unknown) << name(row);
    EXPECT_TRUE(is_sentence(schema.text(row.doc))) << name(row) << ": " << schema.text(row.doc);
  }
}

TEST_F(Shipped, DoubtIsSaidInASentence) {
  for (const RowDef& row : schema.rows()) {
    EXPECT_EQ(row.uncertain != 0, row.note.size != 0) << name(row);
    if (row.uncertain != 0) {
      EXPECT_TRUE(is_sentence(schema.text(row.note))) << name(row);
    }
  }
}

TEST_F(Shipped, PaddingIsNoMachineState) {
  for (const RowDef& row : schema.rows()) {
    EXPECT_TRUE(row.cls != FieldClass::Padding || row.element_def == kNone) << name(row);
  }
}

TEST_F(Shipped, ARegisterFitsItsField) {
  for (const RowDef& row : schema.rows()) {
    const auto size = integer_size(row.type);
    if (row.reg == kNone || size == 0) continue;
    for (const BitDef& bit : schema.bits(schema.reg(row.reg))) {
      EXPECT_LT(bit.high, 8 * size) << name(row) << ": " << schema.text(bit.name);
    }
  }
}

TEST_F(Shipped, AnEnumeratedBitFieldCanHaveTheValuesThatAreNamed) {
  for (const RegisterDef& reg : schema.registers()) {
    for (const BitDef& bit : schema.bits(reg)) {
      if (bit.enumeration == kNone) continue;
      for (const EnumValue& value : schema.values(schema.enumeration(bit.enumeration))) {
        const unsigned width = bit.high - bit.low + 1U;
        EXPECT_TRUE(width == 64 || value.value >> width == 0)
            << schema.text(reg.name) << "." << schema.text(bit.name) << ": "
            << schema.text(value.name);
      }
    }
  }
}

TEST_F(Shipped, BitsAndValuesHaveTheirOwnNames) {
  for (const RegisterDef& reg : schema.registers()) {
    std::set<std::string_view> names;
    for (const BitDef& bit : schema.bits(reg)) {
      EXPECT_TRUE(names.insert(schema.text(bit.name)).second)
          << schema.text(reg.name) << ": " << schema.text(bit.name) << " twice";
      EXPECT_NE(bit.doc.size, 0U) << schema.text(reg.name) << ": " << schema.text(bit.name);
    }
  }
}

TEST_F(Shipped, ElementsAreSentencesAndDefaultsHaveReasons) {
  for (const ElementDef& element : schema.elements()) {
    const auto key = schema.text(element.key);
    EXPECT_TRUE(is_sentence(schema.text(element.doc))) << key << ": " << schema.text(element.doc);
    EXPECT_EQ(element.has_default != 0, element.why.size != 0) << key;
    EXPECT_NE(element.cls, FieldClass::Padding) << key;
  }
}

TEST_F(Shipped, EveryElementIsUsedBySomeLayout) {
  // Elements that no snapshot holds as a field of its own; the machine layer gives them.
  const std::set<std::string> kNotInLayouts{};
  std::set<std::uint32_t> used;
  for (const RowDef& row : schema.rows()) used.insert(row.element_def);
  for (std::uint32_t i = 0; i < schema.elements().size(); ++i) {
    const ElementDef& element = schema.element(i);
    const std::string key = shown(element.area) + "|" + shown(element.key);
    EXPECT_NE(used.contains(i), kNotInLayouts.contains(key)) << key;
  }
}

TEST_F(Shipped, EveryRegisterAndEnumerationIsUsed) {
  std::set<std::uint32_t> registers;
  std::set<std::uint32_t> enums;
  for (const RowDef& row : schema.rows()) {
    registers.insert(row.reg);
    enums.insert(row.enumeration);
  }
  for (std::uint32_t i = 0; i < schema.registers().size(); ++i) {
    for (const BitDef& bit : schema.bits(schema.reg(i))) enums.insert(bit.enumeration);
    const auto name = schema.text(schema.reg(i).name);
    // A device's own features stand for the generic ones (see FieldView::reg()).
    EXPECT_TRUE(registers.contains(i) || name.ends_with("_features")) << name;
  }
  for (std::uint32_t i = 0; i < schema.enums().size(); ++i) {
    EXPECT_TRUE(enums.contains(i)) << schema.text(schema.enumeration(i).name);
  }
}

TEST_F(Shipped, LayoutsSayWhatTheyAreAndWhereTheyComeFrom) {
  for (const LayoutDef& layout : schema.layouts()) {
    const auto id = schema.text(layout.id);
    EXPECT_NE(layout.title.size, 0U) << id;
    EXPECT_FALSE(schema.text(layout.title).ends_with('.')) << id << ": a title is no sentence";
    EXPECT_TRUE(is_sentence(schema.text(layout.doc))) << id << ": " << schema.text(layout.doc);
  }
}

TEST_F(Shipped, EveryLayoutIsUsedByAProfile) {
  std::set<std::uint32_t> used;
  const auto use = [&](Range refs) {
    const auto all = schema.layout_refs(refs);
    used.insert(all.begin(), all.end());
  };
  for (const ProfileDef& profile : schema.profiles()) {
    for (const KernelBlockDef& block : schema.kernel(profile)) {
      for (const std::size_t vendor : {0U, 1U}) {
        used.insert(block.layout[vendor]);
        use(block.may_be[vendor]);
      }
    }
    for (const DeviceDef& device : schema.devices(profile)) {
      use(device.parts);
      use(device.may_be);
    }
  }
  for (std::uint32_t i = 0; i < schema.layouts().size(); ++i) {
    EXPECT_TRUE(used.contains(i)) << schema.text(schema.layout(i).id);
  }
}

TEST_F(Shipped, ProfilesAreToldInSentences) {
  for (const ProfileDef& profile : schema.profiles()) {
    const auto name = schema.text(profile.name);
    EXPECT_TRUE(is_sentence(schema.text(profile.doc))) << name;
    EXPECT_NE(profile.releases.count, 0U) << name;
    std::set<std::string> kinds;
    for (const KernelBlockDef& b : schema.kernel(profile)) kinds.emplace(schema.text(b.block));
    for (const DeviceDef& d : schema.devices(profile)) kinds.emplace(schema.text(d.type));
    kinds.insert({"", "pci", "virtio"});
    for (const DefectDef& defect : schema.defects(profile)) {
      EXPECT_TRUE(is_sentence(schema.text(defect.doc))) << name << ": " << schema.text(defect.doc);
      EXPECT_TRUE(kinds.contains(std::string(schema.text(defect.block))))
          << name << ": " << schema.text(defect.id) << ": " << schema.text(defect.block);
    }
  }
}

TEST_F(Shipped, FilesAreNamedAfterWhatTheyHold) {
  const std::filesystem::path folder(SNAPFMT_SCHEMAS_DIR);
  const auto files = read_folder(folder);
  ASSERT_TRUE(files);
  for (const auto& [file, text] : *files) {
    for (const auto& [kind, member] :
         {std::pair{"layouts/", "\"layout\": \""}, {"profiles/", "\"profile\": \""}}) {
      if (!file.starts_with(kind)) continue;
      const auto at = text.find(member) + std::string_view(member).size();
      std::string id = text.substr(at, text.find('"', at) - at);
      std::ranges::replace(id, '/', '.');
      EXPECT_EQ(file, kind + id + ".json");
    }
  }
}

}  // namespace
}  // namespace snapfmt::schema::test
