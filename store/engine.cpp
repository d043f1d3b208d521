#include "store/engine.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "store/archive.hpp"
#include "store/configure.hpp"
#include "store/explain.hpp"
#include "store/intake.hpp"
#include "store/leases.hpp"
#include "store/reading.hpp"
#include "store/retention.hpp"
#include "store/withdrawals.hpp"

namespace tributary::store {

void Engine::load() {
  if (access_ == Access::write && !database_->shared() && feeds_.loaded()) return;
  settings_.load(*database_);
  streams_.load(*database_);
  feeds_.load(*database_);
}

template <typename Work>
auto Engine::reading(Work work) -> Result<decltype(work())> {
  try {
    const Transaction snapshot(*database_, Transaction::Kind::read);
    return work();
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  }
}

template <typename Work>
auto Engine::writing(Work work) -> Result<decltype(work())> {
  if (access_ == Access::read) {
    return std::unexpected(Error{ErrorKind::store, database_->where(), "was opened for reading only"});
  }
  try {
    Transaction transaction(*database_, Transaction::Kind::write);
    load();
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      settings_.save(*database_);
      transaction.commit();
      return {};
    } else {
      auto result = work();
      settings_.save(*database_);
      transaction.commit();
      return result;
    }
  } catch (const Failure& failure) {
    feeds_.forget();  // what is in memory may be ahead of what was rolled back
    return std::unexpected(failure.error);
  }
}

template <typename Work>
auto Engine::claiming(Work work) -> Result<decltype(work())> {
  try {
    Transaction transaction(*database_, Transaction::Kind::claim);
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      transaction.commit();
      return {};
    } else {
      auto result = work();
      transaction.commit();
      return result;
    }
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  }
}

Result<void> Engine::configure(const Catalogue& catalogue, Timestamp now) {
  auto done = writing([&] { apply_catalogue(*database_, feeds_, streams_, settings_, catalogue, now); });
  if (done) database_->announce();
  return done;
}

Result<std::vector<FeedState>> Engine::feed_states() {
  return reading([&] {
    std::vector<FeedState> states;
    auto rows = database_->run("SELECT " + std::string(feed_columns) +
                               " FROM feed WHERE position IS NOT NULL ORDER BY position");
    while (rows.next()) states.push_back(read_feed(*rows).state);
    return states;
  });
}

Result<Added> Engine::take(std::span<const Delivery> given, Timestamp now) {
  std::vector<Delivery> deliveries(given.begin(), given.end());
  auto taken = writing([&] {
    Added added;
    apply_withdrawals(*database_, feeds_, streams_, settings_, now);  // one may have ended: `until`
    // A feed that delivers several documents is taken in step by step: each must see what the one before
    // brought.
    added.known_of.resize(deliveries.size());
    added.missing_of.resize(deliveries.size());
    std::vector<const Delivery*> waiting;
    std::vector<std::int64_t> leased;
    for (auto& delivery : deliveries) {
      const auto* feed = feeds_.by_key(delivery.state.key);
      if (shared() && feed != nullptr) {
        const FeedState& known = feed->state;
        if (known.last_fetch > delivery.state.last_fetch) {
          // A process that slept past its lease comes with an answer older than what another one stored
          // meanwhile. What a hub delivered is news all the same, and says nothing of the poll.
          if (!delivery.feed || delivery.whole) continue;
          delivery.state = known;
        }
        // What is only noted while a feed is being asked does not end its lease.
        if (known.last_fetch != delivery.state.last_fetch || known.next_fetch != delivery.state.next_fetch ||
            known.not_before != delivery.state.not_before) {
          leased.push_back(feed->id);
        }
      }
      waiting.push_back(&delivery);
    }
    end_leases(*database_, leased);
    // Without any, items that waited for their date may still be due.
    do {
      std::set<std::string_view> feeds;
      std::vector<const Delivery*> now_taken, later;
      for (const auto* delivery : waiting) {
        (feeds.insert(delivery->state.key).second ? now_taken : later).push_back(delivery);
      }
      const auto step = Intake(*database_, feeds_, streams_, settings_, now).take(now_taken);
      for (std::size_t i = 0; i < now_taken.size(); ++i) {
        const auto place = static_cast<std::size_t>(now_taken[i] - deliveries.data());
        added.known_of[place] = step.known_of[i];
        added.missing_of[place] = step.missing_of[i];
      }
      added += step;
      waiting = std::move(later);
    } while (!waiting.empty());
    return added;
  });
  if (taken) database_->announce();
  return taken;
}

Result<void> Engine::withdraw_gone(std::span<const std::int64_t> items, Timestamp now) {
  auto done = writing([&] {
    std::map<std::int64_t, std::string> gone;
    for (const auto item : items) gone.emplace(item, "its page is gone");
    Stories stories(*database_, feeds_, streams_, settings_, now);
    withdraw(*database_, stories, WithdrawalKind::page_gone, gone, now);
    stories.settle();
  });
  if (done) database_->announce();
  return done;
}

Result<Stream> Engine::latest(const StreamId& id, std::size_t limit) {
  return reading([&] {
    Stream stream;
    stream.id = id;
    if (const auto number = StreamNumbers::find(*database_, id)) {
      stream.entries = read_newest(*database_, feeds_in_memory(), *number, limit);
      stream.tombstones = read_tombstones(*database_, *number, limit);
    }
    return stream;
  });
}

Result<std::vector<StreamId>> Engine::streams() {
  return reading([&] {
    load();
    std::set<StreamId> found{StreamId{}};
    for (const auto& topic : settings_.topics) found.insert({StreamId::Kind::topic, topic});
    for (const auto* feed : feeds_.configured()) found.insert({StreamId::Kind::partner, feed->slug});
    for (const auto& [id, number] : streams_.all()) {
      if (!is_public(id)) continue;
      auto rows = database_->run("SELECT 1 FROM placed WHERE stream = $1 LIMIT 1", number);
      if (rows.next()) found.insert(id);
    }
    return std::vector<StreamId>(found.begin(), found.end());
  });
}

Result<std::vector<Explanation>> Engine::explain(std::string_view what) {
  return reading([&] {
    load();
    return store::explain(*database_, feeds_, streams_, settings_, what);
  });
}

Result<std::vector<FeedState>> Engine::claim(std::span<const std::string> keys, std::string_view worker,
                                             Timestamp now, Timestamp until, bool due_only) {
  return claiming([&] {
    if (!feeds_.loaded()) load();  // ids do not change
    std::vector<std::int64_t> ids;
    std::vector<FeedState> states;
    for (const auto& key : keys) {
      const auto* feed = feeds_.by_key(key);
      if (feed == nullptr || !feed->configured()) continue;
      ids.push_back(feed->id);
      if (!shared() && (!due_only || feed->state.next_fetch.value_or(now) <= now))
        states.push_back(feed->state);
    }
    if (!shared()) return states;
    for (auto& row : lease(*database_, ids, worker, now, until, due_only))
      states.push_back(std::move(row.state));
    return states;
  });
}

Result<void> Engine::renew(std::string_view worker, Timestamp now, Timestamp until) {
  if (!shared()) return {};
  return claiming([&] { renew_leases(*database_, worker, now, until); });
}

Result<void> Engine::release(std::string_view worker) {
  if (!shared()) return {};
  return claiming([&] { end_leases_of(*database_, worker); });
}

Result<bool> Engine::tidy(Timestamp now) {
  const auto limited = reading([&] {
    if (shared()) {
      settings_.load(*database_);
    } else {
      load();
    }
    return settings_.retention.age || settings_.retention.items;
  });
  if (!limited) return limited;
  if (*limited) {
    const auto more = writing([&] { return abridge_some(*database_, streams_, settings_, now); });
    if (!more || *more) return more;
  }
  try {
    return database_->give_back_some();
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  }
}

Result<Unpublished> Engine::close_pages(Timestamp now, std::string_view publisher) {
  return writing([&] {
    while (close_some_pages(*database_, streams_, settings_, now)) {
    }
    return read_unpublished(*database_, streams_, settings_, publisher);
  });
}

Result<void> Engine::published(const Unpublished& what, std::string_view settings, Timestamp now,
                               std::string_view publisher) {
  return writing([&] { mark_published(*database_, settings_, what, publisher, settings, now); });
}

Result<FrontDocument> Engine::front(const StreamId& id, std::size_t limit) {
  return reading([&] {
    FrontDocument front;
    if (const auto number = StreamNumbers::find(*database_, id))
      front = read_front(*database_, feeds_in_memory(), *number, limit);
    front.stream.id = id;
    return front;
  });
}

Result<ClosedPage> Engine::closed_page(const StreamId& id, std::uint32_t number) {
  return reading([&] {
    const auto stream = StreamNumbers::find(*database_, id);
    return stream ? read_page(*database_, feeds_in_memory(), id, *stream, number) : ClosedPage{};
  });
}

Result<std::vector<StreamEntry>> Engine::between(Timestamp from, Timestamp until, std::size_t limit) {
  return reading([&] {
    const auto stream = number_by_modified();
    return stream ? read_entries(*database_, feeds_in_memory(),
                                 modified_between(*database_, *stream, from, until, limit))
                  : std::vector<StreamEntry>{};
  });
}

Result<std::optional<Timestamp>> Engine::nearest_before(Timestamp moment) {
  return reading([&] {
    const auto stream = number_by_modified();
    return stream ? modified_before(*database_, *stream, moment) : std::nullopt;
  });
}

Result<std::optional<Timestamp>> Engine::nearest_from(Timestamp moment) {
  return reading([&] {
    const auto stream = number_by_modified();
    return stream ? modified_from(*database_, *stream, moment) : std::nullopt;
  });
}

Feeds* Engine::feeds_in_memory() {
  if (access_ != Access::write || database_->shared()) return nullptr;
  load();
  return &feeds_;
}

std::optional<std::int64_t> Engine::number_by_modified() {
  if (access_ == Access::read || database_->shared()) settings_.load(*database_);
  return StreamNumbers::find(*database_, stream_by_modified(settings_.order));
}

Result<Totals> Engine::totals() {
  return reading([&] {
    load();
    return Totals{.feeds = feeds_.configured().size(),
                  .items = static_cast<std::size_t>(settings_.item_count),
                  .stories = static_cast<std::size_t>(settings_.story_count)};
  });
}

Result<std::vector<HubSubscription>> Engine::hub_subscriptions() {
  return reading([&] {
    std::vector<HubSubscription> all;
    auto rows = database_->run(
        "SELECT topic, callback, secret, lease_until, delivered, failures, next_try FROM hub_subscription");
    while (rows.next()) {
      all.push_back({.topic = rows->text(0),
                     .callback = rows->text(1),
                     .secret = rows->text(2),
                     .lease_until = rows->time(3),
                     .delivered = rows->text(4),
                     .failures = static_cast<int>(rows->integer(5)),
                     .next_try = rows->time(6)});
    }
    return all;
  });
}

Result<void> Engine::save_hub_subscriptions(std::span<const HubSubscription> subscriptions) {
  return writing([&] {
    static constexpr Bulk bulk{
        "hub_subscription", "topic, callback, secret, lease_until, delivered, failures, next_try", "tttitii",
        "ON CONFLICT (topic, callback) DO UPDATE SET secret = excluded.secret, lease_until = "
        "excluded.lease_until, delivered = excluded.delivered, failures = excluded.failures, next_try = "
        "excluded.next_try"};
    database_->insert(bulk, subscriptions.size(), [&](std::size_t i, Parameters& to) {
      const auto& one = subscriptions[i];
      to.text(one.topic);
      to.text(one.callback);
      to.text(one.secret);
      to.time(one.lease_until);
      to.text(one.delivered);
      to.integer(one.failures);
      to.time(one.next_try);
    });
  });
}

Result<void> Engine::remove_hub_subscription(const std::string& topic, const std::string& callback) {
  return writing([&] {
    database_->execute("DELETE FROM hub_subscription WHERE topic = $1 AND callback = $2", topic, callback);
  });
}

}  // namespace tributary::store
