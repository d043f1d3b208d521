#include "app/daemon.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "app/alerts.hpp"
#include "app/decisions.hpp"
#include "app/file_watch.hpp"
#include "app/health_pages.hpp"
#include "app/lease_keeper.hpp"
#include "app/log.hpp"
#include "app/metrics.hpp"
#include "app/own_hub.hpp"
#include "app/pipeline.hpp"
#include "app/publication.hpp"
#include "app/reload_note.hpp"
#include "app/status_report.hpp"
#include "app/subscriptions.hpp"
#include "fetcher/push.hpp"
#include "server/server.hpp"

namespace tributary::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// News is published at once when nothing else is on its way, and never later than this.
constexpr auto longest_wait_for_news = 5s;
constexpr auto next_attempt = 1min;  // after a publication that failed
constexpr auto grace = 5s;

// Where several processes share a store, each looks for what the others stored when it is woken, and now and
// then without it.
constexpr auto refresh = 20s;
constexpr auto least_between_refreshes = 1s;
// Until all have read what one of them stored: woken, and not.
constexpr auto others_know_when_woken = 3 * least_between_refreshes;
constexpr auto others_know_by_themselves = refresh + 5s;
constexpr auto next_saving = 1s;
constexpr int most_savings = 60;            // a visit of another process takes no longer than that
constexpr std::size_t most_deliveries = 8;  // of a partner's hub, waiting

/// A document that a partner's hub sent.
struct Delivered {
  std::string body = {};
  std::string content_type = {};
};

}  // namespace

struct Daemon::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, const Context& given, config::Config loaded)
      : io(context),
        clock(given.running_clock()),
        config_file(given.config_file),
        config(std::move(loaded)),
        next_visits(context),
        next_publication(context),
        next_refresh(context) {
    index_partners();
  }

  asio::io_context& io;
  Clock clock;
  std::filesystem::path config_file;
  config::Config config;
  std::map<std::string, const Partner*, std::less<>> partners;  // of config.feeds, by URL
  std::optional<OwnHub> hub;                                    // none with `server.hub` off or elsewhere
  std::optional<Subscriptions> subscriptions;                   // at partners' hubs
  std::optional<Alerts> alerts;
  std::optional<Pipeline> pipeline;
  std::optional<server::Server> server;
  std::optional<FileWatch> watch;
  std::optional<FileWatch> decisions_watch;
  asio::steady_timer next_visits;
  asio::steady_timer next_publication;

  std::string
      worker;  // this process's name among those that share the store; empty: nobody else writes to it
  std::unique_ptr<store::Wakeup> wakeup;
  std::optional<asio::posix::stream_descriptor> others_news;
  bool listening = false;
  std::optional<LeaseKeeper> leases;
  asio::steady_timer next_refresh;

  std::map<std::string, FeedState> states;          // by key
  std::set<std::pair<Timestamp, std::string>> due;  // when, and which feed; never one that is being visited
  std::set<std::string> visiting;                   // or had to ourselves otherwise (reserve)
  std::set<std::string> unsaved;                    // changed while they were
  std::map<std::string, std::vector<Delivered>> delivered;  // by feed; each waits for the one before
  store::Totals totals;
  bool news = false;  // stored, not published yet
  bool publishing = false;
  bool reloading = false;
  std::vector<Daemon::Reloaded> told_of_reload;        // by the one that is under way
  std::vector<Daemon::Reloaded> waiting_for_a_reload;  // asked for meanwhile
  bool reload_again = false;
  bool tidying = false;
  bool stopping = false;
  std::optional<Timestamp> last_publication;
  std::string publication_error;  // of the last attempt
  std::string last_reload = "none";
  std::optional<Error> failure;

  [[nodiscard]] bool enabled(const FeedState& state) const {
    const Partner* partner = partner_of(state);
    return partner == nullptr || partner->enabled;
  }

  void index_partners() {
    partners.clear();
    for (const auto& partner : config.feeds) partners.emplace(partner.url, &partner);
  }

  void take_states(std::vector<FeedState> fresh) {
    states.clear();
    due.clear();
    subscriptions->clear();
    for (auto& state : fresh) {
      const std::string key = state.key;
      const auto [place, added] = states.emplace(key, std::move(state));
      if (added && !visiting.contains(key)) plan(place->second);
    }
    for (auto& [key, state] : states) {
      subscriptions->note(state);
      look(state);
    }
    wake();
  }

  void plan(const FeedState& state) {
    if (!enabled(state) || state.status == FeedStatus::gone || state.status == FeedStatus::disabled) return;
    due.emplace(state.next_fetch.value_or(Timestamp{}), state.key);
  }

  /// Starts what is due and sets the timer for what comes next.
  void wake() {
    if (stopping) return;
    const Timestamp now = clock();
    std::vector<std::string> wanted;  // of a shared store
    while (!due.empty() && due.begin()->first <= now) {
      // What waits here is for other processes to take.
      if (!worker.empty() && std::ssize(visiting) >= config.fetch.concurrency) break;
      const std::string key = due.begin()->second;
      due.erase(due.begin());
      const FeedState& state = states.at(key);
      if (!fetcher::is_due(state, now, false)) {
        // A running Retry-After outlasts the feed's own interval.
        due.emplace(std::max(state.not_before.value_or(now), now + 1s), key);
        continue;
      }
      visiting.insert(key);
      if (!worker.empty()) {
        wanted.push_back(key);
        continue;
      }
      pipeline->visit(state, [self = shared_from_this()](const Visit& visit) { self->visited(visit); });
    }
    if (!wanted.empty()) claim(std::move(wanted));
    if (due.empty() || due.begin()->first <= now) return;  // with full hands: the end of a visit wakes
    // Hours at the most: a clock that was set meanwhile is noticed then.
    next_visits.expires_after(std::min<std::chrono::seconds>(due.begin()->first - now, 1h));
    next_visits.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->wake();
    });
  }

  /// Visits those of the feeds that no other process has taken meanwhile.
  void claim(std::vector<std::string> keys) {
    auto granted = std::make_shared<Result<std::vector<FeedState>>>();
    pipeline->with_store(
        [granted, keys, name = worker, now = clock()](store::Store& store) {
          *granted = store.claim(keys, name, now, now + lease, true);
        },
        [self = shared_from_this(), granted, keys] {
          std::set<std::string> others(keys.begin(), keys.end());
          if (!*granted) {
            log_error("lease error=\"" + to_string(granted->error()) + "\"");
          } else {
            for (const auto& state : **granted) {
              others.erase(state.key);
              self->states.insert_or_assign(state.key, state);
              self->pipeline->visit(state, [self](const Visit& visit) { self->visited(visit); });
            }
          }
          for (const auto& key : others) self->left_to_others(key);
          self->wake();
        });
  }

  /// Another process has the feed. What it brought is read with the next refresh; if it is dead, the lease
  /// ends.
  void left_to_others(const std::string& key) {
    visiting.erase(key);
    const auto known = states.find(key);
    if (known == states.end()) return;
    due.emplace(clock() + lease_renewal, key);
    if (unsaved.erase(key) > 0) save(known->second);
    take_delivered(known->second);  // what came while the claim was under way
  }

  /// Has a feed of a shared store to ourselves, its state read anew, and tells whether we got it: until
  /// settle(), no process visits it, nor changes what is remembered of it.
  void reserve(const std::string& key, std::function<void(bool)> then) {
    if (stopping || visiting.contains(key)) return then(false);
    visiting.insert(key);
    std::erase_if(due, [&](const auto& planned) { return planned.second == key; });
    auto granted = std::make_shared<Result<std::vector<FeedState>>>();
    pipeline->with_store(
        [granted, key, name = worker, now = clock()](store::Store& store) {
          *granted = store.claim({&key, 1}, name, now, now + lease, false);
        },
        [self = shared_from_this(), granted, key, then = std::move(then)] {
          const bool got = *granted && !(*granted)->empty() && self->states.contains(key);
          if (got) {
            self->states.insert_or_assign(key, (*granted)->front());
          } else {
            self->visiting.erase(key);
            if (const auto known = self->states.find(key); known != self->states.end())
              self->plan(known->second);
          }
          then(got);
          self->wake();
        });
  }

  /// Saves what was reserved, as it is here, and lets it go.
  void settle(const std::string& key) {
    visiting.erase(key);
    unsaved.erase(key);
    const auto known = states.find(key);
    if (known == states.end()) return;
    write(known->second);
    plan(known->second);
    subscriptions->note(known->second);
    take_delivered(known->second);
    wake();
  }

  /// Tells the webhook, if it has not been told. Where several processes share the store, one of them does.
  void look(const FeedState& state) {
    if (worker.empty()) return alerts->look(state);
    if (!alerts->has_news(state)) return;
    reserve(state.key, [self = shared_from_this(), key = state.key](bool granted) {
      if (!granted) return;  // whoever has it looks
      self->alerts->look(self->states.at(key));
      // A call under way settles when it is answered.
      if (!self->alerts->is_telling(key)) self->settle(key);
    });
  }

  void listen_to_others() {
    if (!others_news || stopping || listening) return;
    listening = true;
    others_news->async_wait(asio::posix::stream_descriptor::wait_read,
                            [self = shared_from_this()](boost::system::error_code error) {
                              self->listening = false;
                              if (error || self->stopping) return;
                              if (!self->wakeup->drain()) {
                                self->others_news->release();
                                self->others_news.reset();
                                return;  // the slow look stays
                              }
                              self->refresh_after(least_between_refreshes);
                            });
  }

  /// Reads what other processes stored, this long from now, and publishes it.
  void refresh_after(std::chrono::seconds wait) {
    if (worker.empty() || stopping) return;
    next_refresh.expires_after(wait);
    next_refresh.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (error || self->stopping) return;
      auto fresh = std::make_shared<std::vector<FeedState>>();
      self->pipeline->with_store(
          [fresh](store::Store& store) {
            if (auto read = store.feed_states()) *fresh = std::move(*read);
          },
          [self, fresh] { self->refreshed(std::move(*fresh)); });
    });
  }

  void refreshed(std::vector<FeedState> fresh) {
    if (stopping) return;
    for (auto& state : fresh) {
      const auto known = states.find(state.key);
      if (known == states.end() || visiting.contains(state.key)) continue;
      if (known->second.items != state.items) {  // what a hub delivered to another process, or an older page
        known->second.items = state.items;
        news = true;
      }
      const bool visited =
          known->second.last_fetch != state.last_fetch || known->second.next_fetch != state.next_fetch;
      if (!visited && known->second.memory == state.memory) continue;
      std::erase_if(due, [&](const auto& planned) { return planned.second == state.key; });
      known->second = std::move(state);
      plan(known->second);
      subscriptions->note(known->second);
      look(known->second);
      if (visited) news = true;
    }
    if (news && !publishing) publish();
    listen_to_others();
    refresh_after(refresh);
    wake();
  }

  /// `poll` is false for what a hub delivered.
  void visited(const Visit& visit, bool poll = true) {
    visiting.erase(visit.state.key);
    if (const auto known = states.find(visit.state.key); known != states.end()) {
      FeedState& state = known->second;
      const std::size_t items = state.items;
      const Subscription push = state.memory.push;
      const std::string told = state.memory.history.told;
      state = visit.state;
      state.items = items;
      state.memory.history.told = told;
      // What became of the subscription meanwhile is known here; a visit only tells which hub there is.
      if (state.memory.push.hub == push.hub && state.memory.push.topic == push.topic)
        state.memory.push = push;
      if (poll && fetcher::polled(state, visit.fresh, clock())) {
        log_warn("feed=" + state.configured_url + " hub=" + push.hub +
                 " push=broken hint=\"news came by polling first; subscribed anew in a day\"");
      }
      unsaved.erase(state.key);
      if (!(state.memory == visit.state.memory)) save(state);
      plan(state);
      subscriptions->note(state);
      look(state);
      take_delivered(state);
    }
    if (visit.parsed) news = true;
    if (news && !publishing && !stopping) {
      if (visiting.empty()) {
        publish();
      } else if (next_publication.expiry() <= std::chrono::steady_clock::now()) {
        next_publication.expires_after(longest_wait_for_news);
        next_publication.async_wait([self = shared_from_this()](boost::system::error_code error) {
          if (!error && self->news && !self->publishing) self->publish();
        });
      }
    }
    wake();
  }

  /// Stores what is remembered of the feed's hub, or of what the admin was told; of a shared store the latter
  /// changes only while the feed is ours.
  void save(const FeedState& state) {
    if (stopping) return;
    if (worker.empty()) return write(state);
    if (visiting.contains(state.key)) {
      unsaved.insert(state.key);  // saved at the end of the visit
      return;
    }
    save_push(state.key, state.memory.push, most_savings);
  }

  /// Into what is stored now, which another process may have written meanwhile.
  void save_push(const std::string& key, const Subscription& push, int attempts) {
    auto saved = std::make_shared<bool>(false);
    pipeline->with_store(
        [saved, key, push, name = worker, now = clock()](store::Store& store) {
          auto granted = store.claim({&key, 1}, name, now, now + lease, false);
          if (!granted || granted->empty()) return;
          store::Delivery delivery{.state = std::move(granted->front())};
          delivery.state.memory.push = push;
          if (const auto taken = store.take({&delivery, 1}, now); !taken) {
            log_error("feed=" + delivery.state.configured_url + " error=\"" + to_string(taken.error()) +
                      "\"");
          }
          *saved = true;
        },
        [self = shared_from_this(), saved, key, push, attempts] {
          if (*saved || attempts == 0 || self->stopping) return;
          auto again = std::make_shared<asio::steady_timer>(self->io, next_saving);
          again->async_wait([self, again, key, push, attempts](boost::system::error_code error) {
            if (!error) self->save_push(key, push, attempts - 1);
          });
        });
  }

  void write(const FeedState& state) {
    pipeline->with_store(
        [state, now = clock()](store::Store& store) {
          const store::Delivery delivery{.state = state};
          if (const auto taken = store.take({&delivery, 1}, now); !taken) {
            log_error("feed=" + state.configured_url + " error=\"" + to_string(taken.error()) + "\"");
          }
        },
        [] {});
  }

  void keep_told(const std::string& key, const std::string& told) {
    const auto known = states.find(key);
    if (known == states.end()) return;
    known->second.memory.history.told = told;
    save(known->second);
  }

  /// One document of a feed at a time: a poll that is under way, or a delivery, ends first.
  bool deliver(const FeedState& state, const server::Incoming& incoming) {
    auto& waiting = delivered[state.key];
    if (stopping || waiting.size() >= most_deliveries) return false;
    waiting.push_back({incoming.body, incoming.header("content-type")});
    take_delivered(state);
    return true;
  }

  void take_delivered(const FeedState& state) {
    const auto waiting = delivered.find(state.key);
    if (waiting == delivered.end() || stopping || visiting.contains(state.key)) return;
    Delivered next = std::move(waiting->second.front());
    waiting->second.erase(waiting->second.begin());
    if (waiting->second.empty()) delivered.erase(waiting);
    std::erase_if(due, [&](const auto& planned) { return planned.second == state.key; });
    const auto store_it = [self = shared_from_this(), key = state.key](Delivered document) {
      self->pipeline->deliver(self->states.at(key), std::move(document.body),
                              std::move(document.content_type),
                              [self](const Visit& visit) { self->visited(visit, false); });
    };
    if (worker.empty()) {
      visiting.insert(state.key);
      return store_it(std::move(next));
    }
    reserve(state.key, [self = shared_from_this(), key = state.key, store_it,
                        document = std::move(next)](bool granted) mutable {
      if (granted) return store_it(std::move(document));
      auto& others = self->delivered[key];
      others.insert(others.begin(), std::move(document));
      auto again = std::make_shared<asio::steady_timer>(self->io, next_saving);
      again->async_wait([self, again, key](boost::system::error_code error) {
        const auto known = self->states.find(key);
        if (!error && known != self->states.end()) self->take_delivered(known->second);
      });
    });
  }

  [[nodiscard]] const Partner* partner_of(const FeedState& state) const {
    const auto found = partners.find(state.configured_url);
    return found == partners.end() ? nullptr : found->second;
  }

  struct Published {
    Result<publisher::Written> written;
    std::optional<store::Totals> totals;
    std::vector<FeedState> states;
  };

  void publish() {
    publishing = true;
    news = false;
    next_publication.expires_at(std::chrono::steady_clock::time_point::min());
    auto outcome = std::make_shared<Published>();
    pipeline->with_store(
        [outcome, now_config = config, now = clock()](store::Store& store) {
          outcome->written = publish_site(now_config, store, now);
          if (auto counted = store.totals()) outcome->totals = *counted;
          if (auto fresh = store.feed_states()) outcome->states = std::move(*fresh);
        },
        [self = shared_from_this(), outcome] { self->published(*outcome); });
  }

  /// Housekeeping, a small step at a time: what else waits for the store goes first.
  void tidy() {
    tidying = true;
    auto more = std::make_shared<bool>(false);
    pipeline->with_store(
        [more, now = clock()](store::Store& store) {
          if (const auto step = store.tidy(now)) {
            *more = *step;
          } else {
            log_error("housekeeping error=\"" + to_string(step.error()) + "\"");
          }
        },
        [self = shared_from_this(), more] {
          self->tidying = false;
          if (*more && !self->stopping) self->tidy();
        });
  }

  void published(const Published& outcome) {
    publishing = false;
    if (outcome.totals) totals = *outcome.totals;
    for (const auto& state : outcome.states) {
      if (const auto known = states.find(state.key); known != states.end()) known->second.items = state.items;
    }
    if (outcome.written) {
      last_publication = clock();
      publication_error.clear();
      if (hub) hub->published();
      if (!tidying && !stopping) tidy();
      log_info("published written=" + std::to_string(outcome.written->written) +
               " unchanged=" + std::to_string(outcome.written->unchanged));
    } else {
      publication_error = to_string(outcome.written.error());
      log_error("publication failed error=\"" + publication_error + "\"");
      news = true;
      if (stopping) return;
      next_publication.expires_after(next_attempt);
      next_publication.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error && self->news && !self->publishing) self->publish();
      });
      return;
    }
    if (news && visiting.empty()) publish();
  }

  void reload(Daemon::Reloaded done) {
    if (stopping) return;
    if (reloading) {
      reload_again = true;
      if (done) waiting_for_a_reload.push_back(std::move(done));
      return;
    }
    reloading = true;
    if (done) told_of_reload.push_back(std::move(done));
    auto loaded = config::load(config_file);
    if (!loaded) {
      for (const auto& fault : loaded.error()) log_error("reload error=\"" + config::to_string(fault) + "\"");
      return reloaded("refused", loaded.error().empty() ? "" : config::to_string(loaded.error().front()));
    }
    for (const auto& warning : loaded->warnings)
      log_warn("reload warning=\"" + config::to_string(warning) + "\"");
    if (loaded->config.store != config.store || loaded->config.server != config.server ||
        loaded->config.alert_webhook_env != config.alert_webhook_env) {
      log_warn("reload warning=\"a new store, address, hub or webhook takes a restart\"");
    }
    auto next = std::make_shared<config::Config>(std::move(loaded->config));
    next->store = config.store;
    next->server = config.server;
    next->alert_webhook_env = config.alert_webhook_env;
    // The store first: when it fails, nothing has changed anywhere.
    auto fresh = std::make_shared<Result<std::vector<FeedState>>>();
    pipeline->with_store(
        [fresh, next, now = clock()](store::Store& store) {
          const auto configured = store.configure(catalogue(*next), now);
          *fresh = configured ? store.feed_states() : std::unexpected(configured.error());
        },
        [self = shared_from_this(), fresh, next] {
          if (!*fresh) {
            log_error("reload error=\"" + to_string(fresh->error()) + "\"");
            return self->reloaded("failed", to_string(fresh->error()));
          }
          self->take_configuration(std::move(*next));
          log_info("reload feeds=" + std::to_string((*fresh)->size()));
          self->take_states(std::move(**fresh));
          self->news = true;
          if (!self->publishing) self->publish();
          self->reloaded("done", "");
        });
  }

  void take_configuration(config::Config next) {
    config = std::move(next);
    index_partners();
    if (stopping) return;
    pipeline->reconfigure(std::make_shared<const config::Config>(config));
    subscriptions->reconfigure(config);
    server->reload(config.output, config.site.url, hub_url(config));
  }

  /// `outcome` is done, refused or failed.
  void reloaded(const std::string& outcome, const std::string& reason) {
    reloading = false;
    last_reload = outcome + " at " + to_rfc3339(clock()) + (reason.empty() ? "" : ": " + reason);
    if (stopping) return;
    leave_reload_note(config, last_reload);
    for (const auto& done : std::exchange(told_of_reload, {})) done(last_reload);
    if (!std::exchange(reload_again, false)) return;
    told_of_reload = std::exchange(waiting_for_a_reload, {});
    reload({});
  }

  /// What an admin decided of held feeds while the store is ours.
  void take_decisions() {
    if (stopping) return;
    auto fresh = std::make_shared<std::vector<FeedState>>();
    pipeline->with_store(
        [fresh, now_config = config, now = clock()](store::Store& store) {
          const auto decided = app::take_decisions(now_config, store, now);
          if (!decided) log_error("decisions error=\"" + to_string(decided.error()) + "\"");
          if (!decided || *decided == 0) return;
          if (auto read = store.feed_states()) *fresh = std::move(*read);
        },
        [self = shared_from_this(), fresh] {
          if (!fresh->empty() && !self->stopping) self->take_states(std::move(*fresh));
        });
  }

  [[nodiscard]] StatusReport report() const {
    std::map<std::string, FeedState> by_url;
    for (const auto& [key, state] : states) by_url.emplace(state.configured_url, state);
    StatusReport now{.feeds = shown_states(config, by_url, clock()), .totals = totals};
    now.totals.feeds = config.feeds.size();
    return now;
  }

  /// One feed's page, by its partner's slug.
  [[nodiscard]] server::Made feed_page(std::string slug) const {
    const bool as_json = slug.ends_with(".json");
    if (as_json) slug.resize(slug.size() - 5);
    const auto all = report();
    for (std::size_t i = 0; i < config.feeds.size(); ++i) {
      if (config.feeds[i].slug != slug) continue;
      const FeedState& feed = all.feeds[i];
      if (!as_json) return {200, "text/html; charset=utf-8", feed_html(feed, config.feeds[i], clock())};
      return {200, has_problem(feed) ? "application/problem+json" : "application/json",
              feed_json(feed, config.feeds[i], clock())};
    }
    return {404, "text/plain; charset=utf-8", "no feed has this slug\n"};
  }

  [[nodiscard]] server::Made admin(const std::string& target) const {
    constexpr std::string_view feeds = "/health/";
    const std::string path = target.substr(0, target.find('?'));
    const DaemonHealth health{last_publication, publication_error, last_reload};
    // Who only looks at the status learns whether readers get what is known.
    const int status = publication_error.empty() ? 200 : 503;
    if (path == "/health" || path == "/")
      return {status, "text/html; charset=utf-8", health_html(report(), config, health, clock())};
    if (path == "/health.json")
      return {status, "application/json", health_json(report(), config, health, clock())};
    if (path == "/health/changes.xml")
      return {200, "application/atom+xml; charset=utf-8", changes_atom(report(), config)};
    if (path.starts_with(feeds)) return feed_page(path.substr(feeds.size()));
    if (path == "/metrics") {
      const DaemonFigures figures{.last_publication = last_publication,
                                  .publication_failed = !publication_error.empty(),
                                  .server = server->counters(),
                                  .hub = hub ? std::optional(hub->figures()) : std::nullopt};
      return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(report(), &figures)};
    }
    return {404, "text/plain; charset=utf-8", "not found\n"};
  }

  void stop() {
    if (stopping) return;
    stopping = true;
    leave_reload_note(config, "");
    watch.reset();
    decisions_watch.reset();
    next_visits.cancel();
    next_publication.cancel();
    if (hub) hub->stop();
    subscriptions->stop();
    alerts->stop();
    pipeline->cancel();
    next_refresh.cancel();
    if (others_news) others_news->release();
    others_news.reset();
    if (!worker.empty()) {
      pipeline->with_store([name = worker](store::Store& store) { (void)store.release(name); }, [] {});
    }
    server->stop(grace);
    if (failure || !news) return;
    pipeline->with_store(
        [now_config = config, now = clock()](store::Store& store) {
          if (const auto written = publish_site(now_config, store, now); !written) {
            log_error("publication failed error=\"" + to_string(written.error()) + "\"");
          }
        },
        [] {});
  }
};

Daemon::Daemon(asio::io_context& io, const Context& context, config::Config config)
    : impl_(std::make_shared<Impl>(io, context, std::move(config))) {}

Daemon::~Daemon() {
  // Callbacks that are still queued hold the Impl; what they would reach is taken down in order here.
  impl_->leases.reset();
  impl_->watch.reset();
  impl_->decisions_watch.reset();
  impl_->subscriptions.reset();
  impl_->alerts.reset();
  if (impl_->hub) impl_->hub->stop();
  impl_->pipeline.reset();
  impl_->server.reset();
  impl_->hub.reset();
}

Result<void> Daemon::start() {
  Impl& impl = *impl_;
  // Addresses first: a second daemon on the same port ends before it touches the store.
  server::Options options{.addresses = impl.config.server, .folder = impl.config.output};
  options.site_url = impl.config.site.url;
  options.hub_url = hub_url(impl.config);
  if (impl.config.server.hub == "builtin") {
    impl.hub.emplace(impl.io, impl.config, impl.clock);
    options.routes.push_back(impl.hub->route());
  }
  const std::weak_ptr weak_impl(impl_);
  impl.subscriptions.emplace(
      impl.io, impl.config, impl.clock,
      SubscriberWorld{.states = &impl.states,
                      .partner = [weak_impl](const FeedState& state) -> const Partner* {
                        const auto self = weak_impl.lock();
                        return self ? self->partner_of(state) : nullptr;
                      },
                      .save =
                          [weak_impl](const FeedState& state) {
                            if (const auto self = weak_impl.lock()) self->save(state);
                          },
                      .deliver =
                          [weak_impl](const FeedState& state, const server::Incoming& incoming) {
                            const auto self = weak_impl.lock();
                            return self && self->deliver(state, incoming);
                          }});
  options.routes.push_back(impl.subscriptions->route());
  options.clock = impl.clock;
  impl.server.emplace(impl.io, options, [weak = std::weak_ptr(impl_)](const std::string& target) {
    const auto self = weak.lock();
    return self ? self->admin(target) : server::Made{503, "text/plain; charset=utf-8", "stopping\n"};
  });
  if (const auto listening = impl.server->listen(); !listening) return std::unexpected(listening.error());

  auto store = store::open(impl.config.store, store::Access::write);
  if (!store) return std::unexpected(store.error());
  if (const auto configured = (*store)->configure(catalogue(impl.config), impl.clock()); !configured) {
    return std::unexpected(configured.error());
  }
  if (const auto decided = take_decisions(impl.config, **store, impl.clock()); !decided) {
    return std::unexpected(decided.error());
  }
  auto states = (*store)->feed_states();
  if (!states) return std::unexpected(states.error());
  auto readers = (*store)->hub_subscriptions();
  if (!readers) return std::unexpected(readers.error());

  leave_reload_note(impl.config, "");
  if ((*store)->shared()) {
    impl.worker = process_name(impl.clock());
    auto another = store::open(impl.config.store, store::Access::write);
    if (!another) return std::unexpected(another.error());
    impl.leases.emplace(std::move(*another), impl.worker, impl.clock);
    impl.wakeup = store::listen(impl.config.store);
    if (impl.wakeup) impl.others_news.emplace(impl.io, impl.wakeup->descriptor());
    impl.subscriptions->share(
        {.reserve =
             [weak_impl](const std::string& key, std::function<void(bool)> then) {
               if (const auto self = weak_impl.lock()) self->reserve(key, std::move(then));
             },
         .settle =
             [weak_impl](const std::string& key) {
               if (const auto self = weak_impl.lock()) self->settle(key);
             },
         .others_know_after = impl.wakeup ? others_know_when_woken : others_know_by_themselves});
  }
  impl.pipeline.emplace(impl.io, std::make_shared<const config::Config>(impl.config), std::move(*store),
                        impl.clock);
  impl.pipeline->store_failed = [weak = std::weak_ptr(impl_)](const Error& error) {
    const auto self = weak.lock();
    if (!self) return;
    self->failure = error;
    self->stop();
  };
  impl.watch.emplace(impl.io, impl.config_file, [weak = std::weak_ptr(impl_)] {
    if (const auto self = weak.lock()) self->reload({});
  });
  if (const auto decisions = decisions_file(impl.config); !decisions.empty()) {
    impl.decisions_watch.emplace(impl.io, decisions, [weak = std::weak_ptr(impl_)] {
      if (const auto self = weak.lock()) self->take_decisions();
    });
  }
  impl.alerts.emplace(impl.io, impl.config, impl.clock,
                      [weak_impl](const std::string& key, const std::string& told) {
                        if (const auto self = weak_impl.lock()) self->keep_told(key, told);
                      });
  if (!impl.worker.empty()) {
    impl.alerts->answered = [weak_impl](const std::string& key) {
      if (const auto self = weak_impl.lock()) self->settle(key);
    };
  }
  if (impl.hub) {
    const auto with_store = [weak_impl](std::function<void(store::Store&)> work) {
      const auto self = weak_impl.lock();
      if (self && self->pipeline) self->pipeline->with_store(std::move(work), [] {});
    };
    if (const auto begun = impl.hub->start(std::move(*readers), with_store); !begun)
      return std::unexpected(begun.error());
  }
  impl.publish();
  impl.listen_to_others();
  impl.refresh_after(refresh);
  impl.take_states(std::move(*states));
  return {};
}

std::string Daemon::url() const {
  return impl_->server->url();
}
std::string Daemon::admin_url() const {
  return impl_->server->admin_url();
}
void Daemon::reload(Reloaded done) {
  impl_->reload(std::move(done));
}
void Daemon::stop() {
  impl_->stop();
}
const std::optional<Error>& Daemon::failure() const {
  return impl_->failure;
}

}  // namespace tributary::app
