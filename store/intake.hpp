#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "store/database.hpp"
#include "store/echoes.hpp"
#include "store/feeds.hpp"
#include "store/identity.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"
#include "store/stories.hpp"
#include "store/story_lines.hpp"
#include "store/withdrawals.hpp"

namespace tributary::store {

/// Takes in the documents of several feeds (each feed at most once) in one transaction: which items are
/// known, which changed, which are new; their dates, their stories.
class Intake {
 public:
  Intake(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings, Timestamp now);

  Added take(std::span<const Delivery* const> deliveries);

 private:
  /// Where in `bodies_` an item stands, as it is stored.
  struct Encoded {
    std::size_t at = 0, size = 0;
  };
  struct Arrival {
    Candidate candidate;
    std::int64_t item = 0;  ///< known item; 0: new
    std::int64_t raw = 0;   ///< hash of the bytes now
    bool unchanged = false;
    Encoded body = {};                      ///< unless it is unchanged
    std::shared_ptr<const Echo> echo = {};  ///< of a new item whose text is compared with others'
  };
  struct Document {
    FeedRow* feed = nullptr;
    const Feed* content = nullptr;
    const Delivery* delivery = nullptr;
    std::vector<Arrival> arrivals = {};
    std::unordered_set<std::int64_t> present = {};  ///< known items that are in it
    bool first = false;                             ///< the feed's first document
  };
  struct Known {
    std::int64_t item = 0, raw = 0;
    bool found = false, dirty = false;
  };
  struct NewItem {
    std::int64_t id = 0;
    ItemDates dates = {};
    IdentityRule rule = IdentityRule::id;
    std::int64_t details = 0;
    Encoded body = {};
  };
  struct Change {
    std::int64_t id = 0;
    const Item* item = nullptr;
    std::string title = {};
    Encoded body = {};
    std::int64_t details = 0;
    std::optional<Timestamp> due = {};
    int date_rule = 0;
    struct Former {
      std::string title = {}, link = {}, body = {};
      Timestamp modified = {};
      double alike = 0;   ///< how much of its words the new text has, 0 to 1
      bool moved = true;  ///< `modified` moves with the change
    };
    std::optional<Former> former = {};  ///< what it was, when its text really changed
  };

  void open(const Delivery& delivery);
  void keep_details(Document& document);
  void find_known();
  void look_up_keys(const std::vector<std::int64_t>& keys);
  void distrust(Document& document, const Key& key, int level);
  void count_known(std::span<const Delivery* const> deliveries);
  std::vector<Missing> find_missing(const Document& document);
  void find_renamed(Document& document);
  [[nodiscard]] std::int64_t known_before(Document& document, const Arrival& arrival,
                                          const std::vector<std::int64_t>& at_address, bool all_new);
  void find_changed();
  void see_through_restampers();
  void write_revisions();
  void apply_change(Document& document, Arrival& arrival, std::string_view title, std::string_view link,
                    std::string_view body);
  void add_new();
  void add_new(Document& document);
  void find_story(const Arrival& arrival, ItemFacts& item, bool archive_only);
  [[nodiscard]] bool is_flood(const Document& document, const std::vector<Arrival*>& fresh);
  void hold(Document& document, std::size_t count);
  void release_held(FeedRow& feed);
  [[nodiscard]] bool has_held_items(const FeedRow& feed);
  void find_echoes();
  [[nodiscard]] std::int64_t told_elsewhere(const Arrival& arrival, const ItemFacts& item);
  void obey_story_lines();
  void withdraw_deleted(Document& document);
  void release_due();
  void write();

  [[nodiscard]] std::string_view bytes_of(const Encoded& body) const {
    return std::string_view(bodies_).substr(body.at, body.size);
  }
  [[nodiscard]] bool is_ours(const Item& item);

  Database& database_;
  Feeds& feeds_;
  StreamNumbers& streams_;
  Settings& settings_;
  Timestamp now_;
  Stories stories_;
  WithdrawalRules withdrawals_;
  Added added_;
  std::vector<Document> documents_;
  std::unordered_map<std::int64_t, Known> known_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> at_address_;  ///< address → items, new ones too
  std::vector<std::pair<std::int64_t, std::int64_t>> new_addresses_;
  std::vector<NewItem> new_items_;
  std::vector<Tie> ties_;
  Echoes echoes_;
  std::vector<Change> changes_;
  std::vector<std::int64_t> whole_again_;          ///< abridged items that came with a text again
  std::vector<FeedRow*> released_;                 ///< an admin took their quarantine away
  std::map<std::int64_t, std::string> withdrawn_;  ///< new items that a line of feeds.yaml names
  std::int64_t next_item_ = 0;
  std::string bodies_;  ///< of all that is new or changed: encoded once, hashed there and stored from there
};

/// The `type` that a partner's settings give an item: its first category that `types` names, else the
/// partner's own type.
[[nodiscard]] std::string type_of(const Partner& partner, const Item& item);

}  // namespace tributary::store
