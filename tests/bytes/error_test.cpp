#include "snapfmt/error.h"

#include <gtest/gtest.h>

namespace snapfmt {
namespace {

TEST(Error, SaysEverythingThatIsKnownInOrder) {
  const Error e = fail(ErrorCode::Truncated, "8 bytes wanted, 3 left")
                      .error()
                      .in_path("vcpu[0].cr0")
                      .in_block("vmcx")
                      .at(0x1f4)
                      .in_file("vm.kern")
                      .with_hint("take a new snapshot");
  EXPECT_EQ(e.to_string(),
            "vm.kern: offset 0x1f4: block vmcx: vcpu[0].cr0: 8 bytes wanted, 3 left "
            "(take a new snapshot)");
}

TEST(Error, LeavesOutWhatIsUnknown) {
  EXPECT_EQ(fail(ErrorCode::Internal, "what").error().to_string(), "what");
  EXPECT_EQ(fail(ErrorCode::Internal, "what").error().at(0).to_string(), "offset 0x0: what");
}

TEST(Error, KeepsTheContextThatCameFirst) {
  const Error inner = fail(ErrorCode::Io, "what").error().in_file("a").at(1).in_block("b");
  const Error outer = inner.in_file("A").at(2).in_block("B").in_path("p").in_path("P");
  EXPECT_EQ(outer.to_string(), "a: offset 0x1: block b: p: what");
  EXPECT_EQ(outer.code, ErrorCode::Io);
}

}  // namespace
}  // namespace snapfmt
