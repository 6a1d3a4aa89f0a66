// The temporary files that exist, in a form that a signal handler may use.
//
//   const EndingSignalsBlocked blocked;
//   const auto slot = claim_temporary(path);    // a signal to another thread waits from here ...
//   const int fd = open(path, O_CREAT | O_EXCL ...);
//   fd < 0 ? release_temporary(*slot) : arm_temporary(*slot);    // ... to here, then removes it
#pragma once

#include <csignal>
#include <cstddef>
#include <optional>
#include <string_view>

namespace snapfmt::bytes {

/// Keeps the signals that end a program from this thread while it exists.
class EndingSignalsBlocked {
 public:
  EndingSignalsBlocked() noexcept;
  EndingSignalsBlocked(const EndingSignalsBlocked&) = delete;
  EndingSignalsBlocked& operator=(const EndingSignalsBlocked&) = delete;
  ~EndingSignalsBlocked();

 private:
  sigset_t before_{};
};

/// Reserves a slot for a file about to be created. None when all are taken, the path is longer
/// than systems allow, or the program is ending.
std::optional<std::size_t> claim_temporary(std::string_view path) noexcept;

/// The file exists: it is removed if a handled signal ends the program.
void arm_temporary(std::size_t slot) noexcept;

/// The file is gone, or was never there.
void release_temporary(std::size_t slot) noexcept;

}  // namespace snapfmt::bytes
