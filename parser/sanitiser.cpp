#include "parser/sanitiser.hpp"

#include <algorithm>
#include <string>

#include "parser/html_builder.hpp"
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

/// True when a long base and many short references would make far more of the markup than it is. Each
/// reference follows a '=' or a ','.
bool is_out_of_proportion(std::string_view base, std::string_view html) {
  constexpr std::size_t always_fine = 128;
  constexpr std::size_t floor = std::size_t{16} << 10U;
  if (base.size() <= always_fine) return false;
  const auto references = std::ranges::count_if(html, [](char c) { return c == '=' || c == ','; });
  return static_cast<std::size_t>(references) * base.size() > 4 * html.size() + floor;
}

}  // namespace

SafeHtml Sanitiser::clean(std::string_view html, std::string_view base) {
  std::string storage;
  html = trimmed(html::prepare(html, storage));
  if (is_out_of_proportion(base, html)) base = {};
  std::string out;
  out.reserve(html.size() + html.size() / 8 + 16);
  // Nearly all markup is read exactly in one linear pass; for the rest that pass tells what an HTML5 parser
  // would cost. What would cost too much keeps the linear reading: as safe, only less faithful to what the
  // markup's faults look like.
  html::Writer writer(base, out);
  html::Builder builder(html, writer);
  builder.run();
  if (!builder.is_exact() && builder.is_affordable()) {
    out.clear();
    html::Writer exact(base, out);
    html::gumbo_fragment(html, exact);
    exact.finish();
  }
  if (const auto core = trimmed(out); core.size() != out.size()) out = std::string(core);
  return SafeHtml(std::move(out));
}

SafeHtml sanitise(std::string_view html, std::string_view base) {
  return Sanitiser::clean(html, base);
}

}  // namespace tributary::parser
