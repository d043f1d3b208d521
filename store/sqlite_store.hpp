#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/identity.hpp"
#include "store/owner_lock.hpp"
#include "store/sqlite.hpp"
#include "store/store.hpp"

namespace tributary::store {

/// A row of `feeds`, as far as placing needs it.
struct FeedRow {
  std::int64_t id = 0;
  std::string key = {};
  std::string slug = {};
  bool fetched = false;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::filesystem::path file, Database database, std::optional<OwnerLock> lock);

  Result<void> configure(const Catalogue& catalogue, Timestamp now) override;
  Result<std::vector<FeedState>> feed_states() override;
  Result<Added> take(std::span<const Delivery> deliveries, Timestamp now) override;
  Result<Stream> latest(const StreamId& id, std::size_t limit) override;
  Result<std::vector<StreamId>> streams() override;
  Result<Totals> totals() override;

  /// Brings the schema up to date; throws SqliteError.
  void migrate();

 private:
  // sqlite_take.cpp
  struct Known {
    std::int64_t item = 0, story = 0;
    std::int64_t modified = 0;
    std::string text_hash = {}, body_hash = {}, title = {};
    std::optional<std::int64_t> published = {};
  };
  void take_feed(const FeedRow& row, const Feed& feed, const Partner* partner, Timestamp now, Added& added,
                 std::set<std::int64_t>& touched);
  std::optional<Known> known_by(const std::string& name);
  std::vector<std::optional<Known>> recognise(const FeedRow& row, const std::vector<Item>& items,
                                              const std::vector<Names>& names);
  bool update(const Known& known, const Item& item, Timestamp now);
  std::int64_t insert(const FeedRow& row, const Item& item, const Names& names, const Partner* partner,
                      std::size_t place, bool front, Timestamp now);
  std::int64_t story_for(const FeedRow& row, const Item& item, const Names& names);
  void remember(const std::string& name, std::int64_t item);
  std::optional<FeedRow> feed_by_key(const std::string& key);

  // sqlite_placing.cpp
  struct Candidate;
  std::vector<Candidate> candidates(std::int64_t story, Timestamp now, std::string& withdrawn_because);
  void place(std::int64_t story, Timestamp now);
  std::int64_t stream_id(StreamId::Kind kind, const std::string& slug, const std::string& title);
  void configure_feeds(std::set<std::int64_t>& touched);
  void configure_streams();
  [[nodiscard]] const Partner* partner_of(const std::string& url) const;

  std::string meta(const std::string& name);
  void set_meta(const std::string& name, const std::string& value);
  Statement& prepared(std::string_view sql);
  template <typename Work>
  auto guarded(Work&& work) -> decltype(work());

  std::filesystem::path file_;
  Database database_;
  std::optional<OwnerLock> lock_;
  Catalogue catalogue_ = {};
  std::map<std::string, const Partner*, std::less<>> partners_ = {};  // by URL
  bool first_publication_done_ = false;
  std::map<const char*, Statement> statements_ = {};  // by the address of the literal
};

/// What SQLite's error means for a person; `file` is where to look.
[[nodiscard]] Error explain(const SqliteError& fault, const std::filesystem::path& file);

template <typename Work>
auto SqliteStore::guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SqliteError& fault) {
    return std::unexpected(explain(fault, file_));
  }
}

}  // namespace tributary::store
