#include "snapfmt/container/zero_pages.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace snapfmt::container {
namespace {

constexpr std::uint64_t kStep = std::uint64_t{2} << 20;
// Reading into a small buffer is several times faster than touching mapped pages for the first
// time, keeps the process small, and a file cut meanwhile is an error instead of a signal.
constexpr std::size_t kBufferSize = std::size_t{256} << 10;
constexpr std::array<std::byte, kPageSize> kZeroPage{};

constexpr std::uint64_t pages_in(std::uint64_t size) {
  return size / kPageSize + (size % kPageSize != 0 ? 1 : 0);
}

/// Hands out the data of a file in steps of 2 MiB, whole pages, in ascending order.
class StepQueue {
 public:
  StepQueue(const bytes::MappedFile& file, std::uint64_t limit, const ZeroPageOptions& options)
      : file_(file), limit_(limit), options_(options) {}

  /// The next step; none at the end or after an error.
  std::optional<bytes::Extent> next() {
    const std::scoped_lock lock(mutex_);
    if (error_ || (position_ >= data_end_ && !find_data())) return std::nullopt;
    const std::uint64_t border = (position_ / kStep + 1) * kStep;
    const std::uint64_t start = std::exchange(position_, std::min(border, data_end_));
    if (options_.progress) options_.progress(start, limit_);
    return bytes::Extent{start, position_ - start};
  }

  /// Stops all threads at their next step.
  void stop(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }

  /// Only when no thread is at work any more.
  const std::optional<Error>& error() const { return error_; }

 private:
  bool find_data() {
    if (position_ >= limit_) return false;
    const auto data = file_.next_data(position_);
    if (!data) {
      error_ = data.error();
      return false;
    }
    if (!data->has_value() || (*data)->offset >= limit_) {
      position_ = limit_;
      return false;
    }
    // Extents may begin and end within a page; a page is looked at once, and whole.
    const std::uint64_t end = (*data)->offset + (*data)->size;
    position_ = std::max(position_, (*data)->offset / kPageSize * kPageSize);
    data_end_ = std::min(limit_, pages_in(end) * kPageSize);
    return position_ < data_end_;
  }

  const bytes::MappedFile& file_;
  const std::uint64_t limit_;
  const ZeroPageOptions& options_;
  std::mutex mutex_;
  std::uint64_t position_ = 0;
  std::uint64_t data_end_ = 0;
  std::optional<Error> error_;
};

struct Seen {
  std::uint64_t pages = 0;
  std::uint64_t zero_pages = 0;
};

Seen look_at(std::span<const std::byte> step) {
  Seen seen;
  while (!step.empty()) {
    const std::size_t size = std::min<std::size_t>(step.size(), kPageSize);
    ++seen.pages;
    if (std::memcmp(step.data(), kZeroPage.data(), size) == 0) ++seen.zero_pages;
    step = step.subspan(size);
  }
  return seen;
}

Result<Seen> look_at_step(const bytes::MappedFile& file, const bytes::Extent& step,
                          std::span<std::byte> buffer) {
  Seen sum;
  for (std::uint64_t done = 0; done < step.size; done += buffer.size()) {
    const auto size = std::min<std::uint64_t>(buffer.size(), step.size - done);
    const std::span<std::byte> part = buffer.first(static_cast<std::size_t>(size));
    if (const auto read = file.read(step.offset + done, part); !read) {
      return std::unexpected(read.error());
    }
    const Seen seen = look_at(part);
    sum.pages += seen.pages;
    sum.zero_pages += seen.zero_pages;
  }
  return sum;
}

Seen look_at_all(StepQueue& queue, const bytes::MappedFile& file) {
  Seen sum;
  std::vector<std::byte> buffer(kBufferSize);
  while (const auto step = queue.next()) {
    const auto seen = look_at_step(file, *step, buffer);
    if (!seen) {
      queue.stop(seen.error());
      break;
    }
    sum.pages += seen->pages;
    sum.zero_pages += seen->zero_pages;
  }
  return sum;
}

unsigned thread_count(unsigned wanted, std::uint64_t size) {
  const unsigned available =
      wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  const std::uint64_t useful = std::max<std::uint64_t>(1, size / kStep);
  return static_cast<unsigned>(std::min<std::uint64_t>(available, useful));
}

}  // namespace

Result<ZeroPageCount> count_zero_pages(const GuestRam& ram, const ZeroPageOptions& options) {
  const std::uint64_t size = std::min(ram.file().size(), ram.memsize());
  StepQueue queue(ram.file(), size, options);

  std::atomic<std::uint64_t> pages_seen = 0;
  std::atomic<std::uint64_t> zero_pages_seen = 0;
  const auto work = [&] {
    const Seen seen = look_at_all(queue, ram.file());
    pages_seen += seen.pages;
    zero_pages_seen += seen.zero_pages;
  };
  std::vector<std::thread> helpers;
  for (unsigned i = 1; i < thread_count(options.threads, size); ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();

  if (queue.error()) return std::unexpected(*queue.error());
  if (options.progress) options.progress(size, size);
  const std::uint64_t pages = pages_in(size);
  const std::uint64_t holes = pages - pages_seen;
  return ZeroPageCount{.pages = pages,
                       .zero_pages = zero_pages_seen + holes,
                       .hole_pages = holes,
                       .missing = pages_in(ram.memsize()) - pages};
}

}  // namespace snapfmt::container
