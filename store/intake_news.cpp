#include <algorithm>

#include "store/codec.hpp"
#include "store/intake.hpp"
#include "store/text.hpp"

// Items never seen before: their dates, their stories, and whether to believe them.
namespace tributary::store {
std::string type_of(const Partner& partner, const Item& item) {
  for (const auto& category : item.categories) {
    for (const auto& name : {category.term, category.label}) {
      if (const auto found = partner.types.find(name); !name.empty() && found != partner.types.end())
        return found->second;
    }
  }
  return partner.type;
}

void Intake::add_new() {
  std::vector<std::int64_t> addresses;
  for (const auto& document : documents_) {
    for (const auto& arrival : document.arrivals) {
      if (arrival.item != 0) continue;
      addresses.insert(addresses.end(), arrival.candidate.addresses.begin(),
                       arrival.candidate.addresses.end());
    }
  }
  std::ranges::sort(addresses);
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  std::vector<std::int64_t> items, stories;
  database_.look_up("SELECT key, item FROM address WHERE key = {any}", addresses, [&](const Row& row) {
    at_address_[row.integer(0)].push_back(row.integer(1));
    items.push_back(row.integer(1));
  });
  stories_.load_items(items);
  find_echoes();
  for (const auto id : echoes_.candidates()) items.push_back(id);
  stories_.load_items(items);
  for (const auto id : items) stories.push_back(stories_.item(id).story);
  stories_.load_stories(stories);
  for (auto& document : documents_) add_new(document);
}

/// A document of which nothing is known, though the feed is, full of items that are dated (or not dated at
/// all) as those known are: very likely these are the known ones under other names. It is no migration
/// either, or their links or titles had told.
bool Intake::is_flood(const Document& document, const std::vector<Arrival*>& fresh) {
  constexpr std::size_t many = 10;
  if (document.first || document.content->archive || !document.present.empty() || fresh.size() < many ||
      document.feed->items < static_cast<std::int64_t>(many))
    return false;
  std::optional<Timestamp> oldest, newest;
  {
    auto rows =
        database_.run("SELECT min(published), max(published) FROM item WHERE feed = $1", document.feed->id);
    if (rows.next()) oldest = rows->optional_time(0), newest = rows->optional_time(1);
  }
  const auto suspicious = std::ranges::count_if(fresh, [&](const Arrival* arrival) {
    const auto claimed = claimed_date(*arrival->candidate.item);
    return !claimed || (*claimed >= oldest && *claimed <= newest);
  });
  return 5 * static_cast<std::size_t>(suspicious) >= 4 * fresh.size();
}

void Intake::hold(Document& document, std::size_t count) {
  auto& state = document.feed->state;
  state.status = FeedStatus::held;
  state.last_error =
      "none of the " + std::to_string(count) +
      " items that it has now is known, yet they are no newer than those it had: they may be the "
      "known ones under other names. They are held until you release them";
}

/// Looks for texts like those of the new items. History is not compared: what is much older than the newest
/// known item has been where it is for long, and a partner's ten years of it would be read for nothing.
void Intake::find_echoes() {
  constexpr std::chrono::days fresh_enough{90};
  auto newest = settings_.newest;
  const auto date_of = [&](const Item& item) { return std::min(claimed_date(item).value_or(now_), now_); };
  for (const auto& document : documents_) {
    for (const auto& arrival : document.arrivals) {
      if (arrival.item == 0)
        newest = std::max(newest.value_or(Timestamp::min()), date_of(*arrival.candidate.item));
    }
  }
  settings_.newest = newest;
  for (auto& document : documents_) {
    for (auto& arrival : document.arrivals) {
      if (arrival.item != 0) continue;
      const auto& item = *arrival.candidate.item;
      if (date_of(item) + fresh_enough < *newest) continue;
      arrival.echo = echoes_.sound(item, document.feed->id, date_of(item));
    }
  }
  echoes_.look_up();
  if (newest) echoes_.forget_before(*newest - fresh_enough);
}

/// The item of another partner that tells the same in nearly the same words; 0: none.
std::int64_t Intake::told_elsewhere(const Arrival& arrival, const ItemFacts& item) {
  if (!arrival.echo) return 0;
  const auto heard = echoes_.best(*arrival.echo, [&](std::int64_t id) {
    const auto& other = stories_.item(id);
    if (other.feed == item.feed) return false;
    // Two items of one feed are two, whatever they say.
    return std::ranges::none_of(stories_.story_of(id).members,
                                [&](std::int64_t member) { return stories_.item(member).feed == item.feed; });
  });
  if (heard.item != 0) ties_.push_back({item.id, heard.item, TieKind::text, heard.score});
  return heard.item;
}

void Intake::add_new(Document& document) {
  auto& feed = *document.feed;
  std::vector<Arrival*> fresh;
  std::optional<Timestamp> newest;
  int undated = 0;
  for (auto& arrival : document.arrivals) {
    const auto claimed = claimed_date(*arrival.candidate.item);
    if (claimed && *claimed <= now_ && (!newest || *claimed > *newest)) newest = claimed;
    if (arrival.item == 0) {
      fresh.push_back(&arrival);
      if (!claimed) ++undated;
    }
  }
  if (fresh.empty()) return;
  DateContext context{.now = now_, .future = feed.partner.future};
  if (document.first) context.below = newest;
  if (!document.first && undated == 1 && fresh.size() == 1) {
    context.last_modified = from_http_date(document.delivery->state.last_modified);
  }
  std::vector<ItemDates> dates;
  dates.reserve(fresh.size());
  for (const auto* arrival : fresh) dates.push_back(dates_of(*arrival->candidate.item, context));

  // The backlog of a feed that joins a published site goes to the archives, save its newest few.
  std::vector<bool> backlog(fresh.size(), document.content->archive);
  const bool site_is_out = feed.newcomer || (settings_.first_published && *settings_.first_published < now_);
  if (document.first && site_is_out && !document.content->archive) {
    std::vector<std::size_t> newest_first(fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) newest_first[i] = i;
    std::ranges::stable_sort(newest_first, std::greater{}, [&](std::size_t i) { return dates[i].modified; });
    for (std::size_t i = settings_.welcome; i < fresh.size(); ++i) backlog[newest_first[i]] = true;
  }

  const bool held = is_flood(document, fresh);
  if (held) hold(document, fresh.size());
  const auto& filter = Feeds::filter(feed);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    auto& arrival = *fresh[i];
    const auto& item = *arrival.candidate.item;
    ItemFacts facts;
    facts.id = next_item_++;
    facts.feed = feed.id;
    facts.state = held                  ? ItemState::held
                  : dates[i].due        ? ItemState::waiting
                  : filter.passes(item) ? ItemState::shown
                                        : ItemState::filtered;
    facts.first_seen = now_;
    facts.published = dates[i].published;
    facts.modified = dates[i].modified;
    facts.place = arrival.candidate.place;
    facts.key = arrival.candidate.key;
    facts.type = store::type_of(feed.partner, item);
    facts.title = title_column(item, arrival.candidate.title);
    facts.link = column_text(item.link);
    auto& kept = stories_.add(std::move(facts));
    arrival.item = kept.id;
    if (!withdrawals_.empty()) {
      const auto entry = entry_id(settings_.authority, kept.key);
      if (const auto reason = withdrawals_.reason(feed, arrival.candidate, entry)) {
        kept.state = ItemState::withdrawn;
        withdrawn_.emplace(kept.id, *reason);
      }
    }
    find_story(arrival, kept, backlog[i]);
    if (arrival.echo) echoes_.add(*arrival.echo, kept.id);

    known_[known_number(arrival.candidate.key)] = {
        .item = kept.id, .raw = arrival.raw, .found = true, .dirty = true};
    for (const auto address : arrival.candidate.addresses) {
      at_address_[address].push_back(kept.id);
      new_addresses_.emplace_back(address, kept.id);
    }
    new_items_.push_back({.id = kept.id,
                          .dates = dates[i],
                          .rule = arrival.candidate.rule,
                          .details = feed.details,
                          .body = arrival.body});
    ++added_.fresh;
  }
  feed.details_used = true;
  feed.items += static_cast<std::int64_t>(fresh.size());
  feed.state.items = static_cast<std::size_t>(feed.items);
  settings_.item_count += static_cast<std::int64_t>(fresh.size());
}

/// The story of other partners' items at the same address, or with nearly the same text; else a story of its
/// own.
void Intake::find_story(const Arrival& arrival, ItemFacts& item, bool archive_only) {
  std::map<std::int64_t, std::int64_t> others;  // story → an item of it
  for (const auto address : arrival.candidate.addresses) {
    // Where one feed has several items with different titles at an address, the address names none of them.
    std::map<std::int64_t, std::string> title_of_feed;
    std::map<std::int64_t, std::int64_t> stories;
    bool ambiguous = false;
    const auto known = at_address_.find(address);
    if (known == at_address_.end()) continue;
    for (const auto id : known->second) {
      const auto& other = stories_.item(id);
      const auto title = comparable_title(other.title);
      const auto [before, fresh] = title_of_feed.emplace(other.feed, title);
      ambiguous = ambiguous || (!fresh && before->second != title) ||
                  (other.feed == item.feed && title != comparable_title(item.title));
      stories.emplace(other.story, id);
    }
    if (!ambiguous) others.insert(stories.begin(), stories.end());
  }
  for (const auto& [story, other] : others) ties_.push_back({item.id, other, TieKind::address});
  if (others.empty()) {
    if (const auto other = told_elsewhere(arrival, item); other != 0)
      others.emplace(stories_.item(other).story, other);
  }
  if (others.empty()) {
    stories_.begin_story(item, archive_only);
    return;
  }
  auto* story = &stories_.story(others.begin()->first);
  for (const auto& [id, of_it] : others) {
    auto& other = stories_.story(id);
    stories_.merge(*story, other);
    if (story->merged_away) story = &other;
  }
  stories_.join(item, *story, archive_only);
}

}  // namespace tributary::store
