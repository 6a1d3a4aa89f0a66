#include "snapfmt/container/conventions.h"

#include <array>

namespace snapfmt::container {
namespace {

struct Request {
  std::int64_t number;
  std::string_view block;
};

// 4 is VM_MEM, which is never written.
constexpr std::array kRequests = {
    Request{0, "vmx"},    Request{1, "vioapic"}, Request{2, "vm"},     Request{3, "vlapic"},
    Request{5, "vhpet"},  Request{6, "vmcx"},    Request{7, "vatpic"}, Request{8, "vatpit"},
    Request{9, "vpmtmr"}, Request{10, "vrtc"},
};

}  // namespace

std::string_view to_string(Dialect dialect) {
  switch (dialect) {
    case Dialect::Gen1:
      return "gen-1";
    case Dialect::Gen2:
      return "gen-2";
    case Dialect::Unknown:
      break;
  }
  return "unknown";
}

Conventions conventions_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::Gen1:
      return {.kernel_order = {"vhpet", "vm", "vmx", "vioapic", "vlapic", "vmcx", "vatpit",
                               "vatpic", "vpmtmr", "vrtc"},
              .device_order = {"atkbdc", "virtio-net", "virtio-blk", "virtio-rnd", "lpc", "fbuf",
                               "xhci", "e1000", "ahci", "ahci-hd", "ahci-cd"},
              .buffer_limit = std::uint64_t{20} << 20};
    case Dialect::Gen2:
      return {.kernel_order = {"vhpet", "vm", "vioapic", "vlapic", "vmcx", "vatpit", "vatpic",
                               "vpmtmr", "vrtc"},
              .device_order = {},
              .buffer_limit = std::uint64_t{40} << 20};
    case Dialect::Unknown:
      break;
  }
  return {};
}

std::optional<std::string_view> kernel_block_of(std::int64_t snapshot_req) {
  for (const Request& request : kRequests) {
    if (request.number == snapshot_req) return request.block;
  }
  return std::nullopt;
}

std::optional<std::int64_t> snapshot_req_of(std::string_view kernel_block) {
  for (const Request& request : kRequests) {
    if (request.block == kernel_block) return request.number;
  }
  return std::nullopt;
}

}  // namespace snapfmt::container
