#include <algorithm>
#include <array>
#include <ranges>

#include "publisher/plain.hpp"
#include "publisher/text.hpp"
#include "publisher/view.hpp"

namespace tributary::publisher {
namespace {

// What a file's name says where a partner says nothing: RSS and JSON Feed demand a type of every enclosure.
constexpr std::array types_by_extension{
    std::pair{"mp3", "audio/mpeg"},      std::pair{"m4a", "audio/mp4"},
    std::pair{"ogg", "audio/ogg"},       std::pair{"oga", "audio/ogg"},
    std::pair{"opus", "audio/ogg"},      std::pair{"wav", "audio/wav"},
    std::pair{"flac", "audio/flac"},     std::pair{"mp4", "video/mp4"},
    std::pair{"m4v", "video/mp4"},       std::pair{"webm", "video/webm"},
    std::pair{"mov", "video/quicktime"}, std::pair{"jpg", "image/jpeg"},
    std::pair{"jpeg", "image/jpeg"},     std::pair{"png", "image/png"},
    std::pair{"gif", "image/gif"},       std::pair{"webp", "image/webp"},
    std::pair{"avif", "image/avif"},     std::pair{"svg", "image/svg+xml"},
    std::pair{"pdf", "application/pdf"}, std::pair{"epub", "application/epub+zip"},
    std::pair{"zip", "application/zip"}};

std::string type_by_name(std::string_view url) {
  std::string_view path = url.substr(0, url.find_first_of("?#"));
  path.remove_prefix(std::min(path.rfind('/') + 1, path.size()));
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string extension(path.substr(dot + 1));
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto known =
      std::ranges::find_if(types_by_extension, [&](const auto& row) { return extension == row.first; });
  return known == types_by_extension.end() ? std::string() : known->second;
}

std::string words(const std::optional<Text>& text) {
  return text ? plain_text(*text) : std::string();
}

std::string language_of(const StreamEntry& entry) {
  const auto given = [](const std::optional<Text>& text) {
    return text ? language_tag(text->lang) : std::string();
  };
  if (auto tag = given(entry.item.title); !tag.empty()) return tag;
  if (auto tag = given(entry.item.summary); !tag.empty()) return tag;
  for (const Text& content : entry.item.content) {
    if (auto tag = language_tag(content.lang); !tag.empty()) return tag;
  }
  return language_tag(entry.source.language);
}

/// The first text that says something: what the excerpt is made of.
std::string description_of(const Item& item) {
  if (std::string text = words(item.summary); !text.empty()) return text;
  for (const Text& content : item.content) {
    if (std::string text = plain_text(content); !text.empty()) return text;
  }
  return words(item.subtitle);
}

/// The longest text the item has, as HTML.
std::string full_text(const Item& item) {
  const Text* best = item.summary ? &*item.summary : nullptr;
  for (const Text& content : item.content) {
    if (best == nullptr || content.value().size() > best->value().size()) best = &content;
  }
  return best == nullptr ? std::string() : html_of(*best);
}

std::optional<Person> person(const Person& given) {
  Person shown{one_line(given.name), email_address(given.email), web_address(given.uri)};
  if (shown.name.empty()) shown.name = !shown.email.empty() ? shown.email : shown.uri;
  if (shown.name.empty()) return std::nullopt;
  return shown;
}

std::vector<Person> authors_of(const StreamEntry& entry, const std::string& partner) {
  std::vector<Person> authors{{partner, {}, web_address(entry.source.link)}};
  for (const Person& given : entry.item.authors) {
    const auto shown = person(given);
    if (!shown) continue;
    const auto same = std::ranges::find(authors, shown->name, &Person::name);
    if (same == authors.end()) {
      authors.push_back(*shown);
    } else {
      if (same->email.empty()) same->email = shown->email;
      if (same->uri.empty()) same->uri = shown->uri;
    }
  }
  return authors;
}

std::vector<Category> categories_of(const Item& item) {
  std::vector<Category> categories;
  for (const Category& given : item.categories) {
    Category shown{one_line(given.term), identifier(given.scheme), one_line(given.label)};
    if (shown.term.empty()) shown.term = shown.label;
    if (shown.term.empty() || std::ranges::find(categories, shown) != categories.end()) continue;
    categories.push_back(std::move(shown));
  }
  return categories;
}

std::vector<ShownAttachment> attachments_of(const Item& item) {
  std::vector<ShownAttachment> attachments;
  for (const Enclosure& given : item.enclosures) {
    ShownAttachment shown{.url = web_address(given.url),
                          .type = media_type(given.type),
                          .length = given.length,
                          .title = one_line(given.title),
                          .seconds = {}};
    if (shown.url.empty()) continue;
    if (std::ranges::find(attachments, shown.url, &ShownAttachment::url) != attachments.end()) continue;
    if (shown.type.empty()) shown.type = type_by_name(shown.url);
    const bool plays = shown.type.starts_with("audio/") || shown.type.starts_with("video/");
    if (plays && item.duration && item.duration->count() > 0) {
      shown.seconds = static_cast<std::uint64_t>(item.duration->count());
    }
    attachments.push_back(std::move(shown));
  }
  return attachments;
}

/// The item's images, each with a credit: its own, or the partner that shows it.
std::vector<ShownImage> images_of(const StreamEntry& entry, const std::string& partner,
                                  const ShownSite& site) {
  std::vector<ShownImage> images;
  const auto add = [&](ShownImage image, std::string_view licence) {
    if (image.url.empty()) return;
    const std::string_view terms = licence.empty() ? std::string_view(entry.licence) : licence;
    if (allowed(site.licences, terms) == Licence::link) return;
    image.licence = licence_terms(terms);
    if (image.credit.empty()) image.credit = partner;
    if (image.credit.empty()) return;
    if (image.type.empty()) image.type = type_by_name(image.url);
    const auto same = std::ranges::find(images, image.url, &ShownImage::url);
    if (same == images.end()) images.push_back(std::move(image));
  };
  for (const Enclosure& given : entry.item.enclosures) {
    std::string type = media_type(given.type);
    if (type.empty()) type = type_by_name(given.url);
    if (!type.starts_with("image/")) continue;
    std::string alt = one_line(given.description);
    if (alt.empty()) alt = one_line(given.title);
    add({web_address(given.url), type, alt, one_line(given.credit), {}, {}, {}}, given.licence);
  }
  const Image& image = entry.item.image;
  std::string alt = one_line(image.description);
  if (alt.empty()) alt = one_line(image.title);
  add({web_address(image.url), {}, alt, {}, {}, image.width, image.height}, {});
  for (const Thumbnail& given : entry.item.thumbnails) {
    add({web_address(given.url), {}, {}, {}, {}, given.width, given.height}, {});
  }
  return images;
}

ShownSource source_of(const StreamEntry& entry) {
  const FeedDetails& feed = entry.source;
  ShownSource source;
  source.self = public_address(entry.feed_url);
  source.id = identifier(feed.id);
  if (source.id.empty()) source.id = source.self;
  source.title = words(feed.title);
  if (source.title.empty()) source.title = one_line(entry.partner);
  source.subtitle = words(feed.subtitle);
  source.link = web_address(feed.link);
  source.rights = words(feed.rights);
  for (const Link& link : feed.links) {
    if (link.rel == "license" && source.licence.empty()) source.licence = web_address(link.href);
  }
  source.icon = web_address(feed.icon);
  source.logo = web_address(feed.logo);
  source.language = language_tag(feed.language);
  source.updated = feed.updated;
  return source;
}

std::vector<ShownCopy> copies_of(const StreamEntry& entry) {
  std::vector<ShownCopy> copies;
  for (const Copy& given : entry.also) {
    ShownCopy shown{one_line(given.partner), given.slug, one_line(given.title), web_address(given.url)};
    if (shown.partner.empty() && shown.url.empty()) continue;
    copies.push_back(std::move(shown));
  }
  return copies;
}

std::string type_slug(const ShownSite& site, const std::string& type) {
  if (type.empty()) return {};
  const auto titled = std::ranges::find(site.type_places, type, &Place::title);
  return titled != site.type_places.end() ? titled->id.slug : slug_of(type);
}

}  // namespace

ShownEntry show(const StreamEntry& entry, const ShownSite& site) {
  const Item& item = entry.item;
  ShownEntry shown;
  shown.id = identifier(entry.id);
  shown.url = web_address(item.link);
  shown.original_id = clean(item.id);
  shown.published = entry.published;
  shown.modified = entry.modified;
  shown.partner = one_line(entry.partner);
  if (shown.partner.empty()) shown.partner = one_line(entry.partner_slug);
  shown.partner_slug = entry.partner_slug;
  shown.type = one_line(entry.type);
  shown.type_slug = type_slug(site, shown.type);
  for (const std::string& slug : entry.topics) {
    const auto topic = std::ranges::find(site.topics, slug, &Topic::slug);
    if (topic == site.topics.end()) continue;
    Topic copy{.slug = topic->slug, .title = one_line(topic->title), .intro = {}, .photo = {}};
    if (copy.title.empty()) copy.title = copy.slug;
    shown.topics.push_back(std::move(copy));
  }

  shown.licence = licence_terms(entry.licence);
  shown.rights = words(item.rights);
  shown.allows = allowed(site.licences, entry.licence);

  const std::string description = description_of(item);
  const std::string summary = excerpt(description, site.options.excerpt);
  shown.title = words(item.title);
  if (shown.title.empty())
    shown.title = shown.allows == Licence::link ? std::string() : excerpt(description, 80);
  if (shown.title.empty()) shown.title = site.strings["untitled"];
  if (shown.allows != Licence::link) shown.excerpt = summary;
  if (shown.allows == Licence::full && site.options.content == ContentPolicy::full)
    shown.content = full_text(item);

  shown.language = language_of(entry);
  shown.direction = direction_of(shown.title + " " + summary, shown.language, site.direction);
  if (!shown.content.empty() && shown.direction == Direction::rtl) {
    shown.content = "<div dir=\"rtl\">" + shown.content + "</div>";
  }
  shown.source = source_of(entry);
  shown.authors = authors_of(entry, shown.partner);
  for (const Person& given : item.contributors) {
    if (const auto contributor = person(given)) shown.contributors.push_back(*contributor);
  }
  shown.categories = categories_of(item);
  shown.attachments = attachments_of(item);
  shown.images = images_of(entry, shown.partner, site);
  shown.also = copies_of(entry);
  shown.comments = web_address(item.comments);
  return shown;
}

}  // namespace tributary::publisher
