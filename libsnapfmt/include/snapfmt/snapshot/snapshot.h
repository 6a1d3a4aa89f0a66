// A snapshot: its files, what wrote it, and every field by name.
//
//   const auto snapshot = Snapshot::open("vm");
//   for (const BlockView& block : snapshot->blocks()) {
//     for (const FieldView field : snapshot->decode(block)) use(field.path(), field.value());
//   }
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapfmt/container/triple.h"
#include "snapfmt/schema/decode.h"
#include "snapfmt/snapshot/identify.h"

namespace snapfmt::snapshot {

struct OpenOptions {
  const schema::Schema* schema = nullptr;  ///< null: the shipped one
  IdentifyOptions identify = {};
  container::OpenOptions container = {};
};

/// A block together with the layouts that it is read with.
struct BlockView {
  const container::Block* block = nullptr;
  std::vector<std::uint32_t> layouts;  ///< empty: no layout is known
  std::string layout_name;             ///< `vmcx.intel/3`, `pci/3+virtio/2+virtio-blk/1`, or empty
  std::string element_root;            ///< `virtio-blk@0.3.0.`, `virtio-blk.` (13.x), or empty
  Fit fit = Fit::Unlisted;
  bool borrowed = false;  ///< the layouts are another generation's: this one's do not fit
  std::optional<schema::Problem> problem;
};

class Snapshot {
 public:
  /// Opens and identifies. Errors: those of Triple::open() and identify().
  static Result<Snapshot> open(const std::filesystem::path& path, const OpenOptions& options = {});

  const schema::Schema& schema() const { return *schema_; }
  const container::Triple& triple() const { return triple_; }
  const Identification& identification() const { return identification_; }
  const container::GuestRam* ram() const { return triple_.ram(); }

  /// What the blocks are read as: the answer, or else the best candidate; null if there is none.
  const Candidate* reading() const {
    return identification_.candidates.empty() ? nullptr : &identification_.candidates.front();
  }
  /// vCPUs of the reading, or those of the index.
  std::uint64_t vcpus() const;

  /// In the order of the index, kernel blocks first.
  std::span<const BlockView> blocks() const { return blocks_; }
  const BlockView* find_block(std::string_view name) const;
  schema::DecodedBlock decode(const BlockView& block) const;

  /// Parameters of the reading's profile, for encode().
  std::span<const std::int64_t> parameters() const { return parameters_; }

 private:
  explicit Snapshot(container::Triple triple) : triple_(std::move(triple)) {}
  void choose_layouts();

  const schema::Schema* schema_ = nullptr;
  container::Triple triple_;
  Identification identification_;
  std::vector<BlockView> blocks_;
  std::vector<std::int64_t> parameters_;
};

/// `pci/3+virtio/2+virtio-blk/1`.
std::string layout_names(const schema::Schema& schema, std::span<const std::uint32_t> layouts);

}  // namespace snapfmt::snapshot
