#include <algorithm>

#include "fetcher/fetcher.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {

HostRests::HostRests(const std::vector<FeedState>& states, Timestamp now) {
  std::map<std::string, int> asked;
  for (const auto& state : states) {
    const bool asked_for_patience =
        (state.last_status == 429 || state.last_status == 503) && state.not_before && *state.not_before > now;
    if (!asked_for_patience) continue;
    const auto host = host_of(state.url);
    ++asked[host];
    auto& until = until_[host];
    until = std::max(until, *state.not_before);
  }
  std::erase_if(until_, [&](const auto& entry) { return asked[entry.first] < 2; });
}

std::optional<Timestamp> HostRests::until(std::string_view url) const {
  if (until_.empty()) return std::nullopt;
  const auto found = until_.find(host_of(url));
  return found == until_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tributary::fetcher
