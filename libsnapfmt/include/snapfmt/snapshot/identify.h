// Which FreeBSD release, on which vendor's CPU, wrote a snapshot.
//
// Evidence, not guesses: the dialect of the index, the list of kernel blocks, the size of
// each block against what each generation's layout can have, then the constants that a
// generation writes. There is one answer only if length or structure contradicts all others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "snapfmt/container/triple.h"
#include "snapfmt/schema/decode.h"
#include "snapfmt/schema/schema.h"

namespace snapfmt::snapshot {

enum class Fit : std::uint8_t {
  Fits,      ///< the layout describes the block to its last byte
  Variant,   ///< another layout does, of which it is not proven that the generation has it
  Misfit,    ///< it does not
  Cut,       ///< F.kern ends in it or before it: it cannot be judged
  Unlisted,  ///< the generation has no layout for such a block
};

/// How one block reads under one candidate.
struct BlockFit {
  Fit fit = Fit::Unlisted;
  std::vector<std::uint32_t> layouts;  ///< numbers in the schema, in order
  std::uint64_t expected = 0;          ///< fields with a constant that bhyve always writes
  std::uint64_t unexpected = 0;        ///< of these, those with another value
  std::optional<schema::Problem> problem;
};

struct Evidence {
  bool supports = true;  ///< false: it speaks against the candidate
  bool notable = false;  ///< it supports, but not as a matter of course
  std::string block = {};  ///< empty: the snapshot as a whole
  std::string text = {};
};

/// A generation and vendor that may have written the snapshot.
struct Candidate {
  const schema::ProfileDef* profile = nullptr;
  schema::Vendor vendor = schema::Vendor::Intel;
  std::uint64_t vcpus = 0;      ///< as the index says, or as the blocks do if it cannot be right
  std::vector<BlockFit> blocks;  ///< one for each block of the triple
  std::vector<Evidence> evidence;
  std::uint64_t contradictions = 0;  ///< blocks and lists that do not fit
  std::uint64_t variants = 0;        ///< blocks that fit a variant only
  std::uint64_t unexpected = 0, expected = 0;
};

struct Identification {
  std::vector<Candidate> candidates;  ///< best first; those that nothing speaks for are left out
  bool certain = false;               ///< the first is the answer
  bool mixture = false;               ///< blocks of several generations, each whole in itself
  std::vector<std::string> notes;     ///< what else should be known: damage, mixture

  const Candidate* answer() const { return certain ? &candidates.front() : nullptr; }
};

/// Narrows the candidates to what the user says.
struct IdentifyOptions {
  std::optional<std::string> profile;
  std::optional<schema::Vendor> vendor;
};

/// Looks at every block under every candidate. NotFound if `options` name no profile that the
/// schema has.
Result<Identification> identify(const schema::Schema& schema, const container::Triple& triple,
                                const IdentifyOptions& options = {});

}  // namespace snapfmt::snapshot
