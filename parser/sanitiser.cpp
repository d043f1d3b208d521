#include "parser/sanitiser.hpp"

#include <string>

#include "parser/html_characters.hpp"
#include "parser/html_gumbo.hpp"
#include "parser/html_writer.hpp"
#include "parser/parser.hpp"

namespace tributary::parser {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\f\r";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

SafeHtml Sanitiser::clean(std::string_view html, std::string_view base) {
  std::string storage;
  html = trimmed(html::prepare(html, storage));
  std::string out;
  out.reserve(html.size() + html.size() / 8);
  html::Writer writer(base, out);
  html::gumbo_fragment(html, writer);
  writer.finish();
  if (const auto core = trimmed(out); core.size() != out.size()) out = std::string(core);
  return SafeHtml(std::move(out));
}

SafeHtml sanitise(std::string_view html, std::string_view base) {
  return Sanitiser::clean(html, base);
}

}  // namespace tributary::parser
