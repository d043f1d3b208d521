#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "app/context.hpp"
#include "config/config.hpp"
#include "server/hub.hpp"
#include "store/store.hpp"

namespace boost::asio {
class io_context;
}

namespace tributary::app {

/// The WebSub hub for our own documents with what it needs of the world: its calls go through the fetcher and
/// its address guard, its subscriptions live in the store. Everything runs on the io_context's thread.
class OwnHub {
 public:
  /// Runs work on the store's thread, some time.
  using WithStore = std::function<void(std::function<void(store::Store&)>)>;

  OwnHub(boost::asio::io_context& io, const config::Config& config, Clock clock);
  ~OwnHub();
  OwnHub(const OwnHub&) = delete;
  OwnHub& operator=(const OwnHub&) = delete;

  /// POST /hub. The hub outlives the server.
  [[nodiscard]] server::Route route();

  /// Takes up the subscriptions that the store knows, and begins.
  [[nodiscard]] Result<void> start(std::vector<HubSubscription> known, WithStore with_store);
  /// Documents may have changed.
  void published();
  /// Abandons calls under way: what was not delivered is delivered after the next start.
  void stop();

  [[nodiscard]] server::HubFigures figures() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::app
