// Atom 1.0 (RFC 4287) with tombstones (RFC 6721), archives (RFC 5005), licence links (RFC 4946) and Media RSS
// for images. atom:source comes last in an entry: readers that don't expect it take its title for the entry's
// when it comes first.
#include "publisher/formats.hpp"
#include "publisher/text.hpp"
#include "publisher/xml.hpp"

namespace tributary::publisher {
namespace {

std::string number(const auto& value) {
  return value ? std::to_string(*value) : std::string();
}

void person(XmlWriter& xml, std::string_view element, const Person& person) {
  xml.open(element);
  xml.text("name", person.name);
  xml.text("uri", person.uri);
  xml.text("email", person.email);
  xml.close();
}

void categories(XmlWriter& xml, const ShownEntry& entry, const ShownSite& site) {
  if (!entry.type.empty()) {
    const std::string& term = entry.type_slug.empty() ? entry.type : entry.type_slug;
    xml.empty("category", {{"term", term}, {"scheme", site.url + "types/"}, {"label", entry.type}});
  }
  for (const Topic& topic : entry.topics) {
    xml.empty("category", {{"term", topic.slug}, {"scheme", site.url + "topics/"}, {"label", topic.title}});
  }
  for (const Category& category : entry.categories) {
    xml.empty("category", {{"term", category.term}, {"scheme", category.scheme}, {"label", category.label}});
  }
}

void links(XmlWriter& xml, const ShownEntry& entry) {
  if (!entry.url.empty()) xml.empty("link", {{"rel", "alternate"}, {"href", entry.url}});
  for (const ShownAttachment& attachment : entry.attachments) {
    xml.empty("link", {{"rel", "enclosure"},
                       {"href", attachment.url},
                       {"type", attachment.type},
                       {"length", number(attachment.length)},
                       {"title", attachment.title}});
  }
  if (!entry.licence.address.empty()) {
    xml.empty("link", {{"rel", "license"}, {"href", entry.licence.address}, {"title", entry.licence.name}});
  }
  if (!entry.source.self.empty()) {
    xml.empty("link", {{"rel", "via"}, {"href", entry.source.self}, {"title", entry.source.title}});
  }
  for (const ShownCopy& copy : entry.also) {
    if (copy.url.empty()) continue;
    const std::string title = copy.title.empty() ? copy.partner : copy.title + " – " + copy.partner;
    xml.empty("link", {{"rel", "related"}, {"href", copy.url}, {"title", title}});
  }
  if (!entry.comments.empty()) {
    xml.empty("link", {{"rel", "replies"}, {"href", entry.comments}, {"type", "text/html"}});
  }
}

/// An entry without a page of its own must have content (RFC 4287 section 4.1.2), so its excerpt moves there.
void texts(XmlWriter& xml, const ShownEntry& entry) {
  const bool needs_content = entry.url.empty() && entry.content.empty();
  const std::string& words = needs_content && entry.excerpt.empty() ? entry.title : entry.excerpt;
  const std::string_view element = needs_content ? "content" : "summary";
  if (entry.direction == Direction::rtl && !words.empty()) {
    xml.open(element, {{"type", "xhtml"}});
    xml.text("div", words, {{"xmlns", "http://www.w3.org/1999/xhtml"}, {"dir", "rtl"}});
    xml.close();
  } else {
    xml.text(element, words, {{"type", "text"}});
  }
  xml.text("content", entry.content, {{"type", "html"}});
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

/// A page of the archive leaves out when the partner's feed last changed: it would not stay as it is.
void source(XmlWriter& xml, const ShownSource& source, bool archived) {
  xml.open("source", {{"xml:lang", source.language}});
  xml.text("id", source.id);
  xml.text("title", source.title, {{"type", "text"}});
  xml.text("subtitle", source.subtitle, {{"type", "text"}});
  if (source.updated && !archived) xml.text("updated", to_rfc3339(*source.updated));
  if (!source.self.empty()) xml.empty("link", {{"rel", "self"}, {"href", source.self}});
  if (!source.link.empty()) xml.empty("link", {{"rel", "alternate"}, {"href", source.link}});
  if (!source.licence.empty()) xml.empty("link", {{"rel", "license"}, {"href", source.licence}});
  xml.text("rights", source.rights, {{"type", "text"}});
  xml.text("icon", source.icon);
  xml.text("logo", source.logo);
  xml.close();
}

std::string write_entry(const ShownEntry& entry, const ShownPage& page) {
  XmlWriter xml(1);
  xml.open("entry", {{"xml:lang", entry.language}});
  xml.text("id", entry.id);
  xml.text("title", entry.title, {{"type", "text"}});
  xml.text("updated", to_rfc3339(entry.modified));
  xml.text("published", to_rfc3339(entry.published));
  for (const Person& author : entry.authors) person(xml, "author", author);
  for (const Person& contributor : entry.contributors) person(xml, "contributor", contributor);
  links(xml, entry);
  categories(xml, entry, *page.site);
  texts(xml, entry);
  if (!entry.rights.empty()) {
    xml.text("rights", entry.rights, {{"type", "text"}});
  } else if (entry.licence.address.empty()) {
    xml.text("rights", entry.licence.name, {{"type", "text"}});
  }
  images(xml, entry);
  source(xml, entry.source, page.archive != 0);
  xml.close();
  return xml.take();
}

}  // namespace

std::string render_atom(const ShownPage& page) {
  const ShownSite& site = *page.site;
  XmlWriter xml;
  const std::string self = page.archive != 0 ? page.archive_url(page.archive) : page.url() + "atom.xml";
  const std::string style = std::string(page.archive != 0 ? "../" : "") + page.root + "feed.css";
  xml.instruction("xml-stylesheet", "type=\"text/css\" href=\"" + style + "\"");
  xml.open("feed", {{"xmlns", "http://www.w3.org/2005/Atom"},
                    {"xmlns:at", page.tombstones.empty() ? "" : "http://purl.org/atompub/tombstones/1.0"},
                    {"xmlns:fh", page.archive != 0 ? "http://purl.org/syndication/history/1.0" : ""},
                    {"xmlns:media", "http://search.yahoo.com/mrss/"},
                    {"xml:lang", site.language}});
  xml.text("id", page.url());
  xml.text("title", page.full_title, {{"type", "text"}});
  xml.text("subtitle", one_line(page.intro), {{"type", "text"}});
  xml.text("updated", to_rfc3339(page.updated));
  person(xml, "author", site.author);
  xml.empty("link", {{"rel", "self"}, {"href", self}, {"type", "application/atom+xml"}});
  xml.empty("link", {{"rel", "alternate"}, {"href", page.url()}, {"type", "text/html"}});
  // RFC 5005 section 4: no next-archive, so that a closed page needs no change when another one closes.
  if (page.archive != 0) {
    xml.empty("fh:archive");
    xml.empty("link", {{"rel", "current"}, {"href", page.url() + "atom.xml"}});
  }
  if (page.previous_archive != 0) {
    xml.empty("link", {{"rel", "prev-archive"}, {"href", page.archive_url(page.previous_archive)}});
  }
  if (!site.hub.empty()) xml.empty("link", {{"rel", "hub"}, {"href", site.hub}});
  xml.text("rights", site.rights, {{"type", "text"}});
  xml.text("generator", "Tributary");
  for (const ShownTombstone& tombstone : page.tombstones) {
    if (tombstone.id.empty()) continue;
    xml.open("at:deleted-entry", {{"ref", tombstone.id}, {"when", to_rfc3339(tombstone.when)}});
    xml.text("at:comment", tombstone.comment);
    xml.close();
  }
  for (const EntryPointer& entry : page.entries) {
    xml.fragment(fragment_of(*entry, page.archive != 0 ? "atom-archive" : "atom",
                             [&] { return write_entry(*entry, page); }));
  }
  xml.close();
  return xml.take();
}

}  // namespace tributary::publisher
