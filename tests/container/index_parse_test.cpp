#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/samples.h"

namespace snapfmt::container {
namespace {

using test::count;
using test::first;
using test::replaced;
using test::small_index;
using testing::HasSubstr;

std::string gen1_text() { return print_index(small_index(Dialect::Gen1)); }
std::string gen2_text() { return print_index(small_index(Dialect::Gen2)); }

Index parsed(std::string_view text) {
  auto index = parse_index(text);
  EXPECT_TRUE(index) << index.error().to_string();
  return index ? std::move(*index) : Index{};
}

Error refused(std::string_view text) {
  const auto index = parse_index(text);
  EXPECT_FALSE(index);
  return index ? Error{} : index.error();
}

TEST(ParseIndex, ReadsTheOldDialect) {
  const std::string text = gen1_text();
  const Index index = parsed(text);
  EXPECT_EQ(index.dialect, Dialect::Gen1);
  EXPECT_EQ(index.ncpus, 2u);
  EXPECT_EQ(index.vmname, "vm0");
  EXPECT_EQ(index.memsize, 16u << 20);
  EXPECT_EQ(index.memflags, 0u);
  ASSERT_EQ(index.kernel.size(), 10u);
  EXPECT_EQ(index.kernel[2].name, "vmx");
  EXPECT_EQ(index.kernel[2].req, 0);
  EXPECT_EQ(index.kernel[2].size, 12);
  EXPECT_EQ(index.kernel[2].file_offset, 21);
  EXPECT_EQ(text[index.kernel[2].text_offset], '{');
  ASSERT_EQ(index.devices.size(), 11u);
  EXPECT_EQ(index.devices[2].name, "virtio-blk");
  EXPECT_FALSE(index.devices[2].req);
}

TEST(ParseIndex, ReadsTheNewDialect) {
  const Index index = parsed(gen2_text());
  EXPECT_EQ(index.dialect, Dialect::Gen2);
  ASSERT_EQ(index.kernel.size(), 9u);
  EXPECT_EQ(index.kernel[4].name, "vmcx");
  EXPECT_FALSE(index.kernel[4].req);
  ASSERT_EQ(index.devices.size(), 4u);
  EXPECT_EQ(index.devices[1].name, "virtio-blk@pci.0.3.0");
}

TEST(ParseIndex, ToleratesOrderBlanksCommentsAndFurtherMembers) {
  const Index index = parsed(R"(# by hand
{"devices":[{"file_offset":7,"size":3,"device":"atkbdc","more":{"a":[1,2]}}], // last first
 /* the
    rest */ "kern_structs":[{"size":7,"device":"vm","file_offset":0},],
 "extra": [[[{}]], null, true, -1.5e3, "x"],
 "basic metadata":{"memflags":3,"memsize":4096,"vmname":"\u00e4\ud83d\ude00\t\/","ncpus":1}})");
  EXPECT_EQ(index.dialect, Dialect::Gen2);
  EXPECT_EQ(index.vmname, "\xC3\xA4\xF0\x9F\x98\x80\t/");
  EXPECT_EQ(index.memflags, 3u);
  ASSERT_EQ(index.kernel.size(), 1u);
  EXPECT_EQ(index.kernel[0].size, 7);
  ASSERT_EQ(index.devices.size(), 1u);
  EXPECT_EQ(index.devices[0].file_offset, 7);
  EXPECT_TRUE(index.complete);
  EXPECT_EQ(count(index.notes, NoteKind::ExtraMember), 2);
  EXPECT_EQ(first(index.notes, NoteKind::ExtraMember).path, "devices[0].more");
  EXPECT_EQ(first(index.notes, NoteKind::NotStrictJson).offset, 0u);
  EXPECT_EQ(count(index.notes, NoteKind::NoFinalNewline), 1);
}

TEST(ParseIndex, AcceptsAByteOrderMark) {
  const Index index = parsed("\xEF\xBB\xBF" + gen2_text());
  EXPECT_EQ(index.kernel.size(), 9u);
  EXPECT_EQ(count(index.notes, NoteKind::NotStrictJson), 1);
}

TEST(ParseIndex, TakesTheFirstOfEqualKeys) {
  const Index index = parsed(R"({"basic metadata":{"ncpus":1,"ncpus":2},"basic metadata":5,
"structs":[{"debug_name":"vm","snapshot_req":2,"size":1,"size":2,"file_offset":0}],
"structs":[], "devices":[], "devices":{}})");
  EXPECT_EQ(index.ncpus, 1u);
  ASSERT_EQ(index.kernel.size(), 1u);
  EXPECT_EQ(index.kernel[0].size, 1);
  EXPECT_EQ(count(index.notes, NoteKind::DuplicateMember), 5);
  EXPECT_EQ(index.notes[0].path, "basic metadata.ncpus");
}

TEST(ParseIndex, TakesTheFirstListWhereBothDialectsAreThere) {
  const Index index = parsed(R"({"kern_structs":[{"device":"vm","size":1,"file_offset":0}],
"structs":[{"debug_name":"vhpet","snapshot_req":5,"size":1,"file_offset":0}],"devices":[]})");
  EXPECT_EQ(index.dialect, Dialect::Gen2);
  EXPECT_EQ(index.kernel.size(), 1u);
  EXPECT_EQ(count(index.notes, NoteKind::BothDialects), 1);
}

TEST(ParseIndex, TellsTheDialectByDevicesAlone) {
  EXPECT_EQ(parsed(R"({"devices":[{"snapshot_req":"lpc","size":1,"file_offset":0}]})").dialect,
            Dialect::Gen1);
  EXPECT_EQ(parsed(R"({"devices":[{"device":"atkbdc","size":1,"file_offset":0}]})").dialect,
            Dialect::Gen2);
  const Index bare = parsed(R"({"basic metadata":{}})");
  EXPECT_EQ(bare.dialect, Dialect::Unknown);
  EXPECT_EQ(count(bare.notes, NoteKind::MissingMember), 6);
}

TEST(ParseIndex, LetsTheNumberDecideInTheOldDialect) {
  const Index index = parsed(replaced(gen1_text(), "\"vhpet\"", "\"vmcx\""));
  EXPECT_EQ(index.kernel[0].name, "vhpet");
  EXPECT_EQ(index.kernel[0].label, "vmcx");
  const Note note = first(index.notes, NoteKind::NameDisagrees);
  EXPECT_EQ(note.path, "structs[0].debug_name");
  EXPECT_EQ(note.severity, Severity::Warning);
}

TEST(ParseIndex, DoesNotTakeAnUnknownNumberForAKnownName) {
  const Index index = parsed(replaced(gen1_text(), "\"snapshot_req\": 5", "\"snapshot_req\": 4"));
  EXPECT_EQ(index.kernel[0].name, "request-4");
  EXPECT_EQ(index.kernel[0].label, "vhpet");
  EXPECT_TRUE(index.kernel[0].usable());
}

struct BadEntry {
  std::string_view from;
  std::string_view to;
  std::string_view path;
  std::string_view what;
};

class UnusableEntry : public testing::TestWithParam<BadEntry> {};

TEST_P(UnusableEntry, StaysWithItsReason) {
  const std::string text = replaced(gen1_text(), GetParam().from, GetParam().to);
  const Index index = parsed(text);
  ASSERT_EQ(index.kernel.size(), 10u);
  ASSERT_EQ(index.devices.size(), 11u);
  const Note note = first(index.notes, NoteKind::UnusableEntry);
  EXPECT_EQ(note.path, GetParam().path);
  EXPECT_THAT(note.what, HasSubstr(GetParam().what));
  EXPECT_EQ(note.severity, Severity::Error);
  ASSERT_TRUE(note.offset);
  EXPECT_LT(*note.offset, text.size());
  const bool is_device = GetParam().path.starts_with("devices");
  const IndexEntry& entry = is_device ? index.devices[0] : index.kernel[0];
  EXPECT_THAT(entry.unusable, HasSubstr(GetParam().what));
  EXPECT_GE(entry.size, 0);
  EXPECT_GE(entry.file_offset, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Each, UnusableEntry,
    testing::Values(BadEntry{"\"size\": 10,", "\"size\": -10,", "structs[0].size", "negative"},
                    BadEntry{"\"size\": 10,", "\"size\": 1.5,", "structs[0].size", "whole number"},
                    BadEntry{"\"size\": 10,", "\"size\": 4k,", "structs[0].size", "whole number"},
                    BadEntry{"\"size\": 10,", "\"size\": \"10\",", "structs[0].size", "a string"},
                    BadEntry{"\"size\": 10,", "\"size\": [10],", "structs[0].size", "an array"},
                    BadEntry{"\"size\": 10,", "\"size\": 9223372036854775808,", "structs[0].size",
                             "64 bits"},
                    BadEntry{"\"size\": 10,", "", "structs[0]", "no `size`"},
                    BadEntry{"\"file_offset\": 0", "\"file_offset\": null",
                             "structs[0].file_offset", "whole number"},
                    BadEntry{"\"snapshot_req\": 5,", "", "structs[0]", "no `snapshot_req`"},
                    BadEntry{"\"snapshot_req\": 5", "\"snapshot_req\": -5",
                             "structs[0].snapshot_req", "negative"},
                    BadEntry{"\"snapshot_req\": 5", "\"snapshot_req\": \"5\"",
                             "structs[0].snapshot_req", "a string"},
                    BadEntry{"\"snapshot_req\": \"atkbdc\"", "\"snapshot_req\": \"\"",
                             "devices[0].snapshot_req", "empty"},
                    BadEntry{"\"snapshot_req\": \"atkbdc\"", "\"snapshot_req\": 3",
                             "devices[0].snapshot_req", "a bare word"}));

TEST(ParseIndex, KeepsAnElementThatIsNoObject) {
  const Index index = parsed(R"({"kern_structs":["vm",{"device":"vm","size":1,"file_offset":0}],
"devices":[]})");
  ASSERT_EQ(index.kernel.size(), 2u);
  EXPECT_FALSE(index.kernel[0].usable());
  EXPECT_TRUE(index.kernel[1].usable());
}

TEST(ParseIndex, AcceptsTheLargestNumber) {
  const Index index =
      parsed(replaced(gen2_text(), "\"size\": 10,", "\"size\": 9223372036854775807,"));
  EXPECT_EQ(index.kernel[0].size, 9223372036854775807);
}

TEST(ParseIndex, LeavesUnusableMetadataUnset) {
  const Index index = parsed(R"({"basic metadata":{"ncpus":0,"vmname":5,"memsize":-1,
"memflags":"x"},"kern_structs":[],"devices":[]})");
  EXPECT_FALSE(index.ncpus);
  EXPECT_FALSE(index.vmname);
  EXPECT_FALSE(index.memsize);
  EXPECT_FALSE(index.memflags);
  EXPECT_EQ(count(index.notes, NoteKind::UnusableMember), 4);
  EXPECT_EQ(index.notes[0].path, "basic metadata.ncpus");
}

TEST(ParseIndex, NotesListsOfAnotherType) {
  const Index index = parsed(R"({"basic metadata":{},"kern_structs":{},"devices":7})");
  EXPECT_EQ(count(index.notes, NoteKind::UnusableMember), 2);
  EXPECT_EQ(index.dialect, Dialect::Unknown);
}

TEST(ParseIndex, NotesTextAfterTheEnd) {
  const std::string text = gen2_text();
  const Index index = parsed(text + "}");
  EXPECT_EQ(first(index.notes, NoteKind::TextAfterEnd).offset, text.size());
  EXPECT_TRUE(parsed(text + " \n# comment\n").complete);
  EXPECT_EQ(count(parsed(text + " \n\n").notes, NoteKind::TextAfterEnd), 0);
}

TEST(ParseIndex, RefusesAnEmptyTextWithTheReason) {
  for (const std::string_view text : {"", " \n", "# nothing\n"}) {
    const Error error = refused(text);
    EXPECT_EQ(error.code, ErrorCode::Truncated);
    EXPECT_THAT(error.what, HasSubstr("interrupted while RAM or blocks were written"));
  }
}

TEST(ParseIndex, RefusesWhatIsNoIndex) {
  EXPECT_THAT(refused(std::string(100, '\0')).what, HasSubstr("only zero bytes"));
  EXPECT_THAT(refused("[]").what, HasSubstr("expected an object, found an array"));
  EXPECT_THAT(refused("QEVM ").what, HasSubstr("found a bare word"));
  EXPECT_THAT(refused("{\"a\":1}").what, HasSubstr("not the index"));
}

struct BadText {
  std::string_view text;
  std::uint64_t offset;
  std::string_view path;
  std::string_view what;
};

class MalformedText : public testing::TestWithParam<BadText> {};

TEST_P(MalformedText, IsRefusedWithPlaceAndPath) {
  const Error error = refused(GetParam().text);
  EXPECT_EQ(error.code, ErrorCode::Malformed);
  EXPECT_EQ(error.offset, GetParam().offset);
  EXPECT_EQ(error.path, GetParam().path);
  EXPECT_THAT(error.what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Each, MalformedText,
    testing::Values(
        BadText{R"({"structs":[{"size":}]})", 20, "structs[0].size", "expected a value, found '}'"},
        BadText{R"({"structs":[{},{"size" 5}]})", 23, "structs[1].size", "expected ':'"},
        BadText{R"({"structs":[{"size":5 "a":1}]})", 22, "structs[0].size", "expected ','"},
        BadText{R"({"structs":[{size:5}]})", 13, "structs[0]", "expected a key in quotes"},
        BadText{R"({"structs":[{}{}]})", 14, "structs[0]", "expected ',' or ']'"},
        BadText{R"({"structs":[,{}]})", 12, "structs[0]", "expected a value"},
        BadText{R"({"a":"\q"})", 6, "a", "no such escape"},
        BadText{R"({"a":"\u12x4"})", 10, "a", "hexadecimal digit"},
        BadText{R"({"a":"\ud800!"})", 6, "a", "surrogate"},
        BadText{R"({"a":"\udc00"})", 6, "a", "surrogate"},
        BadText{R"({"a":"\ud800\u0041"})", 6, "a", "surrogate"},
        BadText{"{\"a\":\x01]}", 6, "a", "expected ',' or '}', found ']'"},
        BadText{"{\"a\" = 5}", 5, "a", "expected ':', found '='"}));

TEST(ParseIndex, KeepsItsLimits) {
  EXPECT_EQ(refused("{\"a\":" + std::string(100000, '[')).code, ErrorCode::Limit);
  EXPECT_EQ(refused("{\"structs\":[" + std::string(100, '{')).code, ErrorCode::Malformed);
  const std::string text = gen2_text();
  EXPECT_EQ(parse_index(text, {.max_text = text.size() - 1}).error().code, ErrorCode::Limit);
  const auto too_many = parse_index(text, {.max_entries = 8});
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, ErrorCode::Limit);
  EXPECT_EQ(too_many.error().path, "kern_structs[8]");
  EXPECT_TRUE(parse_index(text, {.max_entries = 9}));
}

TEST(ParseIndex, CountsTheNotesThatItLeavesOut) {
  std::string text = R"({"kern_structs":[],"devices":[)";
  for (int i = 0; i < 1000; ++i) text += "{},";
  const auto index = parse_index(text + "]}", {.max_notes = 10});
  ASSERT_TRUE(index);
  EXPECT_EQ(index->devices.size(), 1000u);
  ASSERT_EQ(index->notes.size(), 11u);
  EXPECT_EQ(index->notes.back().kind, NoteKind::NotesLeftOut);
}

TEST(ParseIndex, ShowsNoControlCharactersInMessages) {
  const Index index =
      parsed("{\"structs\":[],\"devices\":[],\"\x1b[31m\":1,\"basic metadata\":{}}");
  EXPECT_EQ(first(index.notes, NoteKind::ExtraMember).path, "\\x1b[31m");
}

TEST(Note, SaysPartOffsetBlockAndPath) {
  const Note note{.severity = Severity::Error,
                  .kind = NoteKind::UnusableEntry,
                  .what = "-5 is negative",
                  .offset = 0x1f4,
                  .path = "structs[3].size",
                  .block = "vmcx"};
  EXPECT_EQ(note.to_string(), "F.meta: offset 0x1f4: block vmcx: structs[3].size: -5 is negative");
  EXPECT_EQ(to_string(NoteKind::UnusableEntry), "unusable-entry");
  EXPECT_EQ(to_string(Severity::Warning), "warning");
}

}  // namespace
}  // namespace snapfmt::container
