#include "tests/server/wire.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

namespace tributary::server::test {
namespace {

constexpr int patience = 10'000;  // milliseconds

bool wait_for(int fd, short events) {
  ::pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, patience) == 1;
}

int dial(const std::string& url, int receive_buffer) {
  if (url.starts_with("unix:")) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, url.c_str() + 5, sizeof address.sun_path - 1);
    if (::connect(fd, reinterpret_cast<::sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
  }
  const bool six = url.find("[::1]") != std::string::npos;
  const int fd = ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const auto port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  int connected = -1;
  if (six) {
    ::sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_port = port;
    address.sin6_addr = in6addr_loopback;
    connected = ::connect(fd, reinterpret_cast<::sockaddr*>(&address), sizeof address);
  } else {
    ::sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = port;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = ::connect(fd, reinterpret_cast<::sockaddr*>(&address), sizeof address);
  }
  if (connected == 0) return fd;
  ::close(fd);
  return -1;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tributary-server-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Response::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string{} : found->second;
}

Client::Client(const std::string& url, int receive_buffer) : fd_(dial(url, receive_buffer)) {}
Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}
Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    if (!wait_for(fd_, POLLOUT)) return false;
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::fill() {
  char piece[64 * 1024];
  if (!wait_for(fd_, POLLIN)) return false;
  const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
  if (got <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(got));
  return true;
}

Response Client::receive(bool to_head) {
  Response response;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return response;
  }
  response.raw_head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  response.line = response.raw_head.substr(0, response.raw_head.find("\r\n"));
  response.status = std::stoi(response.line.substr(9, 3));
  std::size_t at = response.line.size() + 2;
  while (at < end) {
    const auto stop = response.raw_head.find("\r\n", at);
    const std::string line = response.raw_head.substr(at, stop - at);
    const auto colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("malformed header line: " + line);
    response.fields.emplace(lower(line.substr(0, colon)), line.substr(colon + 2));
    at = stop + 2;
  }
  std::size_t length = 0;
  if (!to_head && response.status != 304 && response.status != 204 && response.status >= 200) {
    length = std::stoul(response.field("content-length"));
  }
  while (buffer_.size() < length) {
    if (!fill()) return response;
  }
  response.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  response.whole = true;
  return response;
}

Response Client::exchange(std::string_view bytes, bool to_head) {
  if (!send(bytes)) return {};
  return receive(to_head);
}

std::string Client::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool Client::closed() {
  if (!buffer_.empty()) return false;
  if (!wait_for(fd_, POLLIN)) return false;
  char byte = 0;
  return ::recv(fd_, &byte, 1, 0) <= 0;
}

bool Client::open_and_silent() const {
  char byte = 0;
  return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Client::finish_sending() const {
  ::shutdown(fd_, SHUT_WR);
}

std::string get(const std::string& target, const std::string& more) {
  return "GET " + target + " HTTP/1.1\r\nHost: partners.example.org\r\n" + more + "\r\n";
}

std::string head(const std::string& target, const std::string& more) {
  return "HEAD " + target + " HTTP/1.1\r\nHost: partners.example.org\r\n" + more + "\r\n";
}

struct Wire::Running {
  Running(Options options, AdminHandler admin) : server(io, std::move(options), std::move(admin)) {}
  boost::asio::io_context io{1};
  Server server;
  std::promise<void> out_of_work = {};
  std::shared_future<void> ended = out_of_work.get_future().share();
  std::string url = {}, admin_url = {};
  std::thread thread = {};
};

Wire::Wire(Options options, AdminHandler admin) {
  if (options.folder.empty()) options.folder = folder_.path();
  if (options.addresses.listen == ServerOptions{}.listen) options.addresses.listen = "127.0.0.1:0";
  options.addresses.admin = admin ? "127.0.0.1:0" : "";
  running_ = std::make_unique<Running>(std::move(options), std::move(admin));
  if (const auto listening = running_->server.listen(); !listening)
    throw std::runtime_error(to_string(listening.error()));
  running_->url = running_->server.url();
  running_->admin_url = running_->server.admin_url();
  running_->thread = std::thread([this] {
    running_->io.run();
    running_->out_of_work.set_value();
  });
}

Wire::~Wire() {
  boost::asio::post(running_->io, [this] { running_->server.stop(std::chrono::seconds{0}); });
  running_->thread.join();
}

void Wire::publish(const std::string& path, const std::string& bytes) const {
  const auto file = folder() / path;
  std::filesystem::create_directories(file.parent_path());
  const auto beside = file.string() + ".new";
  std::ofstream(beside, std::ios::binary) << bytes;
  std::filesystem::rename(beside, file);
}

std::string Wire::url() const {
  return running_->url;
}

std::string Wire::admin_url() const {
  return running_->admin_url;
}

Response Wire::ask(const std::string& request) const {
  Client one(url());
  return one.exchange(request, request.starts_with("HEAD"));
}

void Wire::on_thread(const std::function<void(Server&)>& work) const {
  std::promise<void> done;
  boost::asio::post(running_->io, [&] {
    work(running_->server);
    done.set_value();
  });
  done.get_future().wait();
}

Counters Wire::counters() const {
  Counters counters;
  on_thread([&](Server& server) { counters = server.counters(); });
  return counters;
}

bool Wire::ended() const {
  return running_->ended.wait_for(std::chrono::seconds{10}) == std::future_status::ready;
}

}  // namespace tributary::server::test
