#pragma once
#include <chrono>
#include <expected>
#include <optional>
#include <string>

#include "server/server.hpp"

namespace tributary::server {

/// What a subscriber asks of the hub (WebSub section 5.1).
struct HubWish {
  bool subscribe = true;  ///< false: unsubscribe
  std::string topic = {}, callback = {}, secret = {};
  std::optional<std::chrono::seconds> lease = {};  ///< as asked for, at most some thousand years
};

/// Reads the form of a POST to the hub. Otherwise the answer to give: 400 or 415 with the reason as plain
/// text.
[[nodiscard]] std::expected<HubWish, Made> read_hub_form(const Incoming& incoming);

/// RFC 3986 section 2.1: every byte that is not unreserved as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// A plain-text answer.
[[nodiscard]] Made plain(int status, const std::string& text);

}  // namespace tributary::server
