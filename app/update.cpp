#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "app/alerts.hpp"
#include "app/commands.hpp"
#include "app/decisions.hpp"
#include "app/lease_keeper.hpp"
#include "app/log.hpp"
#include "app/pipeline.hpp"
#include "app/progress.hpp"
#include "app/publication.hpp"

namespace tributary::app {
namespace {

/// Housekeeping, as much as a pass can spare.
void tidy(store::Store& store, Timestamp now) {
  constexpr int most_steps = 200;
  for (int step = 0; step < most_steps; ++step) {
    const auto more = store.tidy(now);
    if (!more) log_error("housekeeping error=\"" + to_string(more.error()) + "\"");
    if (!more || !*more) return;
  }
}

/// The feeds to visit; an unknown name is a fault of usage.
Result<std::vector<FeedState>> chosen(std::vector<FeedState> states, const config::Config& config,
                                      const UpdateOptions& options, Timestamp now) {
  for (const auto& word : options.feeds) {
    const bool known =
        std::ranges::any_of(states, [&](const FeedState& s) { return means(word, s, config); });
    if (!known)
      return std::unexpected(
          Error{ErrorKind::usage, word, "no feed of this URL, slug or name is configured"});
  }
  std::unordered_set<std::string_view> disabled;
  for (const auto& partner : config.feeds) {
    if (!partner.enabled) disabled.insert(partner.url);
  }
  const fetcher::HostRests rests(states, now);
  std::erase_if(states, [&](const FeedState& state) {
    const bool named =
        options.feeds.empty() || std::ranges::any_of(options.feeds, [&](const std::string& word) {
          return means(word, state, config);
        });
    return !named || disabled.contains(state.configured_url) ||
           !fetcher::is_due(state, now, options.force, rests);
  });
  return states;
}

/// This process among those that share a store. Its leases run by a clock that goes on, also under --now.
struct Lessee {
  std::string name = {};
  Clock clock = {};
};

/// Tells the webhook, if there is one, what states changed; the pass ends when it has answered. Of a store
/// that other processes share, those states that none of them is about to tell.
void tell_changes(boost::asio::io_context& io, const config::Config& config, const Clock& clock,
                  Pipeline& pipeline, std::vector<FeedState> states, const Lessee& lessee) {
  if (config.alert_webhook_env.empty()) return;
  std::vector<FeedState> told;
  Alerts alerts(io, config, clock, [&](const std::string& key, const std::string& state) {
    const auto known = std::ranges::find(states, key, &FeedState::key);
    if (known == states.end()) return;
    told.push_back(*known);
    told.back().memory.history.told = state;
  });
  alerts.answered = [&](const std::string&) {
    if (alerts.under_way() == 0) io.stop();
  };
  io.restart();
  pipeline.with_store(
      [&](store::Store& store) {
        if (!store.shared()) return;
        std::vector<std::string> keys;
        for (const auto& state : states) {
          if (alerts.has_news(state)) keys.push_back(state.key);
        }
        if (auto granted = store.claim(keys, lessee.name, lessee.clock(), lessee.clock() + lease, false)) {
          states = std::move(*granted);
        } else {
          log_error("lease error=\"" + to_string(granted.error()) + "\"");
          states.clear();
        }
      },
      [&] { io.stop(); });
  io.run();
  for (const auto& state : states) alerts.look(state);
  io.restart();
  if (alerts.under_way() > 0) io.run();
  alerts.stop();
  io.restart();
  pipeline.with_store(
      [&](store::Store& store) {
        std::vector<store::Delivery> deliveries;
        for (auto& state : told) deliveries.push_back({.state = std::move(state)});
        if (const auto kept = store.take(deliveries, clock()); !kept) {
          log_error("alerts error=\"" + to_string(kept.error()) + "\"");
        }
        // What could not be told is for others to tell.
        if (const auto free = store.release(lessee.name); !free)
          log_error("lease error=\"" + to_string(free.error()) + "\"");
      },
      [&] { io.stop(); });
  io.run();
}

/// Why nothing was fetched, for who wonders; empty when there is no feed to fetch.
std::string when_due(const std::vector<FeedState>& states, const config::Config& config) {
  std::optional<Timestamp> first;
  for (const auto& state : states) {
    const auto partner = std::ranges::find(config.feeds, state.configured_url, &Partner::url);
    if (partner == config.feeds.end() || !partner->enabled || !state.next_fetch) continue;
    if (state.status == FeedStatus::gone || state.status == FeedStatus::disabled) continue;
    if (!first || *state.next_fetch < *first) first = state.next_fetch;
  }
  if (!first) return {};
  return "no feed is due before " + to_rfc3339(*first) + "; `tributary update --force` asks nevertheless\n";
}

}  // namespace

int update(const Context& context, const UpdateOptions& options) {
  auto loaded = load_config(context);
  if (!loaded) return Exit::usage;
  const auto config = std::make_shared<const config::Config>(std::move(*loaded));
  const Clock clock = context.pass_clock();

  auto store = store::open(config->store, store::Access::write);
  if (!store) return fail(store.error());
  if (const auto configured = (*store)->configure(catalogue(*config), clock()); !configured) {
    return fail(configured.error());
  }
  if (const auto decided = take_decisions(*config, **store, clock()); !decided) return fail(decided.error());
  auto states = (*store)->feed_states();
  if (!states) return fail(states.error());
  auto feeds = chosen(std::move(*states), *config, options, clock());
  if (!feeds) return fail(feeds.error());
  const Lessee lessee{process_name(clock()), context.running_clock()};
  std::optional<LeaseKeeper> leases;
  if ((*store)->shared()) {
    std::vector<std::string> keys;
    for (const auto& feed : *feeds) keys.push_back(feed.key);
    feeds = (*store)->claim(keys, lessee.name, lessee.clock(), lessee.clock() + lease, !options.force);
    if (!feeds) return fail(feeds.error());
    auto another = store::open(config->store, store::Access::write);
    if (!another) return fail(another.error());
    leases.emplace(std::move(*another), lessee.name, lessee.clock);
  }

  boost::asio::io_context io;
  std::optional<Error> failure;
  std::size_t visited = 0;
  std::size_t failing = 0;
  bool interrupted = false;
  Result<publisher::Written> written;
  {
    Pipeline pipeline(io, config, std::move(*store), clock);
    pipeline.store_failed = [&](const Error& error) {
      failure = error;
      io.stop();
    };
    // A signal ends the pass early, and cleanly: what has come is stored and published, the rest stays due.
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code error, int) {
      if (error) return;
      interrupted = true;
      pipeline.cancel();
      io.stop();
    });
    const auto visits = std::make_shared<const std::vector<FeedState>>(std::move(*feeds));
    std::optional<Progress> progress(std::in_place, "fetching", visits->size());
    for (const auto& feed : *visits) {
      pipeline.visit(std::shared_ptr<const FeedState>(visits, &feed), [&](const Visit& visit) {
        ++visited;
        if (!visit.state.last_error.empty()) ++failing;
        if (!progress) return;
        progress->advance(failing);
        if (visited == visits->size()) io.stop();
      });
    }
    if (visits->empty()) io.stop();
    io.run();
    progress.reset();  // after an interruption, what was on its way is still counted
    if (failure) return fail(*failure);

    io.restart();
    std::vector<FeedState> states_after;
    pipeline.with_store(
        [&](store::Store& open_store) {
          // Even when nothing was fetched: items that were held until now, and withdrawals that end now.
          const auto due = open_store.take({}, clock());
          written = due ? publish_site(*config, open_store, clock()) : std::unexpected(due.error());
          if (written) tidy(open_store, clock());
          if (!config->alert_webhook_env.empty() || visits->empty()) {
            if (auto read = open_store.feed_states()) states_after = std::move(*read);
          }
          if (const auto free = open_store.release(lessee.name); !free) {
            log_error("lease error=\"" + to_string(free.error()) + "\"");
          }
        },
        [&] { io.stop(); });
    io.run();
    if (!interrupted) tell_changes(io, *config, clock, pipeline, states_after, lessee);
    const auto added = pipeline.added();
    log_info("pass feeds=" + std::to_string(visited) + " failed=" + std::to_string(failing) +
             " new=" + std::to_string(added.fresh) + " changed=" + std::to_string(added.changed));
    if (written) {
      std::cout << visited << " fetched, " << failing << " failed, " << added.fresh << " new items, "
                << added.changed << " changed; " << written->written << " files written to "
                << config->output.string() << '\n';
      if (visits->empty() && options.feeds.empty()) std::cout << when_due(states_after, *config);
    }
  }
  if (!written) return fail(written.error());
  if (interrupted) log_warn("the pass was interrupted; feeds that were not reached stay due");
  return Exit::done;
}

}  // namespace tributary::app
