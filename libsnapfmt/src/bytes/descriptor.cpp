#include "bytes/descriptor.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <system_error>

#include "snapfmt/bytes/checked.h"

namespace snapfmt::bytes {
namespace {

/// Some systems refuse single transfers above INT_MAX.
constexpr std::size_t kTransferLimit = std::size_t{1} << 30;

/// The largest offset that the system's calls can take.
constexpr std::uint64_t kOffsetLimit = std::numeric_limits<off_t>::max();

}  // namespace

std::unexpected<Error> os_error(std::string_view action, int number,
                                const std::filesystem::path& file) {
  const ErrorCode code = number == ENOENT ? ErrorCode::NotFound : ErrorCode::Io;
  const auto error =
      fail(code, fmt::format("cannot {}: {}", action, std::generic_category().message(number)));
  return std::unexpected(error.error().in_file(file.string()));
}

Result<void> read_fully(const Descriptor& from, std::uint64_t offset, std::span<std::byte> out,
                        const std::filesystem::path& file) {
  if (!fits(offset, out.size(), kOffsetLimit)) return os_error("read", EOVERFLOW, file);
  while (!out.empty()) {
    const auto got = retry([&] {
      return ::pread(from.get(), out.data(), std::min(out.size(), kTransferLimit),
                     static_cast<off_t>(offset));
    });
    if (got < 0) {
      return std::unexpected(os_error("read", errno, file).error().at(offset));
    }
    if (got == 0) {
      const auto error = fail(ErrorCode::Truncated,
                              fmt::format("the file ends {} bytes before it should", out.size()));
      return std::unexpected(error.error().in_file(file.string()).at(offset));
    }
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> write_fully(const Descriptor& to, std::uint64_t offset,
                         std::span<const std::byte> bytes, const std::filesystem::path& file) {
  if (!fits(offset, bytes.size(), kOffsetLimit)) return os_error("write", EFBIG, file);
  while (!bytes.empty()) {
    const auto put = retry([&] {
      return ::pwrite(to.get(), bytes.data(), std::min(bytes.size(), kTransferLimit),
                      static_cast<off_t>(offset));
    });
    if (put <= 0) {
      const int reason = put < 0 ? errno : ENOSPC;
      return std::unexpected(os_error("write", reason, file).error().at(offset));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

std::string_view name_of_special_file(unsigned mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return {};
    case S_IFDIR:
      return "a folder";
    case S_IFIFO:
      return "a pipe";
    case S_IFSOCK:
      return "a socket";
    case S_IFBLK:
      return "a block device";
    case S_IFCHR:
      return "a character device";
    default:
      return "a special file";
  }
}

}  // namespace snapfmt::bytes
