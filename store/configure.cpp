#include "store/configure.hpp"

#include <algorithm>
#include <set>

#include "store/codec.hpp"
#include "store/identity.hpp"
#include "store/intake.hpp"
#include "store/story_lines.hpp"
#include "store/withdrawals.hpp"

namespace tributary::store {
namespace {

/// Items placed anew at a time: bounds the memory, whatever a feed holds.
constexpr std::int64_t portion = 2000;

/// Which known feed each partner is: by its URL; else by its slug, when nobody else is configured under the
/// feed's former URL; else by where a permanent redirect led. nullptr: new.
std::vector<FeedRow*> match(Feeds& feeds, const std::vector<Partner>& partners) {
  std::map<std::string_view, FeedRow*> by_url, by_slug, by_asked;
  std::set<std::string_view> urls;
  for (const auto& partner : partners) urls.insert(partner.url);
  for (auto* row : feeds.all()) {
    by_url.emplace(row->url, row);
    if (urls.contains(row->url)) continue;
    by_slug.emplace(row->slug, row);
    by_asked.emplace(row->state.url, row);
    by_asked.emplace(row->key, row);
  }
  std::vector<FeedRow*> matched(partners.size());
  std::set<FeedRow*> taken;
  const auto claim = [&](const std::map<std::string_view, FeedRow*>& from, auto member) {
    for (std::size_t i = 0; i < partners.size(); ++i) {
      if (matched[i] != nullptr) continue;
      const auto found = from.find(partners[i].*member);
      if (found != from.end() && taken.insert(found->second).second) matched[i] = found->second;
    }
  };
  claim(by_url, &Partner::url);
  claim(by_slug, &Partner::slug);
  claim(by_asked, &Partner::url);
  return matched;
}

std::string unused_key(Feeds& feeds, const std::set<std::string>& taken, const std::string& url) {
  auto key = url;
  for (int again = 2; feeds.by_key(key) != nullptr || taken.contains(key); ++again)
    key = url + "#" + std::to_string(again);
  return key;
}

/// Takes over what the configuration says of the feed. True when items of it may have to move.
bool take_over(FeedRow& row, const Partner& partner, std::int64_t position) {
  const bool reaches_items =
      !row.configured() || row.slug != partner.slug || encode(row.partner) != encode(partner);
  if (row.url != partner.url) {
    row.url = partner.url;
    row.state.configured_url = partner.url;
    if (row.state.url != partner.url) {
      // Another document: what was agreed about the former one does not hold for it.
      row.state.url = partner.url;
      row.state.etag.clear();
      row.state.last_modified.clear();
      row.state.body_hash.clear();
      row.state.next_fetch.reset();
      row.state.not_before.reset();
      row.state.consecutive_failures = 0;
      row.state.status = FeedStatus::ok;
    }
  }
  if (!partner.enabled) {
    row.state.status = FeedStatus::disabled;
  } else if (row.state.status == FeedStatus::disabled) {
    row.state.status = FeedStatus::ok;
  }
  row.position = position;
  row.slug = partner.slug;
  row.name = row.state.name = partner.name;
  row.partner = partner;
  row.filter.reset();
  return reaches_items;
}

void place_again(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings, FeedRow& feed,
                 Timestamp now) {
  const bool has_filter = feed.configured() && !Feeds::filter(feed).passes_all();
  const auto select =
      "SELECT id, state, type, title, link, body FROM item WHERE feed = $1 AND id > $2 ORDER BY id LIMIT " +
      std::to_string(portion);
  std::int64_t last = 0;
  for (bool more = true; more;) {
    std::vector<std::int64_t> ids;
    std::map<std::int64_t, ItemState> states;
    std::vector<std::pair<std::int64_t, std::string>> types;
    {
      auto rows = database.run(select, feed.id, last);
      while (rows.next()) {
        const auto id = rows->integer(0);
        ids.push_back(id);
        auto state = static_cast<ItemState>(rows->integer(1));
        if (!feed.configured()) continue;
        const bool filtering = state == ItemState::shown || state == ItemState::filtered;
        if (filtering && !has_filter) states[id] = ItemState::shown;
        if ((filtering && has_filter) || !feed.partner.types.empty() || rows->bytes(2) != feed.partner.type) {
          const auto item = decode_item(rows->bytes(5), rows->bytes(3), rows->bytes(4));
          if (filtering && has_filter) {
            // Without its text there is nothing to judge anew.
            if (!is_abridged(rows->bytes(5)))
              states[id] = Feeds::filter(feed).passes(item) ? ItemState::shown : ItemState::filtered;
          }
          if (auto type = type_of(feed.partner, item); type != rows->bytes(2))
            types.emplace_back(id, std::move(type));
        }
      }
    }
    more = static_cast<std::int64_t>(ids.size()) == portion;
    if (ids.empty()) break;
    last = ids.back();

    database.repeat("UPDATE item SET type = $1 WHERE id = $2", types.size(),
                    [&](std::size_t i, Parameters& to) {
                      to.text(types[i].second);
                      to.integer(types[i].first);
                    });
    Stories stories(database, feeds, streams, settings, now);
    stories.load_items(ids);
    std::vector<std::int64_t> touched;
    for (const auto id : ids) touched.push_back(stories.item(id).story);
    stories.load_stories(touched);
    for (const auto& [id, state] : states) stories.item(id).state = state;
    for (const auto id : ids) stories.touch(stories.story_of(id));
    stories.settle();
  }
}

}  // namespace

void apply_catalogue(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings,
                     const Catalogue& catalogue, Timestamp now) {
  const bool everything_moves = !settings.authority.empty() && (settings.order != catalogue.publish.order ||
                                                                settings.type_slugs != catalogue.type_slugs);
  settings.authority = authority_of(catalogue.site.url);
  settings.site_url = catalogue.site.url;
  settings.order = catalogue.publish.order;
  settings.items = std::max<std::size_t>(catalogue.publish.items, 1);
  settings.welcome = catalogue.publish.welcome;
  settings.topics.clear();
  for (const auto& topic : catalogue.topics) settings.topics.push_back(topic.slug);
  settings.type_slugs = catalogue.type_slugs;
  settings.withdraw = catalogue.withdraw;
  settings.retention = catalogue.retention;

  const auto matched = match(feeds, catalogue.partners);
  std::vector<FeedRow> fresh;
  std::set<std::string> new_keys;
  std::vector<FeedRow*> changed, touched;
  std::set<const FeedRow*> kept;
  for (std::size_t i = 0; i < matched.size(); ++i) {
    const auto& partner = catalogue.partners[i];
    const auto position = static_cast<std::int64_t>(i);
    if (matched[i] == nullptr) {
      FeedRow row;
      row.key = unused_key(feeds, new_keys, partner.url);
      new_keys.insert(row.key);
      row.state.key = row.key;
      row.newcomer = settings.item_count > 0;
      take_over(row, partner, position);
      fresh.push_back(std::move(row));
      continue;
    }
    auto& row = *matched[i];
    kept.insert(&row);
    const auto before = std::tuple(row.position, row.url, row.name, row.slug, row.state.status);
    const bool reaches_items = take_over(row, partner, position);
    if (reaches_items || before != std::tuple(row.position, row.url, row.name, row.slug, row.state.status)) {
      changed.push_back(&row);
    }
    if (reaches_items) touched.push_back(&row);
  }
  for (auto* row : feeds.configured()) {
    if (kept.contains(row)) continue;
    row->position.reset();
    changed.push_back(row);
    touched.push_back(row);
  }
  Feeds::save(database, changed);
  if (feeds.add(database, std::move(fresh))) {
    database.script(
        "UPDATE placed SET rank = (SELECT feed.rank FROM item JOIN feed ON feed.id = item.feed WHERE item.id "
        "= placed.item)");
  }
  if (everything_moves) touched = feeds.all();
  for (auto* row : touched) {
    if (row->items > 0) place_again(database, feeds, streams, settings, *row, now);
  }
  apply_story_lines(database, feeds, streams, settings, catalogue.stories, now);
  apply_withdrawals(database, feeds, streams, settings, now);
}

}  // namespace tributary::store
