#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "app/alerts.hpp"
#include "app/commands.hpp"
#include "app/decisions.hpp"
#include "app/log.hpp"
#include "app/pipeline.hpp"
#include "app/progress.hpp"
#include "app/publication.hpp"

namespace tributary::app {
namespace {

// Where several processes share the store: what a pass that was killed had claimed is free again then.
constexpr std::chrono::minutes longest_pass{10};

/// The feeds to visit; an unknown name is a fault of usage.
Result<std::vector<FeedState>> chosen(const std::vector<FeedState>& states, const config::Config& config,
                                      const UpdateOptions& options, Timestamp now) {
  for (const auto& word : options.feeds) {
    const bool known =
        std::ranges::any_of(states, [&](const FeedState& s) { return means(word, s, config); });
    if (!known)
      return std::unexpected(
          Error{ErrorKind::usage, word, "no feed of this URL, slug or name is configured"});
  }
  const fetcher::HostRests rests(states, now);
  std::vector<FeedState> feeds;
  for (const auto& state : states) {
    const bool named =
        options.feeds.empty() || std::ranges::any_of(options.feeds, [&](const std::string& word) {
          return means(word, state, config);
        });
    const auto partner = std::ranges::find(config.feeds, state.configured_url, &Partner::url);
    const bool enabled = partner == config.feeds.end() || partner->enabled;
    if (named && enabled && fetcher::is_due(state, now, options.force, rests)) feeds.push_back(state);
  }
  return feeds;
}

/// Tells the webhook, if there is one, what states changed; the pass ends when it has answered.
void tell_changes(boost::asio::io_context& io, const config::Config& config, const Clock& clock,
                  Pipeline& pipeline, const std::vector<FeedState>& states) {
  if (config.alert_webhook_env.empty()) return;
  std::vector<FeedState> told;
  Alerts alerts(io, config, clock, [&](const std::string& key, const std::string& state) {
    const auto known = std::ranges::find(states, key, &FeedState::key);
    if (known == states.end()) return;
    told.push_back(*known);
    told.back().memory.history.told = state;
  });
  alerts.answered = [&] {
    if (alerts.under_way() == 0) io.stop();
  };
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
      },
      [&] { io.stop(); });
  io.run();
}

}  // namespace

int update(const Context& context, const UpdateOptions& options) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  const Clock clock = context.pass_clock();

  auto store = store::open(config->store, store::Access::write);
  if (!store) return fail(store.error());
  if (const auto configured = (*store)->configure(catalogue(*config), clock()); !configured) {
    return fail(configured.error());
  }
  if (const auto decided = take_decisions(*config, **store, clock()); !decided) return fail(decided.error());
  const auto states = (*store)->feed_states();
  if (!states) return fail(states.error());
  auto feeds = chosen(*states, *config, options, clock());
  if (!feeds) return fail(feeds.error());
  const auto worker = process_name(clock());
  if ((*store)->shared()) {
    std::vector<std::string> keys;
    for (const auto& feed : *feeds) keys.push_back(feed.key);
    feeds = (*store)->claim(keys, worker, clock(), clock() + longest_pass, !options.force);
    if (!feeds) return fail(feeds.error());
  }

  boost::asio::io_context io;
  std::optional<Error> failure;
  std::size_t visited = 0;
  std::size_t failing = 0;
  bool interrupted = false;
  Result<publisher::Written> written;
  {
    Pipeline pipeline(io, *config, std::move(*store), clock);
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
    {
      Progress progress("fetching", feeds->size());
      for (const auto& feed : *feeds) {
        pipeline.visit(feed, [&](const Visit& visit) {
          ++visited;
          if (!visit.state.last_error.empty()) ++failing;
          progress.advance(failing);
          if (visited == feeds->size()) io.stop();
        });
      }
      if (feeds->empty()) io.stop();
      io.run();
    }
    if (failure) return fail(*failure);

    io.restart();
    std::vector<FeedState> states_after;
    pipeline.with_store(
        [&](store::Store& open_store) {
          // Even when nothing was fetched: items that were held until now, and withdrawals that end now.
          const auto due = open_store.take({}, clock());
          written = due ? publish_site(*config, open_store, clock()) : std::unexpected(due.error());
          if (auto read = open_store.feed_states()) states_after = std::move(*read);
          if (const auto free = open_store.release(worker); !free) {
            log_error("lease error=\"" + to_string(free.error()) + "\"");
          }
        },
        [&] { io.stop(); });
    io.run();
    if (!interrupted) tell_changes(io, *config, clock, pipeline, states_after);
    const auto added = pipeline.added();
    log_info("pass feeds=" + std::to_string(visited) + " failed=" + std::to_string(failing) +
             " new=" + std::to_string(added.fresh) + " changed=" + std::to_string(added.changed));
    if (written) {
      std::cout << visited << " fetched, " << failing << " failed, " << added.fresh << " new items, "
                << added.changed << " changed; " << written->written << " files written to "
                << config->output.string() << '\n';
    }
  }
  if (!written) return fail(written.error());
  if (interrupted) log_warn("the pass was interrupted; feeds that were not reached stay due");
  return Exit::done;
}

}  // namespace tributary::app
