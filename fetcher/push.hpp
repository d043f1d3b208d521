#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "fetcher/fetcher.hpp"

// The subscriber's side of W3C WebSub, as pure functions over a feed's FeedMemory::push.
namespace tributary::fetcher {

/// Whether somebody out there can call back at this address: no address literal that isn't globally
/// reachable, no name that is reserved or of a private network.
[[nodiscard]] bool is_public_site(std::string_view url);

/// Takes over which hub and topic the feed names (Link header first, then the document). Another hub or topic
/// than before begins anew. `parsed` is null for a 304, which may name none.
void note_hub(FeedState& state, const Answer& answer, const Feed* parsed);

/// When its hub is to be asked for a subscription, or for its renewal; nullopt: not at all. `site_is_public`
/// decides where the feed's `push` says nothing.
[[nodiscard]] std::optional<Timestamp> next_subscription(const FeedState& state, const Partner& partner,
                                                         bool site_is_public);

/// The request to the hub, noted in the state. `random`: at least 64 unguessable hex digits.
[[nodiscard]] Request subscription_request(FeedState& state, std::string_view site_url,
                                           const std::string& random, Timestamp now);
/// The hub's answer to it.
void hub_answered(FeedState& state, const Answer& answer, Timestamp now);

struct CallbackAnswer {
  int status = 404;
  std::string body = {};
};
/// A GET at the callback: verification of intent (section 5.3), or a denial (section 5.2).
[[nodiscard]] CallbackAnswer verify(FeedState& state, std::string_view query, Timestamp now);

/// Whether X-Hub-Signature (section 7.1) is made with our secret.
[[nodiscard]] bool signature_holds(const Subscription& push, std::string_view header, std::string_view body);

/// A delivery came that was the hub's.
void pushed(FeedState& state, Timestamp now);

/// A poll brought so many new items. True when the push is seen to be broken by it: then it is subscribed
/// anew, a day later.
[[nodiscard]] bool polled(FeedState& state, std::size_t fresh, Timestamp now);

}  // namespace tributary::fetcher
