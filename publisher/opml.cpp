// OPML 2.0 (opml.org/spec2.opml): the partners' own feeds, for whoever wants to follow them without us.
#include "publisher/formats.hpp"
#include "publisher/text.hpp"
#include "publisher/xml.hpp"

namespace tributary::publisher {

std::string render_opml(const ShownSite& site) {
  XmlWriter xml;
  xml.open("opml", {{"version", "2.0"}});
  xml.open("head");
  xml.text("title", site.title);
  xml.text("ownerName", site.author.name);
  xml.text("ownerEmail", site.author.email);
  xml.text("ownerId", site.author.uri);
  xml.text("docs", "http://opml.org/spec2.opml");
  xml.close();
  xml.open("body");
  for (const Partner& partner : site.partners) {
    const std::string url = public_address(partner.url);
    if (url.empty()) continue;
    std::string name = one_line(partner.name);
    if (name.empty()) name = url;
    // Categories are slash-delimited paths (spec, "category").
    std::string categories;
    for (const std::string& topic : partner.topics) {
      if (!categories.empty()) categories += ',';
      categories += "/topics/" + topic;
    }
    xml.empty("outline",
              {{"type", "rss"}, {"text", name}, {"title", name}, {"xmlUrl", url}, {"category", categories}});
  }
  xml.close();
  xml.close();
  return xml.take();
}

}  // namespace tributary::publisher
