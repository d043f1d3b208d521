#include "app/alerts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <set>
#include <utility>

#include "app/log.hpp"
#include "fetcher/fetcher.hpp"

namespace tributary::app {
namespace {

/// The admin named the place, so it may be inside the network; what it answers does not matter much.
FetchOptions manners_of_calls(FetchOptions options) {
  options.allow_addresses = {"0.0.0.0/0", "::/0"};
  options.max_body = 64 * 1024;
  return options;
}

std::string webhook_of(const config::Config& config) {
  if (config.alert_webhook_env.empty()) return {};
  const char* url = std::getenv(config.alert_webhook_env.c_str());
  if (url == nullptr || !is_http_url(url)) {
    log_warn("alerts error=\"" + config.alert_webhook_env + " is not set to an http or https address\"");
    return {};
  }
  return url;
}

bool is_fine(const std::string& state) {
  return state == "ok" || state == "quiet" || state == "disabled";
}

}  // namespace

struct Alerts::Impl : std::enable_shared_from_this<Impl> {
  Impl(boost::asio::io_context& io, const config::Config& config, Clock given, Keep keeper)
      : clock(std::move(given)), keep(std::move(keeper)), webhook(webhook_of(config)) {
    if (!webhook.empty()) calls = std::make_unique<fetcher::Fetcher>(io, manners_of_calls(config.fetch));
  }

  Clock clock;
  Keep keep;
  std::string webhook;
  std::unique_ptr<fetcher::Fetcher> calls;
  std::set<std::string> under_way;  // feeds

  void tell(const FeedState& state, const std::string& now_state, Alerts& owner) {
    const auto& history = state.memory.history;
    const boost::json::object body{
        {"feed", state.configured_url},
        {"name", state.name},
        {"from", history.told.empty() ? boost::json::value(nullptr) : boost::json::value(history.told)},
        {"to", now_state},
        {"since",
         history.since ? boost::json::value(to_rfc3339(*history.since)) : boost::json::value(nullptr)},
        {"reason",
         state.last_error.empty() ? boost::json::value(nullptr) : boost::json::value(state.last_error)}};
    fetcher::Request request{
        .feed = state.key, .url = webhook, .headers = {{"Content-Type", "application/json"}}};
    request.body = boost::json::serialize(body);
    request.follow = false;
    under_way.insert(state.key);
    calls->fetch(std::move(request), [weak = weak_from_this(), key = state.key, url = state.configured_url,
                                      now_state, &owner](const fetcher::Answer& answer) {
      const auto self = weak.lock();
      if (!self || !self->calls) return;
      self->under_way.erase(key);
      if (!answer.error && answer.status / 100 == 2) {
        self->keep(key, now_state);
      } else {
        log_warn("alert feed=" + url + " error=\"" +
                 (answer.error ? answer.error->detail : "HTTP " + std::to_string(answer.status)) + "\"");
      }
      if (owner.answered) owner.answered(key);
    });
  }
};

Alerts::Alerts(boost::asio::io_context& io, const config::Config& config, Clock clock, Keep keep)
    : impl_(std::make_shared<Impl>(io, config, std::move(clock), std::move(keep))) {}

Alerts::~Alerts() {
  stop();
}

bool Alerts::has_news(const FeedState& state) const {
  if (!impl_->calls || !state.last_fetch || impl_->under_way.contains(state.key)) return false;
  return to_string(fetcher::shown_status(state, impl_->clock())) != state.memory.history.told;
}

void Alerts::look(const FeedState& state) {
  if (!has_news(state)) return;
  const std::string shown(to_string(fetcher::shown_status(state, impl_->clock())));
  const auto& told = state.memory.history.told;
  // That a new feed is well is no news.
  if (told.empty() && is_fine(shown)) {
    impl_->keep(state.key, shown);
    return;
  }
  impl_->tell(state, shown, *this);
}

bool Alerts::is_telling(const std::string& key) const {
  return impl_->under_way.contains(key);
}

std::size_t Alerts::under_way() const {
  return impl_->under_way.size();
}

void Alerts::stop() {
  impl_->calls.reset();
}

}  // namespace tributary::app
