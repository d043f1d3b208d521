// HTTP/2 over TLS, against nginx: our own test server speaks HTTP/1.1 only. Each answer tells which
// connection it came over. Without nginx the tests are skipped.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "tests/fetcher/client.hpp"
#include "tests/support/process.hpp"

namespace tributary::fetcher {
namespace {

using testing::HasSubstr;

constexpr const char* nginx = "/usr/sbin/nginx";

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

class Http2 : public testing::Test {
 protected:
  void SetUp() override {
    if (::access(nginx, X_OK) != 0) GTEST_SKIP() << "nginx is not installed (Debian: nginx-light)";
    port_ = free_port();
    const auto at = folder_.path().string();
    std::string places;
    for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
      places += std::string(name) + "_temp_path " + at + "/" + name + ";\n";
    test::write_file(folder_ / "feed.xml", test::rss("News"));
    test::write_file(
        folder_ / "nginx.conf",
        "daemon off; master_process off; pid " + at + "/pid; error_log " + at + "/errors;\n" +
            "events {}\nhttp {\naccess_log off;\n" + places +
            "server {\nlisten 127.0.0.1:" + std::to_string(port_) + " ssl http2;\nssl_certificate " +
            certificate_.certificate().string() + ";\nssl_certificate_key " + certificate_.key().string() +
            ";\nroot " + at + ";\ntypes { application/rss+xml xml; }\n" +
            "location /which/ { default_type text/plain; return 200 \"$server_protocol $connection\"; }\n" +
            "location /moved/ { return 302 /which/end; }\n}\n}\n");
    server_.emplace(
        std::vector<std::string>{nginx, "-e", at + "/errors", "-p", at, "-c", at + "/nginx.conf"});
    // It listens when it answers.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (fetch("/which/ready").status != 200) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << test::read_file(folder_ / "errors");
    }
  }

  [[nodiscard]] Request request(const std::string& path) const {
    Request request{.feed = path, .url = "https://127.0.0.1:" + std::to_string(port_) + path};
    request.tls.ca = certificate_.certificate().string();
    return request;
  }

  Answer fetch(const std::string& path) {
    Client client;
    return client.fetch(request(path));
  }

  test::TemporaryFolder folder_;
  test::Certificate certificate_;
  int port_ = 0;
  std::optional<test::Background> server_;
};

FetchOptions many_at_once() {
  auto options = loopback();
  options.per_host = 16;
  return options;
}

TEST_F(Http2, ManyFeedsOfOneHostShareOneConnectionAtOnceAndAfterwards) {
  Client client(many_at_once());
  std::set<std::string> told;
  for (int round = 0; round < 2; ++round) {
    std::vector<Request> requests;
    for (int i = 0; i < 40; ++i) requests.push_back(request("/which/" + std::to_string(i)));
    for (const auto& answer : client.fetch_all(std::move(requests))) {
      ASSERT_EQ(answer.status, 200) << (answer.error ? answer.error->detail : "");
      told.insert(answer.body);
    }
  }
  ASSERT_EQ(told.size(), 1U) << "a connection for each transfer is what HTTP/2 is to spare the partner";
  EXPECT_THAT(*told.begin(), HasSubstr("HTTP/2.0 "));
}

TEST_F(Http2, ARedirectWithinTheHostStaysOnItsConnection) {
  Client client(many_at_once());
  const auto before = client.fetch(request("/which/start"));
  const auto after = client.fetch(request("/moved/feed"));
  ASSERT_EQ(after.status, 200);
  EXPECT_EQ(after.redirects.size(), 1U);
  EXPECT_EQ(after.body, before.body);
}

TEST_F(Http2, ConditionalRequestsAndHeadersInLowerCaseAreUnderstood) {
  Client client(many_at_once());
  auto asked = request("/feed.xml");
  const auto first = client.fetch(asked);
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(first.content_type, "application/rss+xml");
  EXPECT_EQ(first.body, test::rss("News"));
  ASSERT_FALSE(first.etag.empty());
  asked.etag = first.etag;
  const auto second = client.fetch(asked);
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.etag, first.etag);
}

TEST_F(Http2, AFeedWithAnotherAuthorityGetsNoOthersConnection) {
  Client client(many_at_once());
  ASSERT_EQ(client.fetch(request("/which/trusted")).status, 200);
  auto without = request("/which/untrusted");
  without.tls.ca.clear();
  const auto refused = client.fetch(without);
  ASSERT_TRUE(refused.error);
  EXPECT_THAT(refused.error->detail, HasSubstr("TLS"));
}

}  // namespace
}  // namespace tributary::fetcher
