// Errors of libsnapfmt: what happened, where, and what to do.
//
//   Result<MappedFile> file = MappedFile::open(path);
//   if (!file) return std::unexpected(file.error().in_block("vmcx"));
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace snapfmt {

/// The closed list of kinds of error.
enum class ErrorCode : std::uint8_t {
  Io,           ///< the operating system refused (open, read, write, rename ...)
  Truncated,    ///< data ends before what it announces
  Malformed,    ///< data contradicts its own format
  Limit,        ///< a count or size is beyond what can be meant
  Unsupported,  ///< understood, but not something this library handles
  NotFound,     ///< the thing asked for is not there
  Usage,        ///< the caller's arguments make no sense together
  Internal,     ///< indicative of a bug in snapfmt
};

/// One error. Context is added on the way up; empty members are unknown.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string what;                     ///< one clause, no full stop
  std::string file;                     ///< path of the file
  std::optional<std::uint64_t> offset;  ///< byte offset in `file`
  std::string block;                    ///< block name as in the index
  std::string path;                     ///< field path or JSON pointer
  std::string hint;                     ///< what the user can do

  /// These fill in context that is not there yet and leave the rest alone.
  Error in_file(std::string_view name) const;
  Error at(std::uint64_t file_offset) const;
  Error in_block(std::string_view name) const;
  Error in_path(std::string_view name) const;
  Error with_hint(std::string_view text) const;

  /// `vm.kern: offset 0x1f4: block vmcx: vcpu[0].cr0: what (hint)`
  std::string to_string() const;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for `return fail(ErrorCode::Io, "...")`.
std::unexpected<Error> fail(ErrorCode code, std::string what);

}  // namespace snapfmt
