#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "fetcher/fetcher.hpp"
#include "model/model.hpp"

// Requests outside a pass: commands that look at a feed or a page and store nothing of it.
namespace tributary::app {

/// The manners of feeds.yaml; where there is no such file, the defaults. Fails when the file has faults
/// (they are told).
[[nodiscard]] Result<FetchOptions> manners(const Context& context);

/// Asks once, unconditionally, with the partner's credentials. Fails with what kept an answer from coming;
/// of an answer that came, be it an error or no feed, the caller thinks what it will.
[[nodiscard]] Result<fetcher::Answer> ask(const FetchOptions& options, const Partner& partner);

/// Asks each once, as many at a time as the manners allow; `done` is told the place in `partners`.
void ask_all(const FetchOptions& options, const std::vector<Partner>& partners,
             const std::function<void(std::size_t, fetcher::Answer)>& done);

/// A feed as it was found at an address, or by way of the page there.
struct FoundFeed {
  std::string url = {};  ///< to be written into feeds.yaml
  Feed feed = {};
  std::vector<Link> others = {};  ///< what else the page names
  bool by_page = false;           ///< the address given was a page's
  bool guessed = false;           ///< the page names no feed; it was found at a usual address of the site
};

/// The last resort for a page that names no feed (`url` as it was given, `page` where it is): the usual
/// addresses of its site, one after the other, up to the first feed. Only for an admin who asks; a pass
/// guesses nothing.
[[nodiscard]] Result<FoundFeed> guess_feed(const FetchOptions& options, const std::string& url,
                                           const std::string& page);

/// What stands at the address: a feed (one request), a page that names one (two), or a page whose site has
/// one at a usual address.
[[nodiscard]] Result<FoundFeed> find_feed(const FetchOptions& options, const std::string& url);

}  // namespace tributary::app
