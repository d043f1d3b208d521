#include "parser/sanitiser.hpp"

#include <string>

#include "parser/blocks.hpp"
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

/// Most titles and summaries are no markup at all.
bool is_plain(std::string_view html) {
  const char* const end = html.data() + html.size();
  return find_first(html.data(), end, [](auto c) {
           return (c == std::uint8_t{'<'}) | (c == std::uint8_t{'&'}) | (c == std::uint8_t{'>'});
         }) == end;
}

/// Appends the cleaned markup. False when `base` made far more of it than it is, as a long base before many
/// short references does; then the base was not used to the end.
bool write_clean(std::string_view html, std::string_view base, std::string& out) {
  // Nearly all markup is read exactly in one linear pass; for the rest that pass tells what an HTML5 parser
  // would cost. What would cost too much keeps the linear reading: as safe, only less faithful to what the
  // markup's faults look like.
  html::Writer writer(base, out, html::most_from(html));
  html::Builder builder(html, writer);
  builder.run();
  if (builder.is_exact() || !builder.is_affordable()) return !writer.is_overgrown();
  out.clear();
  html::Writer exact(base, out, html::most_from(html));
  html::gumbo_fragment(html, builder.newer_names(), exact);
  exact.finish();
  return !exact.is_overgrown();
}

}  // namespace

SafeHtml Sanitiser::clean(std::string_view html, std::string_view base, Prepared prepared) {
  std::string storage;
  if (prepared == Prepared::no) html = html::prepare(html, storage);
  html = trimmed(html);
  if (is_plain(html)) return SafeHtml(std::string(html));
  std::string out;
  out.reserve(html.size() + html.size() / 8 + 16);
  if (!write_clean(html, base, out)) {
    out.clear();
    static_cast<void>(write_clean(html, {}, out));
  }
  if (const auto core = trimmed(out); core.size() != out.size()) out = std::string(core);
  return SafeHtml(std::move(out));
}

SafeHtml sanitise(std::string_view html, std::string_view base) {
  return Sanitiser::clean(html, base);
}

}  // namespace tributary::parser
