// Read access to a whole file: mapped where possible, so that only what is used is read.
//
//   const auto file = MappedFile::open("vm.kern");
//   if (!file) return std::unexpected(file.error());
//   const std::span<const std::byte> all = file->bytes();
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "snapfmt/error.h"

namespace snapfmt::bytes {

/// How a file is going to be read.
enum class Access : std::uint8_t {
  Sequential,  ///< from front to back: read ahead
  Random,      ///< here and there: read no more than asked for
  Copy,        ///< all of it, into memory at once: cannot change underneath
};

/// A run of bytes in a file.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  friend bool operator==(const Extent&, const Extent&) = default;
};

/// An open file. Safe to read from several threads.
///
/// A mapped file that somebody shortens meanwhile raises SIGBUS when bytes() is read beyond the
/// new end; read() reports an error instead, and Access::Copy does not notice.
class MappedFile {
 public:
  /// Files up to this many bytes are read into memory where they cannot be mapped.
  static constexpr std::uint64_t kCopyLimit = std::uint64_t{64} << 20;

  /// Opens a regular file, empty ones too. NotFound, Io, Unsupported for folders, devices and
  /// pipes, Limit where a file can be neither mapped nor copied.
  static Result<MappedFile> open(const std::filesystem::path& path,
                                 Access access = Access::Sequential);

  MappedFile(MappedFile&&) noexcept;
  MappedFile& operator=(MappedFile&&) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Size in bytes when it was opened.
  std::uint64_t size() const noexcept;
  const std::filesystem::path& path() const noexcept;
  /// False for empty files and copies.
  bool is_mapped() const noexcept;
  /// The whole file; valid as long as this object or one moved from it.
  std::span<const std::byte> bytes() const noexcept;

  /// Fills `out` from `offset`; Truncated if the file has fewer bytes.
  Result<void> read(std::uint64_t offset, std::span<std::byte> out) const;

  /// The next run of data at or after `offset`, none where only a hole is left. Where the file
  /// system knows nothing of holes, the rest of the file is data.
  Result<std::optional<Extent>> next_data(std::uint64_t offset) const;

 private:
  struct State;
  explicit MappedFile(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace snapfmt::bytes
