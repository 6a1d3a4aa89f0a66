// Files that appear whole or not at all.
//
//   auto out = OutputFile::create("vm.kern", 0600);
//   if (!out) return std::unexpected(out.error());
//   if (const auto written = out->write(block); !written) return written;
//   return out->commit();
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "snapfmt/error.h"

namespace snapfmt::bytes {

/// A file being written under a temporary name (".<name>.<random>.tmp") in its target's folder.
/// It gets its own name, replacing what had it, with commit(); without commit() it is removed.
/// After an error nothing but destroying it is useful: commit() repeats the error.
class OutputFile {
 public:
  /// `mode` are the permission bits, less the umask. A symbolic link is followed. Unsupported
  /// where the target exists and is not a regular file; NotFound where its folder is missing;
  /// Limit with more than kMostAtOnce files open at once.
  static Result<OutputFile> create(const std::filesystem::path& path, unsigned mode = 0666);

  static constexpr std::size_t kMostAtOnce = 64;

  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Appends at size().
  Result<void> write(std::span<const std::byte> bytes);

  /// Writes at `offset`; what was never written up to there reads as zeros and takes no space.
  Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes);

  /// Makes the file at least `size` bytes long, with a hole at its end.
  Result<void> extend_to(std::uint64_t size);

  /// One more than the last byte's offset.
  std::uint64_t size() const noexcept;

  /// The final name.
  const std::filesystem::path& path() const noexcept;

  /// Brings data to disk, then renames, then brings the folder to disk.
  Result<void> commit();

 private:
  struct State;
  explicit OutputFile(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

/// For a tool's main(): from now on the signals that end a program (SIGINT, SIGTERM, SIGHUP ...)
/// remove all temporary files before they end it. Signals that are ignored stay ignored.
void install_cleanup_handlers();

}  // namespace snapfmt::bytes
