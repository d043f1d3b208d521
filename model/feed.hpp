#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/safe_html.hpp"
#include "model/timestamp.hpp"

namespace tributary {

// What one feed document says, as values. Members and their rules are those of parse-contract.md. Every
// string is UTF-8, entities decoded, white space around it trimmed. Empty or nullopt means: unknown.

/// A text construct (RFC 4287 section 3.1, and what other formats have in its place).
struct Text {
  enum class Type { text, html, xhtml };
  Type type = Type::text;
  std::string plain = {};  ///< the text as a reader should see it; used when type is text
  SafeHtml html = {};      ///< used when type is html or xhtml
  std::string lang = {};   ///< xml:lang in scope, BCP 47
  std::string base = {};   ///< the base URL in scope
  std::string src = {};    ///< where the content is, when it is elsewhere (RFC 4287 section 4.1.3.2)

  [[nodiscard]] std::string_view value() const {
    return type == Type::text ? std::string_view(plain) : html.view();
  }
  friend bool operator==(const Text&, const Text&) = default;
};

struct Person {
  std::string name = {};
  std::string email = {};
  std::string uri = {};
  [[nodiscard]] bool empty() const { return name.empty() && email.empty() && uri.empty(); }
  friend bool operator==(const Person&, const Person&) = default;
};

struct Link {
  std::string href = {};  ///< absolute wherever a base was known
  std::string rel = "alternate";
  std::string type = {};
  std::string title = {};
  std::string hreflang = {};
  std::string length = {};  ///< as sent
  friend bool operator==(const Link&, const Link&) = default;
};

struct Category {
  std::string term = {};
  std::string scheme = {};
  std::string label = {};
  friend bool operator==(const Category&, const Category&) = default;
};

struct Enclosure {
  std::string url = {};
  std::string type = {};
  std::optional<std::uint64_t> length = {};  ///< bytes
  std::string title = {};
  std::string credit = {};       ///< media:credit: who made it
  std::string licence = {};      ///< media:license: its address, or its words
  std::string description = {};  ///< media:description: what an image shows, good as its alternative text
  friend bool operator==(const Enclosure&, const Enclosure&) = default;
};

struct Thumbnail {
  std::string url = {};
  std::optional<int> width = {};   ///< pixels
  std::optional<int> height = {};  ///< pixels
  friend bool operator==(const Thumbnail&, const Thumbnail&) = default;
};

struct Image {
  std::string url = {};
  std::string title = {};
  std::string link = {};
  std::string description = {};
  std::optional<int> width = {};   ///< pixels
  std::optional<int> height = {};  ///< pixels
  [[nodiscard]] bool empty() const { return url.empty() && title.empty() && link.empty(); }
  friend bool operator==(const Image&, const Image&) = default;
};

struct Generator {
  std::string name = {};
  std::string uri = {};
  std::string version = {};
  [[nodiscard]] bool empty() const { return name.empty() && uri.empty() && version.empty(); }
  friend bool operator==(const Generator&, const Generator&) = default;
};

/// What a feed says of itself: also what atom:source and RSS source say of the feed an item was copied from.
struct FeedDetails {
  std::optional<Text> title = {};
  std::optional<Text> subtitle = {};
  std::optional<Text> rights = {};
  std::string link = {};  ///< the site's own page
  std::vector<Link> links = {};
  std::string self = {};
  std::string hub = {};
  std::string next = {};
  std::string id = {};  ///< an identifier, never normalised
  std::string language = {};
  std::optional<Timestamp> published = {};
  std::optional<Timestamp> updated = {};
  std::optional<Timestamp> created = {};
  std::vector<Person> authors = {};
  std::vector<Person> contributors = {};
  Person publisher = {};
  std::vector<Category> categories = {};
  Generator generator = {};
  Image image = {};
  std::string icon = {};
  std::string logo = {};
  friend bool operator==(const FeedDetails&, const FeedDetails&) = default;
};

/// One item (entry) of a feed, as its partner sent it.
struct Item {
  std::string id = {};                       ///< guid, atom:id, rdf:about: as sent; empty when there is none
  std::optional<bool> id_is_permalink = {};  ///< only for a guid
  std::optional<Text> title = {};
  std::string link = {};                    ///< the item's own page
  std::vector<Link> links = {};             ///< document order; a licence is a link with rel "license"
  std::optional<Timestamp> published = {};  ///< the partner's claim: may be wrong
  std::optional<Timestamp> updated = {};
  std::optional<Timestamp> created = {};
  std::optional<Timestamp> expires = {};
  std::vector<Person> authors = {};
  std::vector<Person> contributors = {};
  Person publisher = {};
  std::vector<Category> categories = {};
  std::optional<Text> rights = {};
  Image image = {};
  std::optional<Text> summary = {};
  std::vector<Text> content = {};
  std::vector<Enclosure> enclosures = {};
  std::vector<Thumbnail> thumbnails = {};
  std::string comments = {};
  std::optional<Text> subtitle = {};
  std::optional<std::chrono::seconds> duration = {};
  std::shared_ptr<const FeedDetails> source =
      {};  ///< null when the item names no source; never changed once made
};

/// RFC 6721 section 3: an entry that its feed took back.
struct DeletedEntry {
  std::string ref = {};  ///< the id of the entry
  std::optional<Timestamp> when = {};
  std::string comment = {};
};

/// A fault that the parser passed over. Codes are those of parse-contract.md.
struct Warning {
  std::string code = {};
  std::string message = {};
  int line = 0;    ///< of the document, from 1; 0 when no line is known
  int column = 0;  ///< within the line, in characters, from 1; 0 when it is not known
};

/// A whole feed document.
struct Feed {
  std::string format = {};    ///< "rss-2.0", "atom-1.0" … as in parse-contract.md
  std::string encoding = {};  ///< label of the charset used, lower case
  bool well_formed = true;
  FeedDetails details = {};
  std::vector<Item> items = {};  ///< document order
  std::vector<Warning> warnings = {};

  // What asks for patience.
  std::optional<int> ttl = {};                               ///< minutes (RSS 2.0 ttl)
  std::optional<std::chrono::seconds> update_interval = {};  ///< sy:updatePeriod / sy:updateFrequency
  std::vector<int> skip_hours = {};                          ///< 0..23, UTC (RSS skipHours; 24 is read as 0)
  std::vector<int> skip_days = {};  ///< 0 = Sunday … 6 = Saturday, UTC (RSS skipDays)

  // RFC 5005 and RFC 6721.
  bool complete = false;  ///< fh:complete: what is not in it exists no more
  bool archive = false;   ///< fh:archive: a page of history
  std::vector<DeletedEntry> deleted = {};
};

}  // namespace tributary
