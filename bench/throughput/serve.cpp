// The server under load over the loopback, in one process: the server on a thread of its own, whose CPU
// clock is read, and a client that does as little as it can on another. What the kernel does for a send is
// counted to the sender, as it is for any server.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/throughput/clocks.hpp"
#include "bench/throughput/commands.hpp"
#include "bench/throughput/folder.hpp"
#include "server/server.hpp"

namespace tributary::bench {
namespace {

namespace fs = std::filesystem;

/// An Atom document of about that many bytes.
std::string made_feed(std::size_t size) {
  std::string feed = "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n";
  for (std::size_t i = 0; feed.size() < size; ++i) {
    const std::string number = std::to_string(i);
    feed += "<entry><id>tag:example.org,2026:" + number + "</id><title>Story " + number +
            "</title><updated>2026-01-01T00:00:00Z</updated><link href=\"https://example.org/" + number +
            "\"/><summary>";
    for (std::size_t word = 0; word < 40; ++word) feed += "word" + std::to_string(i * word % 997) + ' ';
    feed += "</summary></entry>\n";
  }
  return feed + "</feed>\n";
}

/// The server over a folder with one document, on its own thread.
class Running {
 public:
  explicit Running(const std::string& document) {
    if (folder_.path().empty()) return;
    std::ofstream(folder_.path() / "atom.xml", std::ios::binary) << document;
    server_.emplace(io_, server::Options{.addresses = {.listen = "127.0.0.1:0", .admin = {}, .hub = "off"},
                                         .folder = folder_.path(),
                                         .site_url = "https://partners.example.org/"});
    if (!server_->listen()) return;
    port_ = static_cast<std::uint16_t>(std::stoi(server_->url().substr(server_->url().rfind(':') + 1)));
    thread_ = std::thread([this] { io_.run(); });
    ::pthread_getcpuclockid(thread_.native_handle(), &clock_);
  }
  ~Running() {
    if (thread_.joinable()) {
      boost::asio::post(io_, [this] { server_->stop(std::chrono::seconds{0}); });
      thread_.join();
    }
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }  ///< 0: it could not be started
  [[nodiscard]] double cpu_s() const { return now(clock_); }

 private:
  TemporaryFolder folder_;
  boost::asio::io_context io_;
  std::optional<server::Server> server_;
  std::thread thread_;
  clockid_t clock_ = 0;
  std::uint16_t port_ = 0;
};

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

std::string field(const std::string& head, const std::string& name) {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

struct Answered {
  std::string head = {};
  std::size_t bytes = 0;  ///< head and body
};

/// One request on a connection of its own.
Answered ask(std::uint16_t port, const std::string& request) {
  const int fd = connect_to(port);
  Answered answered;
  if (fd < 0) return answered;
  ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::string bytes;
  std::array<char, 65536> piece;
  std::size_t expected = 0;
  while (expected == 0 || bytes.size() < expected) {
    const ssize_t got = ::recv(fd, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
    const auto end = bytes.find("\r\n\r\n");
    if (expected > 0 || end == std::string::npos) continue;
    answered.head = bytes.substr(0, end + 2);
    const std::string length = field(answered.head, "Content-Length");
    expected = end + 4 + (length.empty() ? 0 : std::stoul(length));
  }
  ::close(fd);
  answered.bytes = expected == bytes.size() ? expected : 0;
  return answered;
}

/// Connections that each ask again as soon as they are answered.
class Load {
 public:
  Load(std::uint16_t port, std::string request, std::size_t answer, bool one_each)
      : port_(port), request_(std::move(request)), answer_(answer), one_each_(one_each) {}
  ~Load() {
    for (const Client& client : clients_) ::close(client.fd);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// False when a connection is not answered as the first one was.
  bool run(std::size_t connections, double seconds) {
    clients_.resize(connections);
    for (Client& client : clients_) {
      if (!begin(client)) return false;
    }
    std::array<epoll_event, 256> events;
    const double end = now(CLOCK_MONOTONIC) + seconds;
    while (now(CLOCK_MONOTONIC) < end) {
      const int ready = ::epoll_wait(epoll_, events.data(), events.size(), 10'000);
      if (ready <= 0) return false;
      for (int i = 0; i < ready; ++i) {
        if (!take(*static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr))) return false;
      }
    }
    return true;
  }

  [[nodiscard]] std::size_t answered() const { return answered_; }

 private:
  struct Client {
    int fd = -1;
    std::size_t left = 0;  ///< bytes of the answer
  };

  bool begin(Client& client) {
    client.fd = connect_to(port_);
    epoll_event event = {.events = EPOLLIN, .data = {.ptr = &client}};
    return client.fd >= 0 && ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event) == 0 && ask_again(client);
  }
  bool ask_again(Client& client) {
    client.left = answer_;
    return ::send(client.fd, request_.data(), request_.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request_.size());
  }
  bool take(Client& client) {
    // The bytes are thrown away by the kernel: what they are was looked at once, before.
    const ssize_t got = ::recv(client.fd, nullptr, 1 << 20, MSG_TRUNC | MSG_DONTWAIT);
    if (got < 0 || static_cast<std::size_t>(got) > client.left) return false;
    if (got == 0) {
      if (client.left > 0 || !one_each_) return false;
      ++answered_;
      ::close(client.fd);
      return begin(client);
    }
    client.left -= static_cast<std::size_t>(got);
    if (client.left > 0 || one_each_) return true;
    ++answered_;
    return ask_again(client);
  }

  std::uint16_t port_;
  std::string request_;
  std::size_t answer_;
  bool one_each_;
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Client> clients_;
  std::size_t answered_ = 0;
};

struct Case {
  std::string name = {}, fields = {}, status = {};
  bool one_each = false;  ///< a connection for each request
  Answered first = {};
  std::vector<double> cpu_us = {}, per_s = {};
};

std::string request_of(const Case& wanted) {
  return "GET /atom.xml HTTP/1.1\r\nHost: partners.example.org\r\n" + wanted.fields + "\r\n";
}

}  // namespace

int bench_serve(const ServeBench& bench) {
  std::string document = made_feed(bench.size);
  if (!bench.document.empty()) {
    std::ifstream file(bench.document, std::ios::binary);
    document.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  Running running(document);
  if (running.port() == 0) {
    std::cerr << "the server cannot be started\n";
    return 1;
  }
  const std::string tag = field(ask(running.port(), request_of({})).head, "ETag");
  std::vector<Case> cases{
      {.name = "200", .status = "200"},
      {.name = "gzip", .fields = "Accept-Encoding: gzip\r\n", .status = "200"},
      {.name = "304", .fields = "If-None-Match: " + tag + "\r\n", .status = "304"},
      {.name = "close", .fields = "Connection: close\r\n", .status = "200", .one_each = true}};
  for (Case& each : cases) {
    // Several times, as a document's answer is made ready while it is asked for.
    for (int i = 0; i < 8; ++i) each.first = ask(running.port(), request_of(each));
    if (each.first.bytes == 0 || !each.first.head.starts_with("HTTP/1.1 " + each.status)) {
      std::cerr << each.name << " is answered with " << each.first.head << '\n';
      return 1;
    }
  }

  std::size_t answered = 0, bytes = 0;
  double seconds = 0, cpu = 0;
  for (int round = 0; round < bench.rounds; ++round) {
    for (Case& each : cases) {
      Load load(running.port(), request_of(each), each.first.bytes, each.one_each);
      const double cpu_before = running.cpu_s(), before = now(CLOCK_MONOTONIC);
      if (!load.run(bench.connections, bench.seconds) || load.answered() == 0) {
        std::cerr << each.name << ": a connection is not answered as the first was\n";
        return 1;
      }
      const double spent = running.cpu_s() - cpu_before, took = now(CLOCK_MONOTONIC) - before;
      each.cpu_us.push_back(spent * 1e6 / static_cast<double>(load.answered()));
      each.per_s.push_back(static_cast<double>(load.answered()) / took);
      answered += load.answered();
      bytes += load.answered() * each.first.bytes;
      seconds += took;
      cpu += spent;
    }
  }

  boost::json::object by_case;
  for (const Case& each : cases) {
    by_case[each.name] = {{"cpu_us", median(each.cpu_us)},
                          {"min_cpu_us", std::ranges::min(each.cpu_us)},
                          {"req_s", median(each.per_s)},
                          {"bytes", each.first.bytes}};
  }
  const boost::json::object line{{"name", "tributary-serve"},
                                 {"bytes", bytes},
                                 {"items", answered},
                                 {"seconds", seconds},
                                 {"cpu_s", cpu},
                                 {"mb_s", static_cast<double>(bytes) / 1e6 / seconds},
                                 {"items_s", static_cast<double>(answered) / seconds},
                                 {"cases", std::move(by_case)}};
  std::cout << boost::json::serialize(line) << '\n';
  return 0;
}

}  // namespace tributary::bench
