#include "snapfmt/bytes/output_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/scratch_folder.h"

namespace snapfmt::bytes {
namespace {

using test::as_bytes;
using test::read_file;

class OutputFileTest : public testing::Test {
 protected:
  test::ScratchFolder folder_;
};

TEST_F(OutputFileTest, AppearsWithCommitAndNotBefore) {
  auto file = OutputFile::create(folder_ / "out");
  ASSERT_TRUE(file) << file.error().to_string();
  ASSERT_TRUE(file->write(as_bytes("hello ")));
  ASSERT_TRUE(file->write(as_bytes("world")));
  EXPECT_EQ(file->size(), 11u);
  EXPECT_FALSE(folder_.names().contains("out"));
  EXPECT_EQ(folder_.names().size(), 1u);
  const auto committed = file->commit();
  ASSERT_TRUE(committed) << committed.error().to_string();
  EXPECT_EQ(folder_.names(), std::set<std::string>{"out"});
  EXPECT_EQ(read_file(folder_ / "out"), "hello world");
  EXPECT_FALSE(file->commit());
  EXPECT_EQ(folder_.names(), std::set<std::string>{"out"});
}

TEST_F(OutputFileTest, LeavesNothingWithoutCommit) {
  folder_.write("out", "old");
  {
    auto file = OutputFile::create(folder_ / "out");
    ASSERT_TRUE(file->write(as_bytes("new")));
    const OutputFile moved = std::move(*file);
    EXPECT_EQ(folder_.names().size(), 2u);
  }
  EXPECT_EQ(folder_.names(), std::set<std::string>{"out"});
  EXPECT_EQ(read_file(folder_ / "out"), "old");
}

TEST_F(OutputFileTest, AssigningRemovesTheFileThatIsReplaced) {
  auto a = OutputFile::create(folder_ / "a");
  auto b = OutputFile::create(folder_ / "b");
  *a = std::move(*b);
  ASSERT_TRUE(a->commit());
  EXPECT_EQ(folder_.names(), std::set<std::string>{"b"});
}

TEST_F(OutputFileTest, ReplacesAFile) {
  folder_.write("out", "old");
  auto file = OutputFile::create(folder_ / "out");
  ASSERT_TRUE(file->write(as_bytes("new")));
  EXPECT_EQ(read_file(folder_ / "out"), "old");
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(read_file(folder_ / "out"), "new");
}

TEST_F(OutputFileTest, FollowsSymbolicLinks) {
  folder_.write("real", "old");
  std::filesystem::create_symlink("real", folder_ / "link");
  std::filesystem::create_symlink("missing", folder_ / "dangling");
  for (const auto* name : {"link", "dangling"}) {
    auto file = OutputFile::create(folder_ / name);
    ASSERT_TRUE(file) << file.error().to_string();
    ASSERT_TRUE(file->write(as_bytes("new")));
    ASSERT_TRUE(file->commit());
    EXPECT_TRUE(std::filesystem::is_symlink(folder_ / name));
  }
  EXPECT_EQ(read_file(folder_ / "real"), "new");
  EXPECT_EQ(read_file(folder_ / "missing"), "new");

  std::filesystem::create_symlink("loop", folder_ / "loop");
  EXPECT_FALSE(OutputFile::create(folder_ / "loop"));
}

TEST_F(OutputFileTest, PermissionsAreTheModeLessTheUmask) {
  const mode_t before = ::umask(022);
  for (const unsigned mode : {0666u, 0600u}) {
    auto file = OutputFile::create(folder_ / "out", mode);
    ASSERT_TRUE(file->commit());
    struct stat status{};
    ASSERT_EQ(::stat((folder_ / "out").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, mode & ~022u);
  }
  ::umask(before);
}

TEST_F(OutputFileTest, WritesAnywhereAndLeavesHoles) {
  auto file = OutputFile::create(folder_ / "out");
  ASSERT_TRUE(file->write_at(5, as_bytes("world")));
  ASSERT_TRUE(file->write_at(0, as_bytes("hello")));
  EXPECT_EQ(file->size(), 10u);
  ASSERT_TRUE(file->write(as_bytes("!")));
  ASSERT_TRUE(file->extend_to(4));
  EXPECT_EQ(file->size(), 11u);
  ASSERT_TRUE(file->extend_to(13));
  ASSERT_TRUE(file->write_at(1u << 20, {}));
  EXPECT_EQ(file->size(), 13u);
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(read_file(folder_ / "out"), std::string("helloworld!\0\0", 13));
}

TEST_F(OutputFileTest, RefusesImpossibleOffsets) {
  auto file = OutputFile::create(folder_ / "out");
  const auto written =
      file->write_at(std::numeric_limits<std::uint64_t>::max() - 1, as_bytes("abc"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().file, (folder_ / "out").string());
  auto other = OutputFile::create(folder_ / "out");
  EXPECT_FALSE(other->extend_to(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_FALSE(other->commit());
}

TEST_F(OutputFileTest, RefusesTargetsThatAreNoFiles) {
  EXPECT_EQ(OutputFile::create("/dev/null").error().code, ErrorCode::Unsupported);
  EXPECT_EQ(OutputFile::create(folder_.path()).error().code, ErrorCode::Unsupported);
  EXPECT_EQ(OutputFile::create(folder_ / "missing/out").error().code, ErrorCode::NotFound);
  EXPECT_EQ(OutputFile::create(folder_ / "new/").error().code, ErrorCode::Usage);
  EXPECT_EQ(OutputFile::create(folder_.write("file", "") / "out").error().code, ErrorCode::Io);
  EXPECT_FALSE(OutputFile::create(""));
  EXPECT_FALSE(OutputFile::create(folder_ / std::string(5000, 'x')));
  EXPECT_EQ(folder_.names(), std::set<std::string>{"file"});
}

TEST_F(OutputFileTest, TakesTheLongestNames) {
  const std::string name(255, 'n');
  auto file = OutputFile::create(folder_ / name);
  ASSERT_TRUE(file) << file.error().to_string();
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(folder_.names(), std::set<std::string>{name});
}

TEST_F(OutputFileTest, SoManyAtOnceAndNoMore) {
  std::vector<OutputFile> files;
  for (std::size_t i = 0; i < OutputFile::kMostAtOnce; ++i) {
    auto file = OutputFile::create(folder_ / std::to_string(i));
    ASSERT_TRUE(file) << file.error().to_string();
    files.push_back(std::move(*file));
  }
  EXPECT_EQ(OutputFile::create(folder_ / "more").error().code, ErrorCode::Limit);
  files.pop_back();
  EXPECT_TRUE(OutputFile::create(folder_ / "more"));
  files.clear();
  EXPECT_TRUE(folder_.names().empty());
}

/// Runs `body` in a child process; its status as from waitpid(). The child's exit skips all
/// destructors, as a crash would, unless `body` runs them.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// RLIMIT_FSIZE makes the system accept the first part of a write and refuse the rest, as a full
// disk does.
TEST_F(OutputFileTest, AShortWriteIsAnErrorAndLeavesTheOldFile) {
  folder_.write("out", "old");
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 5000, .rlim_max = 5000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto file = OutputFile::create(folder_ / "out");
    if (!file || !file->write(as_bytes(std::string(3000, 'x')))) return 1;
    const auto failed = file->write(as_bytes(std::string(3000, 'x')));
    if (failed || failed.error().code != ErrorCode::Io) return 2;
    if (failed.error().offset != 5000u) return 3;
    if (file->write(as_bytes("x")) || file->write_at(0, as_bytes("x"))) return 4;
    const auto committed = file->commit();
    if (committed || committed.error().to_string() != failed.error().to_string()) return 5;
    return 0;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(folder_.names(), std::set<std::string>{"out"});
  EXPECT_EQ(read_file(folder_ / "out"), "old");
}

TEST_F(OutputFileTest, ARenameThatFailsIsAnError) {
  auto file = OutputFile::create(folder_ / "out");
  ASSERT_TRUE(file->write(as_bytes("new")));
  std::filesystem::create_directory(folder_ / "out");
  EXPECT_FALSE(file->commit());
  EXPECT_FALSE(file->commit());
  file = OutputFile::create(folder_ / "other");
  EXPECT_EQ(folder_.names().size(), 2u);
  EXPECT_FALSE(folder_.names().contains("other"));
}

class EndingSignal : public testing::TestWithParam<int> {
 protected:
  test::ScratchFolder folder_;
};

TEST_P(EndingSignal, LeavesNothingAndEndsTheProgramAsEver) {
  folder_.write("a", "old");
  const int status = in_child([&] {
    install_cleanup_handlers();
    auto a = OutputFile::create(folder_ / "a");
    auto b = OutputFile::create(folder_ / "b");
    auto c = OutputFile::create(folder_ / "c");
    if (!a || !b || !c || !a->write(as_bytes("new")) || !c->commit()) return 1;
    ::raise(GetParam());
    return 2;
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
  EXPECT_EQ(WTERMSIG(status), GetParam());
  EXPECT_EQ(folder_.names(), (std::set<std::string>{"a", "c"}));
  EXPECT_EQ(read_file(folder_ / "a"), "old");
}

INSTANTIATE_TEST_SUITE_P(All, EndingSignal, testing::Values(SIGHUP, SIGINT, SIGTERM, SIGPIPE),
                         [](const auto& tested) { return std::to_string(tested.param); });

TEST_F(OutputFileTest, IgnoredSignalsStayIgnored) {
  const int status = in_child([&] {
    ::signal(SIGHUP, SIG_IGN);
    install_cleanup_handlers();
    auto file = OutputFile::create(folder_ / "out");
    ::raise(SIGHUP);
    return file->commit() ? 0 : 1;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(folder_.names(), std::set<std::string>{"out"});
}

TEST_F(OutputFileTest, AForkedChildLeavesItsParentsFilesAlone) {
  auto file = OutputFile::create(folder_ / "out");
  ASSERT_TRUE(file);
  const int status = in_child([] {
    install_cleanup_handlers();
    ::raise(SIGTERM);
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(file->commit());
  EXPECT_EQ(folder_.names(), std::set<std::string>{"out"});
}

// The signal comes from outside, at any moment of a program that does nothing but write files.
TEST_F(OutputFileTest, ASignalAtAnyMomentLeavesNoTemporary) {
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      install_cleanup_handlers();
      for (;;) {
        auto file = OutputFile::create(folder_ / "out");
        if (!file || !file->write(as_bytes("whole")) || !file->commit()) ::_exit(1);
      }
    }
    ::usleep(static_cast<useconds_t>(2000 + 137 * round));
    ::kill(child, SIGTERM);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    for (const std::string& name : folder_.names()) EXPECT_EQ(name, "out");
    if (std::filesystem::exists(folder_ / "out")) {
      EXPECT_EQ(read_file(folder_ / "out"), "whole");
    }
  }
}

TEST_F(OutputFileTest, ASignalAtAnyMomentOfManyThreadsLeavesNoTemporary) {
  const auto write_for_ever = [this](int number) {
    for (;;) {
      auto file = OutputFile::create(folder_ / std::to_string(number));
      // None is given once the program is ending.
      if (file) static_cast<void>(file->write(as_bytes("whole")) && file->commit());
    }
  };
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      install_cleanup_handlers();
      for (int i = 0; i < 4; ++i) std::thread(write_for_ever, i).detach();
      for (;;) ::pause();
    }
    ::usleep(static_cast<useconds_t>(3000 + 137 * round));
    ::kill(child, SIGTERM);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    for (const std::string& name : folder_.names()) {
      ASSERT_EQ(name.size(), 1u) << name;
      EXPECT_EQ(read_file(folder_ / name), "whole");
    }
  }
}

}  // namespace
}  // namespace snapfmt::bytes
