// `snapinfo layouts` for people.
#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "snapfmt/schema/describe.h"
#include "snapinfo/layouts.h"
#include "snapinfo/reference.h"

namespace snapfmt::tools::snapinfo {
namespace {

using schema::FieldInfo;
using schema::LayoutFilter;
using schema::LayoutInfo;
using schema::LayoutUse;
using schema::ProfileDef;
using schema::RecordInfo;
using schema::RowDef;
using schema::Schema;

constexpr std::size_t kOffsetWidth = 8, kSizeWidth = 5, kTypeWidth = 12, kClassWidth = 10;
constexpr std::size_t kDetailAt = 10;

/// The profile that loops by parameter are shown for: the one asked for, or the first that uses
/// the layout.
const ProfileDef* profile_for(const Schema& schema, std::uint32_t layout,
                              const LayoutFilter& filter) {
  if (filter.profile != nullptr) return filter.profile;
  const auto uses = layout_uses(schema, filter);
  const auto it = std::ranges::find(uses, layout, &LayoutUse::layout);
  return it == uses.end() ? nullptr : it->profile;
}

std::string size_text(const Schema& schema, std::uint32_t layout, const LayoutFilter& filter) {
  return describe_size(layout_size(schema, layout, filter.profile));
}

void print_head(Output& out, const Schema& schema, std::uint32_t number,
                const LayoutFilter& filter) {
  const schema::LayoutDef& layout = schema.layout(number);
  out.heading(fmt::format("{}  {}", schema.text(layout.id), schema.text(layout.title)));
  print_hanging(out, "  ", 2, schema.text(layout.doc));
  const auto label = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) print_hanging(out, "  " + out.paint(Tone::Dim, padded(name, 9)), 11, text);
  };
  label("source", schema.text(layout.origin));
  const std::string size = size_text(schema, number, filter);
  label("bytes", size == "varies" ? "varies with what the block holds" : size);
  label("used by", users_text(schema, number, filter));
}

void print_record(Output& out, const RecordInfo& record) {
  std::string text = record.path.empty() ? "Once in the block" : record.path;
  if (!record.path.empty()) {
    const bool number = record.count.find_first_not_of("0123456789") == std::string::npos;
    text += record.count == "vCPUs"              ? ", for each vCPU"
            : number                             ? fmt::format(", {} times", record.count)
            : record.count.starts_with("until ") ? ", " + record.count
                                                 : ", as often as " + record.count;
  }
  if (record.size) text += fmt::format(", {} byte{}", *record.size, *record.size == 1 ? "" : "s");
  out.line();
  print_hanging(out, "  ", 2, text, Tone::Heading);
  out.line(out.paint(Tone::Dim, padded("  offset", kOffsetWidth + 2) + ' ' +
                                    padded("size", kSizeWidth) + ' ' + padded("type", kTypeWidth) +
                                    ' ' + padded("class", kClassWidth) + " name"));
}

/// What a row of an array in a record is called, and how far its rounds are apart.
std::string rounds_text(const LayoutInfo& info, const FieldInfo& field) {
  std::string text;
  for (const auto l : field.loops) {
    const schema::LoopInfo& loop = info.loops[l];
    if (loop.path == info.records[field.record].path || !loop.times || !loop.stride) continue;
    text += fmt::format("{}{} times, {} bytes apart", text.empty() ? "" : "; ", loop.count,
                        *loop.stride);
  }
  return text;
}

void print_row(Output& out, const Schema& schema, const LayoutInfo& info, const FieldInfo& field,
               bool bits) {
  const RowDef& row = schema.row(field.row);
  const RecordInfo& record = info.records[field.record];
  std::string name = sanitized(field.path);
  if (!record.path.empty() && name.starts_with(record.path + '.')) {
    name.erase(0, record.path.size() + 1);
  }
  const std::string offset = field.offset ? fmt::format("{:#x}", *field.offset) : "+";
  const std::string size = field.size ? std::to_string(*field.size) : "*";
  const std::string start = "  " + padded(offset, kOffsetWidth) + ' ' + padded(size, kSizeWidth) +
                            ' ' + padded(c_type(row), kTypeWidth) + ' ' +
                            padded(to_string(row.cls), kClassWidth) + ' ';
  const bool dim = row.cls == schema::FieldClass::Padding;
  const auto used = columns(start);
  if (used + columns(name) <= kWidth) {
    out.line(start + out.paint(dim ? Tone::Dim : Tone::Name, name));
  } else {
    out.line(std::string_view(start).substr(0, start.find_last_not_of(' ') + 1));
    out.line(std::string(kDetailAt, ' ') +
             out.paint(dim ? Tone::Dim : Tone::Name, clipped(name, kWidth - kDetailAt)));
  }
  const std::string indent(kDetailAt, ' ');
  const auto detail = [&](std::string_view text, Tone tone) {
    if (!text.empty()) print_hanging(out, indent, kDetailAt, text, tone);
  };
  detail(field.source, Tone::Plain);
  if (!field.size) detail(field.size_text + " bytes", Tone::Dim);
  detail(rounds_text(info, field), Tone::Dim);
  detail(schema.text(row.doc), Tone::Dim);
  if (row.uncertain != 0)
    detail(fmt::format("uncertain: {}", schema.text(row.note)), Tone::Warning);
  if (bits && row.reg != schema::kNone) print_bits(out, schema, schema.reg(row.reg), kDetailAt);
}

void print_conditions(Output& out, const std::vector<std::string>& conditions) {
  const std::string text =
      conditions.empty() ? "In any case:" : fmt::format("If {}:", fmt::join(conditions, " and "));
  print_hanging(out, "  ", 2, text, Tone::Warning);
}

void print_layout(Output& out, const Schema& schema, std::uint32_t number,
                  const LayoutFilter& filter, bool bits) {
  print_head(out, schema, number, filter);
  const LayoutInfo info =
      describe(schema, schema.layout(number), profile_for(schema, number, filter));
  const FieldInfo* previous = nullptr;
  for (const FieldInfo& field : info.fields) {
    const bool new_record = previous == nullptr || previous->record != field.record;
    if (new_record) print_record(out, info.records[field.record]);
    const bool conditional = previous != nullptr && !new_record
                                 ? previous->conditions != field.conditions
                                 : !field.conditions.empty();
    if (conditional) print_conditions(out, field.conditions);
    print_row(out, schema, info, field, bits);
    previous = &field;
  }
  if (info.fields.empty()) out.line("  no rows");
}

}  // namespace

std::string users_text(const Schema& schema, std::uint32_t layout, const LayoutFilter& filter) {
  struct User {
    const LayoutUse* use;
    bool intel, amd, usual;
  };
  const auto uses = layout_uses(schema, filter);
  std::vector<User> users;
  for (const LayoutUse& use : uses) {
    if (use.layout != layout) continue;
    const auto it =
        std::ranges::find_if(users, [&](const User& u) { return u.use->profile == use.profile; });
    User& user = it == users.end() ? users.emplace_back(User{&use, false, false, false}) : *it;
    user.intel = user.intel || use.vendor.value_or(schema::Vendor::Intel) == schema::Vendor::Intel;
    user.amd = user.amd || use.vendor.value_or(schema::Vendor::Amd) == schema::Vendor::Amd;
    user.usual = user.usual || !use.alternative;
  }
  std::string text;
  for (const User& user : users) {
    std::vector<std::string_view> remarks;
    if (user.intel != user.amd) remarks.push_back(user.intel ? "intel" : "amd");
    if (!user.usual) remarks.push_back("perhaps");
    text += fmt::format("{}{}", text.empty() ? "" : ", ", schema.text(user.use->profile->name));
    if (!remarks.empty()) text += fmt::format(" ({})", fmt::join(remarks, ", "));
  }
  return text;
}

void print_layout_list(Output& out, const Schema& schema, const LayoutChoice& choice) {
  constexpr std::size_t kName = 16, kBytes = 20;
  out.line(out.paint(Tone::Dim, padded("layout", kName) + padded("bytes", kBytes) + "what"));
  for (const auto number : choice.layouts) {
    const schema::LayoutDef& layout = schema.layout(number);
    print_hanging(out,
                  out.paint(Tone::Name, padded(schema.text(layout.id), kName - 1)) + ' ' +
                      padded(size_text(schema, number, choice.filter), kBytes - 1) + ' ',
                  kName + kBytes, schema.text(layout.title));
    const std::string users = users_text(schema, number, choice.filter);
    print_hanging(out, "  ", 2, users.empty() ? "not in use" : users, Tone::Dim);
  }
}

void print_layouts(Output& out, const Schema& schema, const LayoutChoice& choice, bool bits) {
  for (const auto number : choice.layouts) print_layout(out, schema, number, choice.filter, bits);
}

}  // namespace snapfmt::tools::snapinfo
