#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "config/config.hpp"

namespace boost::asio {
class io_context;
}

namespace tributary::app {

/// Tells a webhook of each change of a feed's state, once: what was told last is kept with the feed, so a
/// restart repeats nothing. A change that could not be told is told later. Everything runs on the
/// io_context's thread.
class Alerts {
 public:
  /// Told to keep, as FeedHistory::told of the feed with this key: a change was told, or need not be.
  using Keep = std::function<void(const std::string& key, const std::string& told)>;
  Alerts(boost::asio::io_context& io, const config::Config& config, Clock clock, Keep keep);
  ~Alerts();
  Alerts(const Alerts&) = delete;
  Alerts& operator=(const Alerts&) = delete;

  /// Looks at a feed as it is stored. Where several processes share the store, the caller has its lease, so
  /// that one of them tells.
  void look(const FeedState& state);

  /// Whether look() would do anything.
  [[nodiscard]] bool has_news(const FeedState& state) const;

  /// Whether a call about this feed is under way.
  [[nodiscard]] bool is_telling(const std::string& key) const;
  /// Calls not answered yet.
  [[nodiscard]] std::size_t under_way() const;
  /// Called whenever one has been answered, well or not, after Keep.
  std::function<void(const std::string& key)> answered = {};

  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::app
