#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::fetcher {

/// Who may start next. Hosts take turns, so that one with a thousand feeds doesn't keep the others waiting; a
/// turn is a row of transfers, so that a host's connections are used while they are open. No host has more
/// than `per_host` under way, nor two starts closer than `spacing`. Every operation is O(log hosts).
class Turns {
 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::uint64_t;
  struct Turn {
    Ticket ticket = 0;
    std::string host = {};
  };

  /// `now` because a changed limit lets others start.
  void set_limits(int per_host, std::chrono::milliseconds spacing, Clock::time_point now);

  /// A hop of a transfer that is under way (`first`) goes before those that have not begun.
  void push(const std::string& host, Ticket ticket, bool first, Clock::time_point now);

  /// The next that may start now; it counts as under way at its host until `done`. nullopt when none may.
  [[nodiscard]] std::optional<Turn> pop(Clock::time_point now);

  void done(const std::string& host, Clock::time_point now);

  /// When `pop` may have something though nothing is done in between; unset when nobody waits for time to
  /// pass.
  [[nodiscard]] std::optional<Clock::time_point> next_time() const;

  /// All that wait; afterwards nobody does.
  [[nodiscard]] std::vector<Ticket> take_all();

  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t hosts() const { return hosts_.size(); }

 private:
  struct Host;
  using Hosts = std::map<std::string, Host>;
  using Ready = std::list<Hosts::iterator>;
  using Resting = std::multimap<Clock::time_point, Hosts::iterator>;
  struct Host {
    std::deque<Ticket> queue = {};
    int under_way = 0;
    int in_row = 0;  ///< started since its turn began
    Clock::time_point next_start = Clock::time_point::min();
    std::optional<Ready::iterator> ready = {};
    std::optional<Resting::iterator> resting = {};
  };

  void place(Hosts::iterator at, Clock::time_point now);
  void displace(Host& host);

  Hosts hosts_;
  Ready ready_;
  Resting resting_;
  std::size_t waiting_ = 0;
  int per_host_ = 2;
  std::chrono::milliseconds spacing_{0};
};

}  // namespace tributary::fetcher
