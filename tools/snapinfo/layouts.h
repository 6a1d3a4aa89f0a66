// The outputs of `snapinfo layouts`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/terminal.h"
#include "snapfmt/schema/catalog.h"

namespace snapfmt::tools::snapinfo {

/// Which layouts to show, by number, and for which profile, if one was asked for.
struct LayoutChoice {
  std::vector<std::uint32_t> layouts;
  schema::LayoutFilter filter;
};

/// A table of layouts.
void print_layout_list(Output& out, const schema::Schema& schema, const LayoutChoice& choice);

/// Layouts row by row; `bits`: with the bits of the registers.
void print_layouts(Output& out, const schema::Schema& schema, const LayoutChoice& choice,
                   bool bits);

/// `snapfmt.layouts/1`; `rows`: with rows, not only what there is.
void write_layouts(Output& out, bool compact, const schema::Schema& schema,
                   const LayoutChoice& choice, bool rows);

/// Definitions of registers and enumerations by number.
struct DefinitionChoice {
  std::vector<std::uint32_t> registers, enums;
};

/// By names or patterns; all without any. NotFound for one that matches nothing.
Result<DefinitionChoice> choose_definitions(const schema::Schema& schema,
                                            std::span<const std::string> names);
/// A table of what there is, or the definitions with bits and values.
void print_definition_list(Output& out, const schema::Schema& schema,
                           const DefinitionChoice& choice);
void print_definitions(Output& out, const schema::Schema& schema, const DefinitionChoice& choice);
/// `snapfmt.registers/1`.
void write_definitions(Output& out, bool compact, const schema::Schema& schema,
                       const DefinitionChoice& choice);

/// The bits of a register, each line indented.
void print_bits(Output& out, const schema::Schema& schema, const schema::RegisterDef& reg,
                std::size_t indent);

/// "freebsd-13.0, freebsd-13.1 (intel)".
std::string users_text(const schema::Schema& schema, std::uint32_t layout,
                       const schema::LayoutFilter& filter);

}  // namespace snapfmt::tools::snapinfo
