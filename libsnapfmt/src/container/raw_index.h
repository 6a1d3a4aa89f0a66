// F.meta as it stands: members found, values unjudged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_reader.h"
#include "note_list.h"
#include "snapfmt/container/index.h"

namespace snapfmt::container {

/// One entry of a list; a member that is not there is unset.
struct RawEntry {
  std::uint64_t offset = 0;
  JsonType type = JsonType::Object;  ///< of the entry itself
  std::optional<JsonScalar> debug_name;
  std::optional<JsonScalar> snapshot_req;
  std::optional<JsonScalar> device;
  std::optional<JsonScalar> size;
  std::optional<JsonScalar> file_offset;
};

struct RawList {
  std::string key;  ///< `structs`, `kern_structs` or `devices`
  std::vector<RawEntry> entries;
};

struct RawIndex {
  bool has_metadata = false;
  std::optional<JsonScalar> ncpus;
  std::optional<JsonScalar> vmname;
  std::optional<JsonScalar> memsize;
  std::optional<JsonScalar> memflags;
  std::optional<RawList> kernel;
  std::optional<RawList> devices;
  bool complete = false;
};

/// Reads the text; what is odd about it goes to `notes`.
Result<RawIndex> read_raw_index(std::string_view text, const ParseOptions& options,
                                NoteList& notes);

}  // namespace snapfmt::container
