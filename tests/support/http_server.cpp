#include "tests/support/http_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstring>
#include <list>
#include <set>
#include <stdexcept>

namespace tributary::test {
namespace {

constexpr auto longest_gate = std::chrono::seconds(60);

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

struct TlsContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct TlsFree {
  void operator()(SSL* session) const { SSL_free(session); }
};

/// A connection, plain or TLS.
class Wire {
 public:
  Wire(int socket, SSL_CTX* tls) : socket_(socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls) {
      session_.reset(SSL_new(tls));
      SSL_set_fd(session_.get(), socket);
    }
  }
  bool open() { return !session_ || SSL_accept(session_.get()) == 1; }
  long read(char* data, std::size_t size) {
    return session_ ? SSL_read(session_.get(), data, static_cast<int>(size)) : ::recv(socket_, data, size, 0);
  }
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const long sent = session_ ? SSL_write(session_.get(), bytes.data(),
                                             static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)))
                                 : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end() {
    if (session_) SSL_shutdown(session_.get());
  }

 private:
  int socket_;
  std::unique_ptr<SSL, TlsFree> session_;
};

}  // namespace

std::string Seen::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (same_name(known, name)) return value;
  }
  return {};
}

bool Seen::has(std::string_view name) const {
  return std::ranges::any_of(headers, [&](const auto& entry) { return same_name(entry.first, name); });
}

void Gate::open() {
  {
    const std::lock_guard lock(mutex_);
    open_ = true;
  }
  changed_.notify_all();
}

void Gate::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest_gate, [this] { return open_; });
}

struct HttpServer::Impl {
  Options options;
  int listener = -1;
  int port = 0;
  std::unique_ptr<SSL_CTX, TlsContextFree> tls;
  std::jthread acceptor;

  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::map<std::string, Handler, std::less<>> handlers;
  Handler fallback;
  std::vector<Seen> seen;
  std::set<int> sockets;
  std::set<std::shared_ptr<Gate>> gates;
  std::list<std::jthread> threads;
  int connections = 0;
  int at_once = 0, most_at_once = 0;
  bool stopping = false;

  explicit Impl(Options from) : options(std::move(from)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    if (options.tls) open_tls();
    listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, options.address.c_str(), &address.sin_addr);
    socklen_t size = sizeof address;
    if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener, 4096) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("the test server cannot listen on " + options.address);
    }
    port = ntohs(address.sin_port);
    acceptor = std::jthread([this] { accept_all(); });
  }

  ~Impl() {
    std::list<std::jthread> ended;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      for (const auto& gate : gates) gate->open();
      for (const int socket : sockets) ::shutdown(socket, SHUT_RDWR);
    }
    changed.notify_all();
    ::shutdown(listener, SHUT_RDWR);
    acceptor = {};
    {
      const std::lock_guard lock(mutex);
      ended.swap(threads);
    }
    ended.clear();
    ::close(listener);
  }

  void open_tls() {
    tls.reset(SSL_CTX_new(TLS_server_method()));
    const auto certificate = options.tls->certificate(), key = options.tls->key();
    if (SSL_CTX_use_certificate_chain_file(tls.get(), certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
      throw std::runtime_error("the test server cannot use its certificate");
    }
    if (options.ask_client_certificate) {
      SSL_CTX_set_verify(tls.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      SSL_CTX_load_verify_locations(tls.get(), certificate.c_str(), nullptr);
    }
  }

  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex);
      if (stopping || socket < 0) {
        if (socket >= 0) ::close(socket);
        return;
      }
      const int number = ++connections;
      sockets.insert(socket);
      threads.emplace_back([this, socket, number] { serve(socket, number); });
    }
  }

  void serve(int socket, int number) {
    {
      Wire wire(socket, tls.get());
      std::string buffer;
      if (wire.open()) {
        while (auto request = read_request(wire, buffer)) {
          request->connection = number;
          if (!answer(wire, *request)) break;
        }
        wire.end();
      }
    }
    const std::lock_guard lock(mutex);
    sockets.erase(socket);
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
  }

  static bool fill(Wire& wire, std::string& buffer) {
    char chunk[16384];
    const long got = wire.read(chunk, sizeof chunk);
    if (got <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(got));
    return true;
  }

  static std::optional<Seen> read_request(Wire& wire, std::string& buffer) {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!fill(wire, buffer)) return std::nullopt;
    }
    Seen seen;
    seen.when = std::chrono::steady_clock::now();
    std::string_view head = std::string_view(buffer).substr(0, end);
    const auto line_end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, line_end);
    const auto first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || last == first) return std::nullopt;
    seen.method = line.substr(0, first);
    seen.target = line.substr(first + 1, last - first - 1);
    seen.version = line.substr(last + 1);
    head.remove_prefix(std::min(head.size(), line_end + 2));
    while (!head.empty()) {
      const auto stop = std::min(head.find("\r\n"), head.size());
      const auto field = head.substr(0, stop);
      head.remove_prefix(std::min(head.size(), stop + 2));
      const auto colon = field.find(':');
      if (colon == std::string_view::npos) continue;
      seen.headers.emplace_back(field.substr(0, colon), trimmed(field.substr(colon + 1)));
    }
    buffer.erase(0, end + 4);
    std::size_t length = 0;
    const auto said = seen.header("content-length");
    std::from_chars(said.data(), said.data() + said.size(), length);
    while (buffer.size() < length) {
      if (!fill(wire, buffer)) return std::nullopt;
    }
    seen.body = buffer.substr(0, length);
    buffer.erase(0, length);
    return seen;
  }

  /// False when the connection is to be closed.
  bool answer(Wire& wire, const Seen& request) {
    Handler handler;
    {
      const std::lock_guard lock(mutex);
      seen.push_back(request);
      most_at_once = std::max(most_at_once, ++at_once);
      auto found = handlers.find(request.target);
      if (found == handlers.end()) found = handlers.find(request.target.substr(0, request.target.find('?')));
      handler = found != handlers.end() ? found->second : fallback;
    }
    changed.notify_all();
    const Reply reply =
        handler ? handler(request)
                : Reply{.status = 404, .headers = {{"Content-Type", "text/plain"}}, .body = "nothing here\n"};
    wait_at(reply.gate);
    // Under way until just before its last bytes go: the client that has them all may ask again at once.
    bool counted = true;
    const auto ending = [&] {
      if (!std::exchange(counted, false)) return;
      const std::lock_guard lock(mutex);
      --at_once;
      changed.notify_all();
    };
    const bool keep = send(wire, request, reply, ending);
    ending();
    return keep;
  }

  void wait_at(const std::shared_ptr<Gate>& gate) {
    if (!gate) return;
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
      gates.insert(gate);
    }
    gate->wait();
  }

  bool send(Wire& wire, const Seen& request, const Reply& reply, const std::function<void()>& ending) {
    if (reply.silent_close || reply.raw) ending();
    if (reply.silent_close) return false;
    if (reply.raw) {
      wire.write(*reply.raw);
      return false;
    }
    const bool bodyless = request.method == "HEAD" || reply.status == 304 || reply.status == 204;
    const std::size_t size = reply.body.size() * reply.repeat;
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " + reply.reason + "\r\n";
    for (const auto& [name, value] : reply.headers)
      head.append(name).append(": ").append(value).append("\r\n");
    if (reply.chunked && !bodyless) {
      head += "Transfer-Encoding: chunked\r\n";
    } else if (!reply.until_close && reply.status != 304 && reply.status != 204) {
      head.append("Content-Length: ").append(std::to_string(size)).append("\r\n");
    }
    const bool close = reply.close || reply.until_close || reply.cut_after.has_value() ||
                       same_name(request.header("connection"), "close");
    if (close) head += "Connection: close\r\n";
    head += "\r\n";
    if (bodyless || size == 0) ending();
    if (!wire.write(head)) return false;
    if (bodyless) return !close;
    wait_at(reply.body_gate);
    return send_body(wire, reply, std::min(size, reply.cut_after.value_or(size)), size, ending) && !close;
  }

  bool send_body(Wire& wire, const Reply& reply, std::size_t wanted, std::size_t whole,
                 const std::function<void()>& ending) {
    std::size_t sent = 0;
    while (sent < wanted) {
      const std::size_t from = sent % reply.body.size();
      auto piece = std::string_view(reply.body).substr(from, wanted - sent);
      if (reply.drip_bytes != 0) piece = piece.substr(0, reply.drip_bytes);
      if (sent + piece.size() == wanted) ending();
      if (reply.chunked) {
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        if (!wire.write(std::string(size).append(piece).append("\r\n"))) return false;
      } else if (!wire.write(piece)) {
        return false;
      }
      sent += piece.size();
      if (reply.drip_bytes != 0 && sent < wanted && pause(reply.drip_every)) return false;
    }
    if (reply.chunked && wanted == whole) return wire.write("0\r\n\r\n");
    return wanted == whole;
  }

  /// True when the server ends.
  bool pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, time, [this] { return stopping; });
  }
};

HttpServer::HttpServer() : HttpServer(Options{}) {}
HttpServer::HttpServer(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpServer::~HttpServer() = default;

void HttpServer::on(std::string path, Handler handler) {
  const std::lock_guard lock(impl_->mutex);
  impl_->handlers[std::move(path)] = std::move(handler);
}

void HttpServer::on(std::string path, Reply reply) {
  on(std::move(path), [reply = std::move(reply)](const Seen&) { return reply; });
}

void HttpServer::otherwise(Handler handler) {
  const std::lock_guard lock(impl_->mutex);
  impl_->fallback = std::move(handler);
}

int HttpServer::port() const {
  return impl_->port;
}

std::string HttpServer::url(std::string_view path) const {
  return (impl_->tls ? "https://" : "http://") + impl_->options.address + ":" + std::to_string(impl_->port) +
         std::string(path);
}

std::vector<Seen> HttpServer::requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seen;
}

std::vector<Seen> HttpServer::requests(std::string_view path) const {
  auto all = requests();
  std::erase_if(all, [&](const Seen& seen) {
    return seen.target != path && seen.target.substr(0, seen.target.find('?')) != path;
  });
  return all;
}

std::size_t HttpServer::count() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->seen.size();
}

std::size_t HttpServer::count(std::string_view path) const {
  return requests(path).size();
}

int HttpServer::connections() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->connections;
}

int HttpServer::most_at_once() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->most_at_once;
}

bool HttpServer::wait_for_requests(std::size_t count, std::chrono::milliseconds at_most) const {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, at_most, [&] { return impl_->seen.size() >= count; });
}

void HttpServer::forget_requests() {
  const std::lock_guard lock(impl_->mutex);
  impl_->seen.clear();
  impl_->most_at_once = impl_->at_once;
}

}  // namespace tributary::test
