#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "model/feed.hpp"
#include "store/database.hpp"
#include "store/likeness.hpp"

namespace tributary::store {

/// A new item's text, on its way to be compared.
struct Echo {
  std::int64_t feed = 0;
  std::int64_t number = 0;  ///< negative: it has no item's number yet
  Wording wording = {};
  Timestamp date = {};
  std::vector<std::int64_t> own = {};    ///< keys under which it will be found
  std::vector<std::int64_t> asked = {};  ///< those under which others are looked for: neighbours in time too
};

/// Finds the items whose text is nearly that of a new one, without comparing it with all: the table `echo`
/// gives the few that share a key.
class Echoes {
 public:
  explicit Echoes(Database& database) : database_(database) {}

  /// Null for a text too short to be compared.
  [[nodiscard]] std::shared_ptr<const Echo> sound(const Item& item, std::int64_t feed, Timestamp date);
  /// Asks the database for all that were sounded, in one go.
  void look_up();
  /// The stored items that came back.
  [[nodiscard]] std::vector<std::int64_t> candidates() const;
  /// A sounded item is known by a number now: later ones of the same transaction meet it.
  void add(const Echo& echo, std::int64_t item);

  struct Heard {
    std::int64_t item = 0;   ///< 0: none
    std::int64_t score = 0;  ///< thousandths of words in common
  };
  /// The most alike of those that `may_be` lets pass.
  [[nodiscard]] Heard best(const Echo& echo, const std::function<bool(std::int64_t)>& may_be) const;

  void forget_before(Timestamp date);
  void write();  ///< what was added

 private:
  struct Known {
    Wording wording = {};
    Timestamp date = {};
  };
  Database& database_;
  struct Sharer {
    std::int64_t item = 0, feed = 0;
  };
  struct Likely {
    std::int64_t item = 0, feed = 0;
    int shared = 0;  ///< keys in common
  };
  /// All that share keys with a text, the likeliest first.
  [[nodiscard]] std::vector<Likely> sharers(const Echo& echo) const;

  std::vector<std::shared_ptr<const Echo>> sounded_;
  std::unordered_map<std::int64_t, std::vector<Sharer>> at_key_;
  std::unordered_map<std::int64_t, Known> known_;
  struct Row {
    std::int64_t key = 0, item = 0, feed = 0;
    friend auto operator<=>(const Row&, const Row&) = default;
  };
  std::vector<Row> added_;
};

}  // namespace tributary::store
