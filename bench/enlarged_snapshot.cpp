#include "enlarged_snapshot.h"

#include <algorithm>

#include "snapfmt/bytes/output_file.h"

namespace snapfmt::bench {
namespace {

/// A block with its first record repeated, and what follows the records.
std::vector<std::byte> enlarge_block(const snapshot::Snapshot& sample,
                                     const snapshot::BlockView& view, std::uint64_t vcpus) {
  const auto bytes = view.block->bytes;
  std::vector<std::byte> out(bytes.begin(), bytes.end());
  if (!view.block->kernel) return out;
  const auto formula =
      schema::size_formula(sample.schema(), view.layouts, *sample.reading()->profile);
  if (!formula || formula->each == 0) return out;
  out.resize(formula->each);
  const std::vector<std::byte> record = out;
  for (std::uint64_t i = 1; i < vcpus; ++i) out.insert(out.end(), record.begin(), record.end());
  const auto tail = bytes.last(formula->fixed);
  out.insert(out.end(), tail.begin(), tail.end());
  return out;
}

}  // namespace

Result<Enlarged> enlarge(const snapshot::Snapshot& sample, std::uint64_t vcpus,
                         std::uint64_t memsize) {
  if (sample.reading() == nullptr) {
    return fail(ErrorCode::Unsupported, "the sample is of no known generation");
  }
  Enlarged out{.index = sample.triple().index(), .kern = {}};
  out.index.ncpus = vcpus;
  out.index.memsize = memsize;
  out.index.notes.clear();
  const auto blocks = sample.blocks();
  std::size_t next = 0;
  for (auto* list : {&out.index.kernel, &out.index.devices}) {
    for (container::IndexEntry& entry : *list) {
      const auto block = enlarge_block(sample, blocks[next++], vcpus);
      entry.size = static_cast<std::int64_t>(block.size());
      entry.file_offset = static_cast<std::int64_t>(out.kern.size());
      out.kern.insert(out.kern.end(), block.begin(), block.end());
    }
  }
  return out;
}

Result<void> write_enlarged(const Enlarged& snapshot, const std::filesystem::path& path) {
  const auto write = [](const std::filesystem::path& file, std::span<const std::byte> bytes,
                        std::uint64_t size) -> Result<void> {
    auto out = bytes::OutputFile::create(file);
    if (!out) return std::unexpected(out.error());
    if (const auto written = out->write(bytes); !written) return written;
    if (const auto extended = out->extend_to(size); !extended) return extended;
    return out->commit();
  };
  const std::string meta = container::print_index(snapshot.index);
  if (const auto done = write(path, {}, *snapshot.index.memsize); !done) return done;
  if (const auto done = write(path.string() + ".kern", snapshot.kern, 0); !done) return done;
  return write(path.string() + ".meta", std::as_bytes(std::span(meta)), 0);
}

}  // namespace snapfmt::bench
