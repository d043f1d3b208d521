#include "fetcher/transfer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "fetcher/domain.hpp"
#include "fetcher/patience.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_header_bytes = 256 * 1024;
constexpr std::size_t max_error_page = 64 * 1024;  // enough to recognise a challenge or login page
constexpr std::size_t max_redirects = 10;
constexpr milliseconds max_connect_time{10'000};

constexpr const char* accept =
    "Accept: application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

bool same_name(std::string_view a, std::string_view lower_case) {
  return std::ranges::equal(a, lower_case,
                            [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

/// For an admin whose partner is inside the network.
std::string how_to_allow(const std::string& address) {
  return "if it shall be asked nevertheless, write `fetch: {allow_addresses: [\"" + address +
         "\"]}` in feeds.yaml";
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// A secret with a line break in it would write headers of its own.
bool safe_in_header(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

Transfer::Transfer(Request request, std::function<void(Answer)> done)
    : request_(std::move(request)), done_(std::move(done)), url_(request_.url) {
  answer_.feed = request_.feed;
  answer_.requested_url = request_.url;
  answer_.url = request_.url;
}

bool Transfer::askable(const Settings& settings) {
  auto wire = wire_url(url_);
  if (!wire) {
    fail(ErrorKind::forbidden, "this is no http or https address that can be asked");
    return false;
  }
  wire_ = std::move(*wire);
  if (!wire_.userinfo.empty() && request_.user_password.empty() && !under_way())
    request_.user_password = wire_.userinfo;
  if (!settings.options.proxy.empty()) {
    // Behind a proxy the socket only shows the proxy; an address in the URL itself can still be judged.
    const bool local_name = wire_.host == "localhost" || wire_.host.ends_with(".localhost");
    const auto literal = address_from(local_name ? "127.0.0.1" : wire_.host);
    if (literal && !may_dial(*literal, settings.allowed)) {
      fail(ErrorKind::forbidden,
           wire_.host + " is no public address; " + how_to_allow(local_name ? "127.0.0.1" : wire_.host));
      return false;
    }
  }
  host_key_ = registrable_domain(wire_.host);
  asked_.insert(wire_.url);
  return true;
}

void Transfer::begin(CURL* handle, std::shared_ptr<const Settings> settings, Admit admit,
                     Clock::time_point now) {
  admit_ = std::move(admit);
  if (!settings_) settings_ = std::move(settings);
  const auto& options = settings_->options;
  began_ = now;
  forget_response();
  refused_address_.clear();
  busy_address_.clear();
  header_bytes_ = 0;
  stop_ = Stop::none;
  words_[0] = '\0';
  const bool with_secrets = secrets_for() == url_ || may_share_credentials(secrets_for(), url_);
  add_headers(with_secrets);

  const auto set = [handle](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_URL, wire_.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_USERAGENT, settings_->user_agent.c_str());
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // A second transfer to an https host waits until it is known whether the first one's connection can carry
  // both.
  set(CURLOPT_PIPEWAIT, wire_.https ? 1L : 0L);
  set(CURLOPT_PROXY, options.proxy.c_str());  // an empty one also switches off what the environment says
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, words_.data());
  set(CURLOPT_PRIVATE, this);

  if (is_post()) {
    const auto& body = request_.body ? *request_.body : request_.form;
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.c_str());
  }

  const auto left = std::max(milliseconds(1), milliseconds(options.timeout) - used_);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(left, max_connect_time).count()));

  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);

  if (with_secrets) {
    if (!request_.user_password.empty()) {
      set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      set(CURLOPT_USERPWD, request_.user_password.c_str());
    }
    // A client certificate names the asker just as a password does.
    if (!request_.tls.cert.empty()) set(CURLOPT_SSLCERT, request_.tls.cert.c_str());
    if (!request_.tls.key.empty()) set(CURLOPT_SSLKEY, request_.tls.key.c_str());
  }
  if (!request_.tls.ca.empty()) set(CURLOPT_CAINFO, request_.tls.ca.c_str());
}

const std::string& Transfer::secrets_for() const {
  return request_.secrets_for.empty() ? request_.url : request_.secrets_for;
}

void Transfer::add_headers(bool with_secrets) {
  headers_.reset();
  const auto add = [this](const std::string& line) {
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
  };
  add(is_post() || request_.any_document ? "Accept: */*" : accept);
  if (is_post()) add("Expect:");  // some servers never say "continue"
  add("Accept-Encoding: gzip, deflate, br, zstd");
  if (!request_.etag.empty() && safe_in_header(request_.etag)) add("If-None-Match: " + request_.etag);
  if (!request_.last_modified.empty() && safe_in_header(request_.last_modified)) {
    add("If-Modified-Since: " + request_.last_modified);
  }
  if (request_.delta && !request_.etag.empty()) add("A-IM: feed");
  if (!with_secrets) return;
  for (const auto& [name, value] : request_.headers) {
    if (name.empty() || !safe_in_header(name) || !safe_in_header(value) ||
        name.find_first_of(":; ") != std::string::npos)
      continue;
    add(value.empty() ? name + ";" : name + ": " + value);
  }
}

void Transfer::forget_response() {
  answer_.status = 0;
  for (auto* field : {&answer_.content_type, &answer_.etag, &answer_.last_modified, &answer_.cache_control,
                      &answer_.expires, &answer_.date, &answer_.age, &answer_.retry_after, &answer_.im,
                      &answer_.server, &answer_.challenge, &answer_.body, &location_, &content_encoding_}) {
    field->clear();
  }
  answer_.link_headers.clear();
  decoding_.reset();
  body_bytes_ = 0;
  announced_bytes_ = 0;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.header_bytes_ += size * count;
  if (transfer.header_bytes_ > max_header_bytes) {
    transfer.stop_ = Stop::header_too_large;
    return 0;
  }
  transfer.read_header({data, size * count});
  return size * count;
}

void Transfer::read_header(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // a new head: after 1xx comes the real one
    forget_response();
    if (const auto blank = line.find(' '); blank != std::string_view::npos) {
      const auto digits = line.substr(blank + 1, 3);
      std::from_chars(digits.data(), digits.data() + digits.size(), answer_.status);
    }
    return;
  }
  if (decoding_) return;  // trailers change nothing
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));

  struct Kept {
    std::string_view name;
    std::string Answer::* field;
  };
  static constexpr Kept kept[]{
      {"content-type", &Answer::content_type},
      {"etag", &Answer::etag},
      {"last-modified", &Answer::last_modified},
      {"expires", &Answer::expires},
      {"date", &Answer::date},
      {"age", &Answer::age},
      {"retry-after", &Answer::retry_after},
      {"server", &Answer::server},
  };
  for (const auto& [known, field] : kept) {
    if (same_name(name, known)) {
      (answer_.*field).assign(value);
      return;
    }
  }
  const auto append = [&](std::string& field) {
    if (!field.empty()) field += ", ";
    field += value;
  };
  if (same_name(name, "cache-control")) return append(answer_.cache_control);
  if (same_name(name, "im")) return append(answer_.im);
  if (same_name(name, "content-length")) {
    std::from_chars(value.data(), value.data() + value.size(), announced_bytes_);
    return;
  }
  if (same_name(name, "content-encoding")) return append(content_encoding_);
  if (same_name(name, "link")) {
    answer_.link_headers.emplace_back(value);
  } else if (same_name(name, "location")) {
    location_.assign(value);
  } else if (same_name(name, "cf-mitigated") || same_name(name, "x-amzn-waf-action") ||
             same_name(name, "x-datadome") || same_name(name, "x-sucuri-block")) {
    answer_.challenge.assign(name).append(": ").append(value);
  }
}

bool Transfer::wants_body() const {
  return answer_.status == 200 || answer_.status == 203 || answer_.status == 226;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->take_body({data, size * count}) ? size * count : 0;
}

std::size_t Transfer::most_bytes() const {
  const auto most = settings_->options.max_body;
  return wants_body() ? most : std::min(most, max_error_page);
}

bool Transfer::take_body(std::string_view bytes) {
  if (!decoding_)
    decoding_.emplace(content_encoding_, [this](std::string_view decoded) { return keep(decoded); });
  body_bytes_ += bytes.size();
  // What is announced need not be waited for; and bytes that decompress to nothing are counted too.
  if (std::max<std::uint64_t>(announced_bytes_, body_bytes_) > settings_->options.max_body) {
    stop_ = wants_body() ? Stop::body_too_large : Stop::enough_seen;
    return false;
  }
  switch (decoding_->take(bytes)) {
    case Decoding::Outcome::good:
      return true;
    case Decoding::Outcome::damaged:
      stop_ = wants_body() ? Stop::body_damaged : Stop::enough_seen;
      return false;
    case Decoding::Outcome::stopped:
      return false;
  }
  return false;
}

bool Transfer::keep(std::string_view decoded) {
  const auto room = most_bytes() - answer_.body.size();
  if (decoded.size() <= room) {
    answer_.body.append(decoded);
    return true;
  }
  stop_ = wants_body() ? Stop::body_too_large : Stop::enough_seen;
  if (!wants_body()) answer_.body.append(decoded.substr(0, room));
  return false;
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.settings_->options.proxy.empty()) {
    const auto dialled = address_from(address->addr);
    if (!dialled || !may_dial(*dialled, transfer.settings_->allowed)) {
      transfer.refused_address_ = dialled ? to_string(*dialled) : "an address that is not IP";
      return CURL_SOCKET_BAD;
    }
    if (auto name = to_string(*dialled); !transfer.admit_(name)) {
      transfer.busy_address_ = std::move(name);
      return CURL_SOCKET_BAD;
    }
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Transfer::Outcome Transfer::end(CURL* handle, CURLcode code, Clock::time_point now) {
  if (code == CURLE_COULDNT_CONNECT && !busy_address_.empty()) return Outcome::busy;  // nobody was bothered
  used_ += std::chrono::duration_cast<milliseconds>(now - began_);
  answer_.took = used_;
  curl_off_t received = 0;
  curl_easy_getinfo(handle, CURLINFO_SIZE_DOWNLOAD_T, &received);
  answer_.wire_bytes += static_cast<std::uint64_t>(received) + header_bytes_;
  answer_.url = without_user(url_);

  // The status of an error tells all, however its page ended; so does a redirect, unless its time is over.
  const bool in_time = code != CURLE_OPERATION_TIMEDOUT || answer_.status >= 400;
  const bool told =
      code == CURLE_OK || (answer_.status >= 100 && !wants_body() && stop_ != Stop::header_too_large &&
                           in_time && (decoding_ || !location_.empty()));
  if (code == CURLE_OK && decoding_ && decoding_->finish() != Decoding::Outcome::good && wants_body())
    stop_ = Stop::body_damaged;
  if (!told || stop_ == Stop::body_damaged || stop_ == Stop::body_too_large) {
    explain(handle, code);
    return Outcome::answered;
  }
  if (request_.follow && is_redirect(answer_.status) && !location_.empty())
    return follow() ? Outcome::redirected : Outcome::answered;
  if (answer_.status == 0) fail(ErrorKind::network, "the server gave no HTTP answer");
  return Outcome::answered;
}

bool Transfer::follow() {
  const int status = answer_.status;
  std::string target = resolve_url(url_, location_);
  if (const auto fragment = target.find('#'); fragment != std::string::npos) target.resize(fragment);
  answer_.redirects.push_back({status, without_user(target)});
  const auto refuse = [&](ErrorKind kind, const std::string& why) {
    fail(kind, "HTTP " + std::to_string(status) + " redirects to " + without_user(target).substr(0, 200) +
                   ": " + why);
    return false;
  };
  const auto wire = wire_url(target);
  if (!wire) return refuse(ErrorKind::forbidden, "only http and https addresses are followed");
  if (wire_.https && !wire->https) return refuse(ErrorKind::forbidden, "from https to http is not followed");
  if (answer_.redirects.size() > max_redirects) return refuse(ErrorKind::http, "more than 10 redirects");
  if (asked_.contains(wire->url)) return refuse(ErrorKind::http, "the redirects go round in a circle");

  // A POST goes on only where it stays one (RFC 9110 section 15.4).
  if (is_post() && status != 307 && status != 308)
    return refuse(ErrorKind::http, "a POST is not followed there");

  leading_permanent_ = leading_permanent_ && (status == 301 || status == 308);
  if (leading_permanent_) answer_.permanent_url = without_user(target);
  // Retry-After with a permanent redirect is how long to wait before following it; without a Date a date is
  // no duration.
  const auto sent = from_http_date(answer_.date).value_or(Timestamp::max());
  if (leading_permanent_ &&
      retry_delay(answer_, sent).value_or(std::chrono::seconds(0)) > std::chrono::seconds(0))
    return false;
  url_ = std::move(target);
  answer_.url = without_user(url_);
  return true;
}

void Transfer::fail(ErrorKind kind, std::string detail) {
  fail(Error{kind, without_user(request_.url), std::move(detail)});
}

void Transfer::fail(Error error) {
  forget_response();
  answer_.error = std::move(error);
}

void Transfer::cancel() {
  answer_.cancelled = true;
  fail(ErrorKind::network, "the fetch was called off");
}

void Transfer::put_off(std::chrono::seconds wait) {
  answer_.cancelled = true;
  fail(ErrorKind::http, "the host asked for patience; nothing of it is asked for now");
  answer_.retry_after = std::to_string(wait.count());
}

std::string Transfer::place_of_timeout(CURL* handle) const {
  curl_off_t connected = 0, first_byte = 0;
  curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &connected);
  curl_easy_getinfo(handle, CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
  if (connected == 0) return "no connection to " + wire_.host;
  if (first_byte == 0) return "connected to " + wire_.host + ", but no answer came";
  return "the answer was still coming (" + std::to_string(answer_.body.size()) + " bytes so far)";
}

void Transfer::explain(CURL* handle, CURLcode code) {
  const std::string words = words_[0] ? words_.data() : curl_easy_strerror(code);
  const auto limit = [](std::size_t bytes) {
    return bytes % (1024 * 1024) == 0 ? std::to_string(bytes / (1024 * 1024)) + " MiB"
                                      : std::to_string(bytes) + " bytes";
  };
  if (stop_ == Stop::header_too_large)
    return fail(ErrorKind::too_large, "the answer's headers are over 256 KiB");
  if (stop_ == Stop::body_too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return fail(ErrorKind::too_large,
                "the body is over " + limit(settings_->options.max_body) + " (fetch.max_body)");
  }
  if (stop_ == Stop::body_damaged) {
    return fail(ErrorKind::network, "the compressed body (Content-Encoding: " +
                                        content_encoding_.substr(0, 40) + ") is damaged or ends early");
  }
  if (!refused_address_.empty() && (code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT)) {
    return fail(ErrorKind::forbidden, wire_.host + " is at " + refused_address_ +
                                          ", which is no public address; " + how_to_allow(refused_address_));
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: {
      const auto seconds = static_cast<double>(used_.count()) / 1000;
      auto shown = std::to_string(seconds);
      return fail(ErrorKind::timeout, "gave up after " + shown.substr(0, shown.find('.') + 2) +
                                          " s: " + place_of_timeout(handle));
    }
    case CURLE_COULDNT_RESOLVE_HOST:
      return fail(ErrorKind::network, "the name " + wire_.host + " is not known (DNS)");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fail(ErrorKind::network, "the proxy's name is not known (DNS): " + words);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return fail(ErrorKind::network, "TLS with " + wire_.host + " failed: " + words);
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return fail(ErrorKind::network, "the transfer ended early: " + words);
    case CURLE_GOT_NOTHING:
      return fail(ErrorKind::network, "the server closed the connection without an answer");
    default:
      return fail(ErrorKind::network, words);
  }
}

}  // namespace tributary::fetcher
