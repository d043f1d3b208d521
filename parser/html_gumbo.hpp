#pragma once
#include <string>
#include <string_view>

#include "parser/html_writer.hpp"

/// The HTML5 parser (gumbo), behind one file so that another can take its place. It costs time in proportion
/// to open elements × tags and tens of times the input's memory: what it is given is limited by its callers.
namespace tributary::parser::html {

/// Parses a fragment in the context of a div and hands its tree to `writer`, without finish(). The input is
/// prepare()d.
void gumbo_fragment(std::string_view html, Writer& writer);

}  // namespace tributary::parser::html
