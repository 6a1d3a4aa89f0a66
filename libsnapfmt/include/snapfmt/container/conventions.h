// What bhyve itself puts into a container: names, numbers, order and limits, by dialect.
// A reader needs none of it; it serves to tell what is unusual.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapfmt::container {

/// The two dialects of F.meta.
enum class Dialect : std::uint8_t {
  Unknown,  ///< the text stops before it says
  Gen1,     ///< 13.x: `structs`, kernel blocks by number, devices by type
  Gen2,     ///< 14.0 and later: `kern_structs`, everything by name
};

/// `gen-1`, `gen-2` or `unknown`.
std::string_view to_string(Dialect dialect);

/// Order and limits of one dialect; a profile may bring its own.
struct Conventions {
  std::vector<std::string> kernel_order;  ///< all kernel blocks
  std::vector<std::string> device_order;  ///< all device types where the list is fixed, else empty
  std::uint64_t buffer_limit = 0;         ///< bytes that a block can have; 0: unlimited
};

/// What the releases known here do. Unknown: nothing is expected.
Conventions conventions_of(Dialect dialect);

/// The kernel block that a Gen1 `snapshot_req` stands for
/// (FreeBSD 13.x, enum snapshot_req of sys/amd64/include/vmm_snapshot.h).
std::optional<std::string_view> kernel_block_of(std::int64_t snapshot_req);

/// The reverse of kernel_block_of().
std::optional<std::int64_t> snapshot_req_of(std::string_view kernel_block);

}  // namespace snapfmt::container
