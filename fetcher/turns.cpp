#include "fetcher/turns.hpp"

#include <algorithm>

namespace tributary::fetcher {
namespace {
constexpr int longest_row = 32;
}

void Turns::set_limits(int per_host, std::chrono::milliseconds spacing, Clock::time_point now) {
  per_host_ = std::max(1, per_host);
  if (spacing < spacing_) {
    for (auto& [name, host] : hosts_) host.next_start = std::min(host.next_start, now + spacing);
  }
  spacing_ = spacing;
  for (auto at = hosts_.begin(); at != hosts_.end(); ++at) place(at, now);
}

void Turns::push(const std::string& host, Ticket ticket, bool first, Clock::time_point now) {
  const auto at = hosts_.try_emplace(host).first;
  if (first) {
    at->second.queue.push_front(ticket);
  } else {
    at->second.queue.push_back(ticket);
  }
  ++waiting_;
  place(at, now);
}

std::optional<Turns::Turn> Turns::pop(Clock::time_point now) {
  while (!resting_.empty() && resting_.begin()->first <= now) place(resting_.begin()->second, now);
  if (ready_.empty()) return std::nullopt;
  const auto at = ready_.front();
  Host& host = at->second;
  displace(host);
  Turn turn{host.queue.front(), at->first};
  host.queue.pop_front();
  --waiting_;
  ++host.under_way;
  ++host.in_row;
  host.next_start = now + spacing_;
  place(at, now);
  return turn;
}

void Turns::done(const std::string& name, Clock::time_point now) {
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
    out.insert(out.end(), host.queue.begin(), host.queue.end());
    host.queue.clear();
    displace(host);
  }
  waiting_ = 0;
  std::erase_if(hosts_, [](const auto& entry) { return entry.second.under_way == 0; });
  return out;
}

void Turns::place(Hosts::iterator at, Clock::time_point now) {
  Host& host = at->second;
  if (host.ready && !host.queue.empty() && host.under_way < per_host_ && host.next_start <= now)
    return;  // keeps its turn
  displace(host);
  if (host.queue.empty() || host.under_way >= per_host_) return;
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
  host.ready.reset();
  host.resting.reset();
}

}  // namespace tributary::fetcher
