// Whether an answer is a success, and if not, what an admin can do about it. Only what must be known before
// parsing is decided here: a 200 whose body could be a feed passes.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "fetcher/fetcher.hpp"
#include "fetcher/page.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

Verdict failing(const Answer& answer, ErrorKind kind, std::string detail,
                FeedStatus status = FeedStatus::failing) {
  return {status, Error{kind, answer.url.empty() ? answer.requested_url : answer.url, std::move(detail)}};
}

std::string http(const Answer& answer) {
  return "HTTP " + std::to_string(answer.status);
}

/// Only the feed's own address, or one that it moved to for good, can say that the feed is gone.
bool answered_for_good(const Answer& answer) {
  return answer.redirects.empty() ||
         (!answer.permanent_url.empty() && answer.permanent_url == answer.redirects.back().url);
}

Verdict blocked(const Answer& answer, const std::string& wall) {
  return failing(answer, ErrorKind::blocked,
                 http(answer) + ": " + wall +
                     " came instead of the feed. Ask the partner's web team to let the User-Agent "
                     "Tributary/" TRIBUTARY_VERSION " fetch this address without a challenge",
                 FeedStatus::blocked);
}

Verdict judge_status(const Answer& answer) {
  const auto say = [&](std::string_view words) {
    return failing(answer, ErrorKind::http, http(answer) + std::string(words));
  };
  switch (answer.status) {
    case 401:
    case 407:
      return say(": a login is asked for; check `auth` of this feed in feeds.yaml");
    case 402:
      return say(": payment is asked for");
    case 403:
      return say(": the server refuses us; ask the partner to let our User-Agent fetch the feed");
    case 404:
      return say(": there is no such feed; check the address with the partner");
    case 406:
      return say(": the server has no feed in a format that we accept");
    case 408:
      return say(": the server was tired of waiting");
    case 410:
      if (answered_for_good(answer)) {
        return failing(answer, ErrorKind::http,
                       "HTTP 410: the partner says that this feed is gone for good; it is not asked any more "
                       "until its url in "
                       "feeds.yaml changes",
                       FeedStatus::gone);
      }
      return say(": a temporary redirect leads to a page that is gone");
    case 429:
      return say(answer.retry_after.empty() ? ": we ask too often for this server's taste; we come back later"
                                            : ": the server asks us to come back later, and we do");
    case 451:
      return say(": unavailable for legal reasons");
    case 503:
      return say(answer.retry_after.empty() ? ": the server is out of service for now"
                                            : ": the server is out of service and says when to come back");
    default:
      break;
  }
  if (answer.status >= 500) return say(": the partner's server has a fault of its own");
  if (answer.status >= 400) return say(": the server does not give us the feed");
  if (answer.status >= 300 && !answer.permanent_url.empty()) {
    return {FeedStatus::ok, Error{ErrorKind::http, answer.url,
                                  http(answer) + ": the feed moves to " + answer.permanent_url +
                                      " and asks for patience first"}};
  }
  if (answer.status >= 300) return say(": a redirect that names no address to go to");
  return say(": an answer without a feed in it");
}

Verdict judge_page(const Answer& answer, const Page& page) {
  if (page.challenge) return blocked(answer, page.words);
  if (page.login) {
    return failing(
        answer, ErrorKind::blocked,
        http(answer) +
            ": a login page came instead of the feed; ask the partner for a public address, or set `auth`",
        FeedStatus::blocked);
  }
  if (page.parked) {
    return failing(
        answer, ErrorKind::not_a_feed,
        http(answer) + ": a page of a domain broker came; the partner may have lost the domain, ask them");
  }
  if (page.feed_link) {
    return failing(
        answer, ErrorKind::not_a_feed,
        http(answer) + ": a web page came, not a feed, but it names a feed; `tributary discover` shows it");
  }
  return failing(answer, ErrorKind::not_a_feed,
                 http(answer) + ": a web page (HTML) came, not a feed; check the address");
}

/// RFC 3229 section 10.5.2: IM names what was done to the instance, here only to leave out known items.
bool names_feed_manipulation(std::string_view im) {
  for (auto at = im.find("feed"); at != std::string_view::npos; at = im.find("feed", at + 1)) {
    const auto edge = [&](std::size_t i) {
      return i >= im.size() || im[i] == ',' || im[i] == ' ' || im[i] == ';';
    };
    if ((at == 0 || edge(at - 1)) && edge(at + 4)) return true;
  }
  return false;
}

bool has_body(const Answer& answer) {
  return answer.status == 200 || answer.status == 203 || answer.status == 226;
}

}  // namespace

bool is_web_page(const Answer& answer) {
  if (answer.error || !has_body(answer) || !looks_like_html(answer.body)) return false;
  const auto seen = look_at(answer);
  return !seen.challenge && !seen.login && !seen.parked;
}

bool may_name_a_feed(const Answer& page) {
  return is_web_page(page) && look_at(page).feed_link;
}

Answer adopt(const Answer& page, Answer feed) {
  if (feed.permanent_url.empty()) feed.permanent_url = feed.requested_url;
  auto hops = page.redirects;
  hops.push_back({page.status, feed.requested_url});
  hops.insert(hops.end(), feed.redirects.begin(), feed.redirects.end());
  feed.redirects = std::move(hops);
  feed.requested_url = page.requested_url;
  feed.feed = page.feed;
  feed.wire_bytes += page.wire_bytes;
  feed.took += page.took;
  return feed;
}

Verdict judge(const Answer& answer) {
  if (answer.error) {
    return {answer.error->kind == ErrorKind::blocked ? FeedStatus::blocked : FeedStatus::failing,
            answer.error};
  }
  if (answer.status == 304) return {};
  if (has_body(answer)) {
    if (answer.status == 226 && !names_feed_manipulation(answer.im)) {
      return failing(answer, ErrorKind::http,
                     "HTTP 226 with a change of a kind that we did not ask for: " + answer.im.substr(0, 80));
    }
    if (is_blank(answer.body))
      return failing(answer, ErrorKind::not_a_feed, http(answer) + " with an empty body");
    if (!looks_like_html(answer.body)) return {};
    return judge_page(answer, look_at(answer));
  }
  if (answer.status == 403 || answer.status == 429 || answer.status == 503 || answer.status == 401 ||
      answer.status == 405 || answer.status == 406) {
    // A wall that asks for patience is asked again later like any other: only a challenge is a wall.
    const auto page = look_at(answer);
    if (page.challenge) return blocked(answer, page.words);
  }
  return judge_status(answer);
}

}  // namespace tributary::fetcher
