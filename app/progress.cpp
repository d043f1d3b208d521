#include "app/progress.hpp"

#include <unistd.h>

#include <iostream>
#include <utility>

namespace tributary::app {

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)), total_(total), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_ && done_ > 0) std::cerr << '\n';
}

void Progress::advance(std::size_t failed) {
  ++done_;
  const std::size_t steps = terminal_ ? 100 : 10;
  const std::size_t step = done_ * steps / total_;
  if (step == shown_) return;
  shown_ = step;
  if (terminal_) {
    constexpr std::size_t width = 30;
    const std::size_t filled = done_ * width / total_;
    std::cerr << '\r' << what_ << " [" << std::string(filled, '#') << std::string(width - filled, '.') << "] "
              << done_ << '/' << total_ << ", " << failed << " failed" << std::flush;
  } else {
    std::cerr << what_ << ": " << done_ << '/' << total_ << ", " << failed << " failed\n";
  }
}

}  // namespace tributary::app
