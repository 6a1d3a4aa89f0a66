#include "snapfmt/error.h"

#include <fmt/format.h>

#include <utility>

namespace snapfmt {

Error Error::in_file(std::string_view name) const {
  Error e = *this;
  if (e.file.empty()) e.file = name;
  return e;
}

Error Error::at(std::uint64_t file_offset) const {
  Error e = *this;
  if (!e.offset) e.offset = file_offset;
  return e;
}

Error Error::in_block(std::string_view name) const {
  Error e = *this;
  if (e.block.empty()) e.block = name;
  return e;
}

Error Error::in_path(std::string_view name) const {
  Error e = *this;
  if (e.path.empty()) e.path = name;
  return e;
}

Error Error::with_hint(std::string_view text) const {
  Error e = *this;
  if (e.hint.empty()) e.hint = text;
  return e;
}

std::string Error::to_string() const {
  std::string out;
  const auto add = [&out](std::string_view part) {
    if (!out.empty()) out += ": ";
    out += part;
  };
  if (!file.empty()) add(file);
  if (offset) add(fmt::format("offset {:#x}", *offset));
  if (!block.empty()) add(fmt::format("block {}", block));
  if (!path.empty()) add(path);
  add(what);
  if (!hint.empty()) out += fmt::format(" ({})", hint);
  return out;
}

std::unexpected<Error> fail(ErrorCode code, std::string what) {
  Error e;
  e.code = code;
  e.what = std::move(what);
  return std::unexpected(std::move(e));
}

}  // namespace snapfmt
