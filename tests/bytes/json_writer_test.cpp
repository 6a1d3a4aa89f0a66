#include "snapfmt/bytes/json_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "support/scratch_folder.h"

namespace snapfmt::bytes {
namespace {

using Style = JsonWriter::Style;
using Lines = JsonWriter::Lines;

std::string as_string(std::string_view text) {
  JsonWriter json(Style::Compact);
  json.string(text);
  std::string out = json.take();
  out.pop_back();  // the newline
  return out;
}

void write_sample(JsonWriter& json) {
  json.begin_object().key("schema").string("snapfmt.test/1");
  json.key("none").begin_array().end_array().key("empty").begin_object().end_object();
  json.key("rows").begin_array();
  for (std::uint64_t i = 0; i < 2; ++i) {
    json.begin_object(Lines::One).key("i").uint(i).key("list").begin_array();
    json.sint(-1).boolean(true).boolean(false).null().end_array().end_object();
  }
  json.end_array().end_object();
}

TEST(JsonWriter, PrettyHasALineForEachValueButRowsOnOne) {
  JsonWriter json(Style::Pretty);
  write_sample(json);
  EXPECT_EQ(json.take(), R"({
  "schema": "snapfmt.test/1",
  "none": [],
  "empty": {},
  "rows": [
    {"i": 0, "list": [-1, true, false, null]},
    {"i": 1, "list": [-1, true, false, null]}
  ]
}
)");
}

TEST(JsonWriter, CompactHasNoBlanks) {
  JsonWriter json(Style::Compact);
  write_sample(json);
  EXPECT_EQ(json.take(),
            R"({"schema":"snapfmt.test/1","none":[],"empty":{},"rows":[)"
            R"({"i":0,"list":[-1,true,false,null]},{"i":1,"list":[-1,true,false,null]}]})"
            "\n");
}

TEST(JsonWriter, NumbersAtTheirLimits) {
  JsonWriter json(Style::Compact);
  json.begin_array().uint(0).uint(UINT64_MAX).sint(INT64_MIN).sint(INT64_MAX);
  json.hex(0).hex(0xabc).hex(UINT64_MAX).end_array();
  EXPECT_EQ(json.take(),
            "[0,18446744073709551615,-9223372036854775808,9223372036854775807,"
            "\"0x0\",\"0xabc\",\"0xffffffffffffffff\"]\n");
}

TEST(JsonWriter, HexKeepsFileOrder) {
  JsonWriter json(Style::Compact);
  json.begin_array().raw_hex({}).raw_hex(test::as_bytes(std::string_view("\0\x7f\xff", 3)));
  json.raw_hex(test::as_bytes("AB"), "hex:").end_array();
  EXPECT_EQ(json.take(), "[\"\",\"007fff\",\"hex:4142\"]\n");
}

TEST(JsonWriter, EscapesWhatMustBe) {
  EXPECT_EQ(as_string("\"\\/\b\f\n\r\t\x01\x1f\x7f"), R"("\"\\/\b\f\n\r\t\u0001\u001f)"
                                                      "\x7f\"");
  EXPECT_EQ(as_string(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(JsonWriter, KeepsWellFormedUtf8) {
  for (const std::string_view text :
       {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf4\x8f\xbf\xbf", "\xc2\x80"}) {
    EXPECT_EQ(as_string(text), "\"" + std::string(text) + "\"");
  }
}

TEST(JsonWriter, ReplacesIllFormedUtf8PartByPart) {
  const std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(as_string("a\xff"), "\"a" + r + "\"");
  EXPECT_EQ(as_string("\x80\xbf"), "\"" + r + r + "\"");
  EXPECT_EQ(as_string("\xc0\xaf"), "\"" + r + r + "\"");                  // overlong
  EXPECT_EQ(as_string("\xe0\x80\x80"), "\"" + r + r + r + "\"");          // overlong
  EXPECT_EQ(as_string("\xed\xa0\x80"), "\"" + r + r + r + "\"");          // surrogate
  EXPECT_EQ(as_string("\xf4\x90\x80\x80"), "\"" + r + r + r + r + "\"");  // above U+10FFFF
  EXPECT_EQ(as_string("\xe2\x82"), "\"" + r + "\"");                      // cut short
  EXPECT_EQ(as_string("\xf0\x9f\x98z"), "\"" + r + "z\"");
  EXPECT_EQ(as_string("\xe2\"x"), "\"" + r + "\\\"x\"");
}

// Escapes and ill-formed parts at every place within the eight bytes that are looked at together.
TEST(JsonWriter, EveryByteAtEveryPlaceIsReadBack) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 17; ++place) {
      std::string text(17, 'x');
      text[place] = static_cast<char>(byte);
      const auto read = nlohmann::json::parse(as_string(text)).get<std::string>();
      const std::string expected = byte < 0x80 ? std::string(1, text[place]) : "\xef\xbf\xbd";
      ASSERT_EQ(read, text.substr(0, place) + expected + text.substr(place + 1)) << byte;
    }
  }
}

TEST(JsonWriter, AnyTextGivesWhatAnotherWriterGives) {
  std::mt19937_64 random(7);
  const std::string_view alphabet =
      "abcdefgh\"\\\n\x01\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff\xed";
  for (int round = 0; round < 4000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    const auto theirs =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    ASSERT_EQ(nlohmann::json::parse(as_string(text)), nlohmann::json::parse(theirs));
  }
}

TEST(JsonWriter, FlushesAsItGoes) {
  std::string out;
  std::size_t largest = 0;
  JsonWriter json(Style::Compact, [&](std::string_view text) -> Result<void> {
    largest = std::max(largest, text.size());
    out += text;
    return {};
  });
  const std::vector<std::byte> megabyte(1 << 20, std::byte{0x5a});
  json.begin_array();
  for (std::uint64_t i = 0; i < 100000; ++i) json.uint(i);
  json.raw_hex(megabyte);
  for (int i = 0; i < 100000; ++i) json.null();
  json.end_array();
  ASSERT_TRUE(json.finish());
  EXPECT_LT(largest, std::size_t{256} << 10);
  const auto read = nlohmann::json::parse(out);
  EXPECT_EQ(read.size(), 200001u);
  EXPECT_EQ(read[100000].get<std::string>().size(), std::size_t{2} << 20);
}

TEST(JsonWriter, StopsAtTheFirstErrorOfFlush) {
  int calls = 0;
  JsonWriter json(Style::Compact, [&](std::string_view) -> Result<void> {
    ++calls;
    return fail(ErrorCode::Io, "the pipe is closed");
  });
  json.begin_array();
  for (std::uint64_t i = 0; i < 100000; ++i) json.uint(i);
  json.end_array();
  const auto finished = json.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().what, "the pipe is closed");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace snapfmt::bytes
