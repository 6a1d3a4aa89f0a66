#include "snapfmt/bytes/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <optional>
#include <random>
#include <system_error>
#include <utility>

#include "bytes/descriptor.h"
#include "bytes/temporaries.h"
#include "snapfmt/bytes/checked.h"

namespace snapfmt::bytes {
namespace {

/// File systems take names up to 255 bytes; the dot, the random part and ".tmp" need 22.
constexpr std::size_t kNamePrefix = 200;

constexpr int kAttempts = 16;

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  std::random_device random;
  const std::uint64_t number = std::uint64_t{random()} << 32 | random();
  return target.parent_path() /
         fmt::format(".{}.{:016x}.tmp", target.filename().string().substr(0, kNamePrefix), number);
}

/// The absolute path of what `path` names, through symbolic links, whether it exists or not.
Result<std::filesystem::path> resolve(const std::filesystem::path& path) {
  std::error_code error;
  auto target = std::filesystem::absolute(path, error);
  constexpr int kMostLinks = 40;
  for (int links = 0; !error && std::filesystem::is_symlink(target, error); ++links) {
    if (links == kMostLinks) return os_error("create", ELOOP, path);
    const auto next = std::filesystem::read_symlink(target, error);
    target = target.parent_path() / next;
  }
  // That nothing is there yet is no error.
  if (error && error != std::errc::no_such_file_or_directory) {
    return os_error("create", error.value(), path);
  }
  return target;
}

Result<void> check_target(const std::filesystem::path& target, const std::filesystem::path& path) {
  if (!target.has_filename()) {
    return std::unexpected(
        fail(ErrorCode::Usage, "names a folder, not a file").error().in_file(path.string()));
  }
  struct stat status{};
  if (::stat(target.c_str(), &status) != 0) {
    return errno == ENOENT ? Result<void>{} : Result<void>(os_error("create", errno, path));
  }
  const std::string_view special = name_of_special_file(status.st_mode);
  if (special.empty()) return {};
  return std::unexpected(fail(ErrorCode::Unsupported,
                              fmt::format("is {}, which cannot be replaced by a file", special))
                             .error()
                             .in_file(path.string()));
}

Result<void> sync_folder(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const Descriptor descriptor(
      retry([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  // Without read permission for the folder, or where folders cannot be synced, rename() was all
  // that can be done.
  if (!descriptor) return {};
  if (retry([&] { return ::fsync(descriptor.get()); }) == 0 || errno == EINVAL ||
      errno == ENOTSUP || errno == EACCES) {
    return {};
  }
  return os_error("bring the folder to disk", errno, file);
}

}  // namespace

struct OutputFile::State {
  std::filesystem::path path;       ///< as the caller named it
  std::filesystem::path target;     ///< absolute, links resolved
  std::filesystem::path temporary;  ///< absolute
  std::size_t slot = 0;
  Descriptor descriptor;
  std::uint64_t size = 0;
  std::optional<Error> failure;
  bool exists = false;  ///< `temporary` is there and armed in `slot`

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { abandon(); }

  void abandon() noexcept {
    if (!exists) return;
    ::unlink(temporary.c_str());
    release_temporary(slot);
    exists = false;
  }

  Result<void> open_temporary(unsigned mode);
  Result<void> remember(Result<void> result);
};

Result<void> OutputFile::State::open_temporary(unsigned mode) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    temporary = temporary_name(target);
    const EndingSignalsBlocked blocked;
    const auto claimed = claim_temporary(temporary.native());
    if (!claimed) {
      return std::unexpected(fail(ErrorCode::Limit, "too many files are being written at once")
                                 .error()
                                 .in_file(path.string()));
    }
    descriptor = Descriptor(retry([&] {
      return ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                    static_cast<mode_t>(mode));
    }));
    if (descriptor) {
      arm_temporary(*claimed);
      slot = *claimed;
      exists = true;
      return {};
    }
    const int reason = errno;
    release_temporary(*claimed);
    if (reason != EEXIST) return os_error("create", reason, path);
  }
  return os_error("create", EEXIST, path);
}

/// Keeps the first error, so that commit() cannot make a file of what is left.
Result<void> OutputFile::State::remember(Result<void> result) {
  if (!result && !failure) failure = result.error();
  return result;
}

OutputFile::OutputFile(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;
OutputFile::~OutputFile() = default;

Result<OutputFile> OutputFile::create(const std::filesystem::path& path, unsigned mode) {
  auto target = resolve(path);
  if (!target) return std::unexpected(target.error());
  if (const auto usable = check_target(*target, path); !usable) {
    return std::unexpected(usable.error());
  }
  auto state = std::make_unique<State>();
  state->path = path;
  state->target = std::move(*target);
  if (const auto opened = state->open_temporary(mode); !opened) {
    return std::unexpected(opened.error());
  }
  return OutputFile(std::move(state));
}

Result<void> OutputFile::write(std::span<const std::byte> bytes) {
  return write_at(state_->size, bytes);
}

Result<void> OutputFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (state_->failure) return std::unexpected(*state_->failure);
  if (bytes.empty()) return {};
  auto written = write_fully(state_->descriptor, offset, bytes, state_->path);
  if (written) state_->size = std::max(state_->size, offset + bytes.size());
  return state_->remember(std::move(written));
}

Result<void> OutputFile::extend_to(std::uint64_t size) {
  if (state_->failure) return std::unexpected(*state_->failure);
  if (size <= state_->size) return {};
  const bool possible = size <= std::uint64_t{std::numeric_limits<off_t>::max()};
  if (!possible ||
      retry([&] { return ::ftruncate(state_->descriptor.get(), static_cast<off_t>(size)); }) != 0) {
    return state_->remember(os_error("extend", possible ? errno : EFBIG, state_->path));
  }
  state_->size = size;
  return {};
}

std::uint64_t OutputFile::size() const noexcept { return state_->size; }

const std::filesystem::path& OutputFile::path() const noexcept { return state_->path; }

Result<void> OutputFile::commit() {
  State& s = *state_;
  if (s.failure) return std::unexpected(*s.failure);
  if (!s.exists) return fail(ErrorCode::Usage, "was committed before");
  if (retry([&] { return ::fsync(s.descriptor.get()); }) != 0) {
    return s.remember(os_error("bring to disk", errno, s.path));
  }
  // Network file systems report some failed writes only here.
  if (::close(s.descriptor.release()) != 0 && errno != EINTR) {
    return s.remember(os_error("close", errno, s.path));
  }
  if (std::rename(s.temporary.c_str(), s.target.c_str()) != 0) {
    return s.remember(os_error("rename", errno, s.path));
  }
  release_temporary(s.slot);
  s.exists = false;
  return sync_folder(s.target.parent_path(), s.path);
}

}  // namespace snapfmt::bytes
