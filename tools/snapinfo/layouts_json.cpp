// `snapinfo layouts --json`.
#include "snapfmt/schema/describe.h"
#include "snapinfo/layouts.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using bytes::JsonWriter;
using schema::FieldInfo;
using schema::LayoutFilter;
using schema::LayoutInfo;
using schema::LayoutUse;
using schema::RowDef;
using schema::Schema;

void write_uses(JsonWriter& json, const Schema& schema, const std::vector<LayoutUse>& uses,
                std::uint32_t layout) {
  json.key("used_by").begin_array();
  for (const LayoutUse& use : uses) {
    if (use.layout != layout) continue;
    json.begin_object(JsonWriter::Lines::One);
    json.key("profile").string(schema.text(use.profile->name)).key("vendor");
    write_vendor(json, use.vendor);
    json.key("block").string(use.block).key("device").boolean(use.device);
    json.key("alternative").boolean(use.alternative).end_object();
  }
  json.end_array();
}

void write_number(JsonWriter& json, const std::optional<std::uint64_t>& value) {
  value ? json.uint(*value) : json.null();
}

void write_records(JsonWriter& json, const LayoutInfo& info) {
  json.key("records").begin_array();
  for (const schema::RecordInfo& record : info.records) {
    json.begin_object(JsonWriter::Lines::One).key("path").string(record.path);
    json.key("count").string(record.count).key("size");
    write_number(json, record.size);
    json.end_object();
  }
  json.end_array();
}

void write_row(JsonWriter& json, const Schema& schema, const LayoutInfo& info,
               const FieldInfo& field) {
  const RowDef& row = schema.row(field.row);
  json.begin_object(JsonWriter::Lines::One).key("path").string(field.path);
  json.key("record").uint(field.record).key("offset");
  write_number(json, field.offset);
  json.key("size");
  write_number(json, field.size);
  json.key("size_text").string(field.size_text);
  json.key("type").string(to_string(row.type)).key("c_type").string(c_type(row));
  json.key("source").string(field.source).key("class").string(to_string(row.cls));
  json.key("element");
  write_text(json, field.element);
  json.key("codec");
  write_text(json, schema.text(row.codec));
  json.key("register");
  row.reg == schema::kNone ? json.null() : json.string(schema.text(schema.reg(row.reg).name));
  json.key("enum");
  row.enumeration == schema::kNone
      ? json.null()
      : json.string(schema.text(schema.enumeration(row.enumeration).name));
  json.key("expected");
  write_text(json, describe_expectation(schema, row));
  json.key("loops").begin_array();
  for (const auto l : field.loops) {
    const schema::LoopInfo& loop = info.loops[l];
    json.begin_object().key("path").string(loop.path).key("count").string(loop.count);
    json.key("stride");
    write_number(json, loop.stride);
    json.end_object();
  }
  json.end_array().key("when").begin_array();
  for (const std::string& condition : field.conditions) json.string(condition);
  json.end_array().key("doc").string(schema.text(row.doc)).key("uncertain");
  row.uncertain == 0 ? json.null() : json.string(schema.text(row.note));
  json.end_object();
}

void write_rows(JsonWriter& json, const Schema& schema, std::uint32_t number,
                const std::vector<LayoutUse>& uses, const LayoutFilter& filter) {
  const schema::ProfileDef* profile = filter.profile;
  for (const LayoutUse& use : uses) {
    if (profile == nullptr && use.layout == number) profile = use.profile;
  }
  const LayoutInfo info = describe(schema, schema.layout(number), profile);
  write_records(json, info);
  json.key("rows").begin_array();
  for (const FieldInfo& field : info.fields) write_row(json, schema, info, field);
  json.end_array();
}

}  // namespace

void write_layouts(Output& out, bool compact, const Schema& schema, const LayoutChoice& choice,
                   bool rows) {
  const auto uses = layout_uses(schema, choice.filter);
  auto json = out.json(compact);
  json.begin_object().key("schema").string("snapfmt.layouts/1").key("layouts").begin_array();
  for (const auto number : choice.layouts) {
    const schema::LayoutDef& layout = schema.layout(number);
    json.begin_object().key("id").string(schema.text(layout.id));
    json.key("title").string(schema.text(layout.title)).key("doc");
    write_text(json, schema.text(layout.doc));
    json.key("origin");
    write_text(json, schema.text(layout.origin));
    json.key("area");
    write_text(json, schema.text(layout.area));
    json.key("size");
    write_size(json, layout_size(schema, number, choice.filter.profile));
    write_uses(json, schema, uses, number);
    if (rows) {
      write_rows(json, schema, number, uses, choice.filter);
    } else {
      json.key("records").null().key("rows").null();
    }
    json.end_object();
  }
  json.end_array().end_object();
  (void)json.finish();
}

}  // namespace snapfmt::tools::snapinfo
