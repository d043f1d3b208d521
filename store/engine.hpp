#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"
#include "store/feeds.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"
#include "store/stories.hpp"

namespace tributary::store {

/// The store's rules over any Database: a Store.
class Engine final : public Store {
 public:
  Engine(std::unique_ptr<Database> database, Access access)
      : database_(std::move(database)), access_(access) {}

  Result<void> configure(const Catalogue& catalogue, Timestamp now) override;
  Result<std::vector<FeedState>> feed_states() override;
  Result<Added> take(std::span<const Delivery> deliveries, Timestamp now) override;
  Result<void> withdraw_gone(std::span<const std::int64_t> items, Timestamp now) override;
  Result<Stream> latest(const StreamId& id, std::size_t limit) override;
  Result<std::vector<StreamId>> streams() override;
  Result<Totals> totals() override;
  Result<std::vector<Explanation>> explain(std::string_view what) override;
  Result<std::vector<FeedState>> claim(std::span<const std::string> keys, std::string_view worker,
                                       Timestamp now, Timestamp until, bool due_only) override;
  Result<void> renew(std::string_view worker, Timestamp now, Timestamp until) override;
  Result<void> release(std::string_view worker) override;
  [[nodiscard]] bool shared() const override { return database_->shared(); }
  Result<bool> tidy(Timestamp now) override;
  Result<Unpublished> close_pages(Timestamp now, std::string_view publisher) override;
  Result<void> published(const Unpublished& what, std::string_view settings, Timestamp now,
                         std::string_view publisher) override;
  Result<FrontDocument> front(const StreamId& id, std::size_t limit) override;
  Result<ClosedPage> closed_page(const StreamId& id, std::uint32_t number) override;
  Result<std::vector<StreamEntry>> between(Timestamp from, Timestamp until, std::size_t limit) override;
  Result<std::optional<Timestamp>> nearest_before(Timestamp moment) override;
  Result<std::optional<Timestamp>> nearest_from(Timestamp moment) override;
  Result<std::vector<HubSubscription>> hub_subscriptions() override;
  Result<void> save_hub_subscriptions(std::span<const HubSubscription> subscriptions) override;
  Result<void> remove_hub_subscription(const std::string& topic, const std::string& callback) override;

 private:
  /// What is in memory of the database's, read anew where others may have written.
  void load();
  /// All feeds, where nobody else can have changed them since they were read; else nullptr.
  [[nodiscard]] Feeds* feeds_in_memory();
  [[nodiscard]] std::optional<std::int64_t> number_by_modified();
  template <typename Work>
  auto reading(Work work) -> Result<decltype(work())>;
  template <typename Work>
  auto writing(Work work) -> Result<decltype(work())>;
  template <typename Work>
  auto claiming(Work work) -> Result<decltype(work())>;

  std::unique_ptr<Database> database_;
  Access access_;
  Feeds feeds_;
  StreamNumbers streams_;
  Settings settings_;
};

}  // namespace tributary::store
