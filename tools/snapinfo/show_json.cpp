// `snapinfo show --json`: the document is described in docs/schema/snapfmt.show.1.json.
#include <type_traits>

#include "snapinfo/show.h"

namespace snapfmt::tools::snapinfo {
namespace {

using bytes::JsonWriter;
using snapshot::BlockSummary;
using snapshot::DeviceState;
using snapshot::Fit;
using snapshot::Oddity;
using snapshot::VcpuState;

void write_hex(JsonWriter& json, std::string_view key, const std::optional<std::uint64_t>& value) {
  json.key(key);
  value ? json.hex(*value) : json.null();
}

void write_text(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  text.empty() ? json.null() : json.string(sanitized(text));
}

void write_flag(JsonWriter& json, std::string_view key, const std::optional<bool>& value) {
  json.key(key);
  value ? json.boolean(*value) : json.null();
}

void write_vectors(JsonWriter& json, std::string_view key, std::span<const std::uint8_t> vectors) {
  json.key(key).begin_array(JsonWriter::Lines::One);
  for (const auto vector : vectors) json.uint(vector);
  json.end_array();
}

void write_texts(JsonWriter& json, std::string_view key, std::span<const std::string> texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.string(sanitized(text));
  json.end_array();
}

void write_vcpu(JsonWriter& json, const VcpuState& cpu) {
  json.begin_object();
  json.key("index").uint(cpu.index);
  json.key("mode").string(mode_text(cpu));
  json.key("paging").string(paging_text(cpu));
  json.key("cpl");
  cpu.cpl ? json.uint(*cpu.cpl) : json.null();
  write_hex(json, "rip", cpu.rip);
  write_hex(json, "nextrip", cpu.next_rip);
  write_hex(json, "cr3", cpu.cr3);
  json.key("state").string(to_string(cpu.run));
  write_text(json, "reason", cpu.why);
  write_flag(json, "interrupts_enabled", cpu.interrupts_enabled);
  write_text(json, "held_off", cpu.held_off);
  json.key("event");
  if (cpu.event) {
    json.begin_object(JsonWriter::Lines::One);
    json.key("vector").uint(cpu.event->vector).key("type").string(cpu.event->type);
    json.key("error_code");
    cpu.event->error_code ? json.uint(*cpu.event->error_code) : json.null();
    json.end_object();
  } else {
    json.null();
  }
  write_vectors(json, "in_service", cpu.in_service);
  write_vectors(json, "requested", cpu.requested);
  write_flag(json, "x2apic", cpu.x2apic);
  write_text(json, "last_exit", cpu.last_exit);
  json.end_object();
}

std::string_view fit_name(Fit fit) {
  switch (fit) {
    case Fit::Fits:
      return "fits";
    case Fit::Variant:
      return "variant";
    case Fit::Misfit:
      return "misfit";
    case Fit::Cut:
      return "cut";
    case Fit::Unlisted:
      break;
  }
  return "unlisted";
}

void write_block(JsonWriter& json, const BlockSummary& summary) {
  const snapshot::BlockView& view = *summary.view;
  json.begin_object(JsonWriter::Lines::One);
  json.key("name").string(view.block->name).key("kind").string(view.block->kind);
  write_text(json, "title", summary.title);
  write_text(json, "layout", view.layout_name);
  json.key("offset").uint(view.block->offset).key("size").uint(view.block->size);
  json.key("fit").string(fit_name(view.fit)).key("borrowed").boolean(view.borrowed);
  write_text(json, "problem", view.problem ? view.problem->text : std::string());
  json.end_object();
}

void write_device(JsonWriter& json, const DeviceState& device) {
  json.begin_object();
  json.key("name").string(device.block->block->name).key("type").string(device.type);
  write_text(json, "place", device.place ? device.place->to_string() : std::string());
  write_texts(json, "state", device.state);
  json.key("facts").begin_object();
  for (const snapshot::Fact& fact : device.facts) {
    json.key(fact.name);
    std::visit(
        [&](const auto& value) {
          using Value = std::remove_cvref_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, bool>) {
            json.boolean(value);
          } else if constexpr (std::is_same_v<Value, std::uint64_t>) {
            json.uint(value);
          } else {
            json.string(sanitized(value));
          }
        },
        fact.value);
  }
  json.end_object().end_object();
}

void write_oddity(JsonWriter& json, const Oddity& odd) {
  json.begin_object();
  json.key("severity").string(container::to_string(odd.severity));
  json.key("kind").string(to_string(odd.kind));
  write_text(json, "id", odd.id);
  write_text(json, "subject", odd.subject);
  json.key("text").string(sanitized(odd.text));
  json.key("count").uint(odd.count);
  json.key("always").boolean(odd.always);
  json.end_object();
}

std::string_view container_name(container::Dialect dialect) {
  switch (dialect) {
    case container::Dialect::Gen1:
      return "bhyve-triple/gen-1";
    case container::Dialect::Gen2:
      return "bhyve-triple/gen-2";
    case container::Dialect::Unknown:
      break;
  }
  return "bhyve-triple";
}

void write_producer(JsonWriter& json, const ShowInput& input) {
  const snapshot::Summary& s = input.summary;
  const schema::Schema& schema = input.snapshot.schema();
  const bool known = s.producer != nullptr;
  json.key("container").string(container_name(input.snapshot.triple().index().dialect));
  write_text(json, "profile", known ? schema.text(s.producer->profile->name) : "");
  write_text(json, "title", known ? schema.text(s.producer->profile->title) : "");
  write_text(json, "vendor", known ? to_string(s.producer->vendor) : "");
  json.key("certain").boolean(s.certain).key("mixture").boolean(s.mixture);
}

void write_machine(JsonWriter& json, const ShowInput& input) {
  const snapshot::Summary& s = input.summary;
  json.key("vm").begin_object(JsonWriter::Lines::One).key("name");
  s.vm_name ? json.string(*s.vm_name) : json.null();
  json.key("vcpus").uint(s.vcpu_count);
  write_hex(json, "memory", s.memory);
  json.end_object();
  json.key("checkpoint").begin_object();
  json.key("state").string(to_string(s.completeness.completeness));
  json.key("text").string(sanitized(s.completeness.sentence)).end_object();
  json.key("ram");
  if (!input.pages) {
    json.null();
    return;
  }
  json.begin_object(JsonWriter::Lines::One).key("page_size").uint(container::kPageSize);
  json.key("pages").uint(input.pages->pages).key("zero_pages").uint(input.pages->zero_pages);
  json.key("hole_pages").uint(input.pages->hole_pages);
  json.key("missing_pages").uint(input.pages->missing).end_object();
}

}  // namespace

void write_show(Output& out, const ShowInput& input, bool compact) {
  const snapshot::Summary& s = input.summary;
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.show/1");
  write_producer(json, input);
  write_machine(json, input);
  json.key("vcpus").begin_array();
  for (const VcpuState& cpu : s.vcpus) write_vcpu(json, cpu);
  json.end_array().key("blocks").begin_array();
  for (const BlockSummary& block : s.blocks) write_block(json, block);
  json.end_array().key("devices").begin_array();
  for (const DeviceState& device : s.devices) write_device(json, device);
  json.end_array().key("command_line").begin_object();
  write_texts(json, "arguments", s.command_line.arguments);
  write_texts(json, "remarks", s.command_line.remarks);
  json.end_object().key("odd").begin_array();
  for (const Oddity& odd : s.odd) write_oddity(json, odd);
  json.end_array().end_object();
  (void)json.finish();
}

}  // namespace snapfmt::tools::snapinfo
