// Texts that are cut or changed: never a crash, never more than the text says.
#include <gtest/gtest.h>

#include <random>

#include "container/samples.h"

namespace snapfmt::container {
namespace {

using test::count;
using test::sample_texts;

bool is_beginning_of(const std::vector<IndexEntry>& part, const std::vector<IndexEntry>& whole) {
  return std::ranges::equal(part, std::span(whole).first(std::min(part.size(), whole.size())),
                            [](const IndexEntry& a, const IndexEntry& b) {
                              return a.name == b.name && a.req == b.req && a.size == b.size &&
                                     a.file_offset == b.file_offset && a.usable() == b.usable();
                            });
}

TEST(CutIndex, GivesTheFinishedEntriesAndSaysSo) {
  for (const std::string& text : sample_texts()) {
    const Index whole = *parse_index(text);
    std::size_t most = 0;
    for (std::size_t length = 1; length < text.size(); ++length) {
      const auto index = parse_index(std::string_view(text).substr(0, length));
      ASSERT_TRUE(index) << length << ": " << index.error().to_string();
      const bool only_newline_missing = length == text.size() - 1;
      EXPECT_EQ(index->complete, only_newline_missing) << length;
      EXPECT_EQ(count(index->notes, NoteKind::Interrupted), only_newline_missing ? 0 : 1);
      EXPECT_EQ(index->notes.size(), 1u) << length << ": " << index->notes.back().to_string();
      EXPECT_TRUE(is_beginning_of(index->kernel, whole.kernel)) << length;
      EXPECT_TRUE(is_beginning_of(index->devices, whole.devices)) << length;
      const std::size_t entries = index->kernel.size() + index->devices.size();
      EXPECT_LE(most, entries) << length;
      most = entries;
      if (index->memsize) {
        EXPECT_EQ(index->memsize, whole.memsize) << "a number cut short was believed";
      }
    }
    EXPECT_EQ(most, whole.kernel.size() + whole.devices.size());
  }
}

TEST(CutIndex, ReadsWhatARefusedBlockLeaves) {
  const std::string text = sample_texts().front();
  const std::size_t end_of_second = text.find("    }", text.find("\"vm\"")) + 5;
  const auto index = parse_index(std::string_view(text).substr(0, end_of_second));
  ASSERT_TRUE(index);
  EXPECT_FALSE(index->complete);
  ASSERT_EQ(index->kernel.size(), 2u);
  EXPECT_EQ(index->kernel[1].name, "vm");
  EXPECT_TRUE(index->devices.empty());
  EXPECT_EQ(index->notes.front().what.find("unfinished"), std::string::npos);
}

std::string changed(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  constexpr std::string_view kTelling = "{}[]\",:\\/#*-0919eEu \n\t\r\xFF";
  for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text[at] = kTelling[below(kTelling.size())];
        break;
      case 2:
        text.erase(at, 1 + below(40));
        break;
      case 3:
        text.insert(at, 1, kTelling[below(kTelling.size())]);
        break;
      default:
        text.insert(at, text.substr(below(text.size()), 1 + below(200)));
        break;
    }
  }
  return text;
}

TEST(ChangedIndex, IsReadOrRefusedInOrder) {
  std::mt19937 random(20260101);
  int read = 0;
  for (const std::string& text : sample_texts()) {
    for (int round = 0; round < 1500; ++round) {
      const std::string damaged = changed(text, random);
      const auto index = parse_index(damaged);
      if (!index) {
        EXPECT_NE(index.error().code, ErrorCode::Internal);
        ASSERT_TRUE(index.error().offset) << index.error().to_string();
        EXPECT_LE(*index.error().offset, damaged.size());
        continue;
      }
      ++read;
      for (const auto* list : {&index->kernel, &index->devices}) {
        for (const IndexEntry& entry : *list) {
          EXPECT_GE(entry.size, 0);
          EXPECT_GE(entry.file_offset, 0);
          EXPECT_LT(entry.text_offset, damaged.size());
          EXPECT_FALSE(entry.usable() && entry.name.empty());
        }
      }
      // What was understood can be written and understood again.
      const std::string printed = print_index(*index);
      const auto again = parse_index(printed);
      ASSERT_TRUE(again) << again.error().to_string() << '\n' << printed;
      EXPECT_EQ(print_index(*again), printed);
    }
  }
  EXPECT_GT(read, 1000);
}

TEST(ChangedIndex, SurvivesNoise) {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "{}[]\",:\\u0d8#/*-1 \nstructs";
  for (int round = 0; round < 20000; ++round) {
    std::string text = "{\"structs\":[{";
    for (std::size_t i = random() % 40; i > 0; --i) text += kAlphabet[random() % kAlphabet.size()];
    const auto index = parse_index(text);
    if (!index) {
      EXPECT_TRUE(index.error().offset);
    }
  }
}

}  // namespace
}  // namespace snapfmt::container
