#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"
#include "store/feeds.hpp"
#include "store/identity.hpp"
#include "store/settings.hpp"
#include "store/stories.hpp"

namespace tributary::store {

/// Why an item is withdrawn. Numbers are kept in the store.
enum class WithdrawalKind { by_feed = 0, page_gone = 1, by_admin = 2 };

/// The lines under `withdraw:` that hold now, as questions to ask of an item.
class WithdrawalRules {
 public:
  WithdrawalRules(const std::vector<Withdrawal>& lines, Timestamp now);

  /// The lines that hold at `now`.
  [[nodiscard]] static std::vector<Withdrawal> active(const std::vector<Withdrawal>& lines, Timestamp now);

  /// The reason to withdraw this new item; nullopt: none.
  [[nodiscard]] std::optional<std::string> reason(const FeedRow& feed, const Candidate& candidate,
                                                  std::string_view entry) const;
  [[nodiscard]] bool empty() const { return by_id_.empty() && by_feed_.empty() && by_link_.empty(); }

  /// All known items that the lines name, with the reasons.
  [[nodiscard]] std::map<std::int64_t, std::string> items(Database& database, Feeds& feeds) const;

 private:
  std::map<std::string, std::string, std::less<>> by_id_, by_feed_, by_link_;
  std::map<std::int64_t, std::string> by_address_;
};

/// Takes items off every stream for one kind of reason. Stories are touched, not settled.
void withdraw(Database& database, Stories& stories, WithdrawalKind kind,
              const std::map<std::int64_t, std::string>& items, Timestamp now);

/// Makes the withdrawals of feeds.yaml those that hold at `now`: takes off what is named now, brings back
/// what no line names any more. Nothing happens when the lines are those of the last time.
void apply_withdrawals(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings,
                       Timestamp now);

}  // namespace tributary::store
