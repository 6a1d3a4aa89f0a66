#include "snapfmt/bytes/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>
#include <vector>

#include "bytes/descriptor.h"
#include "snapfmt/bytes/checked.h"

namespace snapfmt::bytes {
namespace {

std::unexpected<Error> refuse(ErrorCode code, std::string what, const std::filesystem::path& path) {
  return std::unexpected(fail(code, std::move(what)).error().in_file(path.string()));
}

/// Only regular files have a size, and bytes that stay where they are.
Result<void> check_is_regular(unsigned mode, const std::filesystem::path& path) {
  const std::string_view special = name_of_special_file(mode);
  if (special.empty()) return {};
  const std::string_view hint = S_ISDIR(mode)
                                    ? "name the file in it"
                                    : "save it to a file first, it must be read out of order";
  const auto error =
      refuse(ErrorCode::Unsupported, fmt::format("is {}, not a file", special), path);
  return std::unexpected(error.error().with_hint(hint));
}

/// A socket or a device without a driver cannot even be opened: say what it is all the same.
std::unexpected<Error> cannot_open(int reason, const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) {
    if (const auto regular = check_is_regular(status.st_mode, path); !regular) {
      return std::unexpected(regular.error());
    }
  }
  return os_error("open", reason, path);
}

}  // namespace

struct MappedFile::State {
  std::filesystem::path path;
  Descriptor descriptor;
  std::uint64_t size = 0;
  void* mapping = nullptr;
  std::vector<std::byte> copy;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (mapping != nullptr) ::munmap(mapping, static_cast<std::size_t>(size));
  }

  bool map(Access access) noexcept {
    const auto length = static_cast<std::size_t>(size);
    void* const address = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, descriptor.get(), 0);
    if (address == MAP_FAILED) return false;
    mapping = address;
    // Advice only: a refusal changes nothing.
    static_cast<void>(::posix_madvise(
        mapping, length, access == Access::Random ? POSIX_MADV_RANDOM : POSIX_MADV_SEQUENTIAL));
    return true;
  }
};

MappedFile::MappedFile(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
MappedFile::MappedFile(MappedFile&&) noexcept = default;
MappedFile& MappedFile::operator=(MappedFile&&) noexcept = default;
MappedFile::~MappedFile() = default;

Result<MappedFile> MappedFile::open(const std::filesystem::path& path, Access access) {
  auto state = std::make_unique<State>();
  state->path = path;
  // Without O_NONBLOCK a pipe would wait for its writer.
  state->descriptor = Descriptor(
      retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
  if (!state->descriptor) return cannot_open(errno, path);

  struct stat status{};
  if (::fstat(state->descriptor.get(), &status) != 0) return os_error("stat", errno, path);
  if (const auto regular = check_is_regular(status.st_mode, path); !regular) {
    return std::unexpected(regular.error());
  }
  state->size = static_cast<std::uint64_t>(status.st_size);
  if (state->size == 0) return MappedFile(std::move(state));

  const bool mappable = access != Access::Copy &&
                        state->size <= std::uint64_t{std::numeric_limits<std::ptrdiff_t>::max()};
  if (mappable && state->map(access)) return MappedFile(std::move(state));

  if (state->size > kCopyLimit) {
    return refuse(ErrorCode::Limit,
                  fmt::format("cannot be {}, and {} bytes are too many to read into memory",
                              access == Access::Copy ? "copied" : "mapped", state->size),
                  path);
  }
  state->copy.resize(static_cast<std::size_t>(state->size));
  if (const auto read = read_fully(state->descriptor, 0, state->copy, path); !read) {
    return std::unexpected(read.error());
  }
  return MappedFile(std::move(state));
}

std::uint64_t MappedFile::size() const noexcept { return state_->size; }

const std::filesystem::path& MappedFile::path() const noexcept { return state_->path; }

bool MappedFile::is_mapped() const noexcept { return state_->mapping != nullptr; }

std::span<const std::byte> MappedFile::bytes() const noexcept {
  if (!is_mapped()) return state_->copy;
  return {static_cast<const std::byte*>(state_->mapping), static_cast<std::size_t>(state_->size)};
}

Result<void> MappedFile::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (!fits(offset, out.size(), state_->size)) {
    const auto error = refuse(
        ErrorCode::Truncated,
        fmt::format("{} bytes wanted, the file has {}", out.size(), state_->size), state_->path);
    return std::unexpected(error.error().at(offset));
  }
  if (is_mapped()) return read_fully(state_->descriptor, offset, out, state_->path);
  std::ranges::copy(bytes().subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
  return {};
}

Result<std::optional<Extent>> MappedFile::next_data(std::uint64_t offset) const {
  if (offset >= state_->size) return std::nullopt;
  const Extent rest{offset, state_->size - offset};
#if defined(SEEK_DATA) && defined(SEEK_HOLE)
  const int fd = state_->descriptor.get();
  const off_t data = ::lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
  if (data < 0) {
    if (errno == ENXIO) return std::nullopt;
    // The file system or this file has no notion of holes.
    if (errno == EINVAL || errno == ENOTSUP || errno == ENOTTY) return rest;
    return std::unexpected(os_error("find data", errno, state_->path).error().at(offset));
  }
  const auto start = static_cast<std::uint64_t>(data);
  if (start >= state_->size) return std::nullopt;
  const off_t hole = ::lseek(fd, data, SEEK_HOLE);
  const std::uint64_t end =
      hole < 0 ? state_->size : std::min(static_cast<std::uint64_t>(hole), state_->size);
  return Extent{start, end - start};
#else
  return rest;
#endif
}

}  // namespace snapfmt::bytes
