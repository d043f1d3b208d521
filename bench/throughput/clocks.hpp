#pragma once
#include <ctime>
#include <functional>
#include <vector>

namespace tributary::bench {

/// Seconds on that clock.
[[nodiscard]] double now(clockid_t clock);

[[nodiscard]] double median(std::vector<double> values);

/// What rounds of the same work took. On a shared machine the CPU's time is compared first, by its median,
/// and the smallest wall time second.
struct Timing {
  double cpu_s = 0;    ///< median
  double seconds = 0;  ///< median, wall
  double min_s = 0;    ///< wall
  double max_s = 0;    ///< wall
};

/// Runs the work that many times, after one unmeasured round that fills the caches.
[[nodiscard]] Timing timed(int rounds, const std::function<void()>& work);

}  // namespace tributary::bench
