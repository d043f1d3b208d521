// JSON Feed 1.1 (jsonfeed.org/version/1.1). What it has no member for is in "_tributary", described in
// docs/json-feed.md.
#include <algorithm>

#include "publisher/formats.hpp"
#include "publisher/json.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

void authors(JsonWriter& json, std::string_view name, const std::vector<Person>& people) {
  if (people.empty()) return;
  json.array(name);
  for (const Person& person : people) {
    json.open_object();
    json.member("name", person.name);
    json.member("url", person.uri);
    json.close();
  }
  json.close();
}

void licence(JsonWriter& json, const LicenceTerms& terms) {
  if (terms.empty()) return;
  json.object("license");
  json.member("name", terms.name);
  json.member("url", terms.address);
  json.close();
}

/// content_html or content_text must be there (section "Items"): a link alone repeats its title.
void texts(JsonWriter& json, const ShownEntry& entry) {
  const std::string& words = entry.excerpt.empty() ? entry.title : entry.excerpt;
  if (!entry.content.empty()) {
    json.member("content_html", entry.content);
  } else if (entry.direction == Direction::rtl) {
    json.member("content_html", "<div dir=\"rtl\">" + escape(words) + "</div>");
  } else {
    json.member("content_text", words);
  }
  json.member("summary", entry.excerpt);
}

void tags(JsonWriter& json, const ShownEntry& entry) {
  std::vector<std::string> tags;
  const auto add = [&](const std::string& tag) {
    if (!tag.empty() && std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
  };
  add(entry.type);
  for (const Topic& topic : entry.topics) add(topic.title);
  for (const Category& category : entry.categories)
    add(category.label.empty() ? category.term : category.label);
  if (tags.empty()) return;
  json.array("tags");
  for (const std::string& tag : tags) json.value(tag);
  json.close();
}

void attachments(JsonWriter& json, const ShownEntry& entry) {
  if (entry.attachments.empty()) return;
  json.array("attachments");
  for (const ShownAttachment& attachment : entry.attachments) {
    json.open_object();
    json.member("url", attachment.url);
    json.member("mime_type", attachment.type.empty() ? "application/octet-stream" : attachment.type);
    json.member("title", attachment.title);
    if (attachment.length) {
      json.key("size_in_bytes");
      json.value(*attachment.length);
    }
    if (attachment.seconds) {
      json.key("duration_in_seconds");
      json.value(*attachment.seconds);
    }
    json.close();
  }
  json.close();
}

void image_details(JsonWriter& json, const ShownEntry& entry) {
  if (entry.images.empty()) return;
  json.array("images");
  for (const ShownImage& image : entry.images) {
    json.open_object();
    json.member("url", image.url);
    json.member("alt", image.alt);
    json.member("credit", image.credit);
    licence(json, image.licence);
    json.close();
  }
  json.close();
}

void extension(JsonWriter& json, const ShownEntry& entry, bool archived) {
  json.object("_tributary");
  json.object("source");
  json.member("id", entry.source.id);
  json.member("title", entry.source.title);
  json.member("url", entry.source.self);
  json.member("home_page_url", entry.source.link);
  json.member("rights", entry.source.rights);
  if (entry.source.updated && !archived) json.member("updated", to_rfc3339(*entry.source.updated));
  json.close();
  json.member("partner", entry.partner);
  json.member("original_id", entry.original_id);
  licence(json, entry.licence);
  json.member("rights", entry.rights);
  json.member("type", entry.type);
  if (!entry.topics.empty()) {
    json.array("topics");
    for (const Topic& topic : entry.topics) json.value(topic.slug);
    json.close();
  }
  image_details(json, entry);
  if (!entry.also.empty()) {
    json.array("also");
    for (const ShownCopy& copy : entry.also) {
      json.open_object();
      json.member("partner", copy.partner);
      json.member("title", copy.title);
      json.member("url", copy.url);
      json.close();
    }
    json.close();
  }
  json.close();
}

std::string write_item(const ShownEntry& entry, bool archived) {
  JsonWriter json(JsonWriter::For::file, 2);
  json.open_object();
  json.member("id", entry.id);
  json.member("url", entry.url);
  json.member("title", entry.title);
  texts(json, entry);
  if (!entry.images.empty()) json.member("image", entry.images.front().url);
  json.member("date_published", to_rfc3339(entry.published));
  json.member("date_modified", to_rfc3339(entry.modified));
  authors(json, "authors", entry.authors);
  tags(json, entry);
  json.member("language", entry.language);
  attachments(json, entry);
  extension(json, entry, archived);
  json.close();
  return json.take();
}

/// The same page of the archive as JSON Feed.
std::string as_json(std::string url) {
  url.replace(url.size() - 3, 3, "json");
  return url;
}

}  // namespace

std::string render_json_feed(const ShownPage& page) {
  const ShownSite& site = *page.site;
  JsonWriter json;
  json.open_object();
  json.member("version", "https://jsonfeed.org/version/1.1");
  json.member("title", page.full_title);
  json.member("home_page_url", page.url());
  json.member("feed_url",
              page.archive != 0 ? as_json(page.archive_url(page.archive)) : page.url() + "feed.json");
  if (page.previous_archive != 0) json.member("next_url", as_json(page.archive_url(page.previous_archive)));
  json.member("description", one_line(page.intro));
  json.member("language", site.language);
  authors(json, "authors", {site.author});
  if (!site.hub.empty()) {
    json.array("hubs");
    json.open_object();
    json.member("type", "WebSub");
    json.member("url", site.hub);
    json.close();
    json.close();
  }
  json.object("_tributary");
  json.member("updated", to_rfc3339(page.updated));
  json.member("rights", site.rights);
  if (!page.tombstones.empty()) {
    json.array("deleted");
    for (const ShownTombstone& tombstone : page.tombstones) {
      if (tombstone.id.empty()) continue;
      json.open_object();
      json.member("id", tombstone.id);
      json.member("when", to_rfc3339(tombstone.when));
      json.member("comment", tombstone.comment);
      json.close();
    }
    json.close();
  }
  json.close();
  json.array("items");
  const bool archived = page.archive != 0;
  for (const EntryPointer& entry : page.entries) {
    json.fragment(fragment_of(*entry, archived ? "json-archive" : "json",
                              [&] { return write_item(*entry, archived); }));
  }
  json.close();
  json.close();
  return json.take() + "\n";
}

}  // namespace tributary::publisher
