#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "snapfmt/container/index.h"

namespace snapfmt::container {
namespace {

/// The text of one index; members and entries know whether a comma comes first.
class Printer {
 public:
  std::string run(const Index& index);

 private:
  void metadata(const Index& index);
  void list(std::string_view key, const std::vector<IndexEntry>& entries, bool by_number,
            std::string_view name_key);
  void begin(std::string_view key, char bracket);
  void end(char bracket);
  void number(std::string_view key, std::uint64_t value);
  void string(std::string_view key, std::string_view value);
  void key_of_member(std::string_view key);
  void new_line();

  std::string text_;
  std::size_t depth_ = 0;
  bool is_first_ = true;
};

std::string Printer::run(const Index& index) {
  begin("", '{');
  metadata(index);
  switch (index.dialect) {
    case Dialect::Gen1:
      list("structs", index.kernel, true, "debug_name");
      list("devices", index.devices, false, "snapshot_req");
      break;
    case Dialect::Gen2:
      list("kern_structs", index.kernel, false, "device");
      list("devices", index.devices, false, "device");
      break;
    case Dialect::Unknown:
      break;
  }
  end('}');
  text_ += '\n';
  return std::move(text_);
}

void Printer::metadata(const Index& index) {
  begin("basic metadata", '{');
  if (index.ncpus) number("ncpus", *index.ncpus);
  if (index.vmname) string("vmname", *index.vmname);
  if (index.memsize) number("memsize", *index.memsize);
  if (index.memflags) number("memflags", *index.memflags);
  end('}');
}

void Printer::list(std::string_view key, const std::vector<IndexEntry>& entries, bool by_number,
                   std::string_view name_key) {
  begin(key, '[');
  for (const IndexEntry& entry : entries) {
    begin("", '{');
    string(name_key, entry.label.empty() ? entry.name : entry.label);
    if (by_number && entry.req) number("snapshot_req", static_cast<std::uint64_t>(*entry.req));
    number("size", static_cast<std::uint64_t>(entry.size));
    number("file_offset", static_cast<std::uint64_t>(entry.file_offset));
    end('}');
  }
  end(']');
}

void Printer::begin(std::string_view key, char bracket) {
  if (depth_ > 0) key_of_member(key);
  text_ += bracket;
  ++depth_;
  is_first_ = true;
}

void Printer::end(char bracket) {
  --depth_;
  new_line();
  text_ += bracket;
  is_first_ = false;
}

void Printer::number(std::string_view key, std::uint64_t value) {
  key_of_member(key);
  fmt::format_to(std::back_inserter(text_), "{}", value);
}

/// libxo escapes these four; every other byte goes out as it is.
void Printer::string(std::string_view key, std::string_view value) {
  key_of_member(key);
  text_ += '"';
  for (const char letter : value) {
    switch (letter) {
      case '"':
        text_ += "\\\"";
        break;
      case '\\':
        text_ += "\\\\";
        break;
      case '\n':
        text_ += "\\n";
        break;
      case '\r':
        text_ += "\\r";
        break;
      default:
        text_ += letter;
        break;
    }
  }
  text_ += '"';
}

/// Comma, line and indentation; elements of arrays have no key.
void Printer::key_of_member(std::string_view key) {
  if (!is_first_) text_ += ',';
  is_first_ = false;
  new_line();
  if (!key.empty()) fmt::format_to(std::back_inserter(text_), "\"{}\": ", key);
}

void Printer::new_line() {
  text_ += '\n';
  text_.append(2 * depth_, ' ');
}

}  // namespace

std::string print_index(const Index& index) { return Printer().run(index); }

}  // namespace snapfmt::container
