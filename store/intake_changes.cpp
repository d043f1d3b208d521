#include <algorithm>

#include "store/codec.hpp"
#include "store/intake.hpp"
#include "store/text.hpp"

// Known items that come in other words: what really changed, what moves, what is kept of before.
namespace tributary::store {
void Intake::find_changed() {
  std::unordered_map<std::int64_t, std::pair<Document*, Arrival*>> changed;
  std::vector<std::int64_t> ids;
  for (auto& document : documents_) {
    for (auto& arrival : document.arrivals) {
      if (arrival.item == 0 || arrival.unchanged) continue;
      auto& known = known_.at(known_number(arrival.candidate.key));
      known = {.item = arrival.item, .raw = arrival.raw, .found = true, .dirty = true};
      if (changed.emplace(arrival.item, std::pair(&document, &arrival)).second) ids.push_back(arrival.item);
    }
  }
  if (ids.empty()) return;
  std::ranges::sort(ids);
  stories_.load_items(ids);
  std::vector<std::int64_t> stories;
  for (const auto id : ids) stories.push_back(stories_.item(id).story);
  stories_.load_stories(stories);
  database_.look_up("SELECT id, title, link, body FROM item WHERE id = {any}", ids, [&](const Row& row) {
    const auto [document, arrival] = changed.at(row.integer(0));
    apply_change(*document, *arrival, row.bytes(1), row.bytes(2), row.bytes(3));
  });
  see_through_restampers();
}

/// A feed that rewrites most of what it has at once (a new line below every text, a counter in each) has no
/// news, and neither has an item that changes a little again and again: nothing moves then.
void Intake::see_through_restampers() {
  constexpr std::size_t many = 5;
  constexpr int often = 3;
  constexpr std::chrono::hours in{24};
  constexpr double little = 0.6;
  std::map<std::int64_t, std::vector<Change*>> by_feed;
  for (auto& change : changes_) {
    if (change.former && change.former->alike >= little)
      by_feed[stories_.item(change.id).feed].push_back(&change);
  }
  for (const auto& document : documents_) {
    const auto found = by_feed.find(document.feed->id);
    if (found == by_feed.end()) continue;
    const bool most = found->second.size() >= many && 2 * found->second.size() >= document.present.size();
    for (auto* change : found->second) {
      int lately = 0;
      auto rows =
          database_.run("SELECT count(*) FROM revision WHERE item = $1 AND at > $2", change->id, now_ - in);
      if (rows.next()) lately = static_cast<int>(rows->integer(0));
      if (!most && lately < often) continue;
      change->former->moved = false;
      auto& facts = stories_.item(change->id);
      facts.modified = change->former->modified;
      facts.renewed = false;
    }
  }
}

void Intake::write_revisions() {
  constexpr std::int64_t most_kept = 50;  // of an item
  std::vector<const Change*> real;
  std::vector<std::int64_t> numbers;
  for (const auto& change : changes_) {
    if (!change.former) continue;
    auto rows = database_.run("SELECT max(seq) FROM revision WHERE item = $1", change.id);
    real.push_back(&change);
    numbers.push_back((rows.next() ? rows->integer(0) : 0) + 1);
  }
  static constexpr Bulk revisions{"revision", "item, seq, at, kind, title, link, body", "iiiittb"};
  database_.insert(revisions, real.size(), [&](std::size_t i, Parameters& to) {
    to.integer(real[i]->id);
    to.integer(numbers[i]);
    to.time(now_);
    to.integer(real[i]->former->moved ? 0 : 1);
    to.text(real[i]->former->title);
    to.text(real[i]->former->link);
    to.blob(real[i]->former->body);
  });
  database_.repeat("DELETE FROM revision WHERE item = $1 AND seq <= $2", real.size(),
                   [&](std::size_t i, Parameters& to) {
                     to.integer(real[i]->id);
                     to.integer(numbers[i] - most_kept);
                   });
}

void Intake::apply_change(Document& document, Arrival& arrival, std::string_view title, std::string_view link,
                          std::string_view body) {
  const auto& item = *arrival.candidate.item;
  auto& facts = stories_.item(arrival.item);
  auto& feed = *document.feed;
  const auto old = decode_item(body, title, link);
  // Of an abridged item only the title can tell whether it is another one now; its text is back with this.
  const bool was_abridged = is_abridged(body);
  const bool reworded = was_abridged
                            ? comparable_title(plain_title(old)) != comparable_title(plain_title(item))
                            : meaning(old) != meaning(item);
  if (was_abridged) whole_again_.push_back(facts.id);
  const bool relinked = old.link != item.link;
  Change change{.id = facts.id,
                .item = &item,
                .title = title_column(item, arrival.candidate.title),
                .body = arrival.body,
                .details = feed.details};
  feed.details_used = true;

  if (facts.state == ItemState::waiting) {
    const auto dates = dates_of(item, {.now = now_, .future = feed.partner.future});
    facts.published = dates.published;
    facts.modified = dates.modified;
    change.due = dates.due;
    if (!dates.due) facts.state = ItemState::shown;
  } else if (reworded) {
    change.former = {std::string(title), std::string(link), std::string(body), facts.modified,
                     resemblance(meaning(old), meaning(item))};
    facts.modified = date_of_change(item, facts.modified, now_);
    facts.renewed = true;
  }
  facts.title = change.title;
  facts.link = item.link;
  facts.type = store::type_of(feed.partner, item);
  if (facts.state == ItemState::shown || facts.state == ItemState::filtered) {
    facts.state = Feeds::filter(feed).passes(item) ? ItemState::shown : ItemState::filtered;
  }
  if (relinked) {
    for (const auto address : arrival.candidate.addresses) new_addresses_.emplace_back(address, facts.id);
  }
  stories_.touch(stories_.story_of(facts.id));
  if (reworded || relinked) ++added_.changed;
  changes_.push_back(std::move(change));
}

}  // namespace tributary::store
