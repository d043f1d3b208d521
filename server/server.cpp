#include "server/server.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstring>

#include "server/address.hpp"
#include "server/connection.hpp"

namespace tributary::server {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
constexpr auto result = asio::as_tuple(asio::use_awaitable_t<Executor>{});

// Files, the store, partners' connections: what the process opens besides its visitors.
constexpr rlim_t other_descriptors = 512;

// How many connections there is room for once the limit of open files is as high as it goes.
std::size_t raise_descriptor_limit(std::size_t connections) {
  ::rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return connections;
  const rlim_t wanted = connections + other_descriptors;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  const rlim_t free =
      limit.rlim_cur > 2 * other_descriptors ? limit.rlim_cur - other_descriptors : limit.rlim_cur / 2;
  return std::min(connections, static_cast<std::size_t>(free));
}

// A client that leaves while the kernel sends a page to it would end the process: sendfile(2) knows no
// MSG_NOSIGNAL.
void ignore_broken_pipes() {
  struct ::sigaction current = {};
  if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL)
    std::signal(SIGPIPE, SIG_IGN);
}

Error io_error(const std::string& where, const std::string& what) {
  return {ErrorKind::io, where, what};
}

// Whether somebody listens on the Unix socket; what a killed process left behind answers nobody.
bool somebody_listens(const std::string& path) {
  asio::io_context io;
  asio::local::stream_protocol::socket probe(io);
  boost::system::error_code error;
  probe.connect(path, error);
  return error != asio::error::connection_refused && error != boost::system::errc::no_such_file_or_directory;
}

bool is_socket(const std::string& path) {
  struct ::stat seen = {};
  return ::lstat(path.c_str(), &seen) == 0 && S_ISSOCK(seen.st_mode);
}

// A listening address: one `listen` entry may need several sockets (localhost is 127.0.0.1 and ::1).
struct Listening {
  std::vector<Acceptor> acceptors = {};
  std::string url = {};
  std::string unix_path = {};  // removed at the end
};

Result<Acceptor> open_unix(Executor io, const std::string& path, Door door) {
  const std::string where = "unix:" + path;
  if (is_socket(path)) {
    if (somebody_listens(path)) return std::unexpected(io_error(where, "another process listens there"));
    ::unlink(path.c_str());
  }
  Acceptor acceptor(io);
  boost::system::error_code error;
  const asio::local::stream_protocol::endpoint endpoint(path);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.bind(endpoint, error);
  if (error) return std::unexpected(io_error(where, "cannot listen there: " + error.message()));
  // Who may reach the socket's folder may speak to it, as with a port of the loopback; the admin's is for the
  // own group.
  ::chmod(path.c_str(), door == Door::visitors ? 0666 : 0660);
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected(io_error(where, "cannot listen there: " + error.message()));
  return acceptor;
}

Result<Acceptor> open_tcp(Executor io, const asio::ip::tcp::endpoint& endpoint, const std::string& where) {
  Acceptor acceptor(io);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
  }
  // Connections inherit it: an answer is one write, waiting for more to send would only delay its end.
  if (!error) acceptor.set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return std::unexpected(io_error(where, "the address is taken: another process listens there"));
  }
  if (error) return std::unexpected(io_error(where, "cannot listen there: " + error.message()));
  return acceptor;
}

std::string shown(const std::string& host) {
  if (host.empty()) return "localhost";
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

Result<Listening> open_address(asio::io_context& io, const std::string& text, Door door) {
  const auto address = parse_address(text);
  if (!address) return std::unexpected(address.error());
  Listening listening;
  if (!address->path.empty()) {
    auto acceptor = open_unix(io.get_executor(), address->path, door);
    if (!acceptor) return std::unexpected(acceptor.error());
    listening.acceptors.push_back(std::move(*acceptor));
    listening.url = "unix:" + address->path;
    listening.unix_path = address->path;
    return listening;
  }
  std::vector<asio::ip::tcp::endpoint> endpoints;
  if (address->host.empty()) {
    // One socket for both families; where there is no IPv6, only the other.
    endpoints = {{asio::ip::address_v6::any(), address->port}};
  } else {
    boost::system::error_code error;
    asio::ip::tcp::resolver resolver(io);
    const auto found =
        resolver.resolve(address->host, std::to_string(address->port),
                         asio::ip::resolver_base::passive | asio::ip::resolver_base::numeric_service, error);
    if (error) {
      return std::unexpected(Error{ErrorKind::config, text, "the host is not known: " + error.message()});
    }
    for (const auto& entry : found) {
      if (std::ranges::find(endpoints, entry.endpoint()) == endpoints.end())
        endpoints.push_back(entry.endpoint());
    }
  }
  std::optional<Error> failure;
  std::uint16_t port = address->port;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    endpoints[i].port(port);
    auto acceptor = open_tcp(io.get_executor(), endpoints[i], text);
    if (!acceptor) {
      if (!failure) failure = acceptor.error();
      if (address->host.empty() && endpoints[i].address().is_v6()) {
        endpoints.emplace_back(asio::ip::address_v4::any(), port);
      }
      continue;
    }
    if (port == 0) {
      asio::ip::tcp::endpoint taken;
      const auto local = acceptor->local_endpoint();
      taken.resize(local.size());
      std::memcpy(taken.data(), local.data(), local.size());
      port = taken.port();
    }
    listening.acceptors.push_back(std::move(*acceptor));
  }
  if (listening.acceptors.empty()) return std::unexpected(*failure);
  // A taken port is a failure even where the name has another address that is free: half of the clients would
  // meet a stranger.
  if (failure && failure->detail.find("taken") != std::string::npos) return std::unexpected(*failure);
  listening.url = "http://" + shown(address->host) + ":" + std::to_string(port) + "/";
  return listening;
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(asio::io_context& context, Options options, AdminHandler handler)
      : io(context),
        shared(std::make_shared<Shared>(std::move(options), std::move(handler))),
        sweeper(context.get_executor()) {}

  asio::io_context& io;
  std::shared_ptr<Shared> shared;
  Timer sweeper;
  Listening visitors, admin;
  std::string visitors_url, admin_url;
  std::size_t room = 0;
  Clock::time_point cut = Clock::time_point::max();  // when stop()'s grace is over

  [[nodiscard]] bool done() const { return shared->stopping && shared->connections.empty(); }

  Awaitable<void> accept(std::size_t index, Door door) {
    const auto self = shared_from_this();
    const auto acceptor = [&]() -> Acceptor& {
      return (door == Door::admin ? admin : visitors).acceptors[index];
    };
    while (!shared->stopping) {
      auto [error, socket] = co_await acceptor().async_accept(result);
      if (error == asio::error::operation_aborted || !acceptor().is_open()) break;
      if (error) {
        // Out of descriptors, most of all: one idle visitor makes room, and no time is burnt meanwhile.
        close_idle();
        Timer pause(io.get_executor(), std::chrono::milliseconds{50});
        co_await pause.async_wait(result);
        continue;
      }
      welcome(std::move(socket), door);
    }
  }

  void welcome(Socket socket, Door door) {
    if (shared->connections.size() >= room && !close_idle()) {
      ++shared->counters.turned_away;
      boost::system::error_code ignored;
      static constexpr std::string_view full =
          "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: "
          "close\r\n\r\n";
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(full), ignored);
      return;
    }
    const auto connection = std::make_shared<Connection>(std::move(socket), shared, door);
    asio::co_spawn(
        io.get_executor(), [connection]() -> Awaitable<void> { return connection->run(); }, asio::detached);
  }

  bool close_idle() {
    const auto idle =
        std::ranges::find_if(shared->connections, [](const Connection* c) { return c->idle(); });
    if (idle == shared->connections.end()) return false;
    ++shared->counters.turned_away;
    Connection* const connection = *idle;
    // To the end of the list: it is on its way out, the next one to make room is another.
    shared->connections.splice(shared->connections.end(), shared->connections, idle);
    connection->close();
    return true;
  }

  Awaitable<void> sweep() {
    const auto self = shared_from_this();
    const auto& options = shared->options;
    const auto shortest = std::min({options.head_deadline, options.idle_deadline, options.write_deadline});
    const auto tick =
        std::clamp<Clock::duration>(shortest / 8, std::chrono::milliseconds{5}, std::chrono::seconds{1});
    while (!done()) {
      sweeper.expires_after(tick);
      co_await sweeper.async_wait(result);
      const auto now = Clock::now();
      // expire() and close() only start what ends a connection: the list does not change under the loop.
      for (Connection* const connection : shared->connections) {
        if (now >= cut) {
          connection->close();
        } else {
          connection->expire(now);
        }
      }
    }
  }

  void close_listeners() {
    boost::system::error_code ignored;
    for (Listening* const listening : {&visitors, &admin}) {
      for (auto& acceptor : listening->acceptors) acceptor.close(ignored);
      if (!listening->unix_path.empty()) ::unlink(listening->unix_path.c_str());
      listening->unix_path.clear();
    }
  }

  void stop(Clock::duration grace) {
    shared->stopping = true;
    cut = std::min(cut, Clock::now() + grace);
    close_listeners();
    for (Connection* const connection : shared->connections) {
      if (connection->idle() || grace == Clock::duration::zero()) connection->close();
    }
    sweeper.cancel();
  }
};

Server::Server(boost::asio::io_context& io, Options options, AdminHandler admin)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(admin))) {}

Server::~Server() {
  impl_->stop(Clock::duration::zero());
}

Result<void> Server::listen() {
  auto& impl = *impl_;
  const auto& addresses = impl.shared->options.addresses;
  ignore_broken_pipes();
  impl.room = raise_descriptor_limit(impl.shared->options.max_connections);
  auto visitors = open_address(impl.io, addresses.listen, Door::visitors);
  if (!visitors) return std::unexpected(visitors.error());
  impl.visitors = std::move(*visitors);
  impl.visitors_url = impl.visitors.url;
  if (!addresses.admin.empty()) {
    auto admin = open_address(impl.io, addresses.admin, Door::admin);
    if (!admin) {
      impl.close_listeners();
      return std::unexpected(admin.error());
    }
    impl.admin = std::move(*admin);
    impl.admin_url = impl.admin.url;
  }
  impl.shared->on_end = [weak = std::weak_ptr(impl_)] {
    // The sweep ends with the last connection of a stopped server, so that the io_context can run out of
    // work.
    if (const auto self = weak.lock(); self && self->done()) self->sweeper.cancel();
  };
  const auto spawn = [&](auto make) { asio::co_spawn(impl.io.get_executor(), make, asio::detached); };
  for (std::size_t i = 0; i < impl.visitors.acceptors.size(); ++i) {
    spawn([self = impl_, i] { return self->accept(i, Door::visitors); });
  }
  for (std::size_t i = 0; i < impl.admin.acceptors.size(); ++i) {
    spawn([self = impl_, i] { return self->accept(i, Door::admin); });
  }
  spawn([self = impl_] { return self->sweep(); });
  return {};
}

std::string Server::url() const {
  return impl_->visitors_url;
}

std::string Server::admin_url() const {
  return impl_->admin_url;
}

Counters Server::counters() const {
  Counters counters = impl_->shared->counters;
  counters.open = impl_->shared->connections.size();
  counters.cached_bytes = impl_->shared->responder.cached_bytes();
  return counters;
}

void Server::reload(const std::filesystem::path& folder, const std::string& site_url,
                    const std::string& hub_url) {
  impl_->shared->responder.reload(folder, site_url, hub_url);
}

void Server::stop(std::chrono::seconds grace) {
  impl_->stop(grace);
}

}  // namespace tributary::server
