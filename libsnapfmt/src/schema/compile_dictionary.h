// Registers, enumerations, elements and profiles of an image.
#pragma once

#include <set>
#include <string>

#include "image_builder.h"
#include "json_source.h"

namespace snapfmt::schema {

void compile_enums(ImageBuilder& image, const Node& file);
void compile_registers(ImageBuilder& image, const Node& file);
void compile_elements(ImageBuilder& image, const Node& file);

/// Layouts that a profile refers to.
std::set<std::string> layouts_of_profile(const Node& file);
void compile_profile(ImageBuilder& image, const Node& file);

}  // namespace snapfmt::schema
