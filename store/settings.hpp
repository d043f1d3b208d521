#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/site.hpp"
#include "store/database.hpp"

namespace tributary::store {

/// What of the catalogue outlives the process that configured it, besides the feeds: rows of the table
/// `meta`. A reader works from these, so it needs no configuration.
struct Settings {
  std::string authority = {};  ///< of entry ids; empty: never configured
  Order order = Order::modified;
  std::size_t items = 50;  ///< entries on an archive page
  std::size_t welcome = 5;
  std::vector<std::string> topics = {};                ///< slugs, in their order
  std::map<std::string, std::string> type_slugs = {};  ///< type → slug of its page
  std::string site_url = {};
  StoryRules stories = {};                        ///< lines of feeds.yaml, as they were last applied
  std::optional<Timestamp> newest = {};           ///< the newest date that any item was given
  std::vector<Withdrawal> withdraw = {};          ///< lines of feeds.yaml
  std::vector<Withdrawal> withdraw_applied = {};  ///< those of them that held when they were last applied
  std::optional<Timestamp> first_published = {};  ///< when the site was published for the first time
  std::optional<Timestamp> last_published = {};   ///< … and for the last time so far
  std::int64_t item_count = 0, story_count = 0;   ///< known items, shown stories
  std::int64_t change = 0;                        ///< counts the transactions that changed what is published

  Retention retention = {};
  std::int64_t retained_from = 0;  ///< up to this item's number retention has been through

  void load(Database& database);
  void save(Database& database);  ///< what changed since then

 private:
  std::map<std::string, std::string> stored_ = {};  ///< rows as the database has them
};

}  // namespace tributary::store
