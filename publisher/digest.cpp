// The page. Its markup is in templates/page.mustache and templates/entry.mustache; what they are given is
// made here.
#include <algorithm>
#include <utility>

#include "model/url.hpp"
#include "publisher/formats.hpp"
#include "publisher/json.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

// A page of a planet with hundreds of partners doesn't repeat them all: the front page lists them.
constexpr std::size_t max_places = 24;

/// The words before and after what {0} stands for.
std::pair<std::string, std::string> around(const std::string& words) {
  const auto at = words.find("{0}");
  if (at == std::string::npos) return {words + " ", ""};
  return {words.substr(0, at), words.substr(at + 3)};
}

Fill words_of(const Strings& strings) {
  Fill words;
  for (const auto& [key, text] : strings.all()) words.text(key, text);
  return words;
}

std::string home_of(const ShownPage& page) {
  return page.root.empty() ? "./" : page.root;
}

Fill feed_link(const ShownPage& page, const Format& format, std::string_view name) {
  Fill feed;
  feed.text("media_type", format.media_type.substr(0, format.media_type.find(';')));
  feed.text("feed_title", page.full_title + " (" + std::string(name) + ")");
  feed.text("feed_name", name);
  feed.text("file", format.file);
  return feed;
}

std::vector<Fill> feeds(const ShownPage& page) {
  std::vector<Fill> list;
  for (const Format& format : formats) {
    if (format.name == "atom") list.push_back(feed_link(page, format, "Atom"));
    if (format.name == "rss") list.push_back(feed_link(page, format, "RSS"));
    if (format.name == "json-feed") list.push_back(feed_link(page, format, "JSON Feed"));
  }
  return list;
}

Fill photo_fill(const ShownPhoto& photo, const ShownPage& page) {
  Fill fill;
  const bool elsewhere = is_http_url(photo.src);
  fill.text("src", elsewhere ? photo.src : page.root + photo.src);
  fill.text("alt", photo.alt);
  fill.truth("elsewhere", elsewhere);
  if (photo.size) {
    fill.text("width", std::to_string(photo.size->width));
    fill.text("height", std::to_string(photo.size->height));
  }
  const auto [before, after] = around(page.site->strings["photo"]);
  fill.text("photo_before", before).text("credit", photo.credit).text("photo_after", after);
  if (!photo.licence.empty()) {
    Fill licence;
    licence.text("name", photo.licence.name.empty() ? photo.licence.address : photo.licence.name);
    licence.text("address", photo.licence.address);
    fill.object("photo_licence", std::move(licence));
  }
  return fill;
}

std::vector<Fill> paragraphs(std::string_view text) {
  std::vector<Fill> list;
  std::string paragraph;
  const auto flush = [&] {
    const std::string words = one_line(paragraph);
    paragraph.clear();
    if (words.empty()) return;
    Fill fill;
    fill.text("paragraph", words);
    list.push_back(std::move(fill));
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (one_line(line).empty()) flush();
    paragraph.append(line).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  flush();
  return list;
}

/// Topics, types and partners, each where there is more than nothing to choose from.
std::vector<Fill> groups(const ShownPage& page) {
  const ShownSite& site = *page.site;
  std::vector<Fill> list;
  const auto add = [&](const std::string& heading, const std::string& anchor,
                       const std::vector<Place>& places) {
    if (places.empty()) return;
    const bool front = page.path.empty();
    const bool all = front || places.size() <= max_places;
    std::vector<Fill> items;
    for (const Place& place : places) {
      const bool here = place.id == page.id;
      if (!all && !here) continue;
      Fill item;
      item.text("place", place.title).text("href", page.root + place.path).truth("here", here);
      items.push_back(std::move(item));
    }
    if (!all) {
      Fill item;
      item.text("place", site.strings["all_" + anchor])
          .text("href", page.root + "#" + anchor)
          .truth("here", false);
      items.push_back(std::move(item));
    }
    Fill group;
    group.text("heading", site.strings[heading]).text("anchor", anchor).list("places", std::move(items));
    list.push_back(std::move(group));
  };
  add("topics", "topics", site.topic_places);
  add("types", "types", site.type_places);
  add("partners", "partners", site.partner_places);
  return list;
}

std::string render_entry(const ShownEntry& entry, const ShownPage& page) {
  const ShownSite& site = *page.site;
  Fill fill;
  fill.text("language", site.language).text("direction", to_string(site.direction));
  fill.text("entry_language", entry.language).text("entry_direction", to_string(entry.direction));
  fill.text("entry_title", entry.title).text("entry_url", entry.url).text("entry_excerpt", entry.excerpt);
  fill.text("type", entry.type);
  const auto [modified_before, modified_after] = around(site.strings["last_modified"]);
  fill.text("modified_before", modified_before).text("modified_after", modified_after);
  fill.text("modified", to_rfc3339(entry.modified)).text("modified_date", (*site.dates)(entry.modified));
  fill.text("partner", entry.partner);
  const Place* place = site.place(StreamId::Kind::partner, entry.partner_slug);
  fill.text("partner_url", place != nullptr ? page.root + place->path : entry.source.link);
  fill.text("licence_name", entry.licence.name.empty() ? entry.licence.address : entry.licence.name);
  fill.text("licence_url", entry.licence.address);
  if (!entry.also.empty()) {
    std::vector<Fill> copies;
    for (const ShownCopy& copy : entry.also) {
      Fill one;
      one.truth("comma", !copies.empty()).text("copy_partner", copy.partner).text("copy_url", copy.url);
      copies.push_back(std::move(one));
    }
    const auto [before, after] = around(site.strings["also_published_by"]);
    Fill also;
    also.text("also_before", before).text("also_after", after).list("copies", std::move(copies));
    fill.object("also", std::move(also));
  }
  std::string html = site.templates->render(Templates::Name::entry, fill);
  while (html.ends_with('\n')) html.pop_back();
  return html;
}

/// schema.org ItemList (N12), as JSON-LD that can't end the element that it stands in.
std::string linked_data(const ShownPage& page) {
  JsonWriter json(JsonWriter::For::html);
  json.open_object();
  json.member("@context", "https://schema.org");
  json.member("@type", "ItemList");
  json.member("@id", page.url());
  json.member("name", page.title);
  json.key("numberOfItems");
  json.value(page.entries.size());
  json.member("itemListOrder", "https://schema.org/ItemListOrderDescending");
  json.array("itemListElement");
  std::uint64_t position = 0;
  for (const EntryPointer& entry : page.entries) {
    json.open_object();
    json.member("@type", "ListItem");
    json.key("position");
    json.value(++position);
    json.object("item");
    json.member("@type", "CreativeWork");
    json.member("@id", entry->id);
    json.member("name", entry->title);
    json.member("url", entry->url);
    json.member("description", entry->excerpt);
    json.member("inLanguage", entry->language);
    json.member("datePublished", to_rfc3339(entry->published));
    json.member("dateModified", to_rfc3339(entry->modified));
    json.member("genre", entry->type);
    json.member("license", entry->licence.address);
    json.object("publisher");
    json.member("@type", "Organization");
    json.member("name", entry->partner);
    json.member("url", entry->source.link);
    json.close();
    if (!entry->source.self.empty()) {
      json.object("isPartOf");
      json.member("@type", "DataFeed");
      json.member("name", entry->source.title);
      json.member("url", entry->source.self);
      json.close();
    }
    json.close();
    json.close();
  }
  json.close();
  json.close();
  std::string text = json.take();
  text.pop_back();
  return text;
}

}  // namespace

std::string render_digest(const ShownPage& page) {
  const ShownSite& site = *page.site;
  Fill fill;
  fill.text("language", site.language).text("direction", to_string(site.direction));
  fill.text("title", page.title).text("full_title", page.full_title).text("site_title", site.title);
  fill.text("url", page.url()).text("root", page.root).text("home", home_of(page));
  fill.truth("front", page.path.empty());
  fill.text("description", excerpt(page.intro, 160));
  fill.list("intro", paragraphs(page.intro));
  if (page.photo) fill.object("photo", photo_fill(*page.photo, page));
  fill.list("feeds", feeds(page)).list("groups", groups(page));
  fill.text("rights", site.rights);
  fill.truth("any", !page.entries.empty());
  std::vector<Fill> entries;
  for (const EntryPointer& entry : page.entries) {
    Fill one;
    one.html("entry", render_entry(*entry, page));
    entries.push_back(std::move(one));
  }
  fill.list("entries", std::move(entries));
  fill.object("words", words_of(site.strings));
  fill.html("linked_data", linked_data(page));
  return site.templates->render(Templates::Name::page, fill);
}

}  // namespace tributary::publisher
