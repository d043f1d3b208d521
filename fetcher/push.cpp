// The subscriber's side of W3C WebSub (Recommendation of 23 January 2018): which hub and topic a feed names,
// when to ask, what an answer means. Pure functions; the callback's route and the requests are the
// application's.
#include "fetcher/push.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "fetcher/address.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr seconds wanted_lease = std::chrono::days{10};
constexpr seconds patience = hours{1};     // for the hub to verify what it accepted
constexpr seconds first_retry = hours{1};  // doubles with each failure
constexpr seconds longest_retry = std::chrono::days{1};
constexpr seconds after_denial = std::chrono::days{7};
constexpr seconds after_breach = std::chrono::days{1};
constexpr int missed_until_broken = 2;

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

struct Named {
  std::string hub = {}, self = {};
};

/// One link-value of RFC 8288 section 3: `<target>; rel="a b"; …`.
void read_link_value(std::string_view value, std::string_view base, Named& named) {
  const auto open = value.find('<'), close = value.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
  const auto target = resolve_url(base, value.substr(open + 1, close - open - 1));
  auto rest = value.substr(close + 1);
  while (!rest.empty()) {
    const auto semicolon = rest.find(';');
    const auto parameter = trimmed(rest.substr(0, semicolon));
    rest = semicolon == std::string_view::npos ? std::string_view() : rest.substr(semicolon + 1);
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos || lowered(trimmed(parameter.substr(0, equals))) != "rel") continue;
    auto relations = lowered(trimmed(parameter.substr(equals + 1)));
    std::ranges::replace(relations, '"', ' ');
    relations = " " + relations + " ";
    if (named.hub.empty() && relations.contains(" hub ") && is_http_url(target)) named.hub = target;
    if (named.self.empty() && relations.contains(" self ") && is_http_url(target)) named.self = target;
    return;  // RFC 8288 section 3.3: the first rel counts
  }
}

/// A header field may hold several, parted by commas outside of <> and quotes.
void read_link_header(std::string_view header, std::string_view base, Named& named) {
  std::size_t from = 0;
  bool quoted = false, target = false;
  for (std::size_t i = 0; i <= header.size(); ++i) {
    const char c = i < header.size() ? header[i] : ',';
    if (c == '"' && !target) quoted = !quoted;
    if (c == '<' && !quoted) target = true;
    if (c == '>' && !quoted) target = false;
    if (i == header.size() || (c == ',' && !quoted && !target)) {
      read_link_value(header.substr(from, i - from), base, named);
      from = i + 1;
    }
  }
}

std::string encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string value_of(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && decoded(pair.substr(0, equals)) == name)
      return decoded(pair.substr(equals + 1));
  }
  return {};
}

seconds retry_after_failures(int failures) {
  return std::min<seconds>(first_retry * (1 << std::clamp(failures - 1, 0, 10)), longest_retry);
}

const EVP_MD* digest_of(std::string_view method) {
  if (method == "sha256") return EVP_sha256();
  if (method == "sha1") return EVP_sha1();  // what hubs of PubSubHubbub 0.4 sign with
  if (method == "sha384") return EVP_sha384();
  if (method == "sha512") return EVP_sha512();
  return nullptr;
}

}  // namespace

bool is_public_site(std::string_view url) {
  const auto host = host_of(url);
  if (host.empty()) return false;
  if (const auto literal = address_from(host)) return address_allowed(host, {});
  if (!host.contains('.')) return false;
  // RFC 6761, RFC 2606 and what private networks are named by: nobody out there reaches these.
  static constexpr std::array reserved{std::string_view(".localhost"),   std::string_view(".local"),
                                       std::string_view(".internal"),    std::string_view(".test"),
                                       std::string_view(".invalid"),     std::string_view(".example"),
                                       std::string_view(".home.arpa"),   std::string_view(".example.org"),
                                       std::string_view(".example.net"), std::string_view(".example.com")};
  const auto dotted = "." + host;
  return std::ranges::none_of(reserved, [&](std::string_view end) { return dotted.ends_with(end); });
}

void note_hub(FeedState& state, const Answer& answer, const Feed* parsed) {
  Named named;
  for (const auto& header : answer.link_headers) read_link_header(header, answer.url, named);
  if (parsed != nullptr) {
    if (named.hub.empty() && is_http_url(parsed->details.hub)) named.hub = parsed->details.hub;
    if (named.self.empty() && is_http_url(parsed->details.self)) named.self = parsed->details.self;
  } else if (named.hub.empty()) {
    return;  // a 304 may leave out what the document says
  }
  if (named.self.empty()) named.self = state.url;
  Subscription& push = state.memory.push;
  if (push.hub == named.hub && (push.topic == named.self || named.hub.empty())) return;
  push = Subscription{};
  if (named.hub.empty()) return;
  push.hub = named.hub;
  push.topic = named.self;
}

std::optional<Timestamp> next_subscription(const FeedState& state, const Partner& partner,
                                           bool site_is_public) {
  const Subscription& push = state.memory.push;
  const bool wanted = partner.enabled && partner.push.value_or(site_is_public) && !push.hub.empty() &&
                      state.last_success && state.status != FeedStatus::gone &&
                      state.status != FeedStatus::held && state.status != FeedStatus::disabled;
  if (!wanted) return std::nullopt;
  return push.next_try.value_or(Timestamp{});
}

Request subscription_request(FeedState& state, std::string_view site_url, const std::string& random,
                             Timestamp now) {
  Subscription& push = state.memory.push;
  const bool running =
      push.state == Subscription::State::active && push.lease_until && now < *push.lease_until;
  if (!running) {
    // A new token: what a former subscription's hub still sends is not for this one.
    push.token = random.substr(0, random.size() / 2);
    push.secret = random.substr(random.size() / 2);
    push.state = Subscription::State::requested;
    push.lease_until.reset();
  }
  push.next_try = now + patience;
  Request request{.feed = state.key, .url = push.hub};
  request.form = "hub.mode=subscribe&hub.topic=" + encoded(push.topic) +
                 "&hub.callback=" + encoded(std::string(site_url) + "websub/" + push.token) +
                 "&hub.secret=" + push.secret + "&hub.lease_seconds=" + std::to_string(wanted_lease.count());
  return request;
}

void hub_answered(FeedState& state, const Answer& answer, Timestamp now) {
  Subscription& push = state.memory.push;
  if (!answer.error && answer.status >= 200 && answer.status < 300) return;  // verification is on its way
  ++push.failures;
  push.next_try = now + retry_after_failures(push.failures);
  const bool running =
      push.state == Subscription::State::active && push.lease_until && now < *push.lease_until;
  if (!running) push.state = Subscription::State::none;
}

CallbackAnswer verify(FeedState& state, std::string_view query, Timestamp now) {
  Subscription& push = state.memory.push;
  const auto mode = value_of(query, "hub.mode"), topic = value_of(query, "hub.topic");
  if (topic != push.topic) return {404, "this is no topic of ours\n"};
  if (mode == "denied") {
    push.state = Subscription::State::denied;
    push.lease_until.reset();
    push.next_try = now + after_denial;
    return {200, ""};
  }
  const auto challenge = value_of(query, "hub.challenge");
  // Nobody here ends a subscription that is wanted: an unsubscription is another's idea.
  const bool asked_for =
      push.state == Subscription::State::requested || push.state == Subscription::State::active;
  if (mode != "subscribe" || challenge.empty() || !asked_for) return {404, "this was not asked for\n"};
  const auto digits = value_of(query, "hub.lease_seconds");
  std::int64_t lease = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), lease);
  const auto granted = lease > 0 ? std::min<seconds>(seconds(lease), std::chrono::days{365}) : wanted_lease;
  push.state = Subscription::State::active;
  push.lease_until = now + granted;
  push.next_try = now + granted * 4 / 5;  // renewed before its end
  push.failures = 0;
  return {200, challenge};
}

bool signature_holds(const Subscription& push, std::string_view header, std::string_view body) {
  const auto equals = header.find('=');
  if (push.secret.empty() || equals == std::string_view::npos) return false;
  const EVP_MD* digest = digest_of(lowered(trimmed(header.substr(0, equals))));
  const auto claimed = lowered(trimmed(header.substr(equals + 1)));
  if (digest == nullptr) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
  unsigned size = 0;
  if (HMAC(digest, push.secret.data(), static_cast<int>(push.secret.size()),
           reinterpret_cast<const unsigned char*>(body.data()), body.size(), made.data(), &size) == nullptr)
    return false;
  if (claimed.size() != std::size_t{2} * size) return false;
  // Every digit is looked at: the time it takes tells nothing of where a guess goes wrong.
  unsigned differences = 0;
  for (unsigned i = 0; i < size; ++i) {
    const int value = hex(claimed[2 * i]) * 16 + hex(claimed[2 * i + 1]);
    differences |= static_cast<unsigned>(value) ^ made[i];
  }
  return differences == 0;
}

void pushed(FeedState& state, Timestamp now) {
  state.memory.push.last_delivery = now;
  state.memory.push.failures = 0;
}

bool polled(FeedState& state, std::size_t fresh, Timestamp now) {
  Subscription& push = state.memory.push;
  if (push.state != Subscription::State::active) return false;
  if (push.lease_until && *push.lease_until <= now) {
    push.state = Subscription::State::none;
    push.next_try = now;
    return false;
  }
  // News that a poll finds first should have been pushed. Once may be a race between the two.
  if (fresh == 0) return false;
  if (++push.failures < missed_until_broken) return false;
  push.state = Subscription::State::broken;
  push.next_try = now + after_breach;
  push.failures = 0;
  return true;
}

}  // namespace tributary::fetcher
