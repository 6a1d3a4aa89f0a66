// File descriptors that close themselves, and errors from errno.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "snapfmt/error.h"

namespace snapfmt::bytes {

class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  explicit operator bool() const noexcept { return number_ >= 0; }
  int get() const noexcept { return number_; }

  /// Gives up the number without closing it.
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// "cannot <action>: <reason>", for a call that set errno to `number`.
std::unexpected<Error> os_error(std::string_view action, int number,
                                const std::filesystem::path& file);

/// Repeats a call that a signal interrupted.
template <class Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// pread() until `out` is full. Truncated if the file ends before.
Result<void> read_fully(const Descriptor& from, std::uint64_t offset, std::span<std::byte> out,
                        const std::filesystem::path& file);

/// pwrite() until all of `bytes` is written.
Result<void> write_fully(const Descriptor& to, std::uint64_t offset,
                         std::span<const std::byte> bytes, const std::filesystem::path& file);

/// "a folder", "a named pipe" ... for whatever is not a regular file; else empty.
std::string_view name_of_special_file(unsigned mode);

}  // namespace snapfmt::bytes
