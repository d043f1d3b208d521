#pragma once
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

/// Bytes → Feed with Items: sniffing, charsets, repair, the table of formats, dates, sanitising, discovery.
/// All functions are pure and may be called from any thread.
namespace tributary::parser {

/// A document as it arrived. The bytes are borrowed for the call only.
struct Document {
  std::string_view bytes = {};
  std::string name = {};          ///< the feed's URL or file, for errors
  std::string base = {};          ///< the address it came from; the outermost base of relative references
  std::string content_type = {};  ///< Content-Type header; its charset outranks the XML declaration's
};

struct ParseOptions {
  bool sanitise = true;       ///< false only for measuring: then no HTML is kept at all
  std::string timezone = {};  ///< IANA name for dates without a zone; empty: UTC
};

/// Reads a feed as parse-contract.md says. Fails with ErrorKind::not_a_feed (HTML page, OPML, empty document,
/// no recognisable root), or with too_large where memory does not suffice; whatever can be read of a damaged
/// feed is read, and Feed::warnings says what was wrong. Never crashes, hangs, or takes memory out of proportion to the input.
[[nodiscard]] Result<Feed> parse(const Document& document, const ParseOptions& options = {});

/// The JSON document of parse-contract.md, UTF-8, ending in a line end. Unknown members are left out.
[[nodiscard]] std::string to_json(const Feed& feed);
/// The same, block by block: a document's text may be many megabytes, and need not be in memory once more.
void write_json(const Feed& feed, std::ostream& to);

/// HTML from anywhere → HTML that may be shown (parse-contract.md, "Sanitised HTML"). `base` resolves
/// relative URLs. Sanitising its own result changes nothing.
[[nodiscard]] SafeHtml sanitise(std::string_view html, std::string_view base = {});

/// A text as one line to show where no markup can be: tags dropped, references decoded, white space folded.
[[nodiscard]] std::string plain_text(const Text& text);

/// The feeds that an HTML page names (link rel=alternate or rel=feed with a feed's media type), absolute, in
/// document order, without duplicates.
[[nodiscard]] std::vector<Link> discover(std::string_view html, std::string_view base);

}  // namespace tributary::parser
