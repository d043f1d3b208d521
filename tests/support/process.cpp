#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tributary::test {
namespace {

using Steady = std::chrono::steady_clock;

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
};

pid_t start(const std::vector<std::string>& command, int in, int out, int err,
            const std::filesystem::path& folder) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) {
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  return pid;
}

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int milliseconds_until(Steady::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Steady::now()).count();
  return left < 0 ? 0 : static_cast<int>(left) + 1;
}

/// Waits on a pidfd, which needs no polling loop; kills at `end`.
int reap(pid_t pid, Steady::time_point end) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  pollfd waiting{fd, POLLIN, 0};
  if (poll(&waiting, 1, milliseconds_until(end)) == 0) kill(pid, SIGKILL);
  close(fd);
  int status = 0;
  waitpid(pid, &status, 0);
  return code_of(status);
}

}  // namespace

Finished run(const std::vector<std::string>& command, const std::string& input,
             const std::filesystem::path& folder, std::chrono::seconds limit) {
  const auto end = Steady::now() + limit;
  TemporaryFolder scratch;
  write_file(scratch / "in", input);
  const int in = open((scratch / "in").c_str(), O_RDONLY | O_CLOEXEC);
  Pipe out;
  Pipe err;
  const pid_t pid = start(command, in, out.write, err.write, folder);
  close(in);
  close(out.write);
  close(err.write);

  Finished finished;
  pollfd ends[2] = {{out.read, POLLIN, 0}, {err.read, POLLIN, 0}};
  std::string* texts[2] = {&finished.out, &finished.err};
  for (int still_open = 2; still_open > 0;) {
    if (poll(ends, 2, milliseconds_until(end)) == 0) {
      kill(pid, SIGKILL);
      break;
    }
    for (int i = 0; i < 2; ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      char buffer[65536];
      const ssize_t size = read(ends[i].fd, buffer, sizeof buffer);
      if (size > 0) {
        texts[i]->append(buffer, static_cast<std::size_t>(size));
      } else {
        ends[i].fd = -1;
        --still_open;
      }
    }
  }
  close(out.read);
  close(err.read);
  finished.code = reap(pid, end);
  return finished;
}

std::filesystem::path tributary_program() {
  return TRIBUTARY_PROGRAM;
}

Finished run_program(std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), tributary_program());
  return run(arguments, input);
}

Background::Background(const std::vector<std::string>& command) {
  Pipe out;
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  pid_ = start(command, nothing, out.write, STDERR_FILENO, {});
  close(nothing);
  close(out.write);
  out_ = out.read;
}

Background::~Background() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
}

std::string Background::wait_for_line(const std::string& text, std::chrono::seconds limit) {
  const auto end = Steady::now() + limit;
  for (;;) {
    while (pending_.find('\n') != std::string::npos) {
      const auto length = pending_.find('\n');
      const std::string line = pending_.substr(0, length);
      pending_.erase(0, length + 1);
      if (line.find(text) != std::string::npos) return line;
    }
    pollfd waiting{out_, POLLIN, 0};
    if (poll(&waiting, 1, milliseconds_until(end)) == 0) return {};
    char buffer[4096];
    const ssize_t size = read(out_, buffer, sizeof buffer);
    if (size <= 0) return {};
    pending_.append(buffer, static_cast<std::size_t>(size));
  }
}

void Background::signal(int number) const {
  kill(pid_, number);
}

int Background::wait(std::chrono::seconds limit) {
  const int code = reap(pid_, Steady::now() + limit);
  pid_ = -1;
  return code;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tributary-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace tributary::test
