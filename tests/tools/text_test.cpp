// Text for terminals, and patterns for paths.
#include <gtest/gtest.h>

#include <string>

#include "common/glob.h"
#include "common/terminal.h"

namespace snapfmt::tools {
namespace {

TEST(Wrapped, BreaksAtBlanks) {
  EXPECT_EQ(wrapped("one two three", 80, 2), "one two three");
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrapped("", 7, 2), "");
}

TEST(Wrapped, BreaksLongWordsWhereTheyArePunctuated) {
  EXPECT_EQ(wrapped("{alpha,beta,gamma}", 14, 1), "{alpha,beta,\n gamma}");
  EXPECT_EQ(wrapped("vmcx.vcpu[0].state.cr0", 14, 0), "vmcx.vcpu[0]\n.state.cr0");
  EXPECT_EQ(wrapped("a 0123456789 b", 4, 0), "a\n0123\n4567\n89 b");
}

TEST(Wrapped, CountsCodePoints) { EXPECT_EQ(wrapped("ää öö üü", 5, 0), "ää öö\nüü"); }

TEST(Padded, FillsToColumns) {
  EXPECT_EQ(padded("ä", 3), "ä  ");
  EXPECT_EQ(padded("abcd", 3), "abcd");
}

TEST(Clipped, MarksWhatIsCut) {
  EXPECT_EQ(clipped("abcd", 4), "abcd");
  EXPECT_EQ(clipped("abcde", 4), "abc~");
  EXPECT_EQ(clipped("äöüß!", 4), "äöü~");
}

TEST(Sanitized, KeepsTerminalsSafe) {
  EXPECT_EQ(sanitized("plain ä"), "plain ä");
  EXPECT_EQ(sanitized("\x1b[2J\a\n"), "\\x1b[2J\\x07\\x0a");
  EXPECT_EQ(sanitized("\x7f\xff"), "\\x7f\\xff");
  EXPECT_EQ(sanitized("\xc2\x9b"), "\\xc2\\x9b") << "a C1 control character";
  EXPECT_EQ(sanitized("\xc0\xaf"), "\\xc0\\xaf") << "an overlong form";
}

TEST(Matches, PlainPatternsAreParts) {
  EXPECT_TRUE(matches("cr3", "vmcx.vcpu[0].cr3"));
  EXPECT_FALSE(matches("cr4", "vmcx.vcpu[0].cr3"));
}

TEST(Matches, GlobsBeginAtAnyName) {
  EXPECT_TRUE(matches("vcpu[0].cr*", "vmcx.vcpu[0].cr3"));
  EXPECT_TRUE(matches("vmcx.*.cr?", "vmcx.vcpu[0].cr3"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("cpu[0].cr*", "vmcx.vcpu[0].cr3"));
  EXPECT_FALSE(matches("vcpu[?].c", "vmcx.vcpu[0].cr3"));
}

TEST(Matches, TakesNoExponentialTime) {
  const std::string text(20000, 'a');
  EXPECT_FALSE(matches("a*a*a*a*a*a*a*a*a*b", text));
}

}  // namespace
}  // namespace snapfmt::tools
