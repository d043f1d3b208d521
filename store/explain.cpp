#include "store/explain.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "store/archive.hpp"
#include "store/canonical_url.hpp"
#include "store/codec.hpp"
#include "store/dates.hpp"
#include "store/hash.hpp"
#include "store/identity.hpp"
#include "store/reading.hpp"
#include "store/story_lines.hpp"

namespace tributary::store {
namespace {

/// The items that a person means by an address, an entry id, or what a partner calls them.
std::vector<std::int64_t> meant(Database& database, Feeds& feeds, std::string_view what) {
  std::set<std::int64_t> found;
  std::vector<std::int64_t> keys;
  std::string_view host;
  if (Key key{}; key_of_entry_id(what, host, key)) keys.push_back(known_number(key));
  Item named;
  named.id = what;
  for (const auto* feed : feeds.all()) keys.push_back(known_number(key_on_level(named, feed->key, 0)));
  std::ranges::sort(keys);
  database.look_up("SELECT item FROM known WHERE key = {any}", keys, [&](const Row& row) {
    if (row.integer(0) != 0) found.insert(row.integer(0));
  });
  if (const auto canonical = canonical_url(what); !canonical.empty()) {
    const std::vector<std::int64_t> address{static_cast<std::int64_t>(hash64(canonical))};
    database.look_up("SELECT item FROM address WHERE key = {any}", address,
                     [&](const Row& row) { found.insert(row.integer(0)); });
  }
  if (found.empty()) {
    // An address that several items share is no key of any: it is looked for in all of them.
    auto rows = database.run("SELECT id FROM item WHERE link = $1", what);
    while (rows.next()) found.insert(rows->integer(0));
  }
  return {found.begin(), found.end()};
}

std::string_view words_of(TieKind kind) {
  switch (kind) {
    case TieKind::address:
      return "the same address";
    case TieKind::text:
      return "nearly the same text";
    case TieKind::line:
      return "a line under stories: in feeds.yaml";
  }
  return {};
}

std::string_view words_of(ItemState state) {
  switch (state) {
    case ItemState::shown:
      return "shown";
    case ItemState::filtered:
      return "filtered out";
    case ItemState::withdrawn:
      return "withdrawn";
    case ItemState::waiting:
      return "waits for its date";
    case ItemState::held:
      return "held in quarantine";
  }
  return {};
}

class Explainer {
 public:
  Explainer(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings)
      : database_(database),
        feeds_(feeds),
        streams_(streams),
        settings_(settings),
        stories_(database, feeds, streams, settings, {}) {}

  std::vector<Explanation> all(const std::vector<std::int64_t>& items) {
    stories_.load_items(items);
    std::set<std::int64_t> names;
    for (const auto id : items) {
      if (stories_.has_item(id)) names.insert(stories_.item(id).story);
    }
    const std::vector<std::int64_t> ids(names.begin(), names.end());
    stories_.load_stories(ids);
    std::vector<Explanation> explained;
    for (const auto id : ids) {
      if (stories_.has_story(id)) explained.push_back(of(stories_.story(id)));
    }
    return explained;
  }

 private:
  Explanation of(const StoryFacts& story) {
    Explanation made{.id = story.entry};
    made.published = story.published;
    made.modified = story.modified;
    auto members = story.members;
    std::ranges::sort(members, [&](std::int64_t one, std::int64_t other) {
      return std::pair(one != story.winner, one) < std::pair(other != story.winner, other);
    });
    for (const auto id : members) made.copies.push_back(copy(id));
    made.shown = !story.spots.empty();
    if (made.shown && members.size() > 1) made.winner_because = stories_.why_wins(story);
    if (story.archive_only)
      made.notes.emplace_back(
          "backlog of its feed's first document: it goes to the archives and fills front documents only "
          "while they have room");
    for (const auto& [id, number] : streams_.all()) {
      if (is_public(id) && std::ranges::binary_search(story.arrived, number))
        made.places.push_back(place(story, id, number));
    }
    return made;
  }

  Explanation::Copy copy(std::int64_t id) {
    Explanation::Copy made;
    const auto& facts = stories_.item(id);
    auto& feed = *feeds_.by_id(facts.feed);
    made.feed = feed.key;
    made.partner = feed.name;
    made.title = facts.title;
    made.link = facts.link;
    made.type = facts.type;
    made.topics = feed.partner.topics;
    made.first_seen = facts.first_seen;
    made.published = facts.published;
    made.modified = facts.modified;
    made.state = words_of(facts.state);
    Item sent;
    {
      auto rows = database_.run(
          "SELECT identity_rule, date_rule, due, title, link, body FROM item WHERE id = $1", id);
      if (rows.next()) {
        made.identity_rule = to_string(static_cast<IdentityRule>(rows->integer(0)));
        made.date_rule = to_string(static_cast<DateRule>(rows->integer(1)));
        made.due = rows->optional_time(2);
        sent = decode_item(rows->bytes(5), rows->bytes(3), rows->bytes(4));
      }
    }
    made.guid = sent.id;
    made.claimed = claimed_date(sent);
    if (!feed.configured()) made.why_not.emplace_back("its feed is configured no more");
    if (facts.state == ItemState::waiting && made.due)
      made.why_not.push_back("its date lies in the future: it waits until " + to_rfc3339(*made.due));
    if (facts.state == ItemState::filtered) made.why_not.push_back(Feeds::filter(feed).objection(sent));
    if (facts.state == ItemState::held)
      made.why_not.emplace_back(
          "it came in a burst that looked like known items under other names: release or reject it");
    {
      auto rows = database_.run("SELECT kind, at, reason FROM withdrawal WHERE item = $1 ORDER BY kind", id);
      while (rows.next())
        made.why_not.push_back("withdrawn on " + to_rfc3339(rows->time(1)) + ": " + rows->text(2));
    }
    std::vector<Tie> ties;
    {
      auto rows = database_.run("SELECT other, kind, score FROM tie WHERE item = $1 ORDER BY other", id);
      while (rows.next())
        ties.push_back({id, rows->integer(0), static_cast<TieKind>(rows->integer(1)), rows->integer(2)});
    }
    for (const auto& tie : ties) {
      if (!stories_.has_item(tie.other) || stories_.item(tie.other).story != facts.story) continue;
      std::string because(words_of(tie.kind));
      if (tie.kind == TieKind::text) because += ", " + std::to_string(tie.score / 10) + " % of the words";
      made.ties.push_back({stories_.item(tie.other).link, std::move(because)});
    }
    auto rows = database_.run("SELECT at, kind, title, link FROM revision WHERE item = $1 ORDER BY seq", id);
    while (rows.next()) {
      made.revisions.push_back({.until = rows->time(0),
                                .title = rows->text(2),
                                .link = rows->text(3),
                                .moved = rows->integer(1) == 0});
    }
    return made;
  }

  Explanation::Place place(const StoryFacts& story, const StreamId& id, std::int64_t number) {
    Explanation::Place made{.stream = id};
    const auto front = read_front(database_, &feeds_, number, settings_.items);
    const auto at = std::ranges::find(front.stream.entries, story.entry, &StreamEntry::id);
    if (at != front.stream.entries.end())
      made.front = static_cast<std::size_t>(at - front.stream.entries.begin()) + 1;
    auto rows = database_.run("SELECT page FROM shelf WHERE story = $1 AND stream = $2", story.id, number);
    if (rows.next()) made.archive = static_cast<std::uint32_t>(rows->integer(0));
    return made;
  }

  Database& database_;
  Feeds& feeds_;
  StreamNumbers& streams_;
  Settings& settings_;
  Stories stories_;
};

}  // namespace

std::vector<Explanation> explain(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings,
                                 std::string_view what) {
  return Explainer(database, feeds, streams, settings).all(meant(database, feeds, what));
}

}  // namespace tributary::store
