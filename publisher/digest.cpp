// The page. Its markup is in templates/page.mustache and templates/entry.mustache; what they are given is
// made here.
#include <algorithm>
#include <utility>

#include "model/url.hpp"
#include "publisher/fills.hpp"
#include "publisher/formats.hpp"
#include "publisher/json.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

// A page of a planet with hundreds of partners doesn't repeat them all: the front page lists them.
constexpr std::size_t max_places = 24;

Fill words_of(const Strings& strings) {
  Fill words;
  for (const auto& [key, text] : strings.all()) words.text(key, text);
  return words;
}

std::string home_of(const ShownPage& page) {
  return page.root.empty() ? "./" : page.root;
}

/// A page of a week has no feeds of its own: the site's are named.
std::vector<Fill> feeds(const ShownPage& page) {
  const bool own = !page.is_week && !page.is_week_index;
  std::vector<Fill> list;
  const auto add = [&](const Format& format, const std::string& name) {
    Fill feed;
    feed.text("media_type", format.media_type.substr(0, format.media_type.find(';')));
    feed.text("feed_title", (own ? page.full_title : page.site->title) + " (" + name + ")");
    feed.text("feed_name", name);
    feed.text("feed_href", (own ? std::string() : page.root) + std::string(format.file));
    list.push_back(std::move(feed));
  };
  for (const Format& format : formats) {
    if (format.name == "atom") add(format, "Atom");
    if (format.name == "rss") add(format, "RSS");
    if (format.name == "json-feed") add(format, "JSON Feed");
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

Fill link(const std::string& title, const std::string& href, bool here) {
  Fill item;
  item.text("place", title).text("href", href).truth("here", here);
  return item;
}

/// Topics, types, partners and weeks, each where there is something to choose from.
std::vector<Fill> groups(const ShownPage& page) {
  const ShownSite& site = *page.site;
  const bool plain = !page.is_week && !page.is_week_index && !page.everyone_else;
  std::vector<Fill> list;
  const auto group = [&](const std::string& heading, const std::string& anchor, std::vector<Fill> items) {
    if (items.empty()) return;
    Fill fill;
    fill.text("group_heading", heading).text("anchor", anchor).list("places", std::move(items));
    list.push_back(std::move(fill));
  };
  const auto places = [&](const std::string& name, const std::vector<Place>& all) {
    const bool front = page.path.empty();
    std::vector<Fill> items;
    bool left_out = false;
    for (const Place& place : all) {
      const bool here = plain && place.id == page.id;
      if (front || here || all.size() <= max_places) {
        items.push_back(link(place.title, page.root + place.path, here));
      } else {
        left_out = true;
      }
    }
    if (left_out) items.push_back(link(site.strings["all_" + name], page.root + "#" + name, false));
    group(site.strings[name], name, std::move(items));
  };
  places("topics", site.topic_places);
  places("types", site.type_places);
  places("partners", site.partner_places);
  std::vector<Fill> weeks;
  if (site.has_weeks)
    weeks.push_back(link(site.strings["all_weeks"], page.root + "digest/", page.is_week_index));
  group(site.strings["weeks"], "weeks", std::move(weeks));
  std::vector<Fill> for_partner;
  if (plain && page.id.kind == StreamId::Kind::partner && site.has_everyone_else) {
    const auto [before, after] = around(site.strings["everyone_but"]);
    for_partner.push_back(link(before + page.title + after, "others/", false));
  }
  group(site.strings["for_partner_sites"], "", std::move(for_partner));
  return list;
}

std::string render_entry(const ShownEntry& entry, const ShownPage& page) {
  std::string html =
      page.site->templates->render(Templates::Name::entry, fill_of(entry, page, Links::relative));
  while (html.ends_with('\n')) html.pop_back();
  return html;
}

Fill week_fill(const ShownWeek& week, const ShownPage& page) {
  Fill fill;
  fill.text("week_href", page.root + week.path).text("week_title", week.title);
  return fill;
}

/// An entry's part of linked_data(), for the depth at which it stands there.
std::string linked_entry(const ShownEntry& entry) {
  JsonWriter json(JsonWriter::For::html, 3);
  json.open_object();
  json.member("@type", "CreativeWork");
  json.member("@id", entry.id);
  json.member("name", entry.title);
  json.member("url", entry.url);
  json.member("description", entry.excerpt);
  json.member("inLanguage", entry.language);
  json.member("datePublished", to_rfc3339(entry.published));
  json.member("dateModified", to_rfc3339(entry.modified));
  json.member("genre", entry.type);
  json.member("license", entry.licence.address);
  json.object("publisher");
  json.member("@type", "Organization");
  json.member("name", entry.partner);
  json.member("url", entry.source.link);
  json.close();
  if (!entry.source.self.empty()) {
    json.object("isPartOf");
    json.member("@type", "DataFeed");
    json.member("name", entry.source.title);
    json.member("url", entry.source.self);
    json.close();
  }
  json.close();
  return json.take();
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
    json.key("item");
    json.fragment(fragment_of(*entry, "linked data", [&] { return linked_entry(*entry); }));
    json.close();
  }
  json.close();
  json.close();
  return json.take();
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
  fill.text("heading", page.heading);
  if (!page.is_week && !page.is_week_index) fill.text("oembed", page.url() + "oembed.json");
  fill.truth("any", !page.entries.empty()).truth("any_weeks", !page.weeks.empty());
  fill.truth("nothing", page.entries.empty() && page.weeks.empty());
  std::vector<Fill> entries;
  for (const EntryPointer& entry : page.entries) {
    Fill one;
    one.html("entry", fragment_of(*entry, "page " + page.root, [&] { return render_entry(*entry, page); }));
    entries.push_back(std::move(one));
  }
  fill.list("entries", std::move(entries));
  std::vector<Fill> weeks;
  for (const ShownWeek& week : page.weeks) weeks.push_back(week_fill(week, page));
  fill.list("weeks", std::move(weeks));
  fill.truth("week", page.week_before || page.week_after);
  if (page.week_before) fill.object("week_before", week_fill(*page.week_before, page));
  if (page.week_after) fill.object("week_after", week_fill(*page.week_after, page));
  fill.object("words", words_of(site.strings));
  if (!page.is_week_index) fill.html("linked_data", linked_data(page));
  return site.templates->render(Templates::Name::page, fill);
}

}  // namespace tributary::publisher
