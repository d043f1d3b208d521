#include "app/progress.hpp"

#include <unistd.h>

#include <algorithm>
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
  show(", " + std::to_string(failed) + " failed");
}

void Progress::reach(std::size_t done) {
  done_ = std::min(done, total_);
  show("");
}

void Progress::show(const std::string& remark) {
  const std::size_t steps = terminal_ ? 100 : 10;
  const std::size_t step = total_ == 0 ? steps : done_ * steps / total_;
  if (step == shown_) return;
  shown_ = step;
  if (terminal_) {
    constexpr std::size_t width = 30;
    const std::size_t filled = total_ == 0 ? width : done_ * width / total_;
    std::cerr << '\r' << what_ << " [" << std::string(filled, '#') << std::string(width - filled, '.') << "] "
              << done_ << '/' << total_ << remark << std::flush;
  } else {
    std::cerr << what_ << ": " << done_ << '/' << total_ << remark << '\n';
  }
}

}  // namespace tributary::app
