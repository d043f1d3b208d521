#include "parser/namespaces.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "parser/ascii.hpp"

namespace tributary::parser {
namespace {

struct Row {
  std::string_view uri;  // lower case, without scheme and closing '/' or '#'
  Ns ns;
};

// Compared without scheme, letter case and a closing '/' or '#': all of these differ between feeds that mean
// the same.
constexpr std::array rows{
    Row{"www.w3.org/2005/atom", Ns::atom},
    Row{"purl.org/atom/ns", Ns::atom},
    Row{"purl.org/atom/draft-ietf-atompub-format", Ns::atom},
    Row{"www.w3.org/2005/atom-draft", Ns::atom},
    Row{"example.com/newformat", Ns::atom},
    Row{"example.com/necho", Ns::atom},
    Row{"purl.org/echo", Ns::atom},
    Row{"uri/of/echo/namespace", Ns::atom},
    Row{"purl.org/pie", Ns::atom},
    Row{"my.netscape.com/rdf/simple/0.9", Ns::plain},
    Row{"channel.netscape.com/rdf/simple/0.9", Ns::plain},
    Row{"my.netscape.com/publish/formats/rss-0.91.dtd", Ns::plain},
    Row{"purl.org/rss/1.0", Ns::plain},
    Row{"purl.org/net/rss1.1", Ns::plain},
    Row{"purl.org/rss/1.0/modules/rss091", Ns::plain},
    Row{"backend.userland.com/rss", Ns::plain},
    Row{"backend.userland.com/rss2", Ns::plain},
    Row{"backend.userland.com/rss091", Ns::plain},
    Row{"backend.userland.com/rss092", Ns::plain},
    Row{"blogs.law.harvard.edu/tech/rss", Ns::plain},
    Row{"cyber.law.harvard.edu/rss", Ns::plain},
    Row{"www.rssboard.org/rss-specification", Ns::plain},
    Row{"www.w3.org/1999/02/22-rdf-syntax-ns", Ns::rdf},
    Row{"purl.org/dc/elements/1.1", Ns::dc},
    Row{"purl.org/dc/elements/1.0", Ns::dc},
    Row{"purl.org/metadata/dublin_core", Ns::dc},
    Row{"purl.org/dc/terms", Ns::dcterms},
    Row{"purl.org/rss/1.0/modules/dcterms", Ns::dcterms},
    Row{"purl.org/rss/1.0/modules/content", Ns::content},
    Row{"purl.org/rss/1.0/modules/syndication", Ns::sy},
    Row{"webns.net/mvcb", Ns::admin},
    Row{"search.yahoo.com/mrss", Ns::media},
    Row{"video.search.yahoo.com/mrss", Ns::media},
    Row{"www.rssboard.org/media-rss", Ns::media},
    Row{"www.itunes.com/dtds/podcast-1.0.dtd", Ns::itunes},
    Row{"itunes.com/dtds/podcast-1.0.dtd", Ns::itunes},
    Row{"www.itunes.com/dtds/podcast-1.0", Ns::itunes},
    Row{"example.com/dtds/podcast-1.0.dtd", Ns::itunes},
    Row{"backend.userland.com/creativecommonsrssmodule", Ns::creative_commons},
    Row{"cyber.law.harvard.edu/rss/creativecommonsrssmodule.html", Ns::creative_commons},
    Row{"web.resource.org/cc", Ns::creative_commons},
    Row{"creativecommons.org/ns", Ns::creative_commons},
    Row{"creativecommons.org/ns#license", Ns::creative_commons},
    Row{"www.w3.org/1999/xhtml", Ns::xhtml},
    Row{"purl.org/syndication/history/1.0", Ns::fh},
    Row{"purl.org/atompub/tombstones/1.0", Ns::at},
    Row{"www.w3.org/xml/1998/namespace", Ns::xml},
};

constexpr std::array customary{
    std::pair{std::string_view("dc"), Ns::dc},
    std::pair{std::string_view("dcterms"), Ns::dcterms},
    std::pair{std::string_view("content"), Ns::content},
    std::pair{std::string_view("sy"), Ns::sy},
    std::pair{std::string_view("admin"), Ns::admin},
    std::pair{std::string_view("media"), Ns::media},
    std::pair{std::string_view("itunes"), Ns::itunes},
    std::pair{std::string_view("creativecommons"), Ns::creative_commons},
    std::pair{std::string_view("cc"), Ns::creative_commons},
    std::pair{std::string_view("xhtml"), Ns::xhtml},
    std::pair{std::string_view("fh"), Ns::fh},
    std::pair{std::string_view("at"), Ns::at},
    std::pair{std::string_view("atom"), Ns::atom},
    std::pair{std::string_view("atom10"), Ns::atom},
    std::pair{std::string_view("a10"), Ns::atom},
    std::pair{std::string_view("rdf"), Ns::rdf},
    std::pair{std::string_view("rss"), Ns::plain},
};

std::string_view bare(std::string_view uri) {
  if (const auto scheme = uri.find("://"); scheme != std::string_view::npos) uri = uri.substr(scheme + 3);
  while (uri.ends_with('/') || uri.ends_with('#')) uri.remove_suffix(1);
  return uri;
}

}  // namespace

Ns namespace_of(std::string_view uri) {
  uri = trimmed(uri);
  if (uri.empty()) return Ns::plain;
  uri = bare(uri);
  for (const auto& row : rows) {
    if (row.uri.size() == uri.size() && same_word(row.uri, uri)) return row.ns;
  }
  return Ns::unknown;
}

Ns customary_namespace(std::string_view prefix) {
  for (const auto& [name, ns] : customary) {
    if (same_word(name, prefix)) return ns;
  }
  return Ns::unknown;
}

bool is_atom_1_0(std::string_view uri) {
  return same_word(bare(trimmed(uri)), "www.w3.org/2005/atom");
}

}  // namespace tributary::parser
