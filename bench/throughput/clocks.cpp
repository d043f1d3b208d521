#include "bench/throughput/clocks.hpp"

#include <algorithm>

namespace tributary::bench {

double now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Timing timed(int rounds, const std::function<void()>& work) {
  work();
  std::vector<double> cpu;
  std::vector<double> wall;
  for (int round = 0; round < rounds; ++round) {
    const double wall_start = now(CLOCK_MONOTONIC);
    const double cpu_start = now(CLOCK_PROCESS_CPUTIME_ID);
    work();
    cpu.push_back(now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start);
    wall.push_back(now(CLOCK_MONOTONIC) - wall_start);
  }
  return {.cpu_s = median(cpu),
          .seconds = median(wall),
          .min_s = std::ranges::min(wall),
          .max_s = std::ranges::max(wall)};
}

}  // namespace tributary::bench
