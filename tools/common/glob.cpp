#include "common/glob.h"

#include <cstddef>

namespace snapfmt::tools {
namespace {

/// The whole text, in time linear in text x pattern at worst: only the last `*` is tried again.
bool matches_whole(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.find_first_of("*?") == std::string_view::npos) {
    return text.find(pattern) != std::string_view::npos;
  }
  if (matches_whole(pattern, text)) return true;
  // A pattern that begins inside the path: `vcpu[0].cr*` for `vmcx.vcpu[0].cr3`.
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos;
       dot = text.find('.', dot + 1)) {
    if (matches_whole(pattern, text.substr(dot + 1))) return true;
  }
  return false;
}

}  // namespace snapfmt::tools
