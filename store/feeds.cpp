#include "store/feeds.hpp"

#include <algorithm>
#include <iterator>

#include "store/codec.hpp"

namespace tributary::store {
namespace {

/// Room left between two feeds that are new at once, and behind the last one.
constexpr std::int64_t step = std::int64_t{1} << 32;

}  // namespace

constexpr std::string_view feed_columns =
    "id, key, rank, url, slug, name, position, asked, status, next_fetch, items, fetched, home, details, "
    "details_used, "
    "state, partner, newcomer";

FeedRow read_feed(const Row& row) {
  FeedRow feed;
  feed.id = row.integer(0);
  feed.key = row.text(1);
  feed.rank = row.integer(2);
  feed.url = row.text(3);
  feed.slug = row.text(4);
  feed.name = row.text(5);
  if (!row.null(6)) feed.position = row.integer(6);
  feed.items = row.integer(10);
  feed.fetched = row.integer(11) != 0;
  feed.home = row.text(12);
  feed.details = row.integer(13);
  feed.details_used = row.integer(14) != 0;
  feed.newcomer = row.integer(17) != 0;
  feed.partner = decode_partner(row.bytes(16));
  feed.partner.url = feed.url;
  feed.partner.name = feed.name;
  feed.partner.slug = feed.slug;

  feed.state.key = feed.key;
  feed.state.configured_url = feed.url;
  feed.state.url = row.text(7);
  feed.state.name = feed.name;
  feed.state.status = feed_status_from(row.bytes(8)).value_or(FeedStatus::ok);
  feed.state.next_fetch = row.optional_time(9);
  feed.state.items = static_cast<std::size_t>(feed.items);
  decode_state(row.bytes(15), feed.state);
  return feed;
}

void Feeds::load(Database& database) {
  rows_.clear();
  by_key_.clear();
  by_id_.clear();
  auto rows = database.run(std::string("SELECT ") + std::string(feed_columns) + " FROM feed");
  while (rows.next()) {
    auto row = std::make_unique<FeedRow>(read_feed(*rows));
    by_key_.emplace(row->key, row.get());
    by_id_.emplace(row->id, row.get());
    rows_.push_back(std::move(row));
  }
  loaded_ = true;
}

FeedRow* Feeds::by_key(std::string_view key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

FeedRow* Feeds::by_id(std::int64_t id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<FeedRow*> Feeds::all() {
  std::vector<FeedRow*> all;
  all.reserve(rows_.size());
  for (const auto& row : rows_) all.push_back(row.get());
  return all;
}

std::vector<FeedRow*> Feeds::configured() {
  auto found = all();
  std::erase_if(found, [](const FeedRow* row) { return !row->configured(); });
  std::ranges::sort(found, {}, [](const FeedRow* row) { return *row->position; });
  return found;
}

bool Feeds::rank_between_neighbours() {
  for (auto at = by_key_.begin(); at != by_key_.end();) {
    if (at->second->rank != unranked) {
      ++at;
      continue;
    }
    // A run of new feeds shares the room between the old ones on both sides evenly.
    auto end = at;
    std::int64_t run = 0;
    for (; end != by_key_.end() && end->second->rank == unranked; ++end) ++run;
    const bool first = at == by_key_.begin(), last = end == by_key_.end();
    const std::int64_t width = (run + 1) * step;
    const std::int64_t low = !first ? std::prev(at)->second->rank : last ? 0 : end->second->rank - width;
    const std::int64_t gap = ((last ? low + width : end->second->rank) - low) / (run + 1);
    if (gap < 1) return false;
    for (std::int64_t rank = low + gap; at != end; ++at, rank += gap) at->second->rank = rank;
  }
  return true;
}

bool Feeds::add(Database& database, std::vector<FeedRow> rows) {
  std::int64_t next_id = 1;
  for (const auto& row : rows_) next_id = std::max(next_id, row->id + 1);
  std::ranges::sort(rows, {}, &FeedRow::key);
  std::vector<FeedRow*> fresh;
  for (auto& row : rows) {
    row.id = next_id++;
    auto kept = std::make_unique<FeedRow>(std::move(row));
    by_key_.emplace(kept->key, kept.get());
    by_id_.emplace(kept->id, kept.get());
    fresh.push_back(kept.get());
    rows_.push_back(std::move(kept));
  }
  const bool renumber = !rank_between_neighbours();
  if (renumber) {
    std::int64_t rank = 0;
    for (auto& [key, row] : by_key_) row->rank = (rank += step);
    database.repeat("UPDATE feed SET rank = $1 WHERE id = $2", rows_.size(),
                    [&](std::size_t i, Parameters& to) {
                      to.integer(rows_[i]->rank);
                      to.integer(rows_[i]->id);
                    });
  }
  static constexpr Bulk bulk{"feed",
                             "id, key, rank, url, slug, name, asked, status, items, fetched, newcomer, home, "
                             "details, details_used, state, partner",
                             "itittttt"
                             "iiitiibb"};
  std::string nothing;
  database.insert(bulk, fresh.size(), [&](std::size_t i, Parameters& to) {
    to.integer(fresh[i]->id);
    to.text(fresh[i]->key);
    to.integer(fresh[i]->rank);
    to.text(fresh[i]->url);
    to.text(fresh[i]->slug);
    to.text(fresh[i]->name);
    to.text("");
    to.text("ok");
    to.integer(0);
    to.integer(0);
    to.integer(fresh[i]->newcomer ? 1 : 0);
    to.text("");
    to.integer(0);
    to.integer(0);
    to.blob(nothing);
    to.blob(nothing);
  });
  save(database, fresh);
  return renumber;
}

void Feeds::save(Database& database, const std::vector<FeedRow*>& rows) {
  std::string state, partner;
  database.repeat(
      "UPDATE feed SET url = $1, slug = $2, name = $3, position = $4, asked = $5, status = $6, next_fetch = "
      "$7, items = $8, "
      "fetched = $9, home = $10, details = $11, details_used = $12, state = $13, partner = $14 WHERE id = "
      "$15",
      rows.size(), [&](std::size_t i, Parameters& to) {
        const auto& row = *rows[i];
        state = encode(row.state);
        partner = encode(row.partner);
        to.text(row.url);
        to.text(row.slug);
        to.text(row.name);
        row.position ? to.integer(*row.position) : to.null();
        to.text(row.state.url);
        to.text(to_string(row.state.status));
        to.time(row.state.next_fetch);
        to.integer(row.items);
        to.integer(row.fetched ? 1 : 0);
        to.text(row.home);
        to.integer(row.details);
        to.integer(row.details_used ? 1 : 0);
        to.blob(state);
        to.blob(partner);
        to.integer(row.id);
      });
}

const ItemFilter& Feeds::filter(FeedRow& row) {
  if (!row.filter) row.filter = std::make_shared<const ItemFilter>(row.partner);
  return *row.filter;
}

}  // namespace tributary::store
