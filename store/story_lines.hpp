#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/site.hpp"
#include "store/database.hpp"
#include "store/feeds.hpp"
#include "store/settings.hpp"
#include "store/stories.hpp"

/// The lines under `stories:` of feeds.yaml: which items are one story, and which are not, whatever the rules
/// say.
namespace tributary::store {

/// What ties two items together. Numbers are kept in the store.
enum class TieKind { address = 0, text = 1, line = 2 };
struct Tie {
  std::int64_t item = 0, other = 0;
  TieKind kind = TieKind::address;
  std::int64_t score = 0;  ///< of texts: how much of the words they share, in thousandths
};

/// Address → items, of those that are not in the database yet.
using FreshAddresses = std::multimap<std::int64_t, std::int64_t>;

class StoryLines {
 public:
  explicit StoryLines(const StoryRules& rules);
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  /// Whether a line names an item with this link and these addresses.
  [[nodiscard]] bool name(std::string_view link, std::span<const std::int64_t> addresses) const;
  /// The items that are named.
  [[nodiscard]] std::vector<std::int64_t> items(Database& database) const;

  /// Puts the items and all that hang together with them, by a tie or a line, into stories anew. Splitting
  /// outranks merging, merging outranks what the rules found. `ties` are those not in the database yet; ties
  /// of kind line are written here. Stories are touched, not settled.
  void regroup(Database& database, Stories& stories, std::span<const std::int64_t> items,
               std::span<const Tie> ties, const FreshAddresses& fresh) const;

 private:
  struct Place {
    std::string url = {};
    std::int64_t address = 0;  ///< 0: none
    bool to_the_letter =
        false;  ///< another place of the line has the same address: only the very link counts
  };
  struct Line {
    bool split = false;
    std::vector<Place> places = {};
  };
  using Named = std::vector<std::vector<std::set<std::int64_t>>>;  ///< by line, by place
  [[nodiscard]] Named find(Database& database, Stories& stories, const FreshAddresses& fresh) const;

  std::vector<Line> lines_;
};

/// Makes the lines those of the catalogue: merges and parts what they name now, and undoes what no line says
/// any more.
void apply_story_lines(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings,
                       const StoryRules& rules, Timestamp now);

void write_ties(Database& database, std::span<const Tie> ties);

}  // namespace tributary::store
