#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/context.hpp"
#include "config/config.hpp"
#include "server/server.hpp"

namespace boost::asio {
class io_context;
}

namespace tributary::app {

/// What the subscriber's side needs of the daemon.
struct SubscriberWorld {
  std::map<std::string, FeedState>* states = nullptr;            ///< by key; outlives the Subscriptions
  std::function<const Partner*(const FeedState&)> partner = {};  ///< null: configured no more
  std::function<void(const FeedState&)> save = {};
  /// A document that a hub delivered; false when there is no room for it now.
  std::function<bool(const FeedState&, const server::Incoming&)> deliver = {};
};

/// What it needs besides where several processes share the store, so that one of them asks a hub.
struct SharedWorld {
  /// Has the feed to ourselves, its state read anew, and tells whether we got it. What was got is given back
  /// by `settle`, which saves it.
  std::function<void(const std::string& key, std::function<void(bool)>)> reserve = {};
  std::function<void(const std::string& key)> settle = {};
  /// The other processes know by then what was saved: a hub's questions may come to any of them.
  std::chrono::seconds others_know_after{0};
};

/// Our subscriptions at partners' WebSub hubs, and the callback at /websub/TOKEN. Everything runs on the
/// io_context's thread.
class Subscriptions {
 public:
  Subscriptions(boost::asio::io_context& io, const config::Config& config, Clock clock,
                SubscriberWorld world);
  ~Subscriptions();
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  [[nodiscard]] server::Route route();

  /// Called before anything is noted, if at all.
  void share(SharedWorld shared);
  void reconfigure(const config::Config& config);
  /// Forgets the plan: every state is to be noted anew.
  void clear();
  /// The feed's state is new or has changed.
  void note(const FeedState& state);
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::app
