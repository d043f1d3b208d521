#include <algorithm>
#include <tuple>

#include "store/filter.hpp"
#include "store/item_codec.hpp"
#include "store/sqlite_store.hpp"

// Placing: which stories stand in which streams, and where. It happens when a story changes and when the
// configuration does, never when a page is read.

namespace tributary::store {
namespace {

std::int64_t seconds(Timestamp when) {
  return when.time_since_epoch().count();
}

std::string without_www(std::string host) {
  if (host.starts_with("www.")) host.erase(0, 4);
  return host;
}

/// Everything of a partner's configuration that decides where its items are shown.
std::string settings_of(const Partner& partner) {
  std::string text = partner.slug + '\x1f' + partner.type + '\x1f' + partner.licence + '\x1f' +
                     std::to_string(partner.priority);
  for (const auto& [category, type] : partner.types) text += '\x1f' + category + '\x1e' + type;
  for (const auto& topic : partner.topics) text += "\x1ftopic " + topic;
  for (const auto& [member, pattern] : partner.include) text += "\x1finclude " + member + '\x1e' + pattern;
  for (const auto& [member, pattern] : partner.exclude)
    text +=
        "\x1f"
        "exclude " +
        member + '\x1e' + pattern;
  return text;
}

bool is_active(const Withdrawal& withdrawal, Timestamp now) {
  return !withdrawal.until || now < *withdrawal.until;
}

}  // namespace

/// One partner's copy of a story, as far as it may be shown.
struct SqliteStore::Candidate {
  std::int64_t item = 0;
  const Partner* partner = nullptr;
  std::string feed_key = {};
  std::int64_t published = 0, modified = 0, first_seen = 0, place = 0;
  bool front = false;
  bool original = false;  // on the host of its feed's own site
  std::string type = {};

  [[nodiscard]] auto rank() const {
    return std::tuple(-partner->priority, !original, first_seen, std::string_view(feed_key), place);
  }
};

const Partner* SqliteStore::partner_of(const std::string& url) const {
  const auto found = partners_.find(url);
  return found == partners_.end() ? nullptr : found->second;
}

std::vector<SqliteStore::Candidate> SqliteStore::candidates(std::int64_t story, Timestamp now,
                                                            std::string& withdrawn_because) {
  std::vector<Candidate> list;
  Statement& query =
      prepared(
          "SELECT i.id, f.url, f.key, i.published, i.modified, i.first_seen, i.place, i.front, i.link, "
          "f.site_host, "
          "i.withdrawn, i.body, s.entry_id, i.waits_until FROM items i JOIN feeds f ON f.id = i.feed "
          "JOIN stories s ON s.id = i.story WHERE i.story = ? AND f.position IS NOT NULL")
          .bind(story);
  while (query.step()) {
    Candidate candidate{
        .item = query.integer(0), .partner = partner_of(query.text(1)), .feed_key = query.text(2)};
    if (candidate.partner == nullptr) continue;
    const std::string link = query.text(8);
    if (!query.is_null(10)) {
      withdrawn_because = query.text(10);
      continue;
    }
    if (!query.is_null(13) && query.integer(13) > seconds(now)) continue;
    const std::string entry = query.text(12);
    const auto line = std::ranges::find_if(catalogue_.withdraw, [&](const Withdrawal& w) {
      return is_active(w, now) &&
             ((!w.id.empty() && w.id == entry) ||
              (!w.url.empty() &&
               (w.url == link || (!link.empty() && canonical_url(w.url) == canonical_url(link)))) ||
              (!w.feed.empty() && (w.feed == candidate.partner->url || w.feed == candidate.partner->slug)));
    });
    if (line != catalogue_.withdraw.end()) {
      withdrawn_because = line->reason.empty() ? "withdrawn" : line->reason;
      continue;
    }
    candidate.published = query.integer(3);
    candidate.modified = query.integer(4);
    candidate.first_seen = query.integer(5);
    candidate.place = query.integer(6);
    candidate.front = query.integer(7) != 0;
    candidate.original = !link.empty() && without_www(host_of(link)) == without_www(query.text(9));
    candidate.type = candidate.partner->type;
    if (!candidate.partner->types.empty() || !candidate.partner->include.empty() ||
        !candidate.partner->exclude.empty()) {
      const Item item = decode_item(query.view(11));
      if (!passes(*candidate.partner, item)) continue;
      candidate.type = type_of(*candidate.partner, item);
    }
    list.push_back(std::move(candidate));
  }
  std::ranges::sort(list, {}, &Candidate::rank);
  return list;
}

void SqliteStore::place(std::int64_t story, Timestamp now) {
  std::vector<std::int64_t> former;
  Statement& old = prepared("SELECT stream FROM placements WHERE story = ?").bind(story);
  while (old.step()) former.push_back(old.integer(0));
  std::string withdrawn_because;
  const auto copies = candidates(story, now, withdrawn_because);
  if (!former.empty()) prepared("DELETE FROM placements WHERE story = ?").bind(story).run();

  if (copies.empty()) {
    if (withdrawn_because.empty()) return;
    for (const std::int64_t stream : former) {
      prepared(
          "INSERT INTO tombstones (stream, entry_id, moment, comment) SELECT ?, entry_id, ?, ? FROM stories "
          "WHERE id = ? "
          "ON CONFLICT DO NOTHING")
          .bind(stream)
          .bind(seconds(now))
          .bind(withdrawn_because)
          .bind(story)
          .run();
    }
    return;
  }
  if (former.empty()) {
    prepared("DELETE FROM tombstones WHERE entry_id = (SELECT entry_id FROM stories WHERE id = ?)")
        .bind(story)
        .run();
  }

  std::map<std::int64_t, const Candidate*> shown;  // by stream
  const Candidate& winner = copies.front();
  shown.emplace(stream_id(StreamId::Kind::all, "", ""), &winner);
  bool front = false;
  for (const Candidate& copy : copies) {
    front = front || copy.front;
    // On its own partner's page a copy stands for itself, whoever wins the story elsewhere.
    shown.emplace(stream_id(StreamId::Kind::partner, copy.partner->slug, ""), &copy);
    for (const std::string& topic : copy.partner->topics)
      shown.emplace(stream_id(StreamId::Kind::topic, topic, ""), &winner);
  }
  if (const auto slug = catalogue_.type_slugs.find(winner.type); slug != catalogue_.type_slugs.end()) {
    shown.emplace(stream_id(StreamId::Kind::type, slug->second, winner.type), &winner);
  }
  for (const auto& [stream, item] : shown) {
    const std::int64_t moment = catalogue_.publish.order == Order::published    ? item->published
                                : catalogue_.publish.order == Order::first_seen ? item->first_seen
                                                                                : item->modified;
    prepared(
        "INSERT INTO placements (stream, front, moment, first_seen, feed_key, place, story, item) VALUES (?, "
        "?, ?, ?, ?, ?, ?, ?)")
        .bind(stream)
        .bind(static_cast<std::int64_t>(front ? 1 : 0))
        .bind(moment)
        .bind(item->first_seen)
        .bind(item->feed_key)
        .bind(item->place)
        .bind(story)
        .bind(item->item)
        .run();
  }
}

std::int64_t SqliteStore::stream_id(StreamId::Kind kind, const std::string& slug, const std::string& title) {
  Statement& query = prepared("SELECT id, title FROM streams WHERE kind = ? AND slug = ?")
                         .bind(static_cast<std::int64_t>(kind))
                         .bind(slug);
  if (query.step()) {
    const std::int64_t id = query.integer(0);
    if (!title.empty() && query.view(1) != title) {
      prepared("UPDATE streams SET title = ? WHERE id = ?").bind(title).bind(id).run();
    }
    return id;
  }
  prepared("INSERT INTO streams (kind, slug, title) VALUES (?, ?, ?)")
      .bind(static_cast<std::int64_t>(kind))
      .bind(slug)
      .bind(title)
      .run();
  return database_.last_row();
}

Result<void> SqliteStore::configure(const Catalogue& catalogue, Timestamp now) {
  return guarded([&]() -> Result<void> {
    catalogue_ = catalogue;
    partners_.clear();
    for (const Partner& partner : catalogue_.partners) partners_.emplace(partner.url, &partner);

    Transaction transaction(database_);
    std::set<std::int64_t> touched;
    configure_feeds(touched);
    configure_streams();

    std::string whole = std::to_string(static_cast<int>(catalogue_.publish.order));
    for (const auto& w : catalogue_.withdraw) {
      whole += '\x1f' + w.id + '\x1e' + w.url + '\x1e' + w.feed + '\x1e' + w.reason +
               (is_active(w, now) ? "+" : "-");
    }
    for (const auto& [type, slug] : catalogue_.type_slugs)
      whole +=
          "\x1f"
          "type " +
          type + '\x1e' + slug;
    if (meta("settings") != whole) {
      set_meta("settings", whole);
      Statement& all = prepared("SELECT id FROM stories");
      while (all.step()) touched.insert(all.integer(0));
    }
    for (const std::int64_t story : touched) place(story, now);
    // Items that are here before anything else was configured were shown already: the next new partner is
    // welcomed, not let in whole.
    Statement& any = prepared("SELECT 1 FROM items LIMIT 1");
    first_publication_done_ = any.step();
    transaction.commit();
    return {};
  });
}

void SqliteStore::configure_feeds(std::set<std::int64_t>& touched) {
  struct Row {
    std::int64_t id;
    std::string url, slug, settings, asked_url;
    bool configured;
  };
  std::vector<Row> rows;
  Statement& query = prepared("SELECT id, url, slug, settings, position, state FROM feeds ORDER BY id");
  while (query.step()) {
    rows.push_back({query.integer(0), query.text(1), query.text(2), query.text(3),
                    decode_state(query.view(5)).url, !query.is_null(4)});
  }
  std::set<std::int64_t> taken;
  const auto stories_of = [&](std::int64_t feed) {
    Statement& stories = prepared("SELECT story FROM items WHERE feed = ?").bind(feed);
    while (stories.step()) touched.insert(stories.integer(0));
  };
  const auto free_row = [&](auto&& fits) -> const Row* {
    const auto found =
        std::ranges::find_if(rows, [&](const Row& row) { return !taken.contains(row.id) && fits(row); });
    return found == rows.end() ? nullptr : &*found;
  };

  std::vector<const Row*> matched(catalogue_.partners.size(), nullptr);
  for (std::size_t i = 0; i < matched.size(); ++i) {
    matched[i] = free_row([&](const Row& row) { return row.url == catalogue_.partners[i].url; });
    if (matched[i] != nullptr) taken.insert(matched[i]->id);
  }
  for (std::size_t i = 0; i < matched.size(); ++i) {
    if (matched[i] != nullptr) continue;
    const Partner& partner = catalogue_.partners[i];
    // An edited address is the same feed when the slug stayed, or when it is where a permanent redirect had
    // led.
    matched[i] =
        free_row([&](const Row& row) { return row.slug == partner.slug || row.asked_url == partner.url; });
    if (matched[i] != nullptr) taken.insert(matched[i]->id);
  }
  for (const Row& row : rows) {
    if (taken.contains(row.id) || !row.configured) continue;
    prepared("UPDATE feeds SET position = NULL WHERE id = ?").bind(row.id).run();
    stories_of(row.id);
  }
  for (std::size_t i = 0; i < matched.size(); ++i) {
    const Partner& partner = catalogue_.partners[i];
    const std::string settings = settings_of(partner);
    if (matched[i] == nullptr) {
      // The address may be the key of a feed that has moved on: this one is another feed then.
      std::string key = partner.url;
      for (int number = 2; feed_by_key(key); ++number) key = partner.url + "#" + std::to_string(number);
      prepared(
          "INSERT INTO feeds (key, url, slug, name, position, priority, licence, settings) VALUES (?, ?, ?, "
          "?, ?, ?, ?, ?)")
          .bind(key)
          .bind(partner.url)
          .bind(partner.slug)
          .bind(partner.name)
          .bind(static_cast<std::int64_t>(i))
          .bind(static_cast<std::int64_t>(partner.priority))
          .bind(partner.licence)
          .bind(settings)
          .run();
      continue;
    }
    const Row& row = *matched[i];
    if (row.settings != settings || !row.configured) stories_of(row.id);
    if (row.url != partner.url) {
      // The former address' validators say nothing of the new one.
      prepared(
          "UPDATE feeds SET state = json_remove(state, '$.url', '$.etag', '$.last_modified', '$.body_hash', "
          "'$.next_fetch') WHERE id = ?")
          .bind(row.id)
          .run();
    }
    prepared(
        "UPDATE feeds SET url = ?, slug = ?, name = ?, position = ?, priority = ?, licence = ?, settings = ? "
        "WHERE id = ?")
        .bind(partner.url)
        .bind(partner.slug)
        .bind(partner.name)
        .bind(static_cast<std::int64_t>(i))
        .bind(static_cast<std::int64_t>(partner.priority))
        .bind(partner.licence)
        .bind(settings)
        .bind(row.id)
        .run();
  }
}

void SqliteStore::configure_streams() {
  prepared("UPDATE streams SET configured = 0 WHERE configured = 1").run();
  const auto configured = [&](StreamId::Kind kind, const std::string& slug) {
    const std::int64_t id = stream_id(kind, slug, "");
    prepared("UPDATE streams SET configured = 1 WHERE id = ?").bind(id).run();
  };
  configured(StreamId::Kind::all, "");
  for (const Topic& topic : catalogue_.topics) configured(StreamId::Kind::topic, topic.slug);
  for (const Partner& partner : catalogue_.partners) configured(StreamId::Kind::partner, partner.slug);
}

}  // namespace tributary::store
