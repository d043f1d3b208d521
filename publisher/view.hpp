#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "publisher/language.hpp"
#include "publisher/licence.hpp"
#include "publisher/photos.hpp"
#include "publisher/publisher.hpp"
#include "publisher/strings.hpp"
#include "publisher/templates.hpp"

// What every output shows of a publication, decided once: titles, excerpts, addresses and rights are the same
// in Atom, RSS, JSON Feed and on the page because none of the renderers makes them. Strings here are clean,
// not escaped.
namespace tributary::publisher {

struct ShownImage {
  std::string url = {};
  std::string type = {};
  std::string alt = {};
  std::string credit = {};  ///< never empty
  LicenceTerms licence = {};
  std::optional<int> width = {}, height = {};  ///< pixels
};

struct ShownAttachment {
  std::string url = {};
  std::string type = {};  ///< may be empty
  std::optional<std::uint64_t> length = {};
  std::string title = {};
  std::optional<std::uint64_t> seconds = {};
};

/// The feed that an entry was copied from.
struct ShownSource {
  std::string id = {};
  std::string title = {};
  std::string subtitle = {};
  std::string link = {};  ///< the partner's site
  std::string self = {};  ///< the partner's feed
  std::string rights = {};
  std::string licence = {};  ///< address
  std::string icon = {}, logo = {};
  std::string language = {};
  std::optional<Timestamp> updated = {};
};

struct ShownCopy {
  std::string partner = {};
  std::string slug = {};
  std::string title = {};
  std::string url = {};
};

struct ShownEntry {
  std::string id = {};
  std::string title = {};  ///< never empty
  std::string url = {};    ///< the item's page at its partner; may be empty
  std::string original_id = {};
  Timestamp published = {}, modified = {};
  std::string language = {};  ///< may be empty: unknown
  Direction direction = Direction::ltr;
  std::string partner = {}, partner_slug = {};
  std::string type = {}, type_slug = {};
  std::vector<Topic> topics = {};     ///< slug and title
  Licence allows = Licence::excerpt;  ///< what goes out
  LicenceTerms licence = {};
  std::string rights = {};
  std::string excerpt = {};          ///< empty when only the link may go out
  std::string content = {};          ///< safe HTML; empty unless the full text may and shall go out
  std::vector<Person> authors = {};  ///< the partner first
  std::vector<Person> contributors = {};
  std::vector<Category> categories = {};  ///< the item's own
  std::vector<ShownImage> images = {};
  std::vector<ShownAttachment> attachments = {};
  std::vector<ShownCopy> also = {};
  std::string comments = {};
  ShownSource source = {};

  /// What renderers have made of it already, by document (and the page's depth): an entry stands on several
  /// pages.
  mutable std::map<std::string, std::string, std::less<>> fragments = {};
};
using EntryPointer = std::shared_ptr<const ShownEntry>;

struct ShownTombstone {
  std::string id = {};
  Timestamp when = {};
  std::string comment = {};
};

struct ShownPhoto {
  std::string src = {};  ///< relative to the root of the output, or http(s)
  std::string alt = {}, credit = {};
  LicenceTerms licence = {};
  std::optional<Size> size = {};
};

/// A page that navigation links to.
struct Place {
  StreamId id = {};
  std::string path = {};  ///< "topics/small-business/"
  std::string title = {};
};

/// The site, the same for all pages.
struct ShownSite {
  std::string url = {};  ///< ends in '/'
  std::string title = {};
  std::string language = {};
  Direction direction = Direction::ltr;
  std::string rights = {};
  Person author = {};  ///< never empty
  std::string hub = {};
  PublishOptions options = {};
  LicencePolicy licences = {};
  std::vector<Topic> topics = {};
  std::vector<Partner> partners = {};
  std::vector<Place> topic_places = {}, partner_places = {}, type_places = {};
  bool has_weeks = false;
  bool has_everyone_else = false;
  Strings strings = {};
  std::shared_ptr<const DateFormat> dates = {};
  std::shared_ptr<Templates> templates = {};

  [[nodiscard]] const Place* place(StreamId::Kind kind, std::string_view slug) const;
};

/// A link to another week's page.
struct ShownWeek {
  std::string path = {};   ///< "digest/2026-W47/"
  std::string title = {};  ///< "Week of 16 November 2026"
};

struct ShownPage {
  const ShownSite* site = nullptr;
  StreamId id = {};
  bool everyone_else = false;
  std::string path = {};  ///< "" for the front, else "topics/small-business/"
  std::string root = {};  ///< from the page back to the root: "" or "../../"
  std::string title = {};
  std::string full_title = {};  ///< with the site's
  std::string heading = {};     ///< over the list
  std::string intro = {};
  std::optional<ShownPhoto> photo = {};
  std::vector<EntryPointer> entries = {};
  std::vector<ShownTombstone> tombstones = {};
  Timestamp updated = {};
  std::uint32_t archive = 0;           ///< its number, for a page of the archive
  std::uint32_t previous_archive = 0;  ///< 0: there is none

  bool is_week = false, is_week_index = false;
  std::vector<ShownWeek> weeks = {};  ///< of the index
  std::optional<ShownWeek> week_before = {}, week_after = {};

  [[nodiscard]] std::string url() const { return site->url + path; }
  [[nodiscard]] std::string archive_url(std::uint32_t number) const {
    return site->url + archive_path(id, number);
  }
};

/// Decides what is shown. Fails as render() does.
class Viewer {
 public:
  [[nodiscard]] static Result<Viewer> open(const Publication& publication);

  [[nodiscard]] const ShownSite& site() const { return *site_; }
  [[nodiscard]] ShownPage page(const Page& page);
  [[nodiscard]] ShownPage archive(const ArchivePage& page);
  [[nodiscard]] ShownPage week(const WeekPage& page);
  [[nodiscard]] ShownPage week_index(std::span<const Week> weeks);
  /// The photos to copy.
  [[nodiscard]] const PhotoBox& photos() const { return photos_; }

 private:
  Viewer() = default;
  EntryPointer entry(const StreamEntry& entry);
  ShownPage blank(std::string path) const;
  [[nodiscard]] ShownWeek shown(const Week& week) const;
  std::shared_ptr<ShownSite> site_;
  PhotoBox photos_;
  std::map<std::string, EntryPointer> known_;
  std::size_t known_bytes_ = 0;
};

/// What is shown of one entry.
[[nodiscard]] ShownEntry show(const StreamEntry& entry, const ShownSite& site);

}  // namespace tributary::publisher
