#pragma once
#include <string>
#include <vector>

#include "tests/support/http_server.hpp"
#include "tests/support/process.hpp"

namespace tributary::test {

/// A whole installation in a folder of its own: feeds.yaml, store, output; and the real program run over it.
class Site {
 public:
  /// The configuration's feeds; each line is the YAML of one list item, e.g. "{url: …, name: A}".
  void configure(const std::vector<std::string>& feeds, const std::string& more = {}) const;

  /// Runs the program with `--config` and `--now`.
  [[nodiscard]] Finished run(std::vector<std::string> arguments,
                             const std::string& now = "2026-11-24T12:00:00Z") const;

  [[nodiscard]] std::filesystem::path config() const { return folder_ / "feeds.yaml"; }
  [[nodiscard]] std::filesystem::path output() const { return folder_ / "public"; }
  [[nodiscard]] std::filesystem::path store() const { return folder_ / "data" / "tributary.db"; }
  [[nodiscard]] std::string published(const std::string& path) const { return read_file(output() / path); }
  /// Every published file by its path below the output folder.
  [[nodiscard]] std::map<std::string, std::string> all_published() const;
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace tributary::test
