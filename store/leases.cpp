#include "store/leases.hpp"

#include <string>

namespace tributary::store {

std::vector<FeedRow> lease(Database& database, std::span<const std::int64_t> feeds, std::string_view worker,
                           Timestamp now, Timestamp until, bool due_only) {
  std::vector<FeedRow> rows;
  std::vector<std::int64_t> ids;
  database.look_up("SELECT " + std::string(feed_columns) +
                       ", lease_until, lease_worker FROM feed WHERE id = {any} {skip_locked}",
                   feeds, [&](const Row& row) {
                     auto feed = read_feed(row);
                     // One's own lease is no hindrance: the answer to a claim may have been lost.
                     if (row.time(feed_column_count) > now && row.bytes(feed_column_count + 1) != worker)
                       return;
                     if (!feed.configured()) return;
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
  // Rows that a writer has locked are passed over, not waited for: it may wait for one of these.
  database.execute(
      "UPDATE feed SET lease_until = $1 WHERE id IN (SELECT id FROM feed WHERE lease_worker = $2 AND "
      "lease_until > $3 "
      "{skip_locked})",
      until, worker, now);
}

void end_leases(Database& database, std::span<const std::int64_t> feeds) {
  database.repeat("UPDATE feed SET lease_until = 0 WHERE id = $1 AND lease_until > 0", feeds.size(),
                  [&](std::size_t i, Parameters& to) { to.integer(feeds[i]); });
}

void end_leases_of(Database& database, std::string_view worker) {
  database.execute("UPDATE feed SET lease_until = 0 WHERE lease_worker = $1 AND lease_until > 0", worker);
}

}  // namespace tributary::store
