#include "server/rate.hpp"

#include <algorithm>

namespace tributary::server {
namespace {

// Past so many names those that have been quiet for a minute are forgotten, and while there are none of those
// no further name gets anything: memory is bounded, and a flood of names wins nobody a fresh start.
constexpr std::size_t most_names = 20'000;
constexpr auto forget_every = std::chrono::seconds{10};

}  // namespace

bool RateLimit::take(const std::string& name, Timestamp now) {
  if (buckets_.size() >= most_names && !buckets_.contains(name)) {
    if (now - forgot_ < forget_every)
      return false;  // a flood must not make us look through all of them each time
    forgot_ = now;
    std::erase_if(buckets_,
                  [&](const auto& entry) { return now - entry.second.at >= std::chrono::minutes{1}; });
    if (buckets_.size() >= most_names) return false;
  }
  const auto [entry, fresh] = buckets_.try_emplace(name, Bucket{static_cast<double>(a_minute_), now});
  Bucket& bucket = entry->second;
  const double passed = static_cast<double>((now - bucket.at).count());
  bucket.left = std::min<double>(a_minute_, bucket.left + std::max(0.0, passed) * a_minute_ / 60);
  bucket.at = std::max(now, bucket.at);
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

}  // namespace tributary::server
