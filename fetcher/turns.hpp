#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tributary::fetcher {

/// Who may start next. Hosts take turns, so that one with a thousand feeds doesn't keep the others waiting; a
/// turn is a row of transfers, so that a host's connections are used while they are open. No host has more
/// than `per_host` under way, nor two starts closer than `spacing`; the same holds for an address, as one
/// machine may have many names. Every operation is O(log hosts).
class Turns {
 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::uint64_t;
  struct Turn {
    Ticket ticket = 0;
    std::string host = {};
    std::string address = {};
  };

  /// `now` because a changed limit lets others start.
  void set_limits(int per_host, std::chrono::milliseconds spacing, Clock::time_point now);

  /// `name` is the one to be looked up, within `host`'s domain. A hop of a transfer that is under way
  /// (`first`) goes before those that have not begun.
  void push(const std::string& host, const std::string& name, Ticket ticket, bool first,
            Clock::time_point now);

  /// The next that may start now; it counts as under way at its host and address until `done`. nullopt when
  /// none may.
  [[nodiscard]] std::optional<Turn> pop(Clock::time_point now);

  /// Where a name's connections led last. Only a hint: what is dialled in fact is asked for in `admit`.
  void learn(const std::string& name, const std::string& address);

  /// Something under way dials `address`, and was counted at `counted` (empty: nowhere). True: it is counted
  /// at `address` now. False: too many are, or the last start was too recent.
  [[nodiscard]] bool admit(const std::string& address, const std::string& counted, Clock::time_point now);

  void done(const std::string& host, const std::string& address, Clock::time_point now);

  /// When `pop` may have something though nothing is done in between; unset when nobody waits for time to
  /// pass.
  [[nodiscard]] std::optional<Clock::time_point> next_time() const;

  /// All that wait; afterwards nobody does.
  [[nodiscard]] std::vector<Ticket> take_all();

  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t hosts() const { return hosts_.size(); }
  [[nodiscard]] std::size_t addresses() const { return addresses_.size(); }

 private:
  struct Host;
  struct Address;
  using Hosts = std::map<std::string, Host>;
  using Addresses = std::map<std::string, Address>;
  using Row = std::list<Hosts::iterator>;
  using Resting = std::multimap<Clock::time_point, Hosts::iterator>;
  struct Waiting {
    Ticket ticket;
    std::string name;
  };
  struct Load {
    int under_way = 0;
    Clock::time_point next_start = Clock::time_point::min();
  };
  struct Address : Load {
    Row parked = {};  ///< hosts whose next one waits for this address
  };
  struct Host : Load {
    std::deque<Waiting> queue = {};
    int in_row = 0;  ///< started since its turn began
    // It stands in at most one of these.
    std::optional<Row::iterator> ready = {};
    std::optional<Resting::iterator> resting = {};
    std::optional<std::pair<Addresses::iterator, Row::iterator>> parked = {};
  };

  void place(Hosts::iterator at, Clock::time_point now);
  void displace(Host& host);
  /// Whether the address lets one more start; if not, the host waits for it.
  [[nodiscard]] bool address_lets(Hosts::iterator at, const std::string& address, Clock::time_point now);
  void count(Load& load, Clock::time_point now);
  void leave(const std::string& address, Clock::time_point now);

  Hosts hosts_;
  Addresses addresses_;
  std::unordered_map<std::string, std::string> known_;  ///< names' addresses
  Row ready_;
  Resting resting_;
  std::size_t waiting_ = 0;
  int per_host_ = 2;
  std::chrono::milliseconds spacing_{0};
};

}  // namespace tributary::fetcher
