#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/model.hpp"
#include "server/server.hpp"

// The hub of W3C WebSub (Recommendation of 23 January 2018) for our own documents. Disk, network, time and
// chance arrive as callables: what is here is the protocol alone.
namespace tributary::server {

/// Where subscriptions outlive the process.
class HubMemory {
 public:
  virtual ~HubMemory() = default;
  virtual Result<std::vector<HubSubscription>> load() = 0;
  /// Adds, or replaces what has the same topic and callback.
  virtual Result<void> save(std::span<const HubSubscription> subscriptions) = 0;
  virtual Result<void> remove(const std::string& topic, const std::string& callback) = 0;
};

/// A request that the hub makes of a subscriber.
struct HubCall {
  std::string method = "GET";  ///< or POST
  std::string url = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};
struct HubReply {
  int status = 0;         ///< 0: there was no answer
  std::string body = {};  ///< the beginning will do: 1 KiB
};

struct TopicDocument {
  std::string content_type = {};
  std::string bytes = {};
};

/// What the hub needs of the world.
struct HubWorld {
  /// Sends a call, following no redirect, and says what came, once and later, on the same thread. The address
  /// that is dialled must pass the fetcher's guard, each time: a callback's name may lead elsewhere tomorrow.
  std::function<void(HubCall, std::function<void(HubReply)>)> send = {};
  /// Whether a callback may be called at all, asked when it subscribes: no private address literal, no
  /// forbidden port.
  std::function<bool(const std::string& url)> allowed = {};
  /// The document that is a topic now; nullopt when there is none. See topic_reader().
  std::function<std::optional<TopicDocument>(const std::string& topic)> read = {};
  std::function<Timestamp()> clock = {};
  std::function<std::string()> token = {};  ///< at least 128 random bits, in letters and digits
  HubMemory* memory = nullptr;              ///< null: subscriptions end with the process
};

struct HubOptions {
  std::string url = {};                                ///< the hub's own: site.url + "hub"
  std::chrono::seconds lease = std::chrono::days{10};  ///< for who asks for none
  std::chrono::seconds shortest_lease = std::chrono::minutes{5};
  std::chrono::seconds longest_lease = std::chrono::days{30};
  std::size_t most_subscriptions = 100'000;
  std::size_t most_per_host = 1'000;  ///< subscriptions with callbacks at one host
  std::size_t in_flight = 16;         ///< calls at once
  std::size_t in_flight_per_host = 2;
  // What a stranger may set off: a wish costs him one request and makes us send one to a third party.
  int wishes = 600;                                            ///< a minute, of everybody
  int wishes_per_client = 60;                                  ///< a minute
  int wishes_per_callback = 20;                                ///< a minute, by the callback's host
  std::chrono::seconds first_retry = std::chrono::minutes{1};  ///< doubles with each failure
  std::chrono::seconds longest_retry = std::chrono::hours{6};
  int failures_until_end = 20;  ///< in a row; about four days with the values above
};

struct HubFigures {
  std::size_t subscriptions = 0;
  std::size_t waiting = 0;    ///< deliveries due or put off
  std::size_t in_flight = 0;  ///< calls
  std::uint64_t verified = 0, denied = 0, refused = 0;
  std::uint64_t delivered = 0, failed = 0, ended = 0;
};

/// One thread at a time.
class Hub {
 public:
  Hub(HubOptions options, HubWorld world);
  ~Hub();  ///< replies that come later are dropped
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// Takes up the subscriptions of the memory. What was published meanwhile is delivered by the next
  /// published().
  [[nodiscard]] Result<void> open();

  /// A POST to the hub: 202 when the intent will be verified, 4xx with a reason, 429 when there are too many.
  [[nodiscard]] Made receive(const Incoming& incoming);

  /// The documents may have changed: looks at every topic that has subscribers, and delivers what they have
  /// not.
  void published();

  /// Sends what has become due, ends leases, saves. Wanted every second or so; cheap when nothing is due.
  /// Fails when the memory does; what could not be saved is tried again.
  [[nodiscard]] Result<void> tick();

  [[nodiscard]] HubFigures figures() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// The route of a hub, for Options::routes. The hub outlives the server.
[[nodiscard]] Route hub_route(Hub& hub);

/// HubWorld::read for the feeds in a published folder: a topic is `site_url` and the path of an Atom, RSS or
/// JSON Feed document, archive pages excepted.
[[nodiscard]] std::function<std::optional<TopicDocument>(const std::string& topic)> topic_reader(
    std::filesystem::path folder, std::string site_url);

}  // namespace tributary::server
