// `snapinfo profiles --json`.
#include <array>

#include "snapfmt/schema/catalog.h"
#include "snapinfo/profiles.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using bytes::JsonWriter;
using schema::ProfileDef;
using schema::Schema;
using schema::Vendor;

void write_layouts(JsonWriter& json, const Schema& schema, schema::Range refs) {
  json.begin_array(JsonWriter::Lines::One);
  for (const auto l : schema.layout_refs(refs)) json.string(schema.text(schema.layout(l).id));
  json.end_array();
}

void write_strings(JsonWriter& json, const Schema& schema, schema::Range texts) {
  json.begin_array(JsonWriter::Lines::One);
  for (const schema::Text& t : schema.texts(texts)) json.string(schema.text(t));
  json.end_array();
}

void write_parameters(JsonWriter& json, const Schema& schema, const ProfileDef& profile) {
  json.key("parameters").begin_object();
  for (const schema::ParameterDef& p : schema.parameters(profile)) {
    json.key(schema.text(schema.parameter_names()[p.name]));
    if (p.value.kind == schema::OperandKind::Parameter) {
      json.string("@" + std::string(schema.text(schema.parameter_names()[p.value.value])));
    } else {
      json.hex(p.value.value);
    }
  }
  json.end_object();
}

void write_kernel(JsonWriter& json, const Schema& schema, const ProfileDef& profile,
                  std::optional<Vendor> vendor) {
  json.key("kernel").begin_array();
  for (const schema::KernelBlockDef& block : schema.kernel(profile)) {
    json.begin_object().key("block").string(schema.text(block.block));
    json.key("req").sint(block.req);
    for (const Vendor v : {Vendor::Intel, Vendor::Amd}) {
      const auto which = static_cast<std::size_t>(v);
      json.key(to_string(v));
      if ((vendor && *vendor != v) || block.layout[which] == schema::kNone) {
        json.null();
        continue;
      }
      const std::array layouts{block.layout[which]};
      json.begin_object(JsonWriter::Lines::One);
      json.key("layout").string(schema.text(schema.layout(layouts[0]).id));
      json.key("size");
      write_size(json, size_formula(schema, layouts, profile));
      json.key("may_be");
      write_layouts(json, schema, block.may_be[which]);
      json.end_object();
    }
    json.key("note");
    write_text(json, schema.text(block.note));
    json.end_object();
  }
  json.end_array();
}

void write_devices(JsonWriter& json, const Schema& schema, const ProfileDef& profile) {
  json.key("devices").begin_array();
  for (const schema::DeviceDef& device : schema.devices(profile)) {
    json.begin_object(JsonWriter::Lines::One).key("type").string(schema.text(device.type));
    json.key("parts");
    write_layouts(json, schema, device.parts);
    json.key("size");
    write_size(json, size_formula(schema, schema.layout_refs(device.parts), profile));
    json.key("may_be");
    write_layouts(json, schema, device.may_be);
    json.key("note");
    write_text(json, schema.text(device.note));
    json.end_object();
  }
  json.end_array();
}

void write_uncertain(JsonWriter& json, const Schema& schema, const ProfileDef& profile,
                     std::optional<Vendor> vendor) {
  json.key("uncertain").begin_array();
  for (const auto& rows : uncertain_rows(schema, {.profile = &profile, .vendor = vendor})) {
    json.begin_object();
    json.key("layout").string(schema.text(schema.layout(rows.layout).id));
    json.key("note").string(rows.note);
    json.key("paths").begin_array();
    for (const std::string& path : rows.paths) json.string(path);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_defects(JsonWriter& json, const Schema& schema, const ProfileDef& profile,
                   std::optional<Vendor> vendor) {
  json.key("defects").begin_array();
  for (const schema::DefectDef& d : schema.defects(profile)) {
    const auto of = schema.text(d.vendor);
    if (vendor && !of.empty() && of != to_string(*vendor)) continue;
    json.begin_object(JsonWriter::Lines::One).key("id").string(schema.text(d.id));
    json.key("vendor");
    write_text(json, of);
    json.key("block");
    write_text(json, schema.text(d.block));
    json.key("doc").string(schema.text(d.doc)).key("note");
    write_text(json, schema.text(d.note));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_profiles(Output& out, bool compact, const Schema& schema, ProfileList profiles,
                    std::optional<Vendor> vendor) {
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.profiles/1").key("profiles").begin_array();
  for (const ProfileDef* p : profiles) {
    json.begin_object().key("name").string(schema.text(p->name));
    json.key("title").string(schema.text(p->title));
    json.key("doc");
    write_text(json, schema.text(p->doc));
    json.key("releases");
    write_strings(json, schema, p->releases);
    json.key("index").string(dialect_name(p->dialect));
    write_parameters(json, schema, *p);
    write_kernel(json, schema, *p, vendor);
    write_devices(json, schema, *p);
    json.key("device_list");
    p->device_list.count == 0 ? void(json.null()) : write_strings(json, schema, p->device_list);
    write_uncertain(json, schema, *p, vendor);
    write_defects(json, schema, *p, vendor);
    json.end_object();
  }
  json.end_array().end_object();
  (void)json.finish();
}

}  // namespace snapfmt::tools::snapinfo
