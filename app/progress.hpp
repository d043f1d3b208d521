#pragma once
#include <cstddef>
#include <string>

namespace tributary::app {

/// Shows how far long work has come: a bar on a terminal, a plain line each tenth elsewhere. Writes to
/// stderr.
class Progress {
 public:
  Progress(std::string what, std::size_t total);
  ~Progress();  ///< ends the bar's line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::size_t failed);
  /// For work that is counted elsewhere and where nothing fails halfway: so much is done.
  void reach(std::size_t done);

 private:
  void show(const std::string& remark);

  std::string what_;
  std::size_t total_;
  std::size_t done_ = 0;
  std::size_t shown_ = 0;  // tenths on a file, per cent on a terminal
  bool terminal_;
};

}  // namespace tributary::app
