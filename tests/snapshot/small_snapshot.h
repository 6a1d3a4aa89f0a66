// A snapshot for tests: a made-up generation whose one kernel block has just the registers
// that a test sets, and one device with BARs.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/scratch_folder.h"
#include "snapfmt/bytes/endian.h"
#include "snapfmt/snapshot/snapshot.h"

namespace snapfmt::test {

class SmallSnapshot {
 public:
  using Values = std::map<std::string, std::uint64_t>;

  /// `cpus`: the same registers for each; `device`: pci.* elements of `disk@pci.0.3.0`.
  explicit SmallSnapshot(const std::vector<Values>& cpus, const Values& device = {},
                         std::uint64_t memsize = 1 << 20)
      : schema_(make_schema(cpus.front(), device)) {
    std::string kern;
    for (const Values& cpu : cpus) append(kern, cpu);
    const std::size_t kernel_size = kern.size();
    append(kern, device);
    folder_.write("vm.kern", kern);
    folder_.write("vm", std::string(memsize, '\0'));
    const std::string devices =
        device.empty()
            ? ""
            : fmt::format(R"({{"device": "disk@pci.0.3.0", "size": {}, "file_offset": {}}})",
                          kern.size() - kernel_size, kernel_size);
    folder_.write("vm.meta", fmt::format(R"({{"basic metadata": {{"ncpus": {}, "vmname": "t",
        "memsize": {}, "memflags": 0}},
        "kern_structs": [{{"device": "vmcx", "size": {}, "file_offset": 0}}],
        "devices": [{}]}})",
                                         cpus.size(), memsize, kernel_size, devices));
  }

  snapshot::Snapshot open() const {
    auto opened = snapshot::Snapshot::open(folder_ / "vm", {.schema = &schema_});
    if (!opened) throw std::runtime_error(opened.error().to_string());
    return *std::move(opened);
  }

 private:
  static void append(std::string& kern, const Values& values) {
    for (const auto& [name, value] : values) {
      std::string bytes(8, '\0');
      bytes::store_le(std::as_writable_bytes(std::span(bytes)), value);
      kern += bytes;
    }
  }

  static std::string elements_of(std::string_view area, std::string_view prefix,
                                 const Values& values) {
    std::set<std::string> keys;
    for (const auto& [name, value] : values) {
      keys.insert(std::regex_replace(name, std::regex(R"(\[\d+\])"), "[*]"));
    }
    std::string text;
    for (const std::string& key : keys) {
      text += fmt::format(R"({}"{}{}": {{"type": "u64", "class": "arch", "doc": "For a test."}})",
                          text.empty() ? "" : ",\n", prefix, key);
    }
    return fmt::format(R"({{"area": "{}", "title": "Test", "elements": {{{}}}}})", area, text);
  }

  static std::string rows_of(const Values& values) {
    std::string text;
    for (const auto& [name, value] : values) {
      text += fmt::format(R"({}{{"name": "{}", "source": "{}", "type": "u64", "element": "{}"}})",
                          text.empty() ? "" : ",\n", name, name, name);
    }
    return text;
  }

  static schema::Schema make_schema(const Values& cpu, const Values& device) {
    const ScratchFolder folder;
    for (const char* part : {"registers", "elements", "layouts", "profiles"}) {
      std::filesystem::create_directory(folder / part);
    }
    folder.write("registers/test.json", R"({"registers": {}, "enums": {}})");
    folder.write("elements/cpu.json", elements_of("", "vcpu[*].", cpu));
    folder.write("layouts/vmcx.1.json", fmt::format(R"({{"layout": "vmcx/1", "title": "Test",
        "doc": "For a test.", "origin": "test", "area": "", "rows": [
        {{"name": "vcpu[{{i}}]", "source": "vcpu[{{i}}].", "element": "vcpu[{{i}}].", "class": "arch",
          "repeat": {{"count": "@vcpus", "index": "i"}}, "rows": [{}]}}]}})",
                                                    rows_of(cpu)));
    std::string devices;
    if (!device.empty()) {
      folder.write("elements/disk.json", elements_of("disk", "", device));
      folder.write("layouts/disk.1.json",
                   fmt::format(R"({{"layout": "disk/1", "title": "Test", "doc": "For a test.",
                       "origin": "test", "area": "disk", "rows": [{}]}})",
                               rows_of(device)));
      devices = R"("disk": ["disk/1"])";
    }
    folder.write("profiles/test.json", fmt::format(R"({{"profile": "test", "title": "Test",
        "releases": ["0"], "index": "gen-2", "parameters": {{}},
        "kernel": [{{"block": "vmcx", "req": 6, "layout": "vmcx/1"}}],
        "devices": {{{}}}, "defects": []}})",
                                                   devices));
    auto schema = schema::Schema::load(folder.path());
    if (!schema) throw std::runtime_error(schema.error().to_string());
    return *std::move(schema);
  }

  ScratchFolder folder_;
  schema::Schema schema_;
};

}  // namespace snapfmt::test
