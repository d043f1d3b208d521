#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/feed_state.hpp"
#include "model/site.hpp"
#include "store/database.hpp"
#include "store/filter.hpp"

namespace tributary::store {

inline constexpr std::int64_t unranked = std::numeric_limits<std::int64_t>::min();

/// A feed as the store knows it: a row of the table `feed`.
struct FeedRow {
  std::int64_t id = 0;
  std::string key = {};
  std::int64_t rank = unranked;  ///< orders feeds as their keys do
  std::string url = {};          ///< as in feeds.yaml
  std::string slug = {};
  std::string name = {};
  std::optional<std::int64_t> position = {};  ///< in feeds.yaml; nullopt: configured no more
  std::int64_t items = 0;
  bool newcomer = false;      ///< it joined a site that had items already
  bool fetched = false;       ///< a document of it was taken in
  std::string home = {};      ///< host of the feed's own page, without "www."
  std::int64_t details = 0;   ///< id of the current wording of what it says of itself; 0: none
  bool details_used = false;  ///< items refer to that wording
  FeedState state = {};       ///< whole
  Partner partner = {};       ///< what codec.hpp keeps of it
  std::shared_ptr<const ItemFilter> filter = {};  ///< compiled at first use

  [[nodiscard]] bool configured() const { return position.has_value(); }
};

/// All feeds, in memory: read once, written through.
class Feeds {
 public:
  void load(Database& database);
  void forget() { loaded_ = false; }
  [[nodiscard]] bool loaded() const { return loaded_; }

  [[nodiscard]] FeedRow* by_key(std::string_view key);
  [[nodiscard]] FeedRow* by_id(std::int64_t id);
  [[nodiscard]] std::vector<FeedRow*> all();         ///< any order
  [[nodiscard]] std::vector<FeedRow*> configured();  ///< in the order of feeds.yaml

  /// Feeds that are new, without id and rank; their keys are unique. Both are given here. True when the ranks
  /// of old feeds had to change as well, because there was no room between two of them.
  bool add(Database& database, std::vector<FeedRow> rows);

  static void save(Database& database, const std::vector<FeedRow*>& rows);  ///< whole rows
  static const ItemFilter& filter(FeedRow& row);

 private:
  bool rank_between_neighbours();
  bool loaded_ = false;
  std::vector<std::unique_ptr<FeedRow>> rows_;
  std::map<std::string, FeedRow*, std::less<>> by_key_;
  std::unordered_map<std::int64_t, FeedRow*> by_id_;
};

/// Reads a row of `SELECT feed_columns FROM feed`.
extern const std::string_view feed_columns;
inline constexpr int feed_column_count = 18;
[[nodiscard]] FeedRow read_feed(const Row& row);

}  // namespace tributary::store
