// WebSub over real sockets: our hub and its subscribers, partners' hubs and our subscriptions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string address_in(const std::string& line) {
  return line.substr(line.find("http"));
}

std::string fetch_until(const std::string& url, const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (std::chrono::steady_clock::now() < end) {
    const auto got = run({"curl", "-s", "--max-time", "5", url});
    if (got.out.find(text) != std::string::npos) return got.out;
  }
  return {};
}

/// The first request that `which` holds of; waits for it.
template <typename Which>
Seen wait_for(const HttpServer& server, Which which) {
  for (std::size_t count = 1; count < 200; ++count) {
    const auto seen = server.requests();
    for (const auto& one : seen) {
      if (which(one)) return one;
    }
    if (!server.wait_for_requests(seen.size() + 1)) break;
  }
  ADD_FAILURE() << "the request never came";
  return {};
}

std::string decoded(std::string text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Of a query or a form.
std::string value_of(const std::string& text, const std::string& name) {
  const auto at = text.find(name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 1;
  return decoded(text.substr(from, text.find('&', from) - from));
}

std::string signature_of(const std::string& body, const std::string& secret) {
  const auto made = run({"openssl", "dgst", "-sha256", "-hmac", secret, "-r"}, body);
  return "sha256=" + made.out.substr(0, 64);
}

/// A subscriber that confirms what it is asked.
Reply confirming(const Seen& request) {
  if (request.method == "POST") return {};
  return {.body = value_of(request.target, "hub.challenge")};
}

const std::string fast =
    "fetch: {allow_addresses: [127.0.0.0/8], timeout: 20s, interval: 1s, min_interval: 1s, max_interval: "
    "1s}\n";

std::string with_hub(const std::string& title, int items, const std::string& hub, const std::string& self) {
  return rss(title, items,
             "<link xmlns='http://www.w3.org/2005/Atom' rel='hub' href='" + hub +
                 "'/><link xmlns='http://www.w3.org/2005/Atom' rel='self' href='" + self + "'/>");
}

}  // namespace

TEST(Hub, TellsSubscribersOfNewsSignedAndRemembersThemOverARestart) {
  HttpServer partner, reader;
  partner.on("/rss", feed(rss("One", 1)));
  reader.otherwise(confirming);
  Site site;
  site.configure({"{url: '" + partner.url("/rss") + "', name: One}"}, fast);
  const std::string topic = "https://partners.example.org/atom.xml";
  {
    Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
    const std::string page = address_in(daemon.wait_for_line("serving on "));
    const auto document = fetch_until(page + "atom.xml", "<entry");
    EXPECT_THAT(document, HasSubstr("rel=\"hub\" href=\"https://partners.example.org/hub\""));
    EXPECT_THAT(run({"curl", "-sI", page + "atom.xml"}).out,
                HasSubstr("<https://partners.example.org/hub>; rel=\"hub\""));
    const auto wish = run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", page + "hub", "-d",
                           "hub.mode=subscribe", "--data-urlencode", "hub.topic=" + topic, "--data-urlencode",
                           "hub.callback=" + reader.url("/callback"), "-d", "hub.secret=open-sesame"});
    EXPECT_EQ(wish.out, "202");
    const auto asked = wait_for(reader, [](const Seen& seen) { return seen.method == "GET"; });
    EXPECT_EQ(value_of(asked.target, "hub.topic"), topic);
    partner.on("/rss", feed(rss("One", 2)));
    const auto told = wait_for(reader, [](const Seen& seen) { return seen.method == "POST"; });
    EXPECT_THAT(told.body, HasSubstr("One 2"));
    EXPECT_THAT(told.header("Content-Type"), HasSubstr("application/atom+xml"));
    EXPECT_EQ(told.header("X-Hub-Signature"), signature_of(told.body, "open-sesame"));
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(), 0);
  }
  partner.on("/rss", feed(rss("One", 3)));
  Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
  ASSERT_FALSE(daemon.wait_for_line("serving on ").empty());
  const auto told =
      wait_for(reader, [](const Seen& seen) { return seen.method == "POST" && seen.body.contains("One 3"); });
  EXPECT_EQ(told.header("X-Hub-Signature"), signature_of(told.body, "open-sesame"));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Hub, CallsNoPrivateAddressAndIsNotThereWhenItIsOff) {
  HttpServer reader;
  Site site;
  site.configure({}, "fetch: {timeout: 5s}\n");
  {
    Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
    const std::string page = address_in(daemon.wait_for_line("serving on "));
    ASSERT_FALSE(fetch_until(page + "atom.xml", "<feed").empty());
    const auto wish =
        run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", page + "hub", "-d", "hub.mode=subscribe",
             "--data-urlencode", "hub.topic=https://partners.example.org/atom.xml", "--data-urlencode",
             "hub.callback=" + reader.url("/callback")});
    EXPECT_EQ(wish.out, "403");
    EXPECT_EQ(reader.count(), 0u);
  }
  std::string yaml = read_file(site.config());
  yaml.replace(yaml.find("admin: '127.0.0.1:0'"), 20, "admin: '127.0.0.1:0', hub: off");
  write_file(site.config(), yaml);
  Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
  const std::string page = address_in(daemon.wait_for_line("serving on "));
  // What the first daemon published names the hub until the second one has published.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  std::string document = fetch_until(page + "atom.xml", "<feed");
  while (document.contains("rel=\"hub\"") && std::chrono::steady_clock::now() < end) {
    document = fetch_until(page + "atom.xml", "<feed");
  }
  EXPECT_THAT(document, Not(HasSubstr("rel=\"hub\"")));
  EXPECT_EQ(
      run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", page + "hub", "-d", "hub.mode=subscribe"})
          .out,
      "405");
}

TEST(Subscriber, TakesWhatAHubDeliversAndNothingElse) {
  HttpServer partner, hub;
  const std::string topic = partner.url("/rss");
  partner.on("/rss", feed(with_hub("One", 1, hub.url("/hub"), topic)));
  partner.on("/quiet", feed(with_hub("Two", 1, hub.url("/hub"), partner.url("/quiet"))));
  hub.on("/hub", Reply{.status = 202});
  Site site;
  site.configure(
      {"{url: '" + partner.url("/quiet") + "', name: Two}", "{url: '" + topic + "', name: One, push: true}"});
  Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
  const std::string page = address_in(daemon.wait_for_line("serving on "));
  const auto wish = wait_for(hub, [](const Seen& seen) { return seen.method == "POST"; });
  EXPECT_EQ(value_of(wish.body, "hub.mode"), "subscribe");
  EXPECT_EQ(value_of(wish.body, "hub.topic"), topic)
      << "a site that nobody reaches asks only where push says so";
  const std::string secret = value_of(wish.body, "hub.secret");
  const std::string callback = value_of(wish.body, "hub.callback");
  ASSERT_THAT(callback, HasSubstr("https://partners.example.org/websub/"));
  const std::string here = page + callback.substr(std::string("https://partners.example.org/").size());

  const auto post = [&](const std::string& to, const std::string& body, const std::string& signature) {
    write_file(site.folder() / "body", body);
    return run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", to, "-H",
                "Content-Type: application/rss+xml", "-H", "X-Hub-Signature: " + signature, "--data-binary",
                "@" + (site.folder() / "body").string()})
        .out;
  };
  EXPECT_EQ(run({"curl", "-s", "-G", here, "-d", "hub.mode=subscribe", "--data-urlencode",
                 "hub.topic=" + topic, "-d", "hub.challenge=c4all3nge", "-d", "hub.lease_seconds=864000"})
                .out,
            "c4all3nge");
  ASSERT_FALSE(fetch_until(page + "atom.xml", "One 1").empty());
  partner.forget_requests();
  const std::string forged = rss("Forged", 1), news = rss("One", 2);
  EXPECT_EQ(post(here, forged, signature_of(forged, "guessed")), "202");
  EXPECT_EQ(post(page + "websub/unknown", news, signature_of(news, secret)), "410");
  EXPECT_EQ(post(here, news, signature_of(news, secret)), "202");
  EXPECT_THAT(fetch_until(page + "atom.xml", "One 2"), Not(HasSubstr("Forged")));
  EXPECT_EQ(partner.count(), 0u) << "what was delivered need not be fetched";
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}
