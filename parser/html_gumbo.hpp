#pragma once
#include <string_view>
#include <vector>

#include "parser/html_writer.hpp"

/// The HTML5 parser (gumbo), behind one file so that another can take its place. It costs time in proportion
/// to open elements × tags and tens of times the input's memory: what it is given is limited by its callers.
namespace tributary::parser::html {

/// Parses a fragment as the content of a body and hands its tree to `writer`, without finish(). The input is
/// prepare()d. `newer_names` are views into it, in order: names of tags that the parser is too old to know
/// for blocks that the writer unwraps (Builder::newer_names()).
void gumbo_fragment(std::string_view html, const std::vector<std::string_view>& newer_names, Writer& writer);

}  // namespace tributary::parser::html
