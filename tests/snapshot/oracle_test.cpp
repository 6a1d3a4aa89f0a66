// What snapfmt reads against what an independent model of bhyve wrote: tests/data/oracle.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "snapfmt/snapshot/snapshot.h"
#include "support/scratch_folder.h"
#include "support/zstd_file.h"

namespace snapfmt::snapshot {
namespace {

namespace fs = std::filesystem;

const fs::path kOracle = fs::path(SNAPFMT_TEST_DATA_DIR) / "oracle";

struct Row {
  std::uint64_t offset = 0, size = 0;
  std::string cls, source, element;
};

struct TrueBlock {
  std::string name;
  std::uint64_t offset = 0, size = 0;
  std::vector<Row> rows;
};

struct Truth {
  std::string profile, vendor, files;
  std::uint64_t vcpus = 0;
  std::vector<TrueBlock> blocks;
};

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find('\t', at), line.size());
    out.emplace_back(line.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

Truth read_truth(const std::string& name) {
  const std::string text = test::read_zstd(kOracle / (name + ".tsv.zst"));
  Truth truth;
  std::uint64_t at = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const auto part = split(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (part[0] == "fixture") {
      truth.profile = part[1];
      truth.vendor = part[2];
      truth.vcpus = std::stoull(part[3]);
      truth.files = part[4];
    } else if (part[0] == "block") {
      truth.blocks.push_back({.name = part[1],
                              .offset = std::stoull(part[3]),
                              .size = std::stoull(part[4]),
                              .rows = {}});
      at = 0;
    } else {
      const std::uint64_t size = std::stoull(part[1]);
      truth.blocks.back().rows.push_back({at, size, part[2], part[3], part[4]});
      at += size;
    }
  }
  return truth;
}

/// A source expression without what does not matter: blanks and address-of.
std::string plain(std::string_view source) {
  std::string out;
  for (const char c : source) {
    if (c != '&' && std::isspace(static_cast<unsigned char>(c)) == 0) out += c;
  }
  return out;
}

/// Counts of each kind of difference, and the first of each in words.
class Differences {
 public:
  void add(const std::string& kind, const std::string& text) {
    auto& [count, first] = found_[kind];
    if (count++ == 0) first = text;
  }
  std::string report() const {
    std::string out;
    for (const auto& [kind, entry] : found_) {
      out += kind + ": " + std::to_string(entry.first) + " wrong, first: " + entry.second + "\n";
    }
    return out;
  }

 private:
  std::map<std::string, std::pair<std::size_t, std::string>> found_;
};

void compare_row(const TrueBlock& block, const Row& row, const schema::FieldView& field,
                 Differences& differences) {
  const std::string where = block.name + "+" + std::to_string(row.offset) + " " + row.source;
  if (to_string(field.cls()) != row.cls) {
    differences.add("class",
                    where + ": " + std::string(to_string(field.cls())) + ", not " + row.cls);
  }
  if (row.cls != "padding" && plain(field.source()) != plain(row.source)) {
    differences.add("source", where + ": " + field.source());
  }
  if (!row.element.empty() && !field.element()) {
    differences.add("element", where + " carries " + row.element);
  }
}

void compare_block(const Snapshot& snapshot, const BlockView& view, const TrueBlock& block,
                   Differences& differences) {
  const schema::DecodedBlock decoded = snapshot.decode(view);
  std::set<std::uint64_t> edges{0};
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> exact;
  std::uint64_t at = 0;
  for (const schema::FieldView field : decoded) {
    const std::string where = block.name + "+" + std::to_string(field.offset());
    if (field.offset() != at || field.size() == 0) differences.add("tiling", where);
    if (!std::ranges::equal(field.raw(), view.block->bytes.subspan(at, field.size()))) {
      differences.add("bytes", where);
    }
    at = field.offset() + field.size();
    edges.insert(at);
    exact.emplace(std::pair(field.offset(), field.size()), field.index());
  }
  if (at != block.size) differences.add("tiling", block.name + " ends at " + std::to_string(at));
  for (const Row& row : block.rows) {
    if (!edges.contains(row.offset) || !edges.contains(row.offset + row.size)) {
      differences.add("boundary", block.name + "+" + std::to_string(row.offset) + " " + row.source);
    } else if (const auto found = exact.find({row.offset, row.size}); found != exact.end()) {
      compare_row(block, row, decoded[found->second], differences);
    }
  }
}

std::vector<std::string> fixtures() {
  constexpr std::string_view kSuffix = ".tsv.zst";
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(kOracle)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kSuffix)) out.push_back(name.substr(0, name.size() - kSuffix.size()));
  }
  std::ranges::sort(out);
  return out;
}

class Oracle : public testing::TestWithParam<std::string> {
 protected:
  /// The snapshot of a fixture: a sample, or unpacked into the scratch folder.
  fs::path snapshot_of(const Truth& truth) const {
    if (truth.files != ".") return fs::path(SNAPFMT_SOURCE_DIR) / truth.files / "vm";
    std::ofstream(scratch_ / "vm.kern", std::ios::binary)
        << test::read_zstd(kOracle / (GetParam() + ".kern.zst"));
    fs::copy_file(kOracle / (GetParam() + ".meta"), scratch_ / "vm.meta");
    return scratch_ / "vm";
  }

  test::ScratchFolder scratch_;
};

TEST_P(Oracle, Agrees) {
  const Truth truth = read_truth(GetParam());
  const auto snapshot = Snapshot::open(snapshot_of(truth));
  ASSERT_TRUE(snapshot) << snapshot.error().to_string();

  const Candidate* answer = snapshot->identification().answer();
  ASSERT_NE(answer, nullptr) << "no single answer";
  EXPECT_EQ(snapshot->schema().text(answer->profile->name), truth.profile);
  EXPECT_EQ(to_string(answer->vendor), truth.vendor);
  EXPECT_EQ(answer->vcpus, truth.vcpus);
  EXPECT_EQ(answer->contradictions, 0);

  ASSERT_EQ(snapshot->blocks().size(), truth.blocks.size());
  Differences differences;
  for (std::size_t i = 0; i < truth.blocks.size(); ++i) {
    const BlockView& view = snapshot->blocks()[i];
    EXPECT_EQ(view.block->name, truth.blocks[i].name);
    EXPECT_EQ(view.block->offset, truth.blocks[i].offset);
    ASSERT_EQ(view.block->bytes.size(), truth.blocks[i].size) << view.block->name;
    compare_block(*snapshot, view, truth.blocks[i], differences);
  }
  EXPECT_EQ(differences.report(), "");
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Oracle, testing::ValuesIn(fixtures()), [](const auto& p) {
  std::string name = p.param;
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

}  // namespace
}  // namespace snapfmt::snapshot
