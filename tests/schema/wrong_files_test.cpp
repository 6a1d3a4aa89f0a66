// Wrong schema files: the compiler says which file, where in it, and why.
#include <nlohmann/json.hpp>

#include "small_schema.h"

namespace snapfmt::schema::test {
namespace {

std::vector<std::filesystem::path> wrong_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(data_folder() / "wrong")) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

class WrongFile : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(WrongFile, IsRefusedWithFilePointerAndReason) {
  const auto wrong = nlohmann::json::parse(snapfmt::test::read_file(GetParam()));
  const std::string name = wrong.at("folder").get<std::string>() + "/wrong.json";
  const std::string text =
      wrong.contains("text") ? wrong.at("text").get<std::string>() : wrong.at("file").dump();

  const auto image = compile(with_base({{name, text}}));

  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::Malformed);
  EXPECT_EQ(image.error().file, name);
  EXPECT_EQ(image.error().path, wrong.at("pointer").get<std::string>());
  EXPECT_THAT(image.error().what, testing::StartsWith(wrong.at("reason").get<std::string>()));
}

INSTANTIATE_TEST_SUITE_P(Schema, WrongFile, testing::ValuesIn(wrong_files()), [](const auto& file) {
  std::string name = file.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(WrongFiles, TheFilesAroundThemAreRight) { EXPECT_EQ(refusal(with_base({})), ""); }

TEST(WrongFiles, AFolderWithoutSchemasIsNamed) {
  const snapfmt::test::ScratchFolder folder;
  const auto schema = Schema::load(folder.path());
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, ErrorCode::Io);
  EXPECT_EQ(schema.error().file, (folder / "registers").string());
  EXPECT_NE(schema.error().hint, "");
}

TEST(WrongFiles, AWrongFileInAFolderIsNamedByItsPath) {
  const snapfmt::test::ScratchFolder folder;
  for (const char* part : {"registers", "elements", "layouts", "profiles"}) {
    std::filesystem::create_directory(folder / part);
  }
  folder.write("layouts/wrong.1.json", R"({"layout": "wrong/1", "rows": [5]})");
  const auto schema = Schema::load(folder.path());
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().to_string(),
            (folder / "layouts/wrong.1.json").string() + ": /rows/0: a row is an object");
}

}  // namespace
}  // namespace snapfmt::schema::test
