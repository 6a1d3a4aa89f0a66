#include "snapfmt/container/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <span>
#include <system_error>
#include <vector>

#include "snapfmt/bytes/endian.h"
#include "snapfmt/container/completeness.h"

namespace snapfmt::container {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::size_t kHeadSize = 4096;

std::string read_head(const fs::path& path) {
  std::string head(kHeadSize, '\0');
  std::ifstream stream(path, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return head;
}

/// The unsigned integer at `offset`, 0 where the head ends before it.
template <std::unsigned_integral T>
T little_endian_at(std::string_view head, std::size_t offset) {
  if (head.size() < offset + sizeof(T)) return 0;
  return bytes::load_le<T>(std::as_bytes(std::span(head)).data() + offset);
}

std::uint32_t big_endian_u32_at(std::string_view head, std::size_t offset) {
  std::uint32_t value = 0;
  for (const char letter : head.substr(std::min(offset, head.size()), 4)) {
    value = value << 8 | static_cast<unsigned char>(letter);
  }
  return value;
}

/// 5BSD: eight lines of fixed keys after the first one, nothing else.
bool is_whole_manifest(std::string_view text) {
  constexpr std::array kKeys = {"architecture="sv, "machine="sv,    "data="sv,
                                "kern="sv,         "meta="sv,       "data_sha256="sv,
                                "kern_sha256="sv,  "meta_sha256="sv};
  text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  for (const std::string_view key : kKeys) {
    const std::size_t end = text.find('\n');
    if (!text.starts_with(key) || end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return text.empty();
}

std::optional<Foreign> five_bsd(std::string_view head) {
  constexpr std::string_view kStart = "BHYVE-CHECKPOINT-MANIFEST-";
  if (!head.starts_with(kStart)) return std::nullopt;
  const std::string_view first_line = head.substr(0, head.find('\n'));
  const std::string_view version = first_line.substr(kStart.size());
  const bool known = version == "3";
  const std::string_view state = !known                    ? "of a version not known here"
                                 : is_whole_manifest(head) ? "complete"
                                                           : "but damaged or cut short";
  return Foreign{ForeignFormat::Bhyve5Bsd, "a 5BSD bhyve checkpoint",
                 fmt::format("its first line begins with {}; the manifest is {}", kStart, state),
                 "restore it with 5BSD's bhyve; its blocks have layouts of their own"};
}

std::optional<Foreign> qemu_stream(std::string_view head) {
  if (!head.starts_with("QEVM")) return std::nullopt;
  return Foreign{ForeignFormat::QemuStream,
                 fmt::format("a QEMU migration stream, version {}", big_endian_u32_at(head, 4)),
                 "begins with \"QEVM\"",
                 "load it with QEMU's -incoming, or analyze it with QEMU's analyze-migration.py"};
}

std::optional<Foreign> libvirt_save(std::string_view head) {
  const bool whole = head.starts_with("LibvirtQemudSave");
  const bool partial = head.starts_with("LibvirtQemudPart");
  if (!whole && !partial) return std::nullopt;
  return Foreign{ForeignFormat::LibvirtSave,
                 whole ? "a libvirt save file" : "a libvirt save file that was never finished",
                 fmt::format("begins with \"{}\"", head.substr(0, 16)),
                 whole ? "restore it with `virsh restore`; after the header it is a QEMU stream"
                       : "save the machine again; libvirt refuses this file"};
}

std::optional<Foreign> qcow2(std::string_view head) {
  if (!head.starts_with("QFI\xFB"sv)) return std::nullopt;
  return Foreign{ForeignFormat::Qcow2,
                 fmt::format("a qcow2 disk image, version {}", big_endian_u32_at(head, 4)),
                 "begins with \"QFI\" and 0xfb",
                 "`qemu-img snapshot -l` lists the snapshots inside, if it has any"};
}

std::optional<Foreign> firecracker(std::string_view head) {
  // The low 16 bits held a format version in older releases.
  const std::uint64_t magic = little_endian_at<std::uint64_t>(head, 0);
  const std::uint64_t without_version = magic & ~std::uint64_t{0xFFFF};
  const bool x86 = without_version == 0x0710'1984'8664'0000;
  const bool arm = without_version == (0x0710'1984'AAAA'0000 & ~std::uint64_t{0xFFFF});
  if (!x86 && !arm) return std::nullopt;
  return Foreign{ForeignFormat::Firecracker,
                 fmt::format("a Firecracker state file for {}", x86 ? "x86-64" : "aarch64"),
                 fmt::format("begins with the magic number {:#018x}", magic),
                 "load it with Firecracker; guest memory is in the file beside it"};
}

std::optional<Foreign> elf_core(std::string_view head) {
  constexpr std::size_t kDataEncoding = 5;
  constexpr std::size_t kType = 16;
  constexpr unsigned kCore = 4;
  if (!head.starts_with("\x7F"
                        "ELF") ||
      head.size() < kType + 2)
    return std::nullopt;
  const bool big_endian = head[kDataEncoding] == 2;
  const unsigned type = little_endian_at<std::uint16_t>(head, kType);
  if (type != (big_endian ? kCore << 8 : kCore)) return std::nullopt;
  return Foreign{ForeignFormat::ElfCore, "an ELF core dump", "an ELF header of type ET_CORE",
                 "open it with a debugger; it has memory and registers, but no devices"};
}

std::optional<Foreign> virtual_box(std::string_view head) {
  if (!head.starts_with("\x7FVirtualBox SavedState V")) return std::nullopt;
  return Foreign{ForeignFormat::VirtualBox, "a VirtualBox saved state",
                 "begins with 0x7f and \"VirtualBox SavedState V\"",
                 "start the machine with VirtualBox"};
}

std::optional<Foreign> vmware(std::string_view head) {
  const std::uint32_t magic = little_endian_at<std::uint32_t>(head, 0);
  if (magic != 0xBED2BED0 && magic != 0xBED2BED2 && magic != 0xBED3BED3) return std::nullopt;
  return Foreign{ForeignFormat::VMware, "a VMware suspend or snapshot state",
                 fmt::format("begins with the magic number {:#010x}", magic),
                 "resume it with VMware, or convert it with VMware's vmss2core"};
}

std::optional<Foreign> zstd(std::string_view head) {
  const std::uint32_t magic = little_endian_at<std::uint32_t>(head, 0);
  const bool frame = magic == 0xFD2FB528;
  const bool skippable = (magic & 0xFFFFFFF0) == 0x184D2A50;
  if (!frame && !skippable) return std::nullopt;
  return Foreign{ForeignFormat::Zstd, "a zstd file",
                 frame ? "begins with a zstd frame" : "begins with a skippable zstd frame",
                 "unpack it with `zstd -d` and open what comes out"};
}

std::optional<Foreign> cloud_hypervisor(const fs::path& folder) {
  for (const char* const name : {"config.json", "state.json", "memory-ranges"}) {
    std::error_code error;
    if (!fs::exists(folder / name, error)) return std::nullopt;
  }
  return Foreign{ForeignFormat::CloudHypervisor, "a Cloud Hypervisor snapshot",
                 "the folder has config.json, state.json and memory-ranges",
                 "restore it with `cloud-hypervisor --restore source_url=file://...`"};
}

bool is_bhyve_ram(const fs::path& path) {
  std::error_code error;
  const fs::path kern = fs::path(path) += ".kern";
  const fs::path meta = fs::path(path) += ".meta";
  return fs::exists(kern, error) && fs::exists(meta, error);
}

}  // namespace

std::string_view to_string(ForeignFormat format) {
  switch (format) {
    case ForeignFormat::Bhyve5Bsd:
      return "bhyve-5bsd";
    case ForeignFormat::QemuStream:
      return "qemu-stream";
    case ForeignFormat::LibvirtSave:
      return "libvirt-save";
    case ForeignFormat::Qcow2:
      return "qcow2";
    case ForeignFormat::Firecracker:
      return "firecracker";
    case ForeignFormat::CloudHypervisor:
      return "cloud-hypervisor";
    case ForeignFormat::ElfCore:
      return "elf-core";
    case ForeignFormat::VirtualBox:
      return "virtualbox";
    case ForeignFormat::VMware:
      return "vmware";
    case ForeignFormat::Zstd:
      return "zstd";
  }
  return "unknown";
}

std::optional<Foreign> recognise(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return cloud_hypervisor(path);
  if (!fs::is_regular_file(path, error) || is_bhyve_ram(path)) return std::nullopt;
  const std::string head = read_head(path);
  constexpr std::array kTests = {five_bsd, qemu_stream, libvirt_save, qcow2, firecracker,
                                 elf_core, virtual_box, vmware,       zstd};
  for (const auto test : kTests) {
    if (auto found = test(head)) return found;
  }
  return std::nullopt;
}

}  // namespace snapfmt::container
