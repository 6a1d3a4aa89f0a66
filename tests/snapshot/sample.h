// The shipped samples, as they are and with a few values changed.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/scratch_folder.h"
#include "snapfmt/snapshot/elements.h"
#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::test {

inline std::filesystem::path sample_path(std::string_view name) {
  return std::filesystem::path(SNAPFMT_SAMPLES_DIR) / name / "vm";
}

inline snapshot::Snapshot open_snapshot(const std::filesystem::path& path) {
  auto opened = snapshot::Snapshot::open(path);
  if (!opened) throw std::runtime_error(opened.error().to_string());
  return *std::move(opened);
}

inline snapshot::Snapshot open_sample(std::string_view name) {
  return open_snapshot(sample_path(name));
}

/// A copy of a sample whose fields can be set before it is opened.
class EditedSample {
 public:
  explicit EditedSample(std::string_view name) {
    const std::filesystem::path original = sample_path(name);
    kern_ = read_file(original.string() + ".kern");
    meta_ = read_file(original.string() + ".meta");
    const auto snapshot = open_snapshot(original);
    for (const snapshot::BlockView& view : snapshot.blocks()) {
      const auto block = snapshot.decode(view);
      for (const schema::FieldView field : block) {
        const std::size_t at = view.block->offset + field.offset();
        if (const auto element = field.element()) places_.push_back({*element, at, field.size()});
        places_.push_back({field.path(), at, field.size()});
      }
    }
  }

  /// Sets a field, by element or path, to an integer.
  EditedSample& set(std::string_view name, std::uint64_t value) {
    for (const Place& place : places_) {
      if (place.name != name) continue;
      for (std::size_t i = 0; i < place.size; ++i) {
        kern_[place.offset + i] = static_cast<char>(i < 8 ? value >> 8 * i & 0xff : 0);
      }
      return *this;
    }
    ADD_FAILURE() << "the sample has no " << name;
    return *this;
  }

  EditedSample& cut_kern(std::size_t size) {
    kern_.resize(size);
    return *this;
  }

  EditedSample& replace_in_meta(std::string_view from, std::string_view to) {
    const auto at = meta_.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) meta_.replace(at, from.size(), to);
    return *this;
  }

  snapshot::Snapshot open() const {
    folder_.write("vm.kern", kern_);
    folder_.write("vm.meta", meta_);
    return open_snapshot(folder_ / "vm");
  }

 private:
  struct Place {
    std::string name;
    std::size_t offset = 0, size = 0;
  };

  ScratchFolder folder_;
  std::string kern_, meta_;
  std::vector<Place> places_;
};

}  // namespace snapfmt::test
