// Guest memory for tests: written in memory, then opened as a file F.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../support/scratch_folder.h"
#include "snapfmt/bytes/endian.h"
#include "snapfmt/container/ram.h"

namespace snapfmt::test {

/// What a test puts into RAM, by file offset. The file is as long as `memsize` says unless
/// another length is asked for, and sparse.
class GuestImage {
 public:
  explicit GuestImage(std::uint64_t memsize) : memsize_(memsize) {}

  void u64(std::uint64_t gpa, std::uint64_t value) { integer(gpa, value, 8); }
  void u32(std::uint64_t gpa, std::uint64_t value) { integer(gpa, value, 4); }
  void text(std::uint64_t gpa, std::string_view bytes) { content_[gpa] = bytes; }

  container::GuestRam open() { return open(memsize_); }
  container::GuestRam open(std::uint64_t file_size) {
    const auto file = *folder_ / "vm";
    {
      std::ofstream out(file, std::ios::binary | std::ios::trunc);
      for (const auto& [gpa, bytes] : content_) {
        out.seekp(static_cast<std::streamoff>(gpa));
        out << bytes;
      }
    }
    std::filesystem::resize_file(file, file_size);
    auto ram = container::GuestRam::open(file, memsize_);
    if (!ram) throw std::runtime_error(ram.error().to_string());
    return *std::move(ram);
  }

 private:
  void integer(std::uint64_t gpa, std::uint64_t value, std::size_t size) {
    std::string bytes(size, '\0');
    bytes::store_le(std::as_writable_bytes(std::span(bytes)), value);
    content_[gpa] = std::move(bytes);
  }

  std::unique_ptr<ScratchFolder> folder_ = std::make_unique<ScratchFolder>();
  std::uint64_t memsize_;
  std::map<std::uint64_t, std::string> content_;
};

}  // namespace snapfmt::test
