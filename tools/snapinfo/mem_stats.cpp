// snapinfo mem stats: how much of guest memory is zero.
#include <unistd.h>

#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "snapfmt/container/zero_pages.h"
#include "snapfmt/schema/render.h"
#include "snapinfo/mem.h"

namespace snapfmt::tools::snapinfo {
namespace {

using container::ZeroPageCount;

constexpr const char* kExamples =
    "Examples:\n"
    "  snapinfo mem stats vm\n"
    "  snapinfo mem stats vm --json | jq .zero_pages\n";

struct Options : MemOptions {
  unsigned threads = 0;
};

/// A line on standard error while something takes longer than a second, if that is a terminal.
class Progress {
 public:
  explicit Progress(std::string what)
      : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r{:{}}\r", "", kWidth - 1);
  }

  void show(std::uint64_t done, std::uint64_t total) {
    if (!terminal_ || total == 0) return;
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(100);
    shown_ = true;
    const double share = static_cast<double>(done) / static_cast<double>(total);
    fmt::print(stderr, "\r{}: {:3.0f} % of {}", what_, 100 * share, schema::human_size(total));
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
};

void print_json(Output& out, bool compact, const ZeroPageCount& count) {
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.mem-stats/1");
  json.key("page_size").uint(container::kPageSize);
  json.key("pages").uint(count.pages);
  json.key("data_pages").uint(count.pages - count.zero_pages);
  json.key("zero_pages").uint(count.zero_pages);
  json.key("hole_pages").uint(count.hole_pages);
  json.key("missing_pages").uint(count.missing);
  json.end_object();
  (void)json.finish();
}

void print_row(Output& out, Tone tone, std::string_view name, std::uint64_t pages,
               std::uint64_t all) {
  const double percent = all == 0 ? 0 : 100 * static_cast<double>(pages) / static_cast<double>(all);
  out.line("  " + out.paint(tone, padded(name, 24)) +
           fmt::format("{:>12} pages  {:>10}  {:5.1f} %", pages,
                       schema::human_size(pages * container::kPageSize), percent));
}

void print_text(Output& out, const ZeroPageCount& count) {
  const std::uint64_t all = count.pages + count.missing;
  out.line(out.paint(Tone::Heading, "Guest memory in pages of 4 KiB"));
  print_row(out, Tone::Name, "with data", count.pages - count.zero_pages, all);
  print_row(out, Tone::Name, "zero", count.zero_pages, all);
  print_row(out, Tone::Dim, "  of these, holes in F", count.hole_pages, all);
  if (count.missing != 0) print_row(out, Tone::Bad, "beyond the end of F", count.missing, all);
  print_row(out, Tone::Heading, "all", all, all);
}

int run_stats(const Options& options) {
  const auto snapshot = open_snapshot(options);
  if (!snapshot) return complain(snapshot.error());
  const auto ram = ram_of(**snapshot);
  if (!ram) return complain(ram.error());
  const auto count = [&] {
    Progress progress("looking for zero pages");
    return count_zero_pages(**ram, {.threads = options.threads,
                                    .progress = [&](std::uint64_t done, std::uint64_t total) {
                                      progress.show(done, total);
                                    }});
  }();
  if (!count) return complain(count.error());
  Output out(options.output.color);
  if (options.output.json) {
    print_json(out, options.output.compact, *count);
  } else {
    print_text(out, *count);
  }
  return out.finish(kSame);
}

}  // namespace

void add_mem_stats(CLI::App& mem, std::shared_ptr<const SnapshotOptions> before, Run& run) {
  auto options = std::make_shared<Options>();
  options->before = std::move(before);
  CLI::App* command =
      add_mem_command(mem, "stats", "How much of memory is zero", *options, kExamples);
  command->add_option("--threads", options->threads, "How many threads look (all there are)")
      ->type_name("N")
      ->check(CLI::Range(0U, 1024U).description(""));
  command->callback([&run, options] { run = [options] { return run_stats(*options); }; });
}

}  // namespace snapfmt::tools::snapinfo
