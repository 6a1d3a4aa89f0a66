// The text of --help.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

namespace snapfmt::tools {

/// Lists options and commands in two columns, of 80 together, with long sentences wrapped. Give it
/// to the application before its commands are added: they inherit it.
std::shared_ptr<CLI::FormatterBase> help_formatter();

}  // namespace snapfmt::tools
