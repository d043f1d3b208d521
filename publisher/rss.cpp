// RSS 2.0 as the RSS Advisory Board keeps it (rssboard.org/rss-specification), with the modules that carry
// what RSS has no element for: Atom links and dates, Dublin Core, Content, Creative Commons, Media RSS.
#include "publisher/formats.hpp"
#include "publisher/text.hpp"
#include "publisher/xml.hpp"

namespace tributary::publisher {
namespace {

std::string number(const auto& value) {
  return value ? std::to_string(*value) : std::string();
}

/// A description is HTML: plain words are escaped for it, and then once more for XML.
std::string description_of(const ShownEntry& entry) {
  if (entry.excerpt.empty()) return {};
  if (entry.direction == Direction::rtl) return "<div dir=\"rtl\">" + escape(entry.excerpt) + "</div>";
  return escape(entry.excerpt);
}

void images(XmlWriter& xml, const ShownEntry& entry) {
  for (const ShownImage& image : entry.images) {
    xml.open("media:content", {{"url", image.url},
                               {"type", image.type},
                               {"medium", "image"},
                               {"width", number(image.width)},
                               {"height", number(image.height)}});
    xml.text("media:description", image.alt, {{"type", "plain"}});
    xml.text("media:credit", image.credit, {{"role", "owner"}, {"scheme", "urn:ebu"}});
    if (!image.licence.empty()) {
      xml.text("media:license", image.licence.name.empty() ? image.licence.address : image.licence.name,
               {{"type", "text/html"}, {"href", image.licence.address}});
    }
    xml.close();
  }
}

std::string write_item(const ShownEntry& entry, const ShownSite& site) {
  XmlWriter xml(2);
  xml.open("item");
  xml.text("title", entry.title);
  xml.text("link", entry.url);
  xml.text("guid", entry.id, {{"isPermaLink", "false"}});
  xml.text("pubDate", to_http_date(entry.published));
  xml.text("atom:updated", to_rfc3339(entry.modified));
  for (const Person& author : entry.authors) xml.text("dc:creator", author.name);
  for (const Person& contributor : entry.contributors) xml.text("dc:contributor", contributor.name);
  xml.text("dc:language", entry.language);
  if (!entry.type.empty()) xml.text("category", entry.type, {{"domain", site.url + "types/"}});
  for (const Topic& topic : entry.topics)
    xml.text("category", topic.title, {{"domain", site.url + "topics/"}});
  for (const Category& category : entry.categories) {
    xml.text("category", category.label.empty() ? category.term : category.label,
             {{"domain", category.scheme}});
  }
  xml.text("comments", entry.comments);
  xml.text("description", description_of(entry));
  xml.text("content:encoded", entry.content);
  for (const ShownAttachment& attachment : entry.attachments) {
    // All three are required; a length that nobody knows is 0.
    xml.empty("enclosure",
              {{"url", attachment.url},
               {"length", attachment.length ? std::to_string(*attachment.length) : "0"},
               {"type", attachment.type.empty() ? "application/octet-stream" : attachment.type}});
  }
  images(xml, entry);
  xml.text("dc:rights", !entry.rights.empty() ? entry.rights : entry.licence.name);
  xml.text("creativeCommons:license", entry.licence.address);
  for (const ShownCopy& copy : entry.also) {
    if (copy.url.empty()) continue;
    const std::string title = copy.title.empty() ? copy.partner : copy.title + " – " + copy.partner;
    xml.empty("atom:link", {{"rel", "related"}, {"href", copy.url}, {"title", title}});
  }
  if (!entry.source.self.empty()) xml.text("source", entry.source.title, {{"url", entry.source.self}});
  xml.close();
  return xml.take();
}

}  // namespace

std::string render_rss(const ShownPage& page) {
  const ShownSite& site = *page.site;
  XmlWriter xml;
  xml.instruction("xml-stylesheet", "type=\"text/css\" href=\"" + page.root + "feed.css\"");
  xml.open("rss", {{"version", "2.0"},
                   {"xmlns:atom", "http://www.w3.org/2005/Atom"},
                   {"xmlns:content", "http://purl.org/rss/1.0/modules/content/"},
                   {"xmlns:creativeCommons", "http://backend.userland.com/creativeCommonsRssModule"},
                   {"xmlns:dc", "http://purl.org/dc/elements/1.1/"},
                   {"xmlns:media", "http://search.yahoo.com/mrss/"}});
  xml.open("channel");
  xml.text("title", page.full_title);
  xml.text("link", page.url());
  const std::string intro = one_line(page.intro);
  xml.text("description", escape(intro.empty() ? page.full_title : intro));
  xml.text("language", site.language);
  xml.text("copyright", site.rights);
  xml.text("lastBuildDate", to_http_date(page.updated));
  xml.text("generator", "Tributary");
  xml.text("docs", "https://www.rssboard.org/rss-specification");
  xml.empty("atom:link",
            {{"rel", "self"}, {"href", page.url() + "rss.xml"}, {"type", "application/rss+xml"}});
  if (!site.hub.empty()) xml.empty("atom:link", {{"rel", "hub"}, {"href", site.hub}});
  for (const EntryPointer& entry : page.entries) {
    xml.fragment(fragment_of(*entry, "rss", [&] { return write_item(*entry, site); }));
  }
  xml.close();
  xml.close();
  return xml.take();
}

}  // namespace tributary::publisher
