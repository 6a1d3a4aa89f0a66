// Schemas of a test's own: a few rows, compiled together with the files of
// tests/data/schema/base/.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/schema/compile.h"
#include "snapfmt/schema/decode.h"
#include "snapfmt/schema/encode.h"
#include "snapfmt/schema/schema.h"
#include "support/scratch_folder.h"

namespace snapfmt::schema::test {

inline std::filesystem::path data_folder() {
  return std::filesystem::path(SNAPFMT_TEST_DATA_DIR) / "schema";
}

/// A schema together with the image that it lies in.
struct SmallSchema {
  std::vector<std::byte> image;
  Schema schema;
};

/// The files of tests/data/schema/base/, with more in front.
inline std::vector<SourceFile> with_base(std::vector<SourceFile> files) {
  auto base = read_folder(data_folder() / "base");
  if (!base) throw std::runtime_error(base.error().to_string());
  files.insert(files.end(), base->begin(), base->end());
  return files;
}

inline SmallSchema compiled(std::vector<SourceFile> files) {
  auto image = compile(std::move(files));
  if (!image) throw std::runtime_error(image.error().to_string());
  auto schema = Schema::from_image(*image);
  if (!schema) throw std::runtime_error(schema.error().to_string());
  return {*std::move(image), *std::move(schema)};
}

/// What the compiler says against files; empty if it takes them.
inline std::string refusal(std::vector<SourceFile> files) {
  const auto image = compile(std::move(files));
  return image ? std::string() : image.error().to_string();
}

/// `"01 00 ff"` as bytes.
inline std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> out;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    out.push_back(static_cast<std::byte>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return out;
}

/// Fields one a line: `path offset size`.
inline std::string listing(const DecodedBlock& block) {
  std::string out;
  for (const FieldView field : block) {
    out += field.path() + ' ' + std::to_string(field.offset()) + ' ' +
           std::to_string(field.size()) + '\n';
  }
  return out;
}

/// A decoded block together with its bytes.
struct Decoded {
  std::vector<std::byte> bytes;
  DecodedBlock block;

  std::string list() const { return listing(block); }
  std::string problem() const { return block.problem() ? block.problem()->text : std::string(); }
  FieldView operator[](std::string_view path) const {
    const auto field = block.find(path);
    if (!field) throw std::runtime_error("no field " + std::string(path) + " in\n" + list());
    return *field;
  }
};

/// Expects the laws of a decoded block: its fields tile it, measuring finds the same, and
/// encoding gives it back.
inline void expect_laws(const DecodedBlock& block, std::span<const std::uint32_t> layouts,
                        const DecodeContext& context) {
  std::uint64_t at = 0;
  for (const FieldView field : block) {
    ASSERT_EQ(field.offset(), at) << field.path();
    ASSERT_NE(field.size(), 0U) << field.path();
    at += field.size();
  }
  ASSERT_EQ(at, block.bytes().size());

  const Measure found = measure(block.schema(), layouts, block.bytes(), context);
  const bool unknown = block.size() != 0 && block[block.size() - 1].row() == nullptr;
  ASSERT_EQ(found.described, unknown ? block[block.size() - 1].offset() : at);
  ASSERT_EQ(found.problem.has_value(), block.problem() != nullptr);
  if (found.problem) {
    ASSERT_EQ(found.problem->offset, block.problem()->offset);
  }

  const auto again = encode(block, layouts, context.parameters, {});
  ASSERT_TRUE(again) << again.error().to_string();
  ASSERT_EQ(again->size(), block.bytes().size());
  ASSERT_TRUE(again->empty() ||
              std::memcmp(again->data(), block.bytes().data(), again->size()) == 0);
}

/// The layout `test/1` with the rows given, in JSON.
class Rows {
 public:
  explicit Rows(std::string_view rows, std::vector<SourceFile> more = {}) {
    more.emplace_back("layouts/test.1.json",
                      R"({"layout": "test/1", "rows": [)" + std::string(rows) + "]}");
    small_ = compiled(with_base(std::move(more)));
    layout_ =
        static_cast<std::uint32_t>(schema().find_layout("test/1") - schema().layouts().data());
  }

  const Schema& schema() const { return small_.schema; }
  std::span<const std::uint32_t> layouts() const { return {&layout_, 1}; }
  std::vector<std::int64_t> parameters(const std::map<std::string, std::int64_t>& values) const {
    std::vector<std::int64_t> all;
    for (const Text name : schema().parameter_names()) {
      const auto it = values.find(std::string(schema().text(name)));
      all.push_back(it == values.end() ? 0 : it->second);
    }
    return all;
  }

  Decoded decode(std::vector<std::byte> bytes,
                 const std::map<std::string, std::int64_t>& values = {}) const {
    Decoded out{.bytes = std::move(bytes), .block = {}};
    const auto numbers = parameters(values);
    const DecodeContext context{.parameters = numbers};
    out.block = schema::decode(schema(), layouts(), out.bytes, context);
    expect_laws(out.block, layouts(), context);
    return out;
  }
  Decoded decode(std::string_view hex,
                 const std::map<std::string, std::int64_t>& values = {}) const {
    return decode(from_hex(hex), values);
  }

 private:
  SmallSchema small_;
  std::uint32_t layout_ = 0;
};

/// A leaf of class `device`.
inline std::string leaf(std::string_view name, std::string_view type, std::string_view more = "") {
  return R"({"name": ")" + std::string(name) + R"(", "source": "sc->)" + std::string(name) +
         R"(", "type": ")" + std::string(type) + R"(", "class": "device", "doc": "A field.")" +
         (more.empty() ? "" : ", ") + std::string(more) + "}";
}

}  // namespace snapfmt::schema::test
