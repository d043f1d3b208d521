#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/model.hpp"

namespace boost::asio {
class io_context;
}

/// When a feed is due, how it is fetched (libcurl's multi-socket interface on Boost.Asio), manners, address
/// guard.
namespace tributary::fetcher {

/// What to ask for. Secrets (a password, a bearer token) arrive resolved, in `headers` or `user_password`;
/// they are sent only to the scheme, host and port of `secrets_for`, and never logged.
struct Request {
  std::string feed = {};  ///< FeedState::key; comes back in the answer
  std::string url = {};   ///< requested as written (dot segments and fragment aside)
  std::string etag = {};  ///< sent back byte for byte; empty: no If-None-Match
  std::string last_modified = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string user_password = {};  ///< "user:password" for basic authentication
  std::string secrets_for =
      {};                 ///< the URL that the secrets (client certificate included) belong to; empty: `url`
  bool delta = false;     ///< a 226 with only the items since `etag` will do (RFC 3229, "feed")
  std::string form = {};  ///< if not empty: a POST of application/x-www-form-urlencoded, for a WebSub hub
  std::optional<std::string> body = {};  ///< if set: a POST of it, its Content-Type among `headers`
  bool follow = true;                    ///< false: a redirect is the answer
  bool any_document = false;             ///< true: it need not be a feed (Accept)
  TlsFiles tls = {};
};

/// The request for a feed as its state wants it: where to, with which validators. The secrets are the
/// caller's to add.
[[nodiscard]] Request request_for(const FeedState& state, const Partner& partner, Timestamp now);

/// Where that request goes.
[[nodiscard]] const std::string& address_of(const FeedState& state, const Partner& partner);

struct Hop {
  int status = 0;
  std::string url = {};  ///< where this hop led
};

/// What came back. Exactly one of: `error` set (no usable answer), or `status` set.
struct Answer {
  std::string feed = {};
  std::string requested_url = {};
  std::string url = {};  ///< the last URL asked
  std::vector<Hop> redirects = {};
  std::string permanent_url =
      {};          ///< where the leading run of 301/308 led; empty when the first hop was none
  int status = 0;  ///< HTTP status of the last answer; 0 when there was none
  std::string content_type = {};
  std::string etag = {};
  std::string last_modified = {};
  std::string cache_control = {};
  std::string expires = {};
  std::string date = {};
  std::string age = {};
  std::string retry_after = {};
  std::vector<std::string> link_headers = {};
  std::string im = {};  ///< RFC 3229, instance manipulations applied
  std::string server = {};
  std::string challenge = {};  ///< a header by which a bot wall names itself, e.g. "cf-mitigated: challenge"
  std::string body = {};  ///< decoded; empty unless status is 200 or 226, or an error page worth looking at
  std::uint64_t wire_bytes = 0;  ///< received, before decompression
  std::chrono::milliseconds took{0};
  std::optional<Error> error = {};
  bool cancelled =
      false;  ///< called off by ourselves: says nothing about the feed, so it is no news for `after`
  std::shared_ptr<void> place =
      {};  ///< let go when the body has been dealt with: it bounds the bodies in memory
};

/// Fetches over HTTP/1.1 and HTTP/2 with gzip, deflate, br and zstd, never more than `concurrency` at once
/// nor `per_host` at one host. One thread at a time: everything, callbacks too, runs on the io_context's
/// thread.
class Fetcher {
 public:
  /// `io` outlives the fetcher. `options.contact` goes into the User-Agent `Tributary/VERSION (+CONTACT)`.
  Fetcher(boost::asio::io_context& io, FetchOptions options);
  ~Fetcher();  ///< abandons what is under way; no callback is called afterwards
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// Queues a transfer; `done` is called once, later, whatever happens. Never throws for what a partner does.
  void fetch(Request request, std::function<void(Answer)> done);

  /// The same for long queues: of a transfer that waits only its address is kept; `make` is called once, on
  /// the io_context's thread, when its turn has come. What it gives is to lead to the same host. Its failure
  /// is the answer.
  void fetch(const std::string& url, std::function<Result<Request>()> make, std::function<void(Answer)> done);

  /// New options for transfers that start from now on.
  void set_options(FetchOptions options);

  /// Ends all transfers, each with an error.
  void cancel();

  [[nodiscard]] std::size_t waiting() const;  ///< queued, not started
  [[nodiscard]] std::size_t in_flight() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // the handlers that wait in the io_context own it too
};

/// Whether an address may be dialled: only what IANA's special-purpose registries call globally reachable, or
/// what `allow` (CIDR ranges) names. `address` is an IPv4 or IPv6 literal; anything else is refused.
[[nodiscard]] bool address_allowed(std::string_view address, const std::vector<std::string>& allow);

/// What kept an answer from being a success, if anything did; decides `failing`, `blocked`, `gone` and the
/// words of last_error. Looks at status, headers and the beginning of the body. An answer with a feed in it,
/// and a 304, pass. `held` with an error: the document is not to be stored until an admin has released the
/// feed.
struct Verdict {
  FeedStatus status = FeedStatus::ok;
  std::optional<Error> error = {};
};
[[nodiscard]] Verdict judge(const Answer& answer);

/// Whether a web page of the partner's own came: no log-in, no bot wall, no parked domain.
[[nodiscard]] bool is_web_page(const Answer& answer);

/// Whether a web page came in place of the feed that may name the feed (see parser::discover). It is asked
/// for once; when it parses, what `adopt` makes of the two answers goes to `after`, which then remembers
/// where the feed really is.
[[nodiscard]] bool may_name_a_feed(const Answer& page);
[[nodiscard]] Answer adopt(const Answer& page, Answer feed);

/// Whether a document seems to be another feed's than the one known under this address: its id, title,
/// language, site and generator changed together, or it moved to another domain and does not look the same
/// there. Then the verdict is `held`, and is what `after` gets as the failure; nothing of the document is
/// stored. The admin's answer is `release`, and the next document is taken for what it is; or `reject`, and
/// the feed is asked no more until its address is changed, or it is released after all.
[[nodiscard]] std::optional<Verdict> suspicion(const FeedState& state, const Answer& answer,
                                               const Feed& parsed);
[[nodiscard]] FeedState release(FeedState state);
[[nodiscard]] FeedState reject(FeedState state);
/// Whether there is something to decide: it is held, or was rejected.
[[nodiscard]] bool may_release(const FeedState& state);

/// The hosts that asked for patience (Retry-After) at two of their addresses or more: it is then meant for
/// all of them.
class HostRests {
 public:
  HostRests() = default;
  HostRests(const std::vector<FeedState>& states, Timestamp now);
  /// Until when nothing is to be asked there; unset: it may be asked.
  [[nodiscard]] std::optional<Timestamp> until(std::string_view url) const;

 private:
  std::map<std::string, Timestamp> until_;
};

/// Whether the feed is to be asked now. A feed never fetched is due; `gone` and `disabled` never are. `force`
/// passes over everything that only asks for patience, not over a running Retry-After, be it the feed's own
/// or its host's.
[[nodiscard]] bool is_due(const FeedState& state, Timestamp now, bool force, const HostRests& rests = {});

/// What `status` shows: the state's own, or for one that is `ok`, `late` when it has been silent longer than
/// 99 of 100 of its silences, `quiet` when nothing came for three months. Only said with at least 10 known
/// items and a week of history.
[[nodiscard]] FeedStatus shown_status(const FeedState& state, Timestamp now);

/// The state after an answer: when to come back, failures counted, validators kept (of a success only), words
/// for the admin. Pure: time is passed in, and the jitter comes from `seed` (0..1), which only delays, by at
/// most a fifth of the interval. `parsed` is the feed in the answer's body, null for a 304, an unchanged body
/// or a failure; `failure` is why there is none.
[[nodiscard]] FeedState after(const FeedState& state, const Answer& answer, const Feed* parsed,
                              const std::optional<Verdict>& failure, const Partner& partner,
                              const FetchOptions& options, Timestamp now, double seed);

/// RFC 5005 archives: nothing is to fall between two polls, and a new partner's history is wanted whole.
/// `begin_walk` decides after a poll (`known_items`: how many of the document's items were known before);
/// while archive_next is set, that page is to be fetched and parsed, its items stored as the feed's, and
/// `walked` told. A walk ends at the feed's beginning, at what is known already, after 500 pages, or at a
/// page that cannot be had (`page` null).
[[nodiscard]] FeedState begin_walk(FeedState after, const FeedState& before, const Feed& parsed,
                                   std::size_t known_items);
[[nodiscard]] FeedState walked(FeedState state, const Feed* page, std::size_t known_items);

}  // namespace tributary::fetcher
