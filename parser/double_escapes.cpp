#include "parser/double_escapes.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/html_references.hpp"
#include "parser/sanitiser.hpp"

namespace tributary::parser {
namespace {

constexpr std::string_view ampersand = "&amp;";
constexpr std::size_t enough = 3;
constexpr std::size_t longest_reference = 40;

/// True when what follows an escaped ampersand would make it a character reference.
bool ends_reference(std::string_view after) {
  const auto semicolon = after.substr(0, longest_reference).find(';');
  return semicolon != std::string_view::npos &&
         html::has_reference("&" + std::string(after.substr(0, semicolon + 1)));
}

enum class Shows { nothing, references, ampersands };

/// What the escaped ampersands of sanitised HTML, or of text, show: references only, or themselves.
Shows what_shows(const Text& title) {
  if (title.type == Text::Type::text)
    return title.plain.find('&') == std::string::npos ? Shows::nothing : Shows::ampersands;
  const std::string_view html = title.html.view();
  Shows shows = Shows::nothing;
  for (auto at = html.find(ampersand); at != std::string_view::npos; at = html.find(ampersand, at + 1)) {
    if (!ends_reference(html.substr(at + ampersand.size()))) return Shows::ampersands;
    shows = Shows::references;
  }
  return shows;
}

SafeHtml decoded_once_more(const Text& title) {
  std::string html;
  std::string_view rest = title.html.view();
  for (auto at = rest.find(ampersand); at != std::string_view::npos; at = rest.find(ampersand)) {
    html += rest.substr(0, at + 1);
    rest.remove_prefix(at + ampersand.size());
  }
  return Sanitiser::clean(html += rest, title.base);
}

}  // namespace

void mend_double_escapes(Feed& feed) {
  std::size_t count = 0;
  for (const Item& item : feed.items) {
    const Shows shows = item.title ? what_shows(*item.title) : Shows::nothing;
    if (shows == Shows::ampersands) return;
    if (shows == Shows::references) ++count;
  }
  if (count < enough) return;
  for (Item& item : feed.items) {
    if (item.title && what_shows(*item.title) == Shows::references)
      item.title->html = decoded_once_more(*item.title);
  }
}

}  // namespace tributary::parser
