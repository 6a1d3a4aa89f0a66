#include "common/help.h"

#include <string>

#include "common/terminal.h"

namespace snapfmt::tools {
namespace {

constexpr std::size_t kTextAt = 22;

/// A name and what it means beside it, or below it if the name is long.
std::string entry(const std::string& name, const std::string& text) {
  std::string out = "  " + name;
  if (text.empty()) return out + '\n';
  if (columns(out) + 2 > kTextAt) out += '\n';
  out += out.back() == '\n' ? std::string(kTextAt, ' ') : std::string(kTextAt - columns(out), ' ');
  return out + wrapped(text, kWidth - kTextAt, kTextAt) + '\n';
}

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string name = make_option_name(option, is_positional);
    // An option's short and long name with a blank between them.
    if (const auto comma = name.find(','); comma != std::string::npos) name.insert(comma + 1, " ");
    return entry(name + make_option_opts(option), make_option_desc(option));
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return entry(command->get_display_name(true), command->get_description());
  }

  /// The name of its value; what it needs or excludes is said by its sentence, or when it is wrong.
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_positional() || option->get_type_size() == 0) return {};
    const std::string type = option->get_type_name();
    return type.empty() ? type : ' ' + type;
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

}  // namespace snapfmt::tools
