#include <algorithm>

#include "store/item_codec.hpp"
#include "store/sqlite_store.hpp"

// Taking in what was fetched: which items are known, under which name, and whether they really changed.

namespace tributary::store {
namespace {

std::int64_t seconds(Timestamp when) {
  return when.time_since_epoch().count();
}

std::string title_of(const Item& item) {
  return item.title ? std::string(item.title->value()) : std::string();
}

/// What the item says of its own time; the rules for dates are DESIGN.md's ("Identity, dates, order").
struct Dates {
  Timestamp published, modified;
  std::optional<Timestamp> waits_until = {};
};

Dates dates_of(const Item& item, bool hold_future, Timestamp now) {
  const auto said = item.published ? item.published : item.updated ? item.updated : item.created;
  Dates dates{said.value_or(now), now};
  dates.modified = item.updated && *item.updated > dates.published ? *item.updated : dates.published;
  if (hold_future && dates.published > now) {
    dates.waits_until = dates.published;
    dates.modified = std::max(dates.modified, dates.published);
    return dates;
  }
  dates.published = std::min(dates.published, now);
  dates.modified = std::min(dates.modified, now);
  return dates;
}

}  // namespace

std::optional<FeedRow> SqliteStore::feed_by_key(const std::string& key) {
  Statement& query = prepared("SELECT id, key, slug, fetched FROM feeds WHERE key = ?").bind(key);
  if (!query.step()) return std::nullopt;
  return FeedRow{query.integer(0), query.text(1), query.text(2), query.integer(3) != 0};
}

Result<Added> SqliteStore::take(std::span<const Delivery> deliveries, Timestamp now) {
  return guarded([&]() -> Result<Added> {
    Added added;
    Transaction transaction(database_);
    std::set<std::int64_t> touched;
    for (const Delivery& delivery : deliveries) {
      const auto row = feed_by_key(delivery.state.key);
      if (!row) continue;  // taken out of feeds.yaml while its answer was under way
      const std::string state = encode(delivery.state);
      prepared("UPDATE feeds SET state = ? WHERE id = ?").bind(state).bind(row->id).run();
      if (delivery.feed)
        take_feed(*row, *delivery.feed, partner_of(delivery.state.configured_url), now, added, touched);
    }
    Statement& waiting =
        prepared("SELECT DISTINCT story FROM items WHERE waits_until <= ?").bind(seconds(now));
    while (waiting.step()) touched.insert(waiting.integer(0));
    for (const std::int64_t story : touched) place(story, now);
    prepared("UPDATE items SET waits_until = NULL WHERE waits_until <= ?").bind(seconds(now)).run();
    transaction.commit();
    return added;
  });
}

std::optional<SqliteStore::Known> SqliteStore::known_by(const std::string& name) {
  if (name.empty()) return std::nullopt;
  Statement& query =
      prepared(
          "SELECT i.id, i.story, i.modified, i.text_hash, i.body_hash, i.title, i.published FROM names n "
          "JOIN items i ON i.id = n.item WHERE n.name = ?")
          .bind_blob(name);
  if (!query.step()) return std::nullopt;
  return Known{query.integer(0), query.integer(1), query.integer(2), query.text(3),
               query.text(4),    query.text(5),    query.integer(6)};
}

/// The known item for each item of a document. One that is not known under its identity may be known under
/// its page or its title and date: its feed gave it another guid. Two items of one document are never the
/// same item.
std::vector<std::optional<SqliteStore::Known>> SqliteStore::recognise(const FeedRow& row,
                                                                      const std::vector<Item>& items,
                                                                      const std::vector<Names>& names) {
  std::vector<std::optional<Known>> known(items.size());
  if (!row.fetched) return known;
  std::set<std::int64_t> claimed;
  std::map<std::string_view, int> pages;
  std::size_t found = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    ++pages[names[i].link];
    known[i] = known_by(names[i].identity);
    if (!known[i]) continue;
    ++found;
    if (!claimed.insert(known[i]->item).second) known[i].reset();
  }
  const bool all_guids_changed = found == 0 && items.size() > 1;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (known[i]) continue;
    auto same_page = pages[names[i].link] == 1 ? known_by(names[i].link) : std::nullopt;
    // One item on a page where another stood before may be news on a page that is used again: only with the
    // same title or date, or when the whole feed changed its guids, is it the same item.
    if (same_page && !claimed.contains(same_page->item)) {
      const bool same_title = same_page->title == title_of(items[i]);
      const bool same_date = items[i].published && same_page->published == seconds(*items[i].published);
      if (!all_guids_changed && !same_title && !same_date) same_page.reset();
    }
    auto match = same_page && !claimed.contains(same_page->item) ? same_page : known_by(names[i].title_date);
    if (!match || !claimed.insert(match->item).second) continue;
    remember(names[i].identity, match->item);
    known[i] = std::move(match);
  }
  return known;
}

void SqliteStore::remember(const std::string& name, std::int64_t item) {
  if (name.empty()) return;
  prepared("INSERT INTO names (name, item) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
      .bind_blob(name)
      .bind(item)
      .run();
}

void SqliteStore::take_feed(const FeedRow& row, const Feed& feed, const Partner* partner, Timestamp now,
                            Added& added, std::set<std::int64_t>& touched) {
  const std::vector<Names> names = names_of(row.key, feed.items);
  const auto known = recognise(row, feed.items, names);

  // Of a new partner's backlog only the newest may enter front documents.
  std::set<std::size_t> welcome;
  const bool first_fetch = !row.fetched && first_publication_done_;
  if (first_fetch) {
    std::vector<std::size_t> order(feed.items.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, std::greater{},
                             [&](std::size_t i) { return dates_of(feed.items[i], false, now).modified; });
    for (std::size_t i = 0; i < std::min(order.size(), catalogue_.publish.welcome); ++i)
      welcome.insert(order[i]);
  }

  std::set<std::string_view> inserted;
  for (std::size_t i = 0; i < feed.items.size(); ++i) {
    const Item& item = feed.items[i];
    if (known[i]) {
      if (!update(*known[i], item, now)) continue;
      ++added.changed;
      touched.insert(known[i]->story);
      continue;
    }
    if (!inserted.insert(names[i].identity).second) continue;  // twice in one document, word for word
    if (row.fetched && known_by(names[i].identity)) continue;
    touched.insert(insert(row, item, names[i], partner, i, !first_fetch || welcome.contains(i), now));
    ++added.fresh;
  }

  for (const DeletedEntry& deleted : feed.deleted) {
    const auto gone = known_by(hash_of({row.key, "guid", deleted.ref}));
    if (!gone) continue;
    const std::string why = deleted.comment.empty() ? "withdrawn by the partner" : deleted.comment;
    prepared("UPDATE items SET withdrawn = ? WHERE id = ? AND withdrawn IS NULL")
        .bind(why)
        .bind(gone->item)
        .run();
    touched.insert(gone->story);
  }

  const std::string details = encode(feed.details);
  const std::string host = host_of(feed.details.link);
  prepared("UPDATE feeds SET details = ?, site_host = ?, fetched = 1, items = items + ? WHERE id = ?")
      .bind(details)
      .bind(host)
      .bind(static_cast<std::int64_t>(inserted.size()))
      .bind(row.id)
      .run();
}

/// Stores what the partner changed; true when it is a real change, which moves the item, and false for a
/// cosmetic one.
bool SqliteStore::update(const Known& known, const Item& item, Timestamp now) {
  const std::string body = encode(item);
  const std::string body_hash = hash_of({body});
  if (body_hash == known.body_hash) return false;
  const std::string words = text_hash(item);
  const bool real = words != known.text_hash;
  std::int64_t modified = known.modified;
  if (real) {
    const bool believable = item.updated && seconds(*item.updated) > known.modified && *item.updated <= now;
    modified = std::max(modified, seconds(believable ? *item.updated : now));
  }
  const std::string title = title_of(item);
  prepared(
      "UPDATE items SET title = ?, link = ?, modified = ?, text_hash = ?, body_hash = ?, body = ? WHERE id = "
      "?")
      .bind(title)
      .bind(item.link)
      .bind(modified)
      .bind_blob(words)
      .bind_blob(body_hash)
      .bind(body)
      .bind(known.item)
      .run();
  return real;
}

/// Another partner's copy of the same page is the same story; two items of one feed never are.
std::int64_t SqliteStore::story_for(const FeedRow& row, const Item& item, const Names& names) {
  std::string page;
  if (const std::string canonical = canonical_url(item.link); !canonical.empty()) {
    page = hash_of({"story", canonical});
    Statement& query = prepared("SELECT id FROM stories WHERE page = ?").bind_blob(page);
    if (query.step()) {
      const std::int64_t story = query.integer(0);
      Statement& own =
          prepared("SELECT 1 FROM items WHERE story = ? AND feed = ? LIMIT 1").bind(story).bind(row.id);
      if (!own.step()) return story;
      page.clear();
    }
  }
  const std::string id = entry_id(catalogue_.site.url, names.identity);
  Statement& insertion = prepared("INSERT INTO stories (page, entry_id) VALUES (?, ?)");
  if (page.empty()) {
    insertion.bind_null();
  } else {
    insertion.bind_blob(page);
  }
  insertion.bind(id).run();
  return database_.last_row();
}

std::int64_t SqliteStore::insert(const FeedRow& row, const Item& item, const Names& names,
                                 const Partner* partner, std::size_t place_in_document, bool front,
                                 Timestamp now) {
  const std::int64_t story = story_for(row, item, names);
  const Dates dates = dates_of(item, partner != nullptr && partner->future == FutureDates::hold, now);
  const std::string body = encode(item);
  const std::string body_hash = hash_of({body});
  const std::string words = text_hash(item);
  const std::string title = title_of(item);
  // Our own entries coming back through a partner are known, and never shown again.
  const bool is_echo = item.id.starts_with("tag:" + host_of(catalogue_.site.url) + ",2026:");
  Statement& insertion = prepared(
      "INSERT INTO items (feed, story, title, link, guid, published, modified, first_seen, place, front, "
      "waits_until, withdrawn, "
      "text_hash, body_hash, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insertion.bind(row.id).bind(story).bind(title).bind(item.link).bind(item.id);
  insertion.bind(seconds(dates.published)).bind(seconds(dates.modified)).bind(seconds(now));
  insertion.bind(static_cast<std::int64_t>(place_in_document)).bind(static_cast<std::int64_t>(front ? 1 : 0));
  insertion.bind_optional(dates.waits_until ? std::optional(seconds(*dates.waits_until)) : std::nullopt);
  if (is_echo) {
    insertion.bind("an entry of our own");
  } else {
    insertion.bind_null();
  }
  insertion.bind_blob(words).bind_blob(body_hash).bind(body).run();
  const std::int64_t number = database_.last_row();
  remember(names.identity, number);
  remember(names.link, number);
  remember(names.title_date, number);
  return story;
}

}  // namespace tributary::store
