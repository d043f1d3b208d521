#include "tests/behaviour/partner_site.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace tributary::test {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

PartnerSite::Request read_head(const std::string& head) {
  PartnerSite::Request request;
  const auto first = head.substr(0, head.find("\r\n"));
  const auto space = first.find(' ');
  request.method = first.substr(0, space);
  request.target = first.substr(space + 1, first.rfind(' ') - space - 1);
  for (std::size_t at = first.size() + 2; at < head.size();) {
    const auto end = head.find("\r\n", at);
    const std::string line = head.substr(at, end - at);
    if (const auto colon = line.find(':'); colon != std::string::npos) {
      const auto value = line.find_first_not_of(' ', colon + 1);
      request.headers[lower(line.substr(0, colon))] = value == std::string::npos ? "" : line.substr(value);
    }
    if (end == std::string::npos) break;
    at = end + 2;
  }
  return request;
}

/// False when the site closes or the peer has gone before the descriptor is ready.
bool ready(int descriptor, short events, int closing) {
  pollfd both[2] = {{descriptor, events, 0}, {closing, POLLIN, 0}};
  return poll(both, 2, -1) > 0 && both[1].revents == 0;
}

}  // namespace

PartnerSite::PartnerSite(Answer answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1024) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      pipe2(closing_, O_CLOEXEC) != 0) {
    throw std::runtime_error("no loopback port");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

PartnerSite::~PartnerSite() {
  close(closing_[1]);
  acceptor_.join();
  connections_.clear();
  close(closing_[0]);
  close(listener_);
}

void PartnerSite::accept_all() {
  while (ready(listener_, POLLIN, closing_[0])) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) connections_.emplace_back([this, connection] { serve(connection); });
  }
}

void PartnerSite::serve(int connection) {
  std::string head;
  char buffer[8192];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t size =
        ready(connection, POLLIN, closing_[0]) ? recv(connection, buffer, sizeof buffer, 0) : -1;
    if (size <= 0) {
      close(connection);
      return;
    }
    head.append(buffer, static_cast<std::size_t>(size));
  }
  const Request request = read_head(head.substr(0, head.find("\r\n\r\n")));
  {
    const std::scoped_lock guard(lock_);
    requests_.push_back(request);
  }
  answer_(request, [this, connection](const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      if (!ready(connection, POLLOUT, closing_[0])) return false;
      const ssize_t size =
          send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size < 0 && errno != EAGAIN) return false;
      if (size > 0) sent += static_cast<std::size_t>(size);
    }
    return true;
  });
  close(connection);
}

std::string PartnerSite::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<PartnerSite::Request> PartnerSite::requests() const {
  const std::scoped_lock guard(lock_);
  return requests_;
}

std::vector<PartnerSite::Request> PartnerSite::requests(const std::string& target) const {
  auto all = requests();
  std::erase_if(all, [&](const Request& request) { return request.target != target; });
  return all;
}

void PartnerSite::hang() const {
  pollfd closing{closing_[0], POLLIN, 0};
  poll(&closing, 1, -1);
}

std::string PartnerSite::whole(int status, const std::vector<std::string>& headers, const std::string& body) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " Answer\r\nConnection: close\r\n";
  for (const auto& header : headers) out += header + "\r\n";
  if (status != 304) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}

}  // namespace tributary::test
