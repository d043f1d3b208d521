#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace tributary::test {

struct Finished {
  int code = -1;  ///< exit code; 128 + N when signal N ended it
  std::string out = {};
  std::string err = {};
};

/// Runs a program to its end, standard input empty or `input`. Kills it after `limit`, and the code is then
/// 128 + SIGKILL.
[[nodiscard]] Finished run(const std::vector<std::string>& command, const std::string& input = {},
                           const std::filesystem::path& folder = {},
                           std::chrono::seconds limit = std::chrono::seconds{120});

/// The built program, build/…/tributary, with these arguments.
[[nodiscard]] Finished run_program(std::vector<std::string> arguments, const std::string& input = {});
[[nodiscard]] std::filesystem::path tributary_program();

/// A program that runs beside the test; killed at the latest when the object goes.
class Background {
 public:
  explicit Background(const std::vector<std::string>& command);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Reads standard output until a line holds `text`, and returns that line; empty when the program ends or
  /// `limit` passes first.
  [[nodiscard]] std::string wait_for_line(const std::string& text,
                                          std::chrono::seconds limit = std::chrono::seconds{60});
  void signal(int number) const;
  /// Waits for the end and returns the exit code (128 + N after signal N); kills it after `limit`.
  [[nodiscard]] int wait(std::chrono::seconds limit = std::chrono::seconds{60});
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string pending_ = {};
};

/// A folder of the test's own, removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& bytes);

}  // namespace tributary::test
