#include "app/subscriptions.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>
#include <utility>

#include "app/log.hpp"
#include "app/random.hpp"
#include "fetcher/push.hpp"

namespace tributary::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::string_view place = "/websub/";
constexpr std::size_t token_bytes = 20, secret_bytes = 20;

}  // namespace

struct Subscriptions::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, const config::Config& config, Clock given, SubscriberWorld the_world)
      : clock(std::move(given)),
        world(std::move(the_world)),
        timer(context),
        hubs(std::make_unique<fetcher::Fetcher>(context, config.fetch)) {
    take(config);
  }

  Clock clock;
  SubscriberWorld world;
  SharedWorld shared;
  asio::steady_timer timer;
  std::unique_ptr<fetcher::Fetcher> hubs;
  std::string site_url;
  bool site_is_public = false;
  std::set<std::pair<Timestamp, std::string>> due;        // when, and which feed's hub is to be asked
  std::map<std::string, Timestamp> planned;               // the same by feed
  std::set<std::shared_ptr<asio::steady_timer>> waiting;  // requests until the other processes know of them
  bool stopped = false;

  void take(const config::Config& config) {
    site_url = config.site.url;
    site_is_public = fetcher::is_public_site(site_url);
    hubs->set_options(config.fetch);
  }

  void unplan(const std::string& key) {
    const auto known = planned.find(key);
    if (known == planned.end()) return;
    due.erase({known->second, key});
    planned.erase(known);
  }

  void note(const FeedState& state) {
    unplan(state.key);
    const Partner* partner = world.partner(state);
    if (partner == nullptr || stopped) return;
    const auto when = fetcher::next_subscription(state, *partner, site_is_public);
    if (!when) return;
    due.emplace(*when, state.key);
    planned.emplace(state.key, *when);
    wake();
  }

  void wake() {
    const Timestamp now = clock();
    while (!stopped && !due.empty() && due.begin()->first <= now) {
      const std::string key = due.begin()->second;
      unplan(key);
      if (!world.states->contains(key)) continue;
      shared.reserve ? ask_for_all(key) : ask(world.states->at(key), now);
    }
    if (stopped || due.empty()) return;
    timer.expires_after(std::clamp<std::chrono::seconds>(due.begin()->first - now, 1s, 1h));
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (const auto self = weak.lock(); self && !error) self->wake();
    });
  }

  /// One of the processes asks the hub, if none of the others did meanwhile.
  void ask_for_all(const std::string& key) {
    shared.reserve(key, [weak = weak_from_this(), key](bool granted) {
      const auto self = weak.lock();
      if (!self || !granted) return;  // who has it looks at the subscription, too
      const auto known = self->world.states->find(key);
      if (known != self->world.states->end() && !self->stopped) {
        const Partner* partner = self->world.partner(known->second);
        const auto when = partner == nullptr
                              ? std::nullopt
                              : fetcher::next_subscription(known->second, *partner, self->site_is_public);
        if (when && *when <= self->clock()) self->ask(known->second, self->clock());
      }
      self->shared.settle(key);
    });
  }

  void ask(FeedState& state, Timestamp now) {
    auto request =
        fetcher::subscription_request(state, site_url, random_hex(token_bytes + secret_bytes), now);
    log_info("feed=" + state.configured_url + " hub=" + request.url + " asked=subscribe");
    world.save(state);  // before the hub can call back
    const Timestamp again = *state.memory.push.next_try;
    due.emplace(again, state.key);
    planned.emplace(state.key, again);
    if (shared.others_know_after == 0s) return send(state.key, std::move(request));
    auto wait = std::make_shared<asio::steady_timer>(timer.get_executor(), shared.others_know_after);
    waiting.insert(wait);
    wait->async_wait([weak = weak_from_this(), wait, key = state.key,
                      request = std::move(request)](boost::system::error_code error) {
      const auto self = weak.lock();
      if (!self) return;
      self->waiting.erase(wait);
      if (!error && !self->stopped) self->send(key, request);
    });
  }

  void send(const std::string& key, fetcher::Request request) {
    hubs->fetch(std::move(request), [weak = weak_from_this(), key](const fetcher::Answer& answer) {
      if (const auto self = weak.lock()) self->answered(key, answer);
    });
  }

  void answered(const std::string& key, const fetcher::Answer& answer) {
    const auto known = world.states->find(key);
    if (stopped || known == world.states->end()) return;
    FeedState& state = known->second;
    if (answer.error || answer.status / 100 != 2) {
      log_warn("feed=" + state.configured_url + " hub=" + state.memory.push.hub + " error=\"" +
               (answer.error ? answer.error->detail : "HTTP " + std::to_string(answer.status)) + "\"");
    }
    fetcher::hub_answered(state, answer, clock());
    world.save(state);
    note(state);
  }

  FeedState* by_token(const std::string& token) {
    if (token.empty()) return nullptr;
    const auto found = std::ranges::find_if(
        *world.states, [&](const auto& entry) { return entry.second.memory.push.token == token; });
    return found == world.states->end() ? nullptr : &found->second;
  }

  server::Made receive(const server::Incoming& incoming) {
    constexpr auto plain = "text/plain; charset=utf-8";
    FeedState* state = by_token(incoming.path.substr(std::min(place.size(), incoming.path.size())));
    // 410 tells a hub that goes on with a subscription of former times that it may forget it.
    if (state == nullptr) return {incoming.method == "POST" ? 410 : 404, plain, "no such subscription\n"};
    if (incoming.method != "POST") {
      const auto before = state->memory.push.state;
      auto answer = fetcher::verify(*state, incoming.query, clock());
      if (answer.status == 200) {
        world.save(*state);
        note(*state);
      }
      if (state->memory.push.state == Subscription::State::denied && before != Subscription::State::denied) {
        log_warn("feed=" + state->configured_url + " hub=" + state->memory.push.hub +
                 " push=denied hint=\"polled as before\"");
      }
      return {answer.status, plain, std::move(answer.body)};
    }
    // WebSub section 7.1: what is not signed by our secret is accepted and forgotten.
    if (!fetcher::signature_holds(state->memory.push, incoming.header("x-hub-signature"), incoming.body)) {
      log_warn("feed=" + state->configured_url + " push=unsigned hint=\"a delivery was not the hub's\"");
      return {202, plain, ""};
    }
    if (state->memory.push.state != Subscription::State::active) return {202, plain, ""};
    if (!world.deliver(*state, incoming)) return {503, plain, "try again\n", {{"Retry-After", "60"}}};
    fetcher::pushed(*state, clock());
    return {202, plain, ""};
  }
};

Subscriptions::Subscriptions(asio::io_context& io, const config::Config& config, Clock clock,
                             SubscriberWorld world)
    : impl_(std::make_shared<Impl>(io, config, std::move(clock), std::move(world))) {}

Subscriptions::~Subscriptions() {
  stop();
}

server::Route Subscriptions::route() {
  return {.path = std::string(place),
          .methods = {"GET", "HEAD", "POST"},
          .max_body = 10 * 1024 * 1024,
          .handle = [impl = impl_](const server::Incoming& incoming) { return impl->receive(incoming); }};
}

void Subscriptions::share(SharedWorld shared) {
  impl_->shared = std::move(shared);
}

void Subscriptions::reconfigure(const config::Config& config) {
  if (!impl_->stopped) impl_->take(config);
}

void Subscriptions::clear() {
  impl_->due.clear();
  impl_->planned.clear();
}

void Subscriptions::note(const FeedState& state) {
  impl_->note(state);
}

void Subscriptions::stop() {
  impl_->stopped = true;
  impl_->timer.cancel();
  for (const auto& wait : impl_->waiting) wait->cancel();
  impl_->hubs.reset();
}

}  // namespace tributary::app
