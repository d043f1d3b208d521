#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "server/responder.hpp"
#include "server/server.hpp"

// Asio's side of the folder; only the files that run sockets include it.
namespace tributary::server {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Clock = std::chrono::steady_clock;
template <typename T>
using Awaitable = asio::awaitable<T, Executor>;

class Connection;

/// What the connections of a server share. It outlives each of them: they hold it.
struct Shared : std::enable_shared_from_this<Shared> {
  Shared(Options settings, AdminHandler admin)
      : options(std::move(settings)), responder(options, std::move(admin)) {}

  Options options;
  Responder responder;
  Counters counters = {};
  std::list<Connection*> connections = {};  ///< the one that did something longest ago first
  bool stopping = false;
  std::function<void()> on_end = {};  ///< after each connection's end

  /// "Date: …\r\n" of the present second.
  [[nodiscard]] const std::string& date();

  /// Lets the requests that are answered before the io_context asks for events again share a look at the
  /// disk. Whatever had come by then came before that look's end, so nobody is told of a past that was over
  /// when they asked; and what comes later is read behind the handler posted here.
  void share_looks(const Executor& executor);

 private:
  bool sharing_ = false;
  Timestamp dated_ = Timestamp::min();
  std::string date_;
};

/// One client. Deadlines are times that the server's sweep compares, not timers: a request costs none.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, std::shared_ptr<Shared> shared, Door door);
  ~Connection();

  /// Serves until the client leaves, a deadline passes, or the server stops.
  [[nodiscard]] Awaitable<void> run();

  /// Ends it if its deadline has passed.
  void expire(Clock::time_point now);

  [[nodiscard]] bool idle() const { return phase_ == Phase::idle; }
  void close();

 private:
  enum class Phase { idle, head, body, answer, linger };
  enum class Next { next_request, end };

  [[nodiscard]] Awaitable<bool> read_head();
  [[nodiscard]] Awaitable<bool> read_body(std::size_t limit);
  [[nodiscard]] Awaitable<bool> send(const Answer& answer, bool last);
  [[nodiscard]] Awaitable<bool> send_file(int file, std::uint64_t from, std::uint64_t length);
  [[nodiscard]] Awaitable<bool> send_rest(std::vector<asio::const_buffer> rest);
  [[nodiscard]] Awaitable<bool> refuse(int status, const char* why);
  [[nodiscard]] Awaitable<void> linger();
  [[nodiscard]] Awaitable<std::size_t> read_some(char* into, std::size_t size);
  void enter(Phase phase, Clock::duration allowed);
  [[nodiscard]] std::string_view buffered() const { return {in_.data() + begin_, end_ - begin_}; }
  bool make_room();
  [[nodiscard]] std::string client() const;

  Socket socket_;
  std::shared_ptr<Shared> shared_;
  Door door_;
  std::list<Connection*>::iterator place_;
  RequestParser parser_;
  std::vector<char> in_;
  std::size_t begin_ = 0, end_ = 0;  // of what has come and is not yet used, in in_
  std::vector<char> later_;          // what came behind a body: the next request
  Phase phase_ = Phase::idle;
  Clock::time_point deadline_;
  bool expired_ = false;
};

}  // namespace tributary::server
