#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "fetcher/fetcher.hpp"
#include "tests/support/http_server.hpp"

namespace tributary::fetcher {

/// Options with which the loopback may be fetched.
inline FetchOptions loopback() {
  FetchOptions options;
  options.allow_addresses = {"127.0.0.0/8", "::1/128"};
  options.timeout = std::chrono::seconds{20};
  options.contact = "https://partners.example.org/about";
  return options;
}

/// A fetcher with its io_context, driven to the end of what was asked.
class Client {
 public:
  explicit Client(FetchOptions options = loopback()) : fetcher(io, std::move(options)) {}

  Answer fetch(Request request) {
    std::vector<Request> one;
    one.push_back(std::move(request));
    return std::move(fetch_all(std::move(one)).front());
  }

  Answer fetch(const std::string& url) { return fetch(Request{.feed = url, .url = url}); }

  /// Answers in the order in which they came.
  std::vector<Answer> fetch_all(std::vector<Request> requests, bool keep_places = false) {
    std::vector<Answer> answers;
    const auto wanted = requests.size();
    for (auto& request : requests) {
      fetcher.fetch(std::move(request), [&](Answer answer) {
        if (!keep_places) answer.place.reset();
        answers.push_back(std::move(answer));
      });
    }
    run_until([&] { return answers.size() == wanted; });
    return answers;
  }

  /// Turns the io_context until `met`, for a minute at most.
  bool run_until(const std::function<bool()>& met) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    io.restart();
    while (!met() && std::chrono::steady_clock::now() < end)
      io.run_one_until(std::min(end, std::chrono::steady_clock::now() + std::chrono::milliseconds(20)));
    return met();
  }

  boost::asio::io_context io;
  Fetcher fetcher;
};

}  // namespace tributary::fetcher
