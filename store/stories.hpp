#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/stream.hpp"
#include "store/database.hpp"
#include "store/dates.hpp"
#include "store/feeds.hpp"
#include "store/identity.hpp"
#include "store/settings.hpp"

namespace tributary::store {

/// Why an item is not shown. Numbers are kept in the store.
enum class ItemState { shown = 0, filtered = 1, withdrawn = 2, waiting = 3, held = 4 };

/// What the rules need of an item, without its text.
struct ItemFacts {
  std::int64_t id = 0, feed = 0, story = 0;
  ItemState state = ItemState::shown;
  Timestamp first_seen = {}, published = {}, modified = {};
  int place = 0;
  Key key = {};
  std::string type = {};
  std::string title = {};  ///< plain
  std::string link = {};
  std::string withdrawn_because = {};  ///< set when it is withdrawn just now
  bool fresh = false;                  ///< not in the database yet
  bool renewed = false;                ///< its text really changed just now
  std::int64_t stored_story = 0;       ///< as in the database
  ItemState stored_state = ItemState::shown;
};

/// Where a story stands in a stream, and with which of its copies.
struct Spot {
  std::int64_t stream = 0, archive_only = 0;
  std::int64_t sort = 0, seen = 0;  ///< negated times
  std::int64_t rank = 0, place = 0, story = 0, item = 0;
  friend auto operator<=>(const Spot&, const Spot&) = default;
};

/// What a stream has to tell its readers: an entry that came into it, or one they know that is another now.
struct News {
  enum class Kind { entered = 0, corrected = 1 };  ///< numbers are kept in the store
  Kind kind = Kind::entered;
  Spot spot = {};
};

/// A story with all its copies.
struct StoryFacts {
  std::int64_t id = 0;
  std::string entry = {};
  std::int64_t winner = 0;
  bool archive_only = false;  ///< class 1: backlog of a feed's first document
  Timestamp published = {}, modified = {}, first_seen = {};
  std::vector<Spot> spots = {};            ///< ascending
  std::vector<std::int64_t> arrived = {};  ///< streams, ascending
  std::string spots_stored = {};           ///< as in the database; read once the items are there
  std::vector<std::int64_t> members = {};
  bool fresh = false, dirty = false, merged_away = false;
  bool regrouped = false;  ///< other copies belong to it than before
};

/// Where a copy of a story stands, as it is kept in the column `story.spots`.
struct KeptSpots {
  std::int64_t item = 0, sort = 0, seen = 0;
  std::vector<std::int64_t> streams = {};  ///< ascending
};
[[nodiscard]] std::vector<KeptSpots> decode_spots(std::int64_t story, Timestamp modified,
                                                  Timestamp first_seen, std::string_view bytes);

/// The streams that have a number.
class StreamNumbers {
 public:
  void load(Database& database);
  /// Given if it has none.
  std::int64_t number(Database& database, StreamId::Kind kind, std::string_view slug);
  [[nodiscard]] std::optional<std::int64_t> find(StreamId::Kind kind, std::string_view slug) const;
  [[nodiscard]] static std::optional<std::int64_t> find(Database& database,
                                                        const StreamId& id);  ///< without loading all
  [[nodiscard]] const std::map<StreamId, std::int64_t>& all() const { return numbers_; }
  [[nodiscard]] const StreamId* name(std::int64_t number) const;  ///< nullptr: no stream has it

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view slug) const { return std::hash<std::string_view>{}(slug); }
  };
  void remember(StreamId id, std::int64_t number);

  std::map<StreamId, std::int64_t> numbers_;
  /// The same by kind: each item asks for several.
  std::array<std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>, 4> by_slug_;
  std::unordered_map<std::int64_t, StreamId> names_;
  std::int64_t next_ = 1;
};

/// All stories by `modified`, for the weeks: the front page's stream, or one of its own where that has
/// another order.
[[nodiscard]] StreamId stream_by_modified(Order order);
/// True for a stream that is published.
[[nodiscard]] bool is_public(const StreamId& id);

[[nodiscard]] std::string encode(const std::vector<News>& news);
[[nodiscard]] std::vector<News> decode_news(std::string_view bytes);

/// Notes that documents, rows (stream, page) of the table `touched`, are not published as they are now.
void mark_touched(Database& database, Settings& settings,
                  const std::set<std::pair<std::int64_t, std::int64_t>>& documents);

/// The stories that one transaction touches. Facts are gathered and changed in memory; settle() then works
/// out, for each story that was touched, its winner, its dates and its places in the streams, and writes the
/// differences.
///
/// What happens within one second counts as having happened at once: so the result does not depend on the
/// order in which feeds came in, nor on how many processes shared the work.
class Stories {
 public:
  Stories(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings, Timestamp now)
      : database_(database), feeds_(feeds), streams_(streams), settings_(settings), now_(now) {}

  void load_items(std::span<const std::int64_t> ids);
  void load_stories(std::span<const std::int64_t> ids);  ///< with all their items
  [[nodiscard]] ItemFacts& item(std::int64_t id) { return items_.at(id); }
  [[nodiscard]] bool has_item(std::int64_t id) const { return items_.contains(id); }
  [[nodiscard]] StoryFacts& story(std::int64_t id) { return stories_.at(id); }
  [[nodiscard]] bool has_story(std::int64_t id) const { return stories_.contains(id); }
  /// The story of an item, wherever merging has led it by now.
  [[nodiscard]] StoryFacts& story_of(std::int64_t item_id) { return stories_.at(items_.at(item_id).story); }

  ItemFacts& add(ItemFacts fresh);
  void begin_story(ItemFacts& item, bool archive_only);
  void join(ItemFacts& item, StoryFacts& story, bool archive_only);
  void merge(StoryFacts& one, StoryFacts& other);
  void touch(StoryFacts& story) { story.dirty = true; }
  /// Makes each class of items one story. All their stories are loaded, with all their items, and so are
  /// stories of the items' own names that went up in others: such a one is taken up again.
  void regroup(const std::vector<std::vector<std::int64_t>>& classes);

  /// Why the winner of a story with several copies is it, in words.
  [[nodiscard]] std::string why_wins(const StoryFacts& story);

  /// Writes what changed in stories and streams, and the `story` and `state` of items already stored.
  void settle();

 private:
  void read_spots(StoryFacts& story);
  void date(StoryFacts& story, const ItemFacts& best, bool was_shown);
  [[nodiscard]] std::vector<Spot> spots_of(const StoryFacts& story, const ItemFacts& best);
  [[nodiscard]] std::int64_t sort_of(Timestamp published, Timestamp modified, Timestamp first_seen) const;
  void place(StoryFacts& story);
  void bury(const StoryFacts& story);
  void bury(const StoryFacts& story, std::int64_t stream, const std::string& because);
  [[nodiscard]] bool is_page_of(std::int64_t stream, std::int64_t feed);
  [[nodiscard]] const ItemFacts* winner(const StoryFacts& story);
  [[nodiscard]] bool better(const ItemFacts& one, const ItemFacts& other);
  [[nodiscard]] bool earlier(const ItemFacts& one, const ItemFacts& other);
  [[nodiscard]] bool at_home(const ItemFacts& item);
  [[nodiscard]] bool visible(const ItemFacts& item);
  void write_spots();
  void write_stories();
  void write_items();
  void write_tombstones();
  void tell(StoryFacts& story, const std::vector<Spot>& old);
  void write_news();
  void write_touched();

  Database& database_;
  Feeds& feeds_;
  StreamNumbers& streams_;
  Settings& settings_;
  Timestamp now_;
  std::unordered_map<std::int64_t, ItemFacts> items_;
  std::unordered_map<std::int64_t, StoryFacts> stories_;
  std::vector<StoryFacts*> fresh_, changed_;
  std::vector<Spot> removed_, placed_;
  std::vector<News> news_;
  std::set<std::pair<std::int64_t, std::int64_t>> touched_;  ///< rows of the table of that name
  std::map<std::int64_t, std::set<std::int64_t>> reopened_;  ///< story → streams whose closed page it changes
  std::map<std::int64_t, std::int64_t> updated_;             ///< stream → newest time on it
  std::int64_t by_modified_ = 0;                             ///< number of that stream; 0: not asked yet
  struct Grave {
    std::int64_t stream, story;
    std::string entry, comment;
  };
  std::vector<Grave> graves_;
  std::vector<std::int64_t> risen_;  ///< stories that are again where they had gone from
};

}  // namespace tributary::store
