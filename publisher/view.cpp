#include "publisher/view.hpp"

#include <algorithm>
#include <ranges>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

// An entry stands on several pages and is made ready once. What is kept for the next page is bounded: bytes
// of text.
constexpr std::size_t max_known_bytes = 16 * 1024 * 1024;

std::string folder_of(StreamId::Kind kind) {
  switch (kind) {
    case StreamId::Kind::topic:
      return "topics/";
    case StreamId::Kind::partner:
      return "partners/";
    case StreamId::Kind::type:
      return "types/";
    case StreamId::Kind::all:
      break;
  }
  return {};
}

std::vector<Place> places_of(const Publication& publication, StreamId::Kind kind) {
  std::vector<Place> places;
  for (const Page& page : publication.pages) {
    if (page.stream.id.kind != kind || page.everyone_else) continue;
    std::string title = one_line(page.title);
    if (title.empty()) title = page.stream.id.slug;
    places.push_back({page.stream.id, path_of(page.stream.id), std::move(title)});
  }
  // In the order of the configuration; the store's order is its own business.
  std::unordered_map<std::string_view, std::size_t> ranks;
  if (kind == StreamId::Kind::topic) {
    for (const Topic& topic : publication.topics) ranks.emplace(topic.slug, ranks.size());
  } else if (kind == StreamId::Kind::partner) {
    for (const Partner& partner : publication.partners) ranks.emplace(partner.slug, ranks.size());
  }
  const auto rank = [&](const Place& place) {
    const auto known = ranks.find(place.id.slug);
    return std::pair(known == ranks.end() ? ranks.size() : known->second, std::string_view(place.id.slug));
  };
  std::ranges::stable_sort(places, {}, rank);
  return places;
}

ShownPhoto photo_of(const Photo& photo, const PhotoBox& box) {
  ShownPhoto shown{.src = web_address(photo.src),
                   .alt = one_line(photo.alt),
                   .credit = one_line(photo.credit),
                   .licence = licence_terms(photo.licence.empty() ? photo.licence_url : photo.licence),
                   .size = {}};
  if (const std::string address = web_address(photo.licence_url); !address.empty())
    shown.licence.address = address;
  if (const auto* kept = box.find(photo.src)) {
    shown.src = kept->path;
    shown.size = kept->size;
  }
  return shown;
}

}  // namespace

std::string path_of(const StreamId& id, bool everyone_else) {
  if (id.kind == StreamId::Kind::all) return {};
  return folder_of(id.kind) + id.slug + (everyone_else ? "/others/" : "/");
}

std::string archive_path(const StreamId& id, std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return path_of(id) + "archive/" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits +
         ".xml";
}

const Place* ShownSite::place(StreamId::Kind kind, std::string_view slug) const {
  const auto& places = kind == StreamId::Kind::topic     ? topic_places
                       : kind == StreamId::Kind::partner ? partner_places
                                                         : type_places;
  const auto found = std::ranges::find_if(places, [&](const Place& place) { return place.id.slug == slug; });
  return found == places.end() ? nullptr : &*found;
}

Result<Viewer> Viewer::open(const Publication& publication) {
  Viewer viewer;
  viewer.site_ = std::make_shared<ShownSite>();
  ShownSite& site = *viewer.site_;
  const Site& given = publication.site;

  site.url = web_address(given.url);
  if (!site.url.ends_with('/')) site.url += '/';
  site.title = one_line(given.title);
  site.language = language_tag(given.language);
  if (site.language.empty()) site.language = "en";
  site.direction = direction_of(site.title, site.language);
  site.rights = one_line(given.rights);
  site.author = {one_line(given.author.name), email_address(given.author.email),
                 web_address(given.author.uri)};
  if (site.author.name.empty()) site.author.name = site.title;
  site.hub = web_address(publication.hub);
  site.options = publication.options;
  site.licences = publication.licences;
  site.topics = publication.topics;
  site.partners = publication.partners;
  site.topic_places = places_of(publication, StreamId::Kind::topic);
  site.partner_places = places_of(publication, StreamId::Kind::partner);
  site.type_places = places_of(publication, StreamId::Kind::type);
  site.has_weeks = !publication.weeks.empty();
  site.has_everyone_else = std::ranges::any_of(publication.pages, &Page::everyone_else) ||
                           site.partner_places.size() <= max_everyone_else;

  auto strings = Strings::load(site.language, given.templates);
  if (!strings) return std::unexpected(strings.error());
  site.strings = std::move(*strings);
  site.dates = std::make_shared<DateFormat>(site.language, given.timezone, site.strings["date"]);
  auto templates = Templates::load(given.templates);
  if (!templates) return std::unexpected(templates.error());
  site.templates = std::make_shared<Templates>(std::move(*templates));

  for (const Page& page : publication.pages) {
    const Photo& photo = page.photo;
    if (photo.empty() || !web_address(photo.src).empty()) continue;
    if (const auto added = viewer.photos_.add(photo.src); !added) return std::unexpected(added.error());
  }
  return viewer;
}

EntryPointer Viewer::entry(const StreamEntry& entry) {
  const std::string key =
      entry.id + '\n' + entry.partner_slug + '\n' + entry.feed + '\n' + to_rfc3339(entry.modified);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  auto made = std::make_shared<const ShownEntry>(show(entry, *site_));
  // Every renderer's fragment of it is about as large again.
  known_bytes_ += 6 * (made->content.size() + made->excerpt.size()) + 4096;
  if (known_bytes_ > max_known_bytes) {
    known_.clear();
    known_bytes_ = 0;
  }
  known_.emplace(key, made);
  return made;
}

ShownPage Viewer::blank(std::string path) const {
  ShownPage shown;
  shown.site = site_.get();
  shown.path = std::move(path);
  for (const char c : shown.path) {
    if (c == '/') shown.root += "../";
  }
  return shown;
}

ShownWeek Viewer::shown(const Week& week) const {
  const auto [before, after] = around(site_->strings["week"]);
  return {"digest/" + to_string(week) + "/", before + (*site_->dates)(week.from) + after};
}

ShownPage Viewer::page(const Page& page) {
  ShownPage shown = blank(path_of(page.stream.id, page.everyone_else));
  shown.id = page.stream.id;
  shown.everyone_else = page.everyone_else;
  shown.title = one_line(page.title);
  if (shown.title.empty()) shown.title = shown.path.empty() ? site_->title : page.stream.id.slug;
  if (page.everyone_else) {
    const auto [before, after] = around(site_->strings["everyone_but"]);
    shown.title = before + shown.title + after;
  }
  shown.full_title = shown.path.empty() ? site_->title : shown.title + " – " + site_->title;
  shown.heading = site_->strings["recently_added"];
  shown.intro = clean(page.intro);
  shown.previous_archive = page.last_archive;
  // A photo without its credit never goes out.
  if (!page.photo.empty() && !one_line(page.photo.credit).empty()) {
    shown.photo = photo_of(page.photo, photos_);
    if (shown.photo->src.empty()) shown.photo.reset();
  }
  shown.updated = page.updated_at_least.value_or(Timestamp{});
  for (const StreamEntry& from : page.stream.entries) {
    shown.entries.push_back(entry(from));
    shown.updated = std::max(shown.updated, from.modified);
  }
  for (const Tombstone& tombstone : page.stream.tombstones) {
    shown.tombstones.push_back({identifier(tombstone.id), tombstone.when, one_line(tombstone.comment)});
    shown.updated = std::max(shown.updated, tombstone.when);
  }
  return shown;
}

ShownPage Viewer::archive(const ArchivePage& archive) {
  Page page;
  page.stream = {archive.stream, archive.entries, archive.tombstones};
  page.title = archive.title;
  ShownPage shown = this->page(page);
  shown.archive = archive.number;
  shown.previous_archive = archive.number > 1 ? archive.number - 1 : 0;
  return shown;
}

ShownPage Viewer::week(const WeekPage& page) {
  const ShownWeek week = shown(page.week);
  ShownPage result = blank(week.path);
  result.is_week = true;
  result.title = week.title;
  result.full_title = week.title + " – " + site_->title;
  result.heading = site_->strings["in_this_week"];
  for (const StreamEntry& from : page.entries) {
    result.entries.push_back(entry(from));
    result.updated = std::max(result.updated, from.modified);
  }
  if (page.before) result.week_before = shown(*page.before);
  if (page.after) result.week_after = shown(*page.after);
  return result;
}

ShownPage Viewer::week_index(std::span<const Week> weeks) {
  ShownPage result = blank("digest/");
  result.is_week_index = true;
  result.title = site_->strings["weeks"];
  result.full_title = result.title + " – " + site_->title;
  result.heading = site_->strings["all_weeks"];
  for (const Week& week : weeks) result.weeks.push_back(shown(week));
  return result;
}

}  // namespace tributary::publisher
