#include "parser/parser.hpp"

#include <new>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/charset.hpp"
#include "parser/double_escapes.hpp"
#include "parser/entities.hpp"
#include "parser/formats.hpp"
#include "parser/reading.hpp"
#include "parser/utf8.hpp"
#include "parser/xml.hpp"
#include "parser/xml_feed.hpp"

namespace tributary::parser {
namespace {

Error not_a_feed(const Document& document, std::string reason) {
  return {ErrorKind::not_a_feed, document.name, std::move(reason)};
}

std::string_view start_of(std::string_view text) {
  while (!text.empty() && (is_space(text.front()) || text.front() == '\0')) text.remove_prefix(1);
  return text;
}

/// A page's document type is left before a feed now and then: the root tells.
bool is_html_page(std::string_view text) {
  if (starts_with_word(text, "<html")) return true;
  if (!starts_with_word(text, "<!doctype html")) return false;
  const std::string_view root = start_of(text.substr(read_doctype(text, 0).end));
  return !starts_with_word(root, "<rss") && !starts_with_word(root, "<feed") &&
         !starts_with_word(root, "<rdf:rdf") && !root.starts_with("<?xml");
}

/// Why no format wanted the document.
std::string reason_for(Node root) {
  if (!root) return "the document holds no element";
  const std::string_view name = root.local();
  if (same_word(name, "html") || same_word(name, "body") || same_word(name, "head"))
    return "the document is an HTML page, not a feed";
  if (same_word(name, "opml")) return "the document is an OPML list of feeds, not a feed";
  return "the document's root element <" + beginning_of(root.name(), 40) +
         "> belongs to no known feed format";
}

std::expected<void, std::string> read_by_format(Reading& reading, const Body& body) {
  for (const auto& format : formats) {
    if (format.is(body)) return format.read(reading, body);
  }
  return std::unexpected(body.text.empty() ? reason_for(body.root) : "the document is neither XML nor JSON");
}

Result<Feed> read_document(const Document& document, const ParseOptions& options) {
  for (bool keep_space = false;; keep_space = true) {
    Reading reading{document, options};
    DecodedText decoded = decode_document(reading);
    reading.feed.encoding = decoded.label;
    const std::string_view start = start_of(decoded.text());
    if (start.empty()) return std::unexpected(not_a_feed(document, "the document is empty"));
    if (is_html_page(start))
      return std::unexpected(not_a_feed(document, "the document is an HTML page, not a feed"));

    if (start.starts_with('{')) {
      const auto read = read_by_format(reading, {.text = start});
      if (!read) return std::unexpected(not_a_feed(document, read.error()));
      return std::move(reading.feed);
    }
    if (start.find('<') == std::string_view::npos) {
      return std::unexpected(not_a_feed(document, "the document is neither XML nor JSON"));
    }
    const XmlTree tree(reading, std::move(decoded), keep_space);
    reading.has_only_plain_letters = tree.has_only_plain_letters();
    reading.place_of = [&tree](Node node) { return tree.place_of(node); };
    const auto read = read_by_format(reading, {.root = tree.root()});
    if (!read) return std::unexpected(not_a_feed(document, read.error()));
    if (keep_space || !reading.needs_space) {
      mend_double_escapes(reading.feed);
      return std::move(reading.feed);
    }
  }
}

}  // namespace

Result<Feed> parse(const Document& document, const ParseOptions& options) {
  try {
    return read_document(document, options);
  } catch (const std::bad_alloc&) {
    // What was read so far is given back by now, so that there is memory for these words.
    return std::unexpected(
        Error{ErrorKind::too_large, document.name, "there is not enough memory to read the document"});
  }
}

}  // namespace tributary::parser
