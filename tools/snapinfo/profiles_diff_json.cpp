// `snapinfo profiles --diff --json`.
#include "snapinfo/profiles.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using bytes::JsonWriter;
using schema::FieldInfo;
using schema::ProfileComparison;
using schema::RowChange;
using schema::Schema;

void write_strings(JsonWriter& json, const std::vector<std::string>& list) {
  json.begin_array(JsonWriter::Lines::One);
  for (const std::string& s : list) json.string(s);
  json.end_array();
}

void write_values(JsonWriter& json, const ProfileComparison& diff) {
  json.key("values").begin_array();
  for (const schema::ValueChange& v : diff.values) {
    json.begin_object(JsonWriter::Lines::One).key("name").string(v.name);
    json.key("before");
    write_text(json, v.before);
    json.key("after");
    write_text(json, v.after);
    json.end_object();
  }
  json.end_array();
  json.key("device_list").begin_object().key("before_only");
  write_strings(json, diff.listed_before_only);
  json.key("after_only");
  write_strings(json, diff.listed_after_only);
  json.end_object();
}

void write_blocks(JsonWriter& json, const ProfileComparison& diff) {
  json.key("blocks").begin_array();
  for (const schema::BlockComparison& b : diff.blocks) {
    json.begin_object(JsonWriter::Lines::One).key("name").string(b.name);
    json.key("device").boolean(b.device).key("vendor");
    write_vendor(json, b.vendor);
    json.key("change").string(to_string(b.change));
    json.key("before");
    write_strings(json, b.before);
    json.key("after");
    write_strings(json, b.after);
    json.key("size_before");
    write_size(json, b.size_before);
    json.key("size_after");
    write_size(json, b.size_after);
    json.end_object();
  }
  json.end_array();
}

void write_side(JsonWriter& json, const Schema& schema, const std::optional<FieldInfo>& field) {
  if (!field) {
    json.null();
    return;
  }
  const schema::RowDef& row = schema.row(field->row);
  json.begin_object().key("offset");
  field->offset ? json.uint(*field->offset) : json.null();
  json.key("size");
  field->size ? json.uint(*field->size) : json.null();
  json.key("type").string(to_string(row.type)).key("c_type").string(c_type(row));
  json.key("source").string(field->source).key("class").string(to_string(row.cls));
  json.key("element");
  write_text(json, field->element);
  json.key("doc").string(schema.text(row.doc)).end_object();
}

void write_row(JsonWriter& json, const Schema& schema, const RowChange& change) {
  json.begin_object(JsonWriter::Lines::One).key("change").string(to_string(change.kind));
  json.key("path").string(change.path).key("before");
  write_side(json, schema, change.before);
  json.key("after");
  write_side(json, schema, change.after);
  json.key("aspects").begin_array();
  for (const schema::Aspect& aspect : change.aspects) {
    json.begin_object().key("what").string(aspect.what).key("before");
    write_text(json, aspect.before);
    json.key("after");
    write_text(json, aspect.after);
    json.end_object();
  }
  json.end_array().key("moved_by");
  change.moved_by ? json.sint(*change.moved_by) : json.null();
  json.key("other_block");
  write_text(json, change.other_block);
  json.end_object();
}

void write_layouts(JsonWriter& json, const Schema& schema, const ProfileComparison& diff) {
  json.key("layouts").begin_array();
  for (const schema::LayoutComparison& c : diff.layouts) {
    json.begin_object().key("before");
    write_text(json, c.before);
    json.key("after");
    write_text(json, c.after);
    json.key("used_by");
    write_strings(json, c.used_by);
    json.key("size_before");
    write_size(json, c.size_before);
    json.key("size_after");
    write_size(json, c.size_after);
    json.key("rows").begin_array();
    for (const RowChange& row : c.rows) write_row(json, schema, row);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_defects(JsonWriter& json, const Schema& schema, const ProfileComparison& diff) {
  json.key("defects").begin_array();
  for (const schema::DefectChange& change : diff.defects) {
    json.begin_object(JsonWriter::Lines::One);
    json.key("change").string(change.added ? "added" : "removed");
    json.key("id").string(schema.text(change.defect->id)).key("vendor");
    write_text(json, schema.text(change.defect->vendor));
    json.key("block");
    write_text(json, schema.text(change.defect->block));
    json.key("doc").string(schema.text(change.defect->doc)).end_object();
  }
  json.end_array();
}

}  // namespace

void write_diff(Output& out, bool compact, const Schema& schema, const ProfileComparison& diff,
                std::optional<schema::Vendor> vendor) {
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.profiles-diff/1");
  json.key("before").string(schema.text(diff.before->name));
  json.key("after").string(schema.text(diff.after->name)).key("vendor");
  write_vendor(json, vendor);
  json.key("same").boolean(diff.same());
  write_values(json, diff);
  write_blocks(json, diff);
  write_layouts(json, schema, diff);
  write_defects(json, schema, diff);
  json.end_object();
  (void)json.finish();
}

}  // namespace snapfmt::tools::snapinfo
