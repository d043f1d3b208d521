#include "server/request.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <optional>

namespace tributary::server {

namespace http = boost::beast::http;
namespace {

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool equal_but_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

// RFC 9110 section 5.6.2.
bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != 0 && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

// RFC 3986 section 3.2.2 and a port; enough to keep out what could be taken for something else.
bool is_host(std::string_view host) {
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && std::strchr("-._~!$&'()*+,;=:%[]", c) != nullptr);
  });
}

// Empty lines before a request: section 2.2 of RFC 9112 asks for patience with "at least one".
constexpr std::size_t patience = 4;

}  // namespace

// Beast's parser without Beast's containers: it hands out views and allocates nothing.
class RequestParser::Machine {
 public:
  class Beast : public http::basic_parser<true> {
   public:
    Beast(Request& request, std::deque<std::string>& joined) : request_(request), joined_(joined) {}

    std::size_t most = 0;  // bytes of a body
    bool in_head = true;
    int hosts = 0, lengths = 0, codings = 0;
    std::string_view coding = {}, length = {};

   private:
    using error_code = boost::system::error_code;
    using string_view = boost::beast::string_view;

    void on_request_impl(http::verb verb, string_view method, string_view target, int version,
                         error_code&) override {
      switch (verb) {
        case http::verb::get:
          request_.method = Method::get;
          break;
        case http::verb::head:
          request_.method = Method::head;
          break;
        case http::verb::post:
          request_.method = Method::post;
          break;
        case http::verb::options:
          request_.method = Method::options;
          break;
        default:
          request_.method = Method::other;
      }
      request_.method_name = view(method);
      request_.target = view(target);
      request_.http11 = version == 11;
    }

    void on_field_impl(http::field field, string_view name, string_view text, error_code&) override {
      if (!in_head) return;  // a trailer of a chunked body says nothing that is listened to
      const std::string_view value = view(text);
      request_.fields.push_back({view(name), value});
      switch (field) {
        case http::field::host:
          ++hosts;
          request_.host = value;
          break;
        case http::field::content_length:
          ++lengths;
          length = value;
          break;
        case http::field::transfer_encoding:
          ++codings;
          coding = value;
          break;
        case http::field::expect:
          request_.expects_continue = equal_but_case(value, "100-continue");
          break;
        case http::field::accept_encoding:
          add(request_.accept_encoding, value);
          break;
        case http::field::if_match:
          add(request_.if_match, value);
          break;
        case http::field::if_none_match:
          add(request_.if_none_match, value);
          break;
        case http::field::if_modified_since:
          add(request_.if_modified_since, value);
          break;
        case http::field::if_unmodified_since:
          add(request_.if_unmodified_since, value);
          break;
        case http::field::if_range:
          add(request_.if_range, value);
          break;
        case http::field::range:
          add(request_.range, value);
          break;
        case http::field::a_im:
          add(request_.a_im, value);
          break;
        case http::field::access_control_request_method:
          add(request_.requested_method, value);
          break;
        default:
          break;
      }
    }

    // RFC 9110 section 5.3: several lines of one name are one list. A field that is no list becomes invalid
    // by it, and an invalid condition or range is passed over.
    void add(std::string_view& whole, std::string_view value) {
      if (whole.data() == nullptr) {
        whole = value;
        return;
      }
      joined_.push_back(std::string(whole) + ", " + std::string(value));
      whole = joined_.back();
    }

    void take(std::string_view bytes, error_code& error) {
      if (bytes.size() > most - std::min(most, request_.body.size())) {
        error = http::error::body_limit;
        return;
      }
      request_.body += bytes;
    }

    std::size_t on_body_impl(string_view bytes, error_code& error) override {
      take(view(bytes), error);
      return bytes.size();
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& error) override {
      take(view(bytes), error);
      return bytes.size();
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_header_impl(error_code&) override { in_head = false; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    Request& request_;
    std::deque<std::string>& joined_;
  };

  std::optional<Beast> beast;
};

RequestParser::RequestParser(const RequestLimits& limits)
    : limits_(limits), machine_(std::make_unique<Machine>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  auto fields = std::move(request_.fields);
  fields.clear();
  request_ = {};
  request_.fields = std::move(fields);  // its memory serves the next request
  joined_.clear();
  scanned_ = lines_ = first_line_ = 0;
  begun_ = false;
}

RequestParser::Step RequestParser::refuse(int status, const char* why) {
  status_ = status;
  why_ = why;
  return Step::refused;
}

RequestParser::Step RequestParser::head(std::string_view bytes) {
  while (scanned_ < bytes.size()) {
    const char* const line = bytes.data() + scanned_;
    const std::size_t rest = bytes.size() - scanned_;
    const auto* const feed = static_cast<const char*>(std::memchr(line, '\n', rest));
    if (lines_ == 0 && line[0] != '\r' && line[0] != '\n') {
      begun_ = true;
      if (!is_token(line[0])) return refuse(400, "this is no HTTP request");
    }
    if (feed == nullptr) {
      if (lines_ == 0 && rest > limits_.target + 64) return refuse(414, "the target is too long");
      if (bytes.size() - first_line_ > limits_.head) return refuse(431, "the head is too large");
      return Step::more;
    }
    const std::size_t length = static_cast<std::size_t>(feed - line) + 1;
    if (length < 2 || feed[-1] != '\r') return refuse(400, "a line ends without carriage return");
    if (length == 2) {
      scanned_ += length;
      if (lines_ > 0) return parse(bytes.substr(first_line_, scanned_ - first_line_));
      first_line_ = scanned_;
      if (scanned_ > 2 * patience) return refuse(400, "there are only empty lines");
      continue;
    }
    if (lines_ > 0 && (line[0] == ' ' || line[0] == '\t')) return refuse(400, "a header line is folded");
    if (lines_ == 0 && length > limits_.target + 64) return refuse(414, "the target is too long");
    if (++lines_ > limits_.fields + 1) return refuse(431, "there are too many header fields");
    scanned_ += length;
    if (scanned_ - first_line_ > limits_.head) return refuse(431, "the head is too large");
  }
  return Step::more;
}

RequestParser::Step RequestParser::parse(std::string_view bytes) {
  machine_->beast.emplace(request_, joined_);
  auto& beast = *machine_->beast;
  beast.header_limit(static_cast<std::uint32_t>(limits_.head + 16));
  beast.body_limit(boost::none);
  beast.eager(false);
  boost::system::error_code error;
  // Without `eager` the request line and the fields are one step each.
  while (!bytes.empty() && !beast.is_header_done()) {
    const std::size_t taken = beast.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error || taken == 0) break;
    bytes.remove_prefix(taken);
  }
  if (error == http::error::bad_version) {
    // What is HTTP of another kind is told so; anything else is no HTTP.
    const std::string_view line = bytes.substr(0, bytes.find('\r'));
    const std::string_view version = line.substr(line.rfind(' ') + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool http_of_a_kind = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                                version[6] == '.' && is_digit(version[7]) &&
                                std::ranges::count(line, ' ') == 2;
    if (http_of_a_kind && version != "HTTP/1.1" && version != "HTTP/1.0")
      return refuse(505, "speak HTTP/1.1");
    return refuse(400, "the request line is malformed");
  }
  if (error || !beast.is_header_done()) return refuse(400, "the head is malformed");
  if (request_.target.size() > limits_.target) return refuse(414, "the target is too long");
  return judge();
}

RequestParser::Step RequestParser::judge() {
  const auto& beast = *machine_->beast;
  // RFC 9112 section 3.2: exactly one Host.
  if (beast.hosts > 1 || (beast.hosts == 0 && request_.http11))
    return refuse(400, "there is not one Host field");
  if (!is_host(request_.host)) return refuse(400, "the Host field is malformed");
  if (beast.codings > 0) {
    if (beast.lengths > 0) return refuse(400, "Content-Length stands beside Transfer-Encoding");
    if (!request_.http11) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding");
    if (beast.codings > 1) return refuse(400, "Transfer-Encoding comes twice");
    if (!equal_but_case(beast.coding, "chunked"))
      return refuse(501, "chunked is the only transfer coding known here");
    request_.chunked = request_.has_body = true;
  }
  if (beast.lengths > 1) return refuse(400, "Content-Length comes twice");
  if (beast.lengths == 1) {
    const bool digits = std::ranges::all_of(beast.length, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || beast.length.empty() || beast.length.size() > 18)
      return refuse(400, "Content-Length is malformed");
    for (const char c : beast.length)
      request_.content_length = request_.content_length * 10 + static_cast<unsigned>(c - '0');
    request_.has_body = request_.content_length > 0;
  }
  request_.keep_alive = beast.keep_alive();
  return Step::done;
}

RequestParser::Step RequestParser::body(std::string_view bytes, std::size_t limit, std::size_t& consumed) {
  consumed = 0;
  auto& beast = *machine_->beast;
  if (request_.content_length > limit) return refuse(413, "the body is too large");
  beast.most = limit;
  beast.eager(true);
  boost::system::error_code error;
  while (!beast.is_done() && consumed < bytes.size()) {
    const std::size_t taken =
        beast.put(boost::asio::const_buffer(bytes.data() + consumed, bytes.size() - consumed), error);
    consumed += taken;
    if (error == http::error::need_more) break;
    if (error == http::error::body_limit) return refuse(413, "the body is too large");
    if (error) return refuse(400, "the body is malformed");
    if (taken == 0) break;
  }
  return beast.is_done() ? Step::done : Step::more;
}

}  // namespace tributary::server
