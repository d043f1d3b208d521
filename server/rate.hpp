#pragma once
#include <string>
#include <unordered_map>

#include "model/timestamp.hpp"

namespace tributary::server {

/// So many a minute for each name, with a minute's worth at once.
class RateLimit {
 public:
  explicit RateLimit(int a_minute) : a_minute_(a_minute) {}

  /// Takes one; false when there is none left.
  [[nodiscard]] bool take(const std::string& name, Timestamp now);

 private:
  struct Bucket {
    double left = 0;
    Timestamp at = {};
  };
  int a_minute_;
  Timestamp forgot_ = {};
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace tributary::server
