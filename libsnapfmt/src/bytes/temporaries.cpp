#include "bytes/temporaries.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "snapfmt/bytes/output_file.h"

namespace snapfmt::bytes {
namespace {

enum class SlotState : std::uint8_t {
  Free,
  Creating,  ///< its thread is filling the slot or creating the file
  Armed,     ///< the file exists and is to be removed
  Removing,  ///< belongs to the signal handler, for good
};

/// A slot's state and the process it belongs to, changed as one: a forked child inherits the
/// table, but not the files.
constexpr std::uint64_t word(SlotState state, std::uint64_t process) noexcept {
  return state == SlotState::Free ? 0 : process << 8 | static_cast<std::uint8_t>(state);
}

constexpr SlotState state_of(std::uint64_t value) noexcept {
  return static_cast<SlotState>(value & 0xff);
}

std::uint64_t this_process() noexcept { return static_cast<std::uint64_t>(::getpid()); }

constexpr std::size_t kLongestPath = 4096;

struct Slot {
  std::atomic<std::uint64_t> state = 0;
  std::array<char, kLongestPath> path{};
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);

// A signal handler gets no argument: what it removes must be reachable from here.
std::array<Slot, OutputFile::kMostAtOnce> slots;
std::atomic<bool> ending = false;

constexpr std::array kEndingSignals{SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXCPU, SIGXFSZ};

/// How long the handler waits for another thread to finish creating a file.
constexpr int kPatienceMs = 1000;

sigset_t ending_signals() noexcept {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int signal : kEndingSignals) ::sigaddset(&set, signal);
  return set;
}

// Only calls that are async-signal-safe.
void remove_temporary(Slot& slot) noexcept {
  const std::uint64_t process = this_process();
  for (int waited = 0; waited < kPatienceMs; ++waited) {
    if (slot.state != word(SlotState::Creating, process)) break;
    ::poll(nullptr, 0, 1);
  }
  std::uint64_t armed = word(SlotState::Armed, process);
  if (slot.state.compare_exchange_strong(armed, word(SlotState::Removing, process))) {
    ::unlink(slot.path.data());
  }
}

// Only calls that are async-signal-safe.
extern "C" void remove_temporaries_and_end(int signal) {
  ending = true;
  for (Slot& slot : slots) remove_temporary(slot);
  // SA_RESETHAND has put the default action back; it comes when this handler returns.
  static_cast<void>(::raise(signal));
}

}  // namespace

EndingSignalsBlocked::EndingSignalsBlocked() noexcept {
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
}

EndingSignalsBlocked::~EndingSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<std::size_t> claim_temporary(std::string_view path) noexcept {
  if (path.size() >= kLongestPath) return std::nullopt;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    std::uint64_t free = word(SlotState::Free, 0);
    if (!slot.state.compare_exchange_strong(free, word(SlotState::Creating, this_process()))) {
      continue;
    }
    // The handler sets `ending` before it looks at slots, this thread takes a slot before it looks
    // at `ending`: at least one of the two sees the other.
    if (ending) {
      release_temporary(i);
      return std::nullopt;
    }
    *std::ranges::copy(path, slot.path.begin()).out = '\0';
    return i;
  }
  return std::nullopt;
}

void arm_temporary(std::size_t slot) noexcept {
  slots[slot].state = word(SlotState::Armed, this_process());
}

void release_temporary(std::size_t index) noexcept {
  std::uint64_t now = slots[index].state;
  if (state_of(now) == SlotState::Removing) return;
  static_cast<void>(slots[index].state.compare_exchange_strong(now, word(SlotState::Free, 0)));
}

void install_cleanup_handlers() {
  for (const int signal : kEndingSignals) {
    struct sigaction now{};
    if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler == SIG_IGN) continue;
    struct sigaction then{};
    then.sa_handler = remove_temporaries_and_end;
    then.sa_flags = static_cast<int>(SA_RESETHAND);
    // One ending at a time: others wait until this one has ended the program.
    then.sa_mask = ending_signals();
    static_cast<void>(::sigaction(signal, &then, nullptr));
  }
}

}  // namespace snapfmt::bytes
