#include "config/keys.hpp"

#include "config/node.hpp"

namespace tributary::config {
namespace {

using namespace std::chrono_literals;

// A stand-in for what the Config keeps in another shape.
template <class B, class A>
Value<B> as(Value<A> value, std::function<B(A)> convert, std::function<A(const B&)> back) {
  return {.schema = value.schema,
          .kind = value.kind,
          .inside = value.inside,
          .read = [read = value.read, convert = std::move(convert)](const Node& node,
                                                                    Reader& reader) -> std::optional<B> {
            auto given = read(node, reader);
            if (!given) return std::nullopt;
            return convert(std::move(*given));
          },
          .write = [write = value.write, back = std::move(back)](
                       const B& given, const Writer& writer) { return write(back(given), writer); }};
}

Value<Photo> photo() {
  return section<Photo>(
      {required(key("src", &Photo::src, url_or_file(),
                    "The picture: a file beside feeds.yaml, or a web address.")),
       key("alt", &Photo::alt, text(), "What it shows, in words, for those who can't see it."),
       key("credit", &Photo::credit, text(), "Who made it."),
       key("licence", &Photo::licence, text(), "The licence's name, e.g. CC BY 4.0."),
       key("licence_url", &Photo::licence_url, http_url(), "Where the licence can be read.")},
      "a photo: {src, alt, credit, licence, licence_url}", "write {src: FILE, alt: WHAT IT SHOWS}",
      [](Photo& value, const Node& node, Reader& reader) {
        if (!value.src.empty() && node.find("alt") == nullptr) {
          reader.warn(node, "photo-without-alt", "the photo has no `alt`", "say in words what it shows");
        }
      });
}

Value<Person> author() {
  return section<Person>(
      {key("name", &Person::name, text(), "Name of the person or organisation."),
       key("email", &Person::email, text(), "Where they can be written to; it is published."),
       key("uri", &Person::uri, http_url(), "Their own page.")},
      "a person: {name, email, uri}", "write {name: …}");
}

Value<std::string> site_url() {
  auto value = http_url();
  value.schema = R"("type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s?#]*/$")";
  value.kind = "a web address that ends in /";
  value.read = [web = value.read](const Node& node, Reader& reader) -> std::optional<std::string> {
    auto given = web(node, reader);
    if (!given) return std::nullopt;
    if (const auto mark = given->find_first_of("?#"); mark != std::string::npos) {
      reader.fault(node, "bad-url",
                   "`" + *given + "` has a query or fragment: no document's address can be built on it",
                   "leave out what stands from `" + given->substr(mark, 1) + "` on");
      return std::nullopt;
    }
    if (!given->ends_with('/')) {
      reader.fault(node, "bad-url", "`" + *given + "` does not end in `/`", "write " + *given + "/");
      return std::nullopt;
    }
    return given;
  };
  return value;
}

Value<Site> site() {
  return section<Site>(
      {required(
           key("title", &Site::title, text(), "The heading of the page and the title of the merged feed.")),
       required(key("url", &Site::url, site_url(), "Where the output will be reached; ends in /.")),
       key("language", &Site::language, language(), "Language of the pages (BCP 47)."),
       key("timezone", &Site::timezone, time_zone(), "For dates on pages; feeds are always UTC."),
       key("intro", &Site::intro, text(), "The introduction under the heading."),
       key("photo", &Site::photo, photo(), "The photo beside the introduction."),
       key("author", &Site::author, author(), "Who publishes the merged feed."),
       key("rights", &Site::rights, text(), "A line on rights for the page and the feeds."),
       key("templates", &Site::templates, existing_folder(),
           "A folder with templates of your own; the built-in ones otherwise.")},
      "a mapping with title and url");
}

Value<ServerOptions> server() {
  return section<ServerOptions>(
      {key("listen", &ServerOptions::listen, listen(false),
           "Where the output is served; port 0 takes a free one and says which."),
       key("admin", &ServerOptions::admin, listen(true),
           "Where health and metrics are served, never the public address; off for nowhere."),
       key("hub", &ServerOptions::hub, url_or({"builtin", "off"}), "The WebSub hub that the feeds name.")},
      "a mapping");
}

Value<FetchOptions> fetch() {
  return section<FetchOptions>(
      {key("interval", &FetchOptions::interval, duration(1s),
           "The usual time between two fetches of a feed; adapts between the next two."),
       key("min_interval", &FetchOptions::min_interval, duration(1s),
           "Nothing is asked more often than this."),
       key("max_interval", &FetchOptions::max_interval, duration(1s),
           "Bounds what adapts; what a partner asks for, and back-off, may be longer. min = max switches "
           "adapting off."),
       key("timeout", &FetchOptions::timeout, duration(1s),
           "For the whole transfer, redirects included, from its own start."),
       key("concurrency", &FetchOptions::concurrency, whole(1, 10'000), "Transfers at once."),
       key("per_host", &FetchOptions::per_host, whole(1, 1'000), "Transfers at once at one host."),
       key("host_spacing", &FetchOptions::host_spacing, duration(0s),
           "Least time between two starts at one host."),
       key("max_body", &FetchOptions::max_body, size(1024), "Longest answer, counted after decompression."),
       with_default(key("contact", &FetchOptions::contact, text(),
                        "An address where partners find you; goes into User-Agent."),
                    "site.url"),
       key("proxy", &FetchOptions::proxy, proxy(), "Through which everything is fetched."),
       key("allow_addresses", &FetchOptions::allow_addresses, list_of(cidr()),
           "Private address ranges that may be fetched nevertheless.")},
      "a mapping");
}

Value<PublishOptions> publish() {
  return section<PublishOptions>(
      {key("items", &PublishOptions::items, whole(1, 10'000),
           "Entries in a front document; the rest is in the archives."),
       key("excerpt", &PublishOptions::excerpt, whole(1, 100'000), "Characters of an excerpt."),
       key("order", &PublishOptions::order,
           choice<Order>({{"modified", Order::modified},
                          {"published", Order::published},
                          {"first_seen", Order::first_seen}}),
           "The date that sorts the stream, newest first."),
       key("content", &PublishOptions::content,
           choice<ContentPolicy>({{"summary", ContentPolicy::summary}, {"full", ContentPolicy::full}}),
           "How much of an item its feed entries carry, where its licence allows."),
       key("welcome", &PublishOptions::welcome, whole(0, 10'000),
           "How many items of a new feed may enter the front documents; the rest goes straight to the "
           "archives.")},
      "a mapping");
}

Value<Retention> retention() {
  return section<Retention>(
      {key("age", &Retention::age, duration(24h),
           "How long an item is kept whole after it was first seen; without it for ever."),
       key("items", &Retention::items, whole(1, 1'000'000'000),
           "How many items, the last ones seen, are kept whole; without it any number.")},
      "a mapping", "write {age: 730d}, {items: 100000} or both");
}

Value<Licence> licence_use() {
  return choice<Licence>({{"full", Licence::full}, {"excerpt", Licence::excerpt}, {"link", Licence::link}});
}

Value<LicencePolicy> licences() {
  const std::string doc = "For items whose licence is unknown or not listed.";
  auto value = as<LicencePolicy, std::map<std::string, Licence>>(
      map_of(licence_use(), "licence names with full, excerpt or link"),
      [](std::map<std::string, Licence> given) {
        LicencePolicy policy;
        if (const auto found = given.find("default"); found != given.end()) {
          policy.fallback = found->second;
          given.erase(found);
        }
        policy.by_name = std::move(given);
        return policy;
      },
      [](const LicencePolicy& policy) {
        auto given = policy.by_name;
        given.emplace("default", policy.fallback);
        return given;
      });
  const auto use = licence_use();
  value.inside = {
      {.path = "default", .kind = use.kind, .fallback = use.show(LicencePolicy{}.fallback), .doc = doc}};
  value.schema += ", \"properties\": {\"default\": {\"description\": " + json_string(doc) + ", " +
                  use.schema + ", \"default\": " + value.inside.front().fallback + "}}";
  return value;
}

Keys<Topic> topic_table() {
  return {required(key("slug", &Topic::slug, slug(), "Its name in addresses: /topics/SLUG/.")),
          required(key("title", &Topic::title, text(), "Its heading.")),
          key("intro", &Topic::intro, text(), "Its introduction."),
          key("photo", &Topic::photo, photo(), "Its photo.")};
}

struct FilterFields {
  std::string title, summary, category, author, link;
};

Value<Filter> filter() {
  return as<Filter, FilterFields>(
      section<FilterFields>(
          {key("title", &FilterFields::title, regex(), "Asked of the title."),
           key("summary", &FilterFields::summary, regex(), "Asked of the summary or content, as text."),
           key("category", &FilterFields::category, regex(), "Asked of each category; one is enough."),
           key("author", &FilterFields::author, regex(), "Asked of each author's name; one is enough."),
           key("link", &FilterFields::link, regex(), "Asked of the item's address.")},
          "regular expressions by member", "write e.g. {title: \"(?i)partner\"}"),
      [](FilterFields given) {
        Filter out;
        for (auto& [name, pattern] : {std::pair{"title", &given.title},
                                      {"summary", &given.summary},
                                      {"category", &given.category},
                                      {"author", &given.author},
                                      {"link", &given.link}}) {
          if (!pattern->empty()) out.emplace(name, std::move(*pattern));
        }
        return out;
      },
      [](const Filter& given) {
        const auto of = [&](const char* name) {
          const auto found = given.find(name);
          return found == given.end() ? std::string() : found->second;
        };
        return FilterFields{of("title"), of("summary"), of("category"), of("author"), of("link")};
      });
}

// What stands there counts, not what could be read of it: a value that was refused has its own fault.
void check_authentication(Authentication&, const Node& node, Reader& reader) {
  const auto has = [&](std::string_view name) { return node.find(name) != nullptr; };
  const bool refused = has("password") || has("token") || has("bearer") || has("value") || has("secret");
  const bool password = has("password_env") || has("password_file");
  const int ways = (has("username") || password) + has("bearer_env") + (has("header") || has("value_env"));
  const auto say = [&](std::string what, std::string mend) {
    reader.fault(node, "bad-auth", std::move(what), std::move(mend));
  };
  if (ways > 1) {
    say("more than one way to sign in",
        "keep one: username with password_env or password_file, bearer_env, or header with value_env");
  } else if (has("password_env") && has("password_file")) {
    say("the password comes from two places", "keep password_env or password_file");
  } else if (!refused && password && !has("username")) {
    say("a password without `username`", "add it");
  } else if (!refused && has("username") && !password) {
    say("`username` without a password", "add password_env or password_file");
  } else if (!refused && has("header") != has("value_env")) {
    say("`header` and `value_env` need each other", "write {header: X-Api-Key, value_env: EXAMPLE_KEY}");
  }
}

Value<Authentication> authentication() {
  return section<Authentication>(
      {key("username", &Authentication::username, text(), "For Basic and Digest authentication."),
       key("password_env", &Authentication::password_env, environment_name(),
           "The environment variable that holds the password."),
       key("password_file", &Authentication::password_file, existing_file("the file with the password"),
           "The file that holds the password."),
       key("bearer_env", &Authentication::bearer_env, environment_name(),
           "The environment variable that holds a bearer token."),
       key("header", &Authentication::header, header_name(), "A header field of the partner's own."),
       key("value_env", &Authentication::value_env, environment_name(),
           "The environment variable that holds its value."),
       refused<Authentication>("password",
                               "write `password_env: NAME` and put the password into that environment "
                               "variable, or use password_file"),
       refused<Authentication>("token",
                               "write `bearer_env: NAME` and put the token into that environment variable"),
       refused<Authentication>("bearer",
                               "write `bearer_env: NAME` and put the token into that environment variable"),
       refused<Authentication>("value",
                               "write `value_env: NAME` and put the value into that environment variable"),
       refused<Authentication>("secret",
                               "write `password_env: NAME` and put it into that environment variable")},
      "how to sign in", "write e.g. {username: …, password_env: EXAMPLE_PASSWORD}", check_authentication);
}

Value<TlsFiles> tls() {
  return section<TlsFiles>(
      {key("ca", &TlsFiles::ca, existing_file("the certificate file"),
           "Authorities to trust for this partner (PEM)."),
       key("cert", &TlsFiles::cert, existing_file("the certificate file"), "Our certificate (PEM)."),
       key("key", &TlsFiles::key, existing_file("the key file"), "Its key (PEM).")},
      "files for TLS", {}, [](TlsFiles& value, const Node& node, Reader& reader) {
        if (!value.key.empty() && value.cert.empty()) {
          reader.fault(node, "bad-tls", "`key` without `cert`",
                       "add the certificate that the key belongs to");
        }
      });
}

Keys<Partner> feed_table() {
  return {
      required(key("url", &Partner::url, http_url(), "The feed's address, asked as it is written here.")),
      with_default(key("name", &Partner::name, text(), "What the partner is called."), "the URL's host"),
      with_default(key("slug", &Partner::slug, slug(), "Its name in addresses: /partners/SLUG/."),
                   "made of the name"),
      key("type", &Partner::type, text(), "Document, News, Webinar …: shown before an item's date."),
      key("types", &Partner::types, map_of(text(), "categories with the type each stands for"),
          "An item's category that overrides the type."),
      key("topics", &Partner::topics, list_of(text()),
          "Slugs of declared topics that its items appear under."),
      key("licence", &Partner::licence, text(), "The licence of items that name none themselves."),
      key("include", &Partner::include, filter(), "Only items that match all of these are kept."),
      key("exclude", &Partner::exclude, filter(), "Items that match all of these are not."),
      key("priority", &Partner::priority, whole(-1'000'000, 1'000'000),
          "The greater one wins a story that several partners carry."),
      with_default(
          key("interval", &Partner::interval, duration(1s), "Its own usual time between two fetches."),
          "fetch.interval"),
      key("future", &Partner::future,
          choice<FutureDates>({{"clamp", FutureDates::clamp}, {"hold", FutureDates::hold}}),
          "An item dated in the future is shown with the date of first sight, or held until its date."),
      with_default(key("timezone", &Partner::timezone, time_zone(), "For dates that name no zone."), "UTC"),
      key("enabled", &Partner::enabled, boolean(), "false stops polling and keeps the items."),
      key("auth", &Partner::auth, authentication(),
          "How to sign in at the partner; secrets stay outside this file."),
      key("tls", &Partner::tls, tls(), "Certificates of its own."),
      key("push", &Partner::push, boolean(),
          "Whether its WebSub hub is asked to notify us; by default where it names one."),
      refused<Partner>("password",
                       "write `auth: {username: …, password_env: NAME}` and put the password into that "
                       "environment variable"),
      refused<Partner>("token",
                       "write `auth: {bearer_env: NAME}` and put the token into that environment variable")};
}

Value<Withdrawal> withdrawal() {
  return section<Withdrawal>(
      {key("id", &Withdrawal::id, text(), "The id of the item to take down."),
       key("url", &Withdrawal::url, http_url(), "Its address."),
       key("feed", &Withdrawal::feed, text(), "A feed, by URL or slug: all of its items."),
       key("reason", &Withdrawal::reason, text(), "Why; it is published."),
       key("until", &Withdrawal::until, moment(), "When it may come back; never otherwise.")},
      "is a withdrawal by id, url or feed", "write {url: ADDRESS, reason: …}",
      [](Withdrawal&, const Node& node, Reader& reader) {
        const int named =
            (node.find("id") != nullptr) + (node.find("url") != nullptr) + (node.find("feed") != nullptr);
        if (named == 1 || !reader.whole()) return;
        reader.fault(
            node, "bad-withdrawal",
            named == 0 ? "nothing says what is withdrawn" : "more than one thing is withdrawn in one entry",
            "write one of id, url and feed");
      });
}

Value<StoryRules> stories() {
  return section<StoryRules>({key("merge", &StoryRules::merge, list_of(list_of(http_url(), 2)),
                                  "Groups of item addresses that are one story."),
                              key("split", &StoryRules::split, list_of(list_of(http_url(), 2)),
                                  "Groups of item addresses that are not.")},
                             "a mapping");
}

struct Alerts {
  std::string webhook_env = {};
};

Value<std::string> alerts() {
  return as<std::string, Alerts>(
      section<Alerts>({key("webhook_env", &Alerts::webhook_env, environment_name(),
                           "The environment variable that holds the webhook's address."),
                       refused<Alerts>("webhook",
                                       "its address is a secret: write `webhook_env: NAME` and put it into "
                                       "that environment variable"),
                       refused<Alerts>("webhook_url",
                                       "its address is a secret: write `webhook_env: NAME` and put it into "
                                       "that environment variable")},
                      "a mapping"),
      [](Alerts given) { return given.webhook_env; }, [](const std::string& name) { return Alerts{name}; });
}

}  // namespace

const Keys<Partner>& feed_keys() {
  static const Keys<Partner> keys = feed_table();
  return keys;
}

const Keys<Topic>& topic_keys() {
  static const Keys<Topic> keys = topic_table();
  return keys;
}

const Value<Config>& feeds_yaml() {
  static const Value<Config> value = section<Config>(
      {required(key("site", &Config::site, site(), "The page and the merged feed.")),
       with_default(key("store", &Config::store, store_place(),
                        "Where everything known is kept: sqlite:PATH (a bare path is SQLite too) or "
                        "postgresql://USER@HOST/DATABASE."),
                    "sqlite:data/tributary.db"),
       with_default(key("output", &Config::output, folder(), "The folder that is published."), "public"),
       key("server", &Config::server, server(), "What is served where."),
       key("fetch", &Config::fetch, fetch(), "How partners are asked."),
       key("publish", &Config::publish, publish(), "How much is shown."),
       key("retention", &Config::retention, retention(),
           "When old items lose their text and pictures, once they are on published archive pages; title, "
           "link "
           "and place stay."),
       key("licences", &Config::licences, licences(),
           "How much of an item may be shown under which licence."),
       key("topics", &Config::topics,
           list_of(section<Topic>(topic_keys(), "is a topic", "write {slug: …, title: …}")),
           "Pages by topic."),
       key("feeds", &Config::feeds,
           list_of(section<Partner>(feed_keys(), "is a feed", "write `- url: ADDRESS`")),
           "The partners' feeds."),
       key("withdraw", &Config::withdraw, list_of(withdrawal()), "What is taken down everywhere."),
       key("stories", &Config::stories, stories(), "Stories that were merged or kept apart wrongly."),
       key("alerts", &Config::alert_webhook_env, alerts(), "Who is told when a feed's state changes.")},
      "feeds.yaml", "write `site:` and `feeds:` with what belongs to them");
  return value;
}

}  // namespace tributary::config
