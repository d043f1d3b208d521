#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/feed.hpp"
#include "model/timestamp.hpp"

namespace tributary {

// What an admin says in feeds.yaml, as values. Names and meaning are those of DESIGN.md, "feeds.yaml"; the
// defaults here are the defaults there.

struct Photo {
  std::string src = {};  ///< a file beside feeds.yaml (made absolute when read), or an http(s) URL
  std::string alt = {};
  std::string credit = {};
  std::string licence = {};
  std::string licence_url = {};
  [[nodiscard]] bool empty() const { return src.empty(); }
};

struct Site {
  std::string title = {};
  std::string url = {};  ///< where the output will be reached; ends in '/'
  std::string language = "en";
  std::string timezone = "UTC";  ///< IANA name, for dates on pages
  std::string intro = {};
  Photo photo = {};
  Person author = {};
  std::string rights = {};
  std::filesystem::path templates = {};  ///< empty: the built-in ones
};

struct Topic {
  std::string slug = {};
  std::string title = {};
  std::string intro = {};
  Photo photo = {};
};

/// Regular expressions (ECMAScript as ICU reads them, "(?i)" allowed) by the member they are asked of: title,
/// summary, category, author, link. An item passes when each of them is found.
using Filter = std::map<std::string, std::string>;

/// How a partner's server is told who asks. Secrets are read from the environment or a file when needed,
/// never kept here.
struct Authentication {
  std::string username = {};
  std::string password_env = {};
  std::filesystem::path password_file = {};
  std::string bearer_env = {};
  std::string header = {};
  std::string value_env = {};
  [[nodiscard]] bool empty() const { return username.empty() && bearer_env.empty() && header.empty(); }
};

struct TlsFiles {
  std::filesystem::path ca = {}, cert = {}, key = {};
};

enum class FutureDates { clamp, hold };
enum class Licence { full, excerpt, link };

/// One entry under `feeds:`.
struct Partner {
  std::string url = {};   ///< exactly as in feeds.yaml
  std::string name = {};  ///< given, or the host of the URL
  std::string slug = {};  ///< given, or made of the name; unique
  std::string type = {};
  std::map<std::string, std::string> types = {};  ///< an item's category → type
  std::vector<std::string> topics = {};           ///< slugs of declared topics
  std::string licence = {};
  Filter include = {}, exclude = {};
  int priority = 0;  ///< a greater one wins a story
  std::optional<std::chrono::seconds> interval = {};
  FutureDates future = FutureDates::clamp;
  std::string timezone = {};  ///< IANA name for dates without a zone; empty: UTC
  bool enabled = true;
  Authentication auth = {};
  TlsFiles tls = {};
  std::optional<bool> push = {};
};

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  ///< HOST:PORT (port 0 takes a free one) or unix:/path
  std::string admin = "127.0.0.1:8081";   ///< the same; empty switches it off
  std::string hub = "builtin";            ///< builtin, off, or a URL
  friend bool operator==(const ServerOptions&, const ServerOptions&) = default;
};

struct FetchOptions {
  std::chrono::seconds interval = std::chrono::hours{1};
  std::chrono::seconds min_interval = std::chrono::minutes{15};
  std::chrono::seconds max_interval = std::chrono::days{1};
  std::chrono::seconds timeout{30};  ///< the whole transfer, redirects included, from its own start
  int concurrency = 64;              ///< transfers at once
  int per_host = 2;                  ///< transfers at once at one host
  std::chrono::seconds host_spacing{0};
  std::size_t max_body = 10 * 1024 * 1024;  ///< bytes, after decompression
  std::string contact = {};                 ///< goes into User-Agent; default site.url
  std::string proxy = {};
  std::vector<std::string> allow_addresses = {};  ///< CIDR ranges that may be reached though private
};

enum class Order { modified, published, first_seen };
enum class ContentPolicy { summary, full };

struct PublishOptions {
  std::size_t items = 50;     ///< entries in a front document
  std::size_t excerpt = 250;  ///< grapheme clusters
  Order order = Order::modified;
  ContentPolicy content = ContentPolicy::summary;
  std::size_t welcome = 5;
};

struct LicencePolicy {
  Licence fallback = Licence::excerpt;          ///< `default`
  std::map<std::string, Licence> by_name = {};  ///< as written in feeds.yaml
};

/// Which items are kept whole (`retention:`): those seen first within `age`, and of them the newest `items`.
struct Retention {
  std::optional<std::chrono::seconds> age = {};  ///< unknown: for ever
  std::optional<std::int64_t> items = {};        ///< unknown: any number
};

/// A line under `withdraw:`: one of id, url, feed is set.
struct Withdrawal {
  std::string id = {}, url = {}, feed = {};
  std::string reason = {};
  std::optional<Timestamp> until = {};
};

struct StoryRules {
  std::vector<std::vector<std::string>> merge = {};  ///< groups of item URLs
  std::vector<std::vector<std::string>> split = {};
};

}  // namespace tributary
