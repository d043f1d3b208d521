#include <string>

#include "fetcher/fetcher.hpp"
#include "fetcher/rhythm.hpp"
#include "fetcher/wire_url.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

/// A server whose validators are stuck says "not modified" for ever. After a while that a feed should not
/// have been silent for, and after a month in any case, the whole document is asked for once, to see.
bool doubts_silence(const FeedState& state, Timestamp now) {
  constexpr auto soon = std::chrono::days{7}, late = std::chrono::days{30};
  constexpr double surely_news = 7;
  if (!state.memory.last_whole) return false;
  const auto silence = now - *state.memory.last_whole;
  if (silence >= late) return true;
  return silence >= soon && expected_items(state.memory.rhythm, *state.memory.last_whole, now) >= surely_news;
}

}  // namespace

const std::string& address_of(const FeedState& state, const Partner& partner) {
  if (!state.memory.redirect_to.empty()) return state.memory.redirect_to;
  return state.url.empty() ? partner.url : state.url;
}

Request request_for(const FeedState& state, const Partner& partner, Timestamp now) {
  Request request{.feed = state.key, .url = address_of(state, partner)};
  if (!doubts_silence(state, now)) {
    if (!state.memory.etag_distrusted) request.etag = state.etag;
    if (!state.memory.last_modified_distrusted) request.last_modified = state.last_modified;
  }
  request.delta = !request.etag.empty();
  request.secrets_for = partner.url;
  if (partner.url.contains('@')) {
    if (const auto configured = wire_url(partner.url)) request.user_password = configured->userinfo;
  }
  request.tls = partner.tls;
  return request;
}

}  // namespace tributary::fetcher
