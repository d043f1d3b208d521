#include "app/own_hub.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

#include "app/log.hpp"
#include "app/random.hpp"
#include "fetcher/fetcher.hpp"

namespace tributary::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// The store belongs to another thread: what the hub saves is handed over, in order. A store that cannot be
/// written ends the daemon by itself.
class Memory final : public server::HubMemory {
 public:
  std::vector<HubSubscription> known = {};
  OwnHub::WithStore with_store = {};

  Result<std::vector<HubSubscription>> load() override { return std::exchange(known, {}); }

  Result<void> save(std::span<const HubSubscription> subscriptions) override {
    with_store([batch = std::vector(subscriptions.begin(), subscriptions.end())](store::Store& store) {
      told(store.save_hub_subscriptions(batch));
    });
    return {};
  }

  Result<void> remove(const std::string& topic, const std::string& callback) override {
    with_store(
        [topic, callback](store::Store& store) { told(store.remove_hub_subscription(topic, callback)); });
    return {};
  }

 private:
  static void told(const Result<void>& done) {
    if (!done) log_error("hub error=\"" + to_string(done.error()) + "\"");
  }
};

/// A callback need not be large, and its answer is a challenge.
FetchOptions manners_of_calls(FetchOptions options) {
  options.max_body = 64 * 1024;
  return options;
}

bool may_be_called(const std::string& url, const std::vector<std::string>& allow) {
  if (!is_http_url(url)) return false;
  const auto host = host_of(url);
  if (host == "localhost" || host.ends_with(".localhost"))
    return fetcher::address_allowed("127.0.0.1", allow);
  const bool literal = host.contains(':') || host.find_first_not_of("0123456789.") == std::string::npos;
  // A name is judged when it is dialled, by the address that it then has.
  return !literal || fetcher::address_allowed(host, allow);
}

}  // namespace

struct OwnHub::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, const config::Config& config, Clock given)
      : timer(io), calls(std::make_unique<fetcher::Fetcher>(io, manners_of_calls(config.fetch))) {
    server::HubWorld world;
    world.send = [this](server::HubCall call, std::function<void(server::HubReply)> done) {
      send(std::move(call), std::move(done));
    };
    world.allowed = [allow = config.fetch.allow_addresses](const std::string& url) {
      return may_be_called(url, allow);
    };
    world.read = server::topic_reader(config.output, config.site.url);
    world.clock = std::move(given);
    world.token = [] { return random_hex(16); };
    world.memory = &memory;
    hub.emplace(server::HubOptions{.url = config.site.url + "hub"}, std::move(world));
  }

  asio::steady_timer timer;
  Memory memory;
  std::unique_ptr<fetcher::Fetcher> calls;
  std::optional<server::Hub> hub;
  bool stopped = false;

  void send(server::HubCall call, std::function<void(server::HubReply)> done) {
    if (!calls) return;
    fetcher::Request request{.feed = call.url, .url = call.url, .headers = std::move(call.headers)};
    request.any_document = true;
    request.follow = false;
    if (call.method == "POST") request.body = std::move(call.body);
    calls->fetch(std::move(request), [done = std::move(done)](fetcher::Answer answer) {
      if (answer.error)
        log_info("hub callback=" + answer.requested_url + " error=\"" + answer.error->detail + "\"");
      done({.status = answer.error ? 0 : answer.status, .body = std::move(answer.body)});
    });
  }

  void tick() {
    if (stopped) return;
    if (const auto done = hub->tick(); !done) log_error("hub error=\"" + to_string(done.error()) + "\"");
    timer.expires_after(1s);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (const auto self = weak.lock(); self && !error) self->tick();
    });
  }
};

OwnHub::OwnHub(asio::io_context& io, const config::Config& config, Clock clock)
    : impl_(std::make_shared<Impl>(io, config, std::move(clock))) {}

OwnHub::~OwnHub() {
  stop();
}

server::Route OwnHub::route() {
  return server::hub_route(*impl_->hub);
}

Result<void> OwnHub::start(std::vector<HubSubscription> known, WithStore with_store) {
  impl_->memory.known = std::move(known);
  impl_->memory.with_store = std::move(with_store);
  if (const auto opened = impl_->hub->open(); !opened) return opened;
  impl_->tick();
  return {};
}

void OwnHub::published() {
  if (!impl_->stopped) impl_->hub->published();
}

void OwnHub::stop() {
  if (impl_->stopped) return;
  impl_->stopped = true;
  impl_->timer.cancel();
  // Its idle connections, too, would keep the io_context busy.
  impl_->calls.reset();
  if (impl_->memory.with_store) (void)impl_->hub->tick();  // saves what was told meanwhile
  impl_->memory.with_store = [](const std::function<void(store::Store&)>&) {};
}

server::HubFigures OwnHub::figures() const {
  return impl_->hub->figures();
}

}  // namespace tributary::app
