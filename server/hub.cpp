#include "server/hub.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "server/entries.hpp"
#include "server/hash.hpp"
#include "server/hub_form.hpp"
#include "server/rate.hpp"

// What the hub holds of a subscription is a version: the hash of the document that its subscriber got last.
// Whoever has another one than the document's present version is owed a delivery, whatever came between: a
// failure, a restart, three further versions. So nothing is queued, and nothing is lost or sent twice but for
// an answer that never arrived.
namespace tributary::server {
namespace {

using Key = std::pair<std::string, std::string>;  // topic, callback

constexpr auto sweep_interval = std::chrono::minutes{1};  // leases that have ended
constexpr auto gone_after = std::chrono::hours{1};        // a topic that cannot be read for so long is denied
constexpr auto verify_again_after =
    std::chrono::seconds{30};  // when the subscriber's server did not answer at all
constexpr int verify_attempts = 2;
constexpr std::size_t remembered_entries = 500'000;

std::string with_query(const std::string& url, const std::string& query) {
  return url + (url.find('?') == std::string::npos ? '?' : '&') + query;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

Made too_many() {
  Made made = plain(429, "too many requests; try again in a minute");
  made.headers.emplace_back("Retry-After", "60");
  return made;
}

}  // namespace

struct Hub::Impl : std::enable_shared_from_this<Hub::Impl> {
  Impl(HubOptions the_options, HubWorld the_world)
      : options(std::move(the_options)),
        world(std::move(the_world)),
        everybody(options.wishes),
        clients(options.wishes_per_client),
        callbacks(options.wishes_per_callback),
        versions(remembered_entries) {}

  struct Entry {
    HubSubscription data = {};
    bool in_flight = false;
    bool queued = false;
  };
  struct Topic {
    std::string hash = {};  // of the version that is delivered now; empty before the first look
    TopicDocument document = {};
    std::size_t subscribers = 0;
    std::optional<Timestamp> missing_since = {};
  };
  // A wish whose intent is to be verified, or a denial to be told.
  struct Asked {
    HubWish wish = {};
    std::string challenge = {};  // empty: a denial
    std::string reason = {};
    std::chrono::seconds lease{0};
    int attempts = 0;
    bool in_flight = false;
    std::uint64_t number = 0;  // tells it from a later wish of the same key
  };

  HubOptions options;
  HubWorld world;
  RateLimit everybody, clients, callbacks;
  KnownVersions versions;
  std::map<Key, Entry> subscriptions;
  std::map<std::string, Topic> topics;         // those that have subscribers
  std::map<std::string, std::size_t> by_host;  // subscriptions
  std::set<std::pair<Timestamp, Key>> due;     // deliveries
  std::map<Key, Asked> asked;
  std::set<std::pair<Timestamp, Key>> to_ask;
  std::set<Key> unsaved;
  std::map<std::string, std::size_t> calls;  // in flight, by host
  std::size_t in_flight = 0;
  std::uint64_t numbers = 0;
  Timestamp next_sweep = Timestamp::min();
  std::vector<Key> removed;  // not yet told the memory
  HubFigures figures = {};

  // ---- what is known ----

  Entry& add(HubSubscription data) {
    const Key key{data.topic, data.callback};
    const auto [place, fresh] = subscriptions.try_emplace(key);
    if (fresh) {
      ++topics[data.topic].subscribers;
      ++by_host[host_of(data.callback)];
    }
    place->second.data = std::move(data);
    return place->second;
  }

  void remove(const Key& key) {
    const auto entry = subscriptions.find(key);
    if (entry == subscriptions.end()) return;
    unqueue(entry->second);
    if (const auto topic = topics.find(key.first); --topic->second.subscribers == 0) topics.erase(topic);
    const auto host = by_host.find(host_of(key.second));
    if (--host->second == 0) by_host.erase(host);
    subscriptions.erase(entry);
    unsaved.erase(key);
    removed.push_back(key);
  }

  void queue(Entry& entry) {
    if (entry.queued || entry.in_flight) return;
    due.emplace(entry.data.next_try, Key{entry.data.topic, entry.data.callback});
    entry.queued = true;
  }

  void unqueue(Entry& entry) {
    if (!entry.queued) return;
    due.erase({entry.data.next_try, Key{entry.data.topic, entry.data.callback}});
    entry.queued = false;
  }

  // Reads the document anew and remembers its version. False when it cannot be read.
  bool look(const std::string& name, Topic& topic) {
    auto document = world.read(name);
    if (!document) return false;
    std::string hash = content_hash(document->bytes);
    if (hash != topic.hash) {
      versions.add(hash, document->bytes);
      topic.hash = std::move(hash);
      topic.document = std::move(*document);
    }
    topic.missing_since.reset();
    return true;
  }

  // ---- wishes ----

  Made receive(const Incoming& incoming) {
    const Timestamp now = world.clock();
    // Asked for before anything else is done, so that nonsense is limited too.
    if (!clients.take(incoming.client, now) || !everybody.take("", now)) return refused(too_many());
    auto wish = read_hub_form(incoming);
    if (!wish) return refused(wish.error());
    const std::string host = host_of(wish->callback);
    if (!world.allowed(wish->callback))
      return refused(plain(403, "hub.callback is at an address that is not called from here"));
    const Key key{wish->topic, wish->callback};
    const bool known = subscriptions.contains(key);
    if (!wish->subscribe && !known) return refused(plain(404, "there is no such subscription"));
    if (!callbacks.take(host, now)) return refused(too_many());
    if (wish->subscribe && !known) {
      const auto at_host = by_host.find(host);
      if (subscriptions.size() + asked.size() >= options.most_subscriptions) {
        return refused(plain(503, "this hub has no room for further subscriptions"));
      }
      if (at_host != by_host.end() && at_host->second >= options.most_per_host) {
        return refused(plain(403, "there are too many subscriptions at that host"));
      }
    }
    Asked ask{.challenge = world.token(), .number = ++numbers};
    if (wish->subscribe && !world.read(wish->topic)) {
      ask.challenge.clear();
      ask.reason = "this hub has no such topic";
    }
    ask.lease =
        std::clamp(wish->lease.value_or(options.lease), options.shortest_lease, options.longest_lease);
    ask.wish = std::move(*wish);
    asked.insert_or_assign(key, std::move(ask));
    to_ask.emplace(now, key);
    return plain(202, "");
  }

  Made refused(Made made) {
    ++figures.refused;
    return made;
  }

  void ask(const Key& key, Asked& ask) {
    const HubWish& wish = ask.wish;
    const bool denial = ask.challenge.empty();
    std::string query = "hub.mode=";
    query += denial ? "denied" : wish.subscribe ? "subscribe" : "unsubscribe";
    query += "&hub.topic=" + percent_encode(wish.topic);
    if (denial) query += "&hub.reason=" + percent_encode(ask.reason);
    if (!denial) query += "&hub.challenge=" + ask.challenge;
    if (!denial && wish.subscribe) query += "&hub.lease_seconds=" + std::to_string(ask.lease.count());
    ask.in_flight = true;
    ++ask.attempts;
    call({.method = "GET", .url = with_query(wish.callback, query)}, host_of(wish.callback),
         [this, key, number = ask.number](const HubReply& reply) { answered(key, number, reply); });
  }

  // WebSub section 5.3: any 2xx with the challenge as its body, and nothing else, confirms.
  void answered(const Key& key, std::uint64_t number, const HubReply& reply) {
    const auto place = asked.find(key);
    if (place == asked.end() || place->second.number != number) return;  // a later wish took its place
    Asked& ask = place->second;
    ask.in_flight = false;
    const bool denial = ask.challenge.empty();
    const bool confirmed = !denial && reply.status / 100 == 2 && trimmed(reply.body) == ask.challenge;
    if (!confirmed && !denial && reply.status == 0 && ask.attempts < verify_attempts) {
      to_ask.emplace(world.clock() + verify_again_after, key);
      return;
    }
    if (denial) ++figures.denied;
    if (!denial && !confirmed) ++figures.failed;
    if (confirmed) {
      ++figures.verified;
      if (ask.wish.subscribe) {
        subscribe(ask);
      } else {
        remove(key);
      }
    }
    asked.erase(key);
  }

  void subscribe(const Asked& ask) {
    const Key key{ask.wish.topic, ask.wish.callback};
    HubSubscription data{.topic = ask.wish.topic, .callback = ask.wish.callback};
    if (const auto known = subscriptions.find(key); known != subscriptions.end()) {
      data = known->second.data;
      unqueue(known->second);
    }
    data.secret = ask.wish.secret;
    data.lease_until = world.clock() + ask.lease;
    data.failures = 0;
    data.next_try = {};
    Entry& entry = add(std::move(data));
    Topic& topic = topics[key.first];
    if (topic.hash.empty()) look(key.first, topic);
    // A new subscriber has read the document himself, or will: he is told of what changes from now on.
    if (entry.data.delivered.empty()) entry.data.delivered = topic.hash;
    if (entry.data.delivered != topic.hash) queue(entry);
    unsaved.insert(key);
  }

  // ---- deliveries ----

  void published() {
    const Timestamp now = world.clock();
    std::vector<std::string> gone;
    for (auto& [name, topic] : topics) {
      if (look(name, topic)) continue;
      if (!topic.missing_since) topic.missing_since = now;
      if (now - *topic.missing_since >= gone_after) gone.push_back(name);
    }
    for (auto& [key, entry] : subscriptions) {
      const Topic& topic = topics[key.first];
      if (!topic.hash.empty() && entry.data.delivered != topic.hash) queue(entry);
    }
    for (const auto& name : gone) deny_all(name, now);
    pump(now);
  }

  // WebSub section 5.2: the hub may end a subscription, and says so.
  void deny_all(const std::string& name, Timestamp now) {
    std::vector<Key> keys;
    for (auto entry = subscriptions.lower_bound({name, ""});
         entry != subscriptions.end() && entry->first.first == name; ++entry) {
      keys.push_back(entry->first);
    }
    for (const Key& key : keys) {
      remove(key);
      ++figures.ended;
      asked.insert_or_assign(key, Asked{.wish = {.topic = key.first, .callback = key.second},
                                        .reason = "the topic is no longer published",
                                        .number = ++numbers});
      to_ask.emplace(now, key);
    }
  }

  void deliver(const Key& key, Entry& entry) {
    const Topic& topic = topics[key.first];
    HubCall post{.method = "POST", .url = key.second};
    // What the subscriber has already is left out, where it is known what he has.
    const EntryHashes* const known = versions.find(entry.data.delivered);
    auto news = known != nullptr ? without(topic.document.bytes, *known) : std::nullopt;
    post.body = news ? std::move(*news) : topic.document.bytes;
    post.headers = {{"Content-Type", topic.document.content_type},
                    {"Link", "<" + options.url + ">; rel=\"hub\", <" + key.first + ">; rel=\"self\""}};
    if (!entry.data.secret.empty()) {
      post.headers.emplace_back("X-Hub-Signature", "sha256=" + hmac_sha256_hex(entry.data.secret, post.body));
    }
    entry.in_flight = true;
    call(std::move(post), host_of(key.second),
         [this, key, hash = topic.hash](const HubReply& reply) { delivered(key, hash, reply); });
  }

  void delivered(const Key& key, const std::string& hash, const HubReply& reply) {
    const auto place = subscriptions.find(key);
    if (place == subscriptions.end()) return;  // unsubscribed meanwhile
    Entry& entry = place->second;
    entry.in_flight = false;
    if (reply.status / 100 == 2) {
      ++figures.delivered;
      entry.data.delivered = hash;
      entry.data.failures = 0;
      entry.data.next_try = {};
    } else {
      ++figures.failed;
      ++entry.data.failures;
      if (reply.status == 410 || entry.data.failures >= options.failures_until_end) {
        ++figures.ended;
        remove(key);
        return;
      }
      const int doublings = std::min(entry.data.failures - 1, 20);
      const auto pause =
          std::min<std::chrono::seconds>(options.first_retry * (1 << doublings), options.longest_retry);
      entry.data.next_try = world.clock() + pause;
    }
    unsaved.insert(key);
    if (entry.data.delivered != topics[key.first].hash) queue(entry);
  }

  // ---- calls ----

  void call(HubCall what, const std::string& host, std::function<void(const HubReply&)> done) {
    ++in_flight;
    ++calls[host];
    world.send(std::move(what), [weak = weak_from_this(), host, done = std::move(done)](HubReply reply) {
      const auto self = weak.lock();
      if (!self) return;
      --self->in_flight;
      if (const auto busy = self->calls.find(host); --busy->second == 0) self->calls.erase(busy);
      done(reply);
      self->pump(self->world.clock());
    });
  }

  [[nodiscard]] bool room_for(const std::string& host) const {
    const auto busy = calls.find(host);
    return busy == calls.end() || busy->second < options.in_flight_per_host;
  }

  void pump(Timestamp now) {
    // Wishes first: somebody waits for them. What is at a busy host stays where it is.
    for (auto place = to_ask.begin();
         place != to_ask.end() && place->first <= now && in_flight < options.in_flight;) {
      const Key key = place->second;
      const auto wish = asked.find(key);
      if (wish != asked.end() && !wish->second.in_flight && !room_for(host_of(key.second))) {
        ++place;
        continue;
      }
      place = to_ask.erase(place);
      if (wish != asked.end() && !wish->second.in_flight) ask(key, wish->second);
    }
    for (auto place = due.begin();
         place != due.end() && place->first <= now && in_flight < options.in_flight;) {
      const Key key = place->second;
      if (!room_for(host_of(key.second))) {
        ++place;
        continue;
      }
      Entry& entry = subscriptions.at(key);
      place = due.erase(place);
      entry.queued = false;
      deliver(key, entry);
    }
  }

  void end_leases(Timestamp now) {
    if (now < next_sweep) return;
    next_sweep = now + sweep_interval;
    std::vector<Key> over;
    for (const auto& [key, entry] : subscriptions) {
      if (entry.data.lease_until <= now) over.push_back(key);
    }
    for (const Key& key : over) remove(key);
    figures.ended += over.size();
  }

  Result<void> save() {
    if (world.memory == nullptr) {
      unsaved.clear();
      removed.clear();
      return {};
    }
    while (!removed.empty()) {
      const Key& key = removed.back();
      // One that was taken up again since is saved below.
      if (!subscriptions.contains(key)) {
        if (auto done = world.memory->remove(key.first, key.second); !done) return done;
      }
      removed.pop_back();
    }
    if (unsaved.empty()) return {};
    std::vector<HubSubscription> batch;
    for (const Key& key : unsaved) batch.push_back(subscriptions.at(key).data);
    if (auto done = world.memory->save(batch); !done) return done;
    unsaved.clear();
    return {};
  }
};

Hub::Hub(HubOptions options, HubWorld world)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(world))) {}

Hub::~Hub() = default;

Result<void> Hub::open() {
  if (impl_->world.memory == nullptr) return {};
  auto known = impl_->world.memory->load();
  if (!known) return std::unexpected(known.error());
  for (auto& subscription : *known) impl_->add(std::move(subscription));
  return {};
}

Made Hub::receive(const Incoming& incoming) {
  return impl_->receive(incoming);
}

void Hub::published() {
  impl_->published();
}

Result<void> Hub::tick() {
  const Timestamp now = impl_->world.clock();
  impl_->end_leases(now);
  impl_->pump(now);
  return impl_->save();
}

HubFigures Hub::figures() const {
  HubFigures figures = impl_->figures;
  figures.subscriptions = impl_->subscriptions.size();
  figures.waiting = impl_->due.size();
  figures.in_flight = impl_->in_flight;
  return figures;
}

Route hub_route(Hub& hub) {
  return {
      .path = "/hub", .methods = {"POST"}, .max_body = 16 * 1024, .handle = [&hub](const Incoming& incoming) {
        return hub.receive(incoming);
      }};
}

}  // namespace tributary::server
