#include "store/leases.hpp"

#include <string>

namespace tributary::store {

std::vector<FeedRow> lease(Database& database, std::span<const std::int64_t> feeds, std::string_view worker,
                           Timestamp now, Timestamp until, bool due_only) {
  std::vector<FeedRow> rows;
  std::vector<std::int64_t> ids;
  database.look_up(
      "SELECT " + std::string(feed_columns) + ", lease_until FROM feed WHERE id = {any} {skip_locked}", feeds,
      [&](const Row& row) {
        auto feed = read_feed(row);
        if (row.time(feed_column_count) > now || !feed.configured()) return;
        if (due_only && feed.state.next_fetch.value_or(now) > now) return;
        ids.push_back(feed.id);
        rows.push_back(std::move(feed));
      });
  database.repeat("UPDATE feed SET lease_until = $1, lease_worker = $2 WHERE id = $3", ids.size(),
                  [&](std::size_t i, Parameters& to) {
                    to.time(until);
                    to.text(worker);
                    to.integer(ids[i]);
                  });
  return rows;
}

void renew_leases(Database& database, std::string_view worker, Timestamp now, Timestamp until) {
  database.execute("UPDATE feed SET lease_until = $1 WHERE lease_worker = $2 AND lease_until > $3", until,
                   worker, now);
}

void end_leases(Database& database, std::span<const std::int64_t> feeds) {
  database.repeat("UPDATE feed SET lease_until = 0 WHERE id = $1 AND lease_until > 0", feeds.size(),
                  [&](std::size_t i, Parameters& to) { to.integer(feeds[i]); });
}

void end_leases_of(Database& database, std::string_view worker) {
  database.execute("UPDATE feed SET lease_until = 0 WHERE lease_worker = $1 AND lease_until > 0", worker);
}

}  // namespace tributary::store
