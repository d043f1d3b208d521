#include "fetcher/turns.hpp"

#include <algorithm>
#include <utility>

namespace tributary::fetcher {
namespace {
constexpr int longest_row = 32;
constexpr std::size_t most_known = 200'000;
}  // namespace

void Turns::set_limits(int per_host, std::chrono::milliseconds spacing, Clock::time_point now) {
  per_host_ = std::max(1, per_host);
  if (spacing < spacing_) {
    for (auto& [name, host] : hosts_) host.next_start = std::min(host.next_start, now + spacing);
    for (auto& [name, address] : addresses_) address.next_start = std::min(address.next_start, now + spacing);
  }
  spacing_ = spacing;
  for (auto at = hosts_.begin(); at != hosts_.end(); ++at) {
    displace(at->second);
    place(at, now);
  }
}

void Turns::push(const std::string& host, const std::string& name, Ticket ticket, bool first,
                 Clock::time_point now) {
  const auto at = hosts_.try_emplace(host).first;
  auto& queue = at->second.queue;
  if (first) {
    queue.push_front({ticket, name});
    displace(at->second);
  } else {
    queue.push_back({ticket, name});
  }
  ++waiting_;
  place(at, now);
}

std::optional<Turns::Turn> Turns::pop(Clock::time_point now) {
  while (!resting_.empty() && resting_.begin()->first <= now) place(resting_.begin()->second, now);
  while (!ready_.empty()) {
    const auto at = ready_.front();
    Host& host = at->second;
    displace(host);
    const auto known = known_.find(host.queue.front().name);
    Turn turn{host.queue.front().ticket, at->first, known == known_.end() ? std::string() : known->second};
    if (!address_lets(at, turn.address, now)) continue;
    host.queue.pop_front();
    --waiting_;
    ++host.in_row;
    count(host, now);
    if (!turn.address.empty()) count(addresses_[turn.address], now);
    place(at, now);
    return turn;
  }
  return std::nullopt;
}

bool Turns::address_lets(Hosts::iterator at, const std::string& name, Clock::time_point now) {
  if (name.empty()) return true;
  const auto address = addresses_.find(name);
  if (address == addresses_.end()) return true;
  Host& host = at->second;
  auto& parked = address->second.parked;
  if (address->second.under_way >= per_host_) {
    host.parked = std::pair{address, parked.insert(parked.end(), at)};
    return false;
  }
  if (address->second.next_start > now) {
    host.resting = resting_.emplace(address->second.next_start, at);
    return false;
  }
  return true;
}

void Turns::learn(const std::string& name, const std::string& address) {
  if (address.empty()) return;
  if (known_.size() >= most_known) known_.clear();
  known_[name] = address;
}

void Turns::count(Load& load, Clock::time_point now) {
  ++load.under_way;
  load.next_start = now + spacing_;
}

bool Turns::admit(const std::string& address, const std::string& counted, Clock::time_point now) {
  if (address == counted) return true;
  auto& load = addresses_[address];
  if (load.under_way >= per_host_ || load.next_start > now) return false;
  count(load, now);
  leave(counted, now);
  return true;
}

void Turns::leave(const std::string& name, Clock::time_point now) {
  const auto at = addresses_.find(name);
  if (at == addresses_.end()) return;
  auto& address = at->second;
  --address.under_way;
  if (!address.parked.empty()) {
    // One place is free, so one host gets up.
    const auto host = address.parked.front();
    displace(host->second);
    place(host, now);
  } else if (address.under_way == 0 && address.next_start <= now) {
    addresses_.erase(at);
  }
}

void Turns::done(const std::string& name, const std::string& address, Clock::time_point now) {
  leave(address, now);
  const auto at = hosts_.find(name);
  if (at == hosts_.end()) return;
  Host& host = at->second;
  --host.under_way;
  if (host.queue.empty() && host.under_way == 0 && host.next_start <= now) {
    hosts_.erase(at);
  } else {
    place(at, now);
  }
}

std::optional<Turns::Clock::time_point> Turns::next_time() const {
  if (resting_.empty()) return std::nullopt;
  return resting_.begin()->first;
}

std::vector<Turns::Ticket> Turns::take_all() {
  std::vector<Ticket> out;
  for (auto& [name, host] : hosts_) {
    for (const auto& waiting : host.queue) out.push_back(waiting.ticket);
    host.queue.clear();
    displace(host);
  }
  waiting_ = 0;
  std::erase_if(hosts_, [](const auto& entry) { return entry.second.under_way == 0; });
  return out;
}

void Turns::place(Hosts::iterator at, Clock::time_point now) {
  Host& host = at->second;
  const bool may_start = !host.queue.empty() && host.under_way < per_host_;
  if (may_start && (host.parked || (host.ready && host.next_start <= now))) return;  // keeps its place
  displace(host);
  if (!may_start) return;
  if (host.next_start <= now) {
    const bool goes_on = host.in_row > 0 && host.in_row < longest_row;
    if (!goes_on) host.in_row = 0;
    host.ready = ready_.insert(goes_on ? ready_.begin() : ready_.end(), at);
  } else {
    host.resting = resting_.emplace(host.next_start, at);
  }
}

void Turns::displace(Host& host) {
  if (host.ready) ready_.erase(*host.ready);
  if (host.resting) resting_.erase(*host.resting);
  if (host.parked) host.parked->first->second.parked.erase(host.parked->second);
  host.ready.reset();
  host.resting.reset();
  host.parked.reset();
}

}  // namespace tributary::fetcher
