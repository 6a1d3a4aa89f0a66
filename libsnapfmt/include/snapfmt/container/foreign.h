// Snapshots and states of other programs, known by name and not decoded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace snapfmt::container {

enum class ForeignFormat : std::uint8_t {
  Bhyve5Bsd,        ///< checkpoint manifest of 5BSD's bhyve
  QemuStream,       ///< QEMU migration stream
  LibvirtSave,      ///< libvirt's header before a QEMU stream
  Qcow2,            ///< QEMU disk image, perhaps with snapshots inside
  Firecracker,      ///< Firecracker microVM state
  CloudHypervisor,  ///< Cloud Hypervisor snapshot folder
  ElfCore,          ///< core dump
  VirtualBox,       ///< VirtualBox saved state
  VMware,           ///< VMware suspend or snapshot state
  Zstd,             ///< zstd data
};

/// `qemu-stream`, `firecracker` ...
std::string_view to_string(ForeignFormat format);

struct Foreign {
  ForeignFormat format{};
  std::string name;      ///< `a QEMU migration stream, version 3`
  std::string evidence;  ///< how it was told: `begins with "QEVM"`
  std::string advice;    ///< what to do, one clause
};

/// Looks at the first few hundred bytes of a file, or at the names in a folder. Unset: nothing
/// known here, no such file, or not readable. A file with F.kern and F.meta beside it is
/// bhyve's RAM, whatever the guest has at address 0.
std::optional<Foreign> recognise(const std::filesystem::path& path);

}  // namespace snapfmt::container
