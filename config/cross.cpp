#include "config/cross.hpp"

#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "config/names.hpp"
#include "model/url.hpp"

namespace tributary::config {
namespace {

namespace fs = std::filesystem;

/// The nodes of a list in the file; empty when it is not there. Their places are those of the Config's lists.
const std::vector<Node>& entries(const Node& root, std::string_view key) {
  static const std::vector<Node> none;
  const Node* node = root.find(key);
  return node == nullptr ? none : node->items;
}

const Node& at(const Node& mapping, std::string_view key) {
  const Node* node = mapping.find(key);
  return node == nullptr ? mapping : *node;
}

bool contains(const fs::path& folder, const fs::path& file) {
  const auto inside = file.lexically_relative(folder);
  return !inside.empty() && *inside.begin() != "..";
}

/// What two addresses of the same feed have in common: scheme, "www.", case of the host, a slash at the end,
/// fragments and tracking parameters set aside.
std::string likeness(std::string_view url) {
  const auto parts = split_url(url);
  auto host = host_of(url);
  if (host.starts_with("www.")) host.erase(0, 4);
  auto path = parts.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  std::string query;
  auto left = parts.query.value_or("");
  while (!left.empty()) {
    const auto one = left.substr(0, left.find('&'));
    left.remove_prefix(std::min(left.size(), one.size() + 1));
    if (!one.starts_with("utm_")) query += fmt::format("&{}", one);
  }
  const auto port = port_of(url);
  return fmt::format("{}:{}{}?{}", host, port == 443 ? 80 : port, path, query);
}

/// The same for hosts that only look alike (l and 1, Latin and Cyrillic a): Unicode TR 39 section 4.
class Skeletons {
 public:
  Skeletons() : checker_(uspoof_open(&status_)) {}
  [[nodiscard]] std::string of(const std::string& host) const {
    std::array<char, 1024> out{};
    UErrorCode status = status_;
    if (U_FAILURE(status)) return host;
    uspoof_getSkeletonUTF8(checker_.get(), 0, host.c_str(), static_cast<std::int32_t>(host.size()),
                           out.data(), static_cast<std::int32_t>(out.size()), &status);
    return U_SUCCESS(status) ? std::string(out.data()) : host;
  }

 private:
  struct Close {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
  };
  UErrorCode status_ = U_ZERO_ERROR;
  std::unique_ptr<USpoofChecker, Close> checker_;
};

void check_addresses(const Config& config, const std::vector<Node>& nodes, Reader& reader) {
  std::map<std::string, std::size_t> exact, alike;
  std::map<std::string, std::pair<std::string, std::size_t>> skeletons;
  const Skeletons skeleton;
  for (std::size_t i = 0; i < config.feeds.size(); ++i) {
    const auto& url = config.feeds[i].url;
    if (url.empty()) continue;
    const Node& place = at(nodes[i], "url");
    const auto line = [&](std::size_t other) { return reader.line_of(at(nodes[other], "url")); };
    const auto [same, fresh] = exact.emplace(url, i);
    if (!fresh) {
      reader.fault(place, "duplicate-feed",
                   fmt::format("`{}` is a feed already, in line {}", url, line(same->second)),
                   "keep one of them");
      continue;
    }
    const auto [similar, alone] = alike.emplace(likeness(url), i);
    if (!alone) {
      reader.warn(place, "look-alike-url",
                  fmt::format("`{}` looks like the feed in line {}", url, line(similar->second)),
                  "if they are one feed, keep one of them");
      continue;
    }
    const auto host = host_of(url);
    const auto [look, unlike] = skeletons.emplace(skeleton.of(host), std::pair{host, i});
    if (!unlike && look->second.first != host) {
      reader.warn(place, "look-alike-url",
                  fmt::format("the host `{}` looks like `{}` in line {}", host, look->second.first,
                              line(look->second.second)),
                  "make sure that it is spelled as meant");
    }
  }
}

/// A secret in a query is published with the feed's address in opml.xml and sources.
void check_queries(const Config& config, const std::vector<Node>& nodes, Reader& reader) {
  constexpr std::array<std::string_view, 10> telling = {
      "token", "access_token", "auth", "apikey", "api_key", "api-key", "secret", "password", "passwd", "pwd"};
  for (std::size_t i = 0; i < config.feeds.size(); ++i) {
    auto left = split_url(config.feeds[i].url).query.value_or("");
    while (!left.empty()) {
      const auto one = left.substr(0, left.find('&'));
      left.remove_prefix(std::min(left.size(), one.size() + 1));
      std::string name(one.substr(0, one.find('=')));
      std::ranges::transform(name, name.begin(),
                             [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      if (one.find('=') == std::string_view::npos ||
          std::ranges::find(telling, std::string_view(name)) == telling.end())
        continue;
      reader.warn(
          at(nodes[i], "url"), "secret-in-url",
          fmt::format("`{}=` in this address looks like a secret, and addresses of feeds are published",
                      name),
          "ask the partner for an address without one, or use `auth:`");
    }
  }
}

void name_feeds(Config& config, const std::vector<Node>& nodes, Reader& reader) {
  std::map<std::string, std::size_t> given;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < config.feeds.size(); ++i) {
    auto& feed = config.feeds[i];
    if (feed.name.empty()) feed.name = host_of(feed.url);
    if (feed.slug.empty()) continue;
    const auto [first, fresh] = given.emplace(feed.slug, i);
    if (!fresh) {
      reader.fault(at(nodes[i], "slug"), "duplicate-slug",
                   fmt::format("the slug `{}` is taken in line {}", feed.slug,
                               reader.line_of(at(nodes[first->second], "slug"))),
                   "choose another one");
    }
    taken.insert(feed.slug);
  }
  for (auto& feed : config.feeds) {
    if (!feed.slug.empty()) continue;
    auto base = slug_of(feed.name);
    if (base.empty()) base = slug_of(host_of(feed.url));
    if (base.empty()) base = "feed";
    feed.slug = base;
    for (int number = 2; !taken.insert(feed.slug).second; ++number)
      feed.slug = fmt::format("{}-{}", base, number);
  }
}

void check_topics(const Config& config, const Node& root, Reader& reader) {
  const auto& nodes = entries(root, "topics");
  std::map<std::string, std::size_t> declared;
  std::vector<std::string> slugs;
  for (std::size_t i = 0; i < config.topics.size(); ++i) {
    const auto& slug = config.topics[i].slug;
    if (slug.empty()) continue;
    slugs.push_back(slug);
    const auto [first, fresh] = declared.emplace(slug, i);
    if (!fresh) {
      reader.fault(at(nodes[i], "slug"), "duplicate-slug",
                   fmt::format("the topic `{}` is declared already, in line {}", slug,
                               reader.line_of(at(nodes[first->second], "slug"))),
                   "keep one of them");
    }
  }
  const auto& feeds = entries(root, "feeds");
  for (std::size_t i = 0; i < config.feeds.size(); ++i) {
    const auto& topics = config.feeds[i].topics;
    for (std::size_t j = 0; j < topics.size(); ++j) {
      if (topics[j].empty() || declared.contains(topics[j])) continue;
      const auto near = nearest(topics[j], slugs);
      reader.fault(at(feeds[i], "topics").items[j], "unknown-topic",
                   fmt::format("no topic has the slug `{}`", topics[j]),
                   near ? fmt::format("did you mean `{}`?", *near) : "declare it under `topics:`");
    }
  }
}

void settle_intervals(Config& config, const Node& root, Reader& reader) {
  auto& fetch = config.fetch;
  static const Node nothing;
  const Node* found = root.find("fetch");
  const Node& node = found == nullptr ? nothing : *found;
  const Node* least = node.find("min_interval");
  const Node* most = node.find("max_interval");
  if (fetch.min_interval > fetch.max_interval) {
    if (least != nullptr && most != nullptr) {
      reader.fault(*most, "out-of-range",
                   fmt::format("max_interval `{}` is less than min_interval `{}`", most->text, least->text),
                   "make it at least as long");
    } else if (least != nullptr) {
      fetch.max_interval = fetch.min_interval;
    } else {
      fetch.min_interval = fetch.max_interval;
    }
  }
  const auto settled = std::max(fetch.min_interval, std::min(fetch.interval, fetch.max_interval));
  if (const Node* interval = node.find("interval");
      interval != nullptr && settled != fetch.interval && fetch.min_interval <= fetch.max_interval) {
    const bool short_one = fetch.interval < fetch.min_interval;
    reader.warn(
        *interval, "out-of-range",
        fmt::format("interval `{}` is {} {}", interval->text, short_one ? "shorter than" : "longer than",
                    short_one ? "min_interval" : "max_interval"),
        fmt::format("set {} too; until then it counts instead", short_one ? "min_interval" : "max_interval"));
  }
  fetch.interval = settled;
  const auto& feeds = entries(root, "feeds");
  for (std::size_t i = 0; i < config.feeds.size(); ++i) {
    auto& interval = config.feeds[i].interval;
    if (!interval || *interval >= fetch.min_interval) continue;
    reader.warn(
        at(feeds[i], "interval"), "out-of-range",
        fmt::format("interval `{}` is shorter than fetch.min_interval", at(feeds[i], "interval").text),
        "set fetch.min_interval too; until then it counts instead");
    interval = fetch.min_interval;
  }
}

bool is_local(std::string_view listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]") || listen.starts_with("localhost:") ||
         listen.starts_with("unix:");
}

void check_server(const Config& config, const Node& root, Reader& reader) {
  const Node* node = root.find("server");
  const auto& [listen, admin, hub] = config.server;
  if (node == nullptr || admin.empty()) return;
  const bool any_port = listen.ends_with(":0") && !listen.starts_with("unix:");
  if (listen == admin && !any_port) {
    reader.fault(
        at(*node, "admin"), "bad-listen",
        fmt::format("`{}` is the public address too: health and metrics are not for the public", admin),
        "give one of them another port");
  } else if (!is_local(admin)) {
    reader.warn(
        at(*node, "admin"), "public-admin",
        fmt::format("`{}` can be reached from outside: health and metrics are not for the public", admin),
        "listen at 127.0.0.1, or make sure that a firewall keeps strangers out");
  }
}

void check_folders(Config& config, const Node& root, Reader& reader) {
  constexpr std::string_view sqlite = "sqlite:";
  if (config.store.empty())
    config.store = fmt::format("{}{}", sqlite, reader.absolute("data/tributary.db").string());
  if (config.output.empty()) config.output = reader.absolute("public");
  auto output = config.output;
  if (output.filename().empty()) output = output.parent_path();
  config.output = output;
  const Node* place = root.find("output");
  if (contains(output, reader.absolute(config.file.filename()))) {
    reader.fault(place == nullptr ? root : *place, "bad-output",
                 fmt::format("`{}` holds feeds.yaml itself, which would be published", output.string()),
                 "name a folder of its own, such as public");
  } else if (config.store.starts_with(sqlite) && contains(output, config.store.substr(sqlite.size()))) {
    const Node* store = root.find("store");
    reader.fault(store != nullptr   ? *store
                 : place != nullptr ? *place
                                    : root,
                 "bad-output",
                 fmt::format("the store lies inside the output `{}` and would be published", output.string()),
                 "keep it elsewhere, e.g. in data/");
  }
}

void check_withdrawals(const Config& config, const Node& root, Reader& reader) {
  std::vector<std::string> known;
  for (const auto& feed : config.feeds) {
    known.push_back(feed.url);
    known.push_back(feed.slug);
  }
  const auto& nodes = entries(root, "withdraw");
  for (std::size_t i = 0; i < config.withdraw.size(); ++i) {
    const auto& feed = config.withdraw[i].feed;
    if (feed.empty() || std::ranges::find(known, feed) != known.end()) continue;
    if (const auto near = nearest(feed, known)) {
      reader.warn(at(nodes[i], "feed"), "unknown-feed",
                  fmt::format("no feed has the address or slug `{}`", feed),
                  fmt::format("did you mean `{}`?", *near));
    }
  }
}

}  // namespace

void join(Config& config, const Node& root, Reader& reader) {
  const auto& feeds = entries(root, "feeds");
  if (config.fetch.contact.empty()) config.fetch.contact = config.site.url;
  name_feeds(config, feeds, reader);
  check_addresses(config, feeds, reader);
  check_queries(config, feeds, reader);
  check_topics(config, root, reader);
  settle_intervals(config, root, reader);
  check_server(config, root, reader);
  check_folders(config, root, reader);
  check_withdrawals(config, root, reader);
}

}  // namespace tributary::config
