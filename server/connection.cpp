#include "server/connection.hpp"

#include <netinet/in.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>

namespace tributary::server {
namespace {

constexpr auto result = asio::as_tuple(asio::use_awaitable_t<Executor>{});

// A first buffer that most requests fit in; ten thousand idle connections must stay cheap.
constexpr std::size_t small_buffer = 2048;
// An answer may be read at this pace (bytes a second) and no slower, besides the write deadline.
constexpr std::uint64_t slowest = 4096;
// How much more of a refused request is read, and for how long, before the connection is cut: cutting at once
// would take the answer away from a client that is still sending.
constexpr std::size_t linger_bytes = 256 * 1024;
constexpr auto linger_time = std::chrono::seconds{2};

constexpr std::string_view close_line = "Connection: close\r\n\r\n";
constexpr std::string_view keep_alive_line = "Connection: keep-alive\r\n\r\n";
constexpr std::string_view end_of_head = "\r\n";

}  // namespace

const std::string& Shared::date() {
  const Timestamp now = responder.now();
  if (now != dated_) {
    dated_ = now;
    date_ = "Date: " + to_http_date(now) + "\r\n";
  }
  return date_;
}

void Shared::share_looks(const Executor& executor) {
  if (std::exchange(sharing_, true)) return;
  responder.trust();
  asio::post(executor, [self = shared_from_this()] {
    self->sharing_ = false;
    self->responder.doubt();
  });
}

Connection::Connection(Socket socket, std::shared_ptr<Shared> shared, Door door)
    : socket_(std::move(socket)),
      shared_(std::move(shared)),
      door_(door),
      place_(shared_->connections.insert(shared_->connections.end(), this)),
      parser_({.head = shared_->options.max_head, .target = shared_->options.max_target}) {
  enter(Phase::idle, shared_->options.idle_deadline);
  ++shared_->counters.accepted;
}

Connection::~Connection() {
  shared_->connections.erase(place_);
  if (shared_->on_end) shared_->on_end();
}

void Connection::enter(Phase phase, Clock::duration allowed) {
  phase_ = phase;
  deadline_ = Clock::now() + allowed;
}

void Connection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Connection::expire(Clock::time_point now) {
  if (now < deadline_ || expired_) return;
  expired_ = true;
  if (phase_ == Phase::head || phase_ == Phase::body || phase_ == Phase::answer)
    ++shared_->counters.timed_out;
  boost::system::error_code ignored;
  if (phase_ == Phase::head || phase_ == Phase::body) {
    socket_.cancel(ignored);  // run() says 408 and ends
  } else {
    socket_.close(ignored);
  }
}

// 0 at the end of the stream, on an error, and when a deadline passed.
Awaitable<std::size_t> Connection::read_some(char* into, std::size_t size) {
  const auto [error, count] = co_await socket_.async_read_some(asio::buffer(into, size), result);
  co_return error ? 0 : count;
}

bool Connection::make_room() {
  if (begin_ > 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  // The parser refuses a head before this is needed; the empty lines before it are what the surplus is for.
  const std::size_t most = shared_->options.max_head + 512;
  if (end_ == in_.size()) {
    if (in_.size() >= most) return false;
    in_.resize(std::min(most, std::max(small_buffer, in_.size() * 2)));
  }
  return true;
}

Awaitable<bool> Connection::read_head() {
  parser_.reset();
  if (!later_.empty()) {
    in_ = std::exchange(later_, {});
    begin_ = 0;
    end_ = in_.size();
  } else if (begin_ == end_) {
    begin_ = end_ = 0;
    if (in_.size() > small_buffer) in_ = {};
  }
  while (true) {
    const auto step = parser_.head(buffered());
    if (step == RequestParser::Step::done) {
      begin_ += parser_.head_size();
      co_return true;
    }
    if (step == RequestParser::Step::refused) co_return co_await refuse(parser_.status(), parser_.why());
    if (parser_.begun() && phase_ != Phase::head) enter(Phase::head, shared_->options.head_deadline);
    if (!parser_.begun() && phase_ != Phase::idle) {
      enter(Phase::idle, shared_->options.idle_deadline);
      if (shared_->stopping) co_return false;
    }
    if (!make_room()) co_return co_await refuse(431, "The head is too large");
    const std::size_t count = co_await read_some(in_.data() + end_, in_.size() - end_);
    if (count == 0) {
      if (expired_ && socket_.is_open()) {
        expired_ = false;
        co_return co_await refuse(408, "The request did not come whole in time");
      }
      co_return false;
    }
    end_ += count;
  }
}

Awaitable<bool> Connection::read_body(std::size_t limit) {
  enter(Phase::body, shared_->options.head_deadline);
  std::size_t consumed = 0;
  auto step = parser_.body(buffered(), limit, consumed);
  begin_ += consumed;
  if (step == RequestParser::Step::more && parser_.request().expects_continue && parser_.request().http11) {
    // RFC 9110 section 10.1.1.
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(go_on), result);
    if (error) co_return false;
  }
  // The head, which the request's views point into, stays where it is: the body goes through a buffer of its
  // own, in which what the parser does not take yet waits for the rest of its line.
  std::vector<char> piece;
  std::size_t kept = 0;
  if (step == RequestParser::Step::more) {
    piece.resize(8 * 1024);
    kept = end_ - begin_;
    if (kept > piece.size()) co_return co_await refuse(400, "The body is malformed");
    std::memcpy(piece.data(), in_.data() + begin_, kept);
    begin_ = end_;
  }
  while (step == RequestParser::Step::more) {
    if (kept == piece.size()) co_return co_await refuse(400, "The body is malformed");
    const std::size_t count = co_await read_some(piece.data() + kept, piece.size() - kept);
    if (count == 0) {
      if (expired_ && socket_.is_open()) {
        expired_ = false;
        co_return co_await refuse(408, "The request did not come whole in time");
      }
      co_return false;
    }
    kept += count;
    step = parser_.body({piece.data(), kept}, limit, consumed);
    kept -= consumed;
    std::memmove(piece.data(), piece.data() + consumed, kept);
  }
  if (step == RequestParser::Step::refused) co_return co_await refuse(parser_.status(), parser_.why());
  piece.resize(kept);
  later_ = std::move(piece);
  co_return true;
}

Awaitable<bool> Connection::refuse(int status, const char* why) {
  std::string sentence(why);
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z')
    sentence[0] = static_cast<char>(sentence[0] - 32);
  const Answer answer = shared_->responder.refusal(status, sentence);
  if (co_await send(answer, true)) co_await linger();
  co_return false;
}

Awaitable<void> Connection::linger() {
  enter(Phase::linger, linger_time);
  boost::system::error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  std::array<char, 4096> rest;
  std::size_t total = 0;
  while (!error && total < linger_bytes) {
    const std::size_t count = co_await read_some(rest.data(), rest.size());
    if (count == 0) break;
    total += count;
  }
}

Awaitable<bool> Connection::send_rest(std::vector<asio::const_buffer> rest) {
  const auto [error, count] = co_await asio::async_write(socket_, rest, result);
  co_return !error;
}

// The kernel sends from its pages: no copy of a large body through this process.
Awaitable<bool> Connection::send_file(int file, std::uint64_t from, std::uint64_t length) {
  auto at = static_cast<off_t>(from);
  const auto end = static_cast<off_t>(from + length);
  while (at < end) {
    const ssize_t sent = ::sendfile(socket_.native_handle(), file, &at, static_cast<std::size_t>(end - at));
    if (sent > 0) continue;
    // 0: fewer bytes than were promised. Only cutting the connection tells the client.
    if (sent == 0 || (errno != EAGAIN && errno != EINTR)) co_return false;
    const auto [error] = co_await socket_.async_wait(Socket::wait_write, result);
    if (error) co_return false;
  }
  co_return true;
}

Awaitable<bool> Connection::send(const Answer& answer, bool last) {
  auto& counters = shared_->counters;
  ++counters.requests;
  ++counters.by_class[std::clamp(answer.status / 100, 0, 5)];
  if (answer.status == 304) ++counters.not_modified;
  if (answer.status == 226) ++counters.deltas;
  const std::uint64_t length = answer.file >= 0 ? answer.length : answer.body.size();
  counters.body_bytes += length;
  enter(Phase::answer, shared_->options.write_deadline + std::chrono::seconds{length / slowest});

  const std::string& date = shared_->date();
  const std::string_view end = last ? close_line : parser_.request().http11 ? end_of_head : keep_alive_line;
  const std::array<asio::const_buffer, 4> buffers{asio::buffer(answer.head.data(), answer.head.size()),
                                                  asio::buffer(date), asio::buffer(end.data(), end.size()),
                                                  asio::buffer(answer.body.data(), answer.body.size())};
  // Most answers go out whole at once; only what the socket does not take is waited for.
  boost::system::error_code error;
  std::size_t sent = socket_.send(buffers, answer.file >= 0 ? MSG_MORE : 0, error);
  if (error && error != asio::error::would_block && error != asio::error::try_again) co_return false;
  if (error) sent = 0;
  if (sent < asio::buffer_size(buffers)) {
    const std::string date_kept = date;  // the shared line changes while this answer waits
    std::vector<asio::const_buffer> rest;
    for (asio::const_buffer buffer : buffers) {
      if (buffer.data() == date.data()) buffer = asio::buffer(date_kept);
      const std::size_t skip = std::min(sent, buffer.size());
      sent -= skip;
      if (skip < buffer.size()) rest.push_back(buffer + skip);
    }
    if (!co_await send_rest(std::move(rest))) co_return false;
  }
  if (answer.file >= 0) co_return co_await send_file(answer.file, answer.from, answer.length);
  co_return true;
}

std::string Connection::client() const {
  boost::system::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (error || (endpoint.protocol().family() != AF_INET && endpoint.protocol().family() != AF_INET6))
    return {};
  asio::ip::tcp::endpoint address;
  address.resize(endpoint.size());
  std::memcpy(address.data(), endpoint.data(), endpoint.size());
  auto ip = address.address();
  if (ip.is_v6() && ip.to_v6().is_v4_mapped())
    ip = asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6());
  return ip.to_string();
}

Awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  boost::system::error_code error;
  socket_.non_blocking(true, error);
  while (!error && socket_.is_open()) {
    if (!co_await read_head()) break;
    const Request& request = parser_.request();
    bool unread = false;
    if (request.has_body) {
      const std::size_t limit = shared_->responder.body_limit(request, door_);
      unread = limit == 0;  // nobody asked for it: answered without it, and never taken for a next request
      if (!unread && !co_await read_body(limit)) break;
    }
    shared_->share_looks(socket_.get_executor());
    const Answer answer = shared_->responder.answer(request, door_, [this] { return client(); });
    const bool last = unread || !request.keep_alive || shared_->stopping;
    if (!co_await send(answer, last)) break;
    // The one that did something longest ago stays first.
    shared_->connections.splice(shared_->connections.end(), shared_->connections, place_);
    if (last) {
      // Who asked for the end and has sent nothing behind it sends no more.
      const bool said_all = !request.keep_alive && !unread && begin_ == end_ && later_.empty();
      if (!said_all) co_await linger();
      break;
    }
  }
  close();
}

}  // namespace tributary::server
