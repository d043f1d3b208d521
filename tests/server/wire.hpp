#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/server.hpp"

// A server over a folder of its own, in this process, and clients that speak bytes to it over the loopback.
namespace tributary::server::test {

/// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Response {
  int status = 0;
  std::string line = {};                                ///< the status line
  std::multimap<std::string, std::string> fields = {};  ///< names in lower case
  std::string body = {};
  std::string raw_head = {};
  bool whole = false;  ///< false: the connection ended, or nothing came in time
  [[nodiscard]] std::string field(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const { return fields.contains(name); }
};

/// A blocking client. Everything it waits for ends after ten seconds at the latest.
class Client {
 public:
  /// `url` as Server::url() says it. `receive_buffer`: bytes; 0 leaves it to the system.
  explicit Client(const std::string& url, int receive_buffer = 0);
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return fd_ >= 0; }
  bool send(std::string_view bytes) const;
  /// Reads one response; `to_head` when it answers a HEAD.
  Response receive(bool to_head = false);
  /// send() and receive().
  Response exchange(std::string_view bytes, bool to_head = false);
  /// What comes until the server closes.
  std::string read_to_end();
  /// True when the server has closed (or reset) the connection and nothing is left to read; waits for it.
  bool closed();
  /// True when the connection is open and silent now; does not wait.
  bool open_and_silent() const;
  void finish_sending() const;

 private:
  bool fill();
  int fd_ = -1;
  std::string buffer_;
};

/// GET with further header lines, each ending in \r\n.
std::string get(const std::string& target, const std::string& more = {});
std::string head(const std::string& target, const std::string& more = {});

/// Starts in the constructor; stops and joins in the destructor.
class Wire {
 public:
  explicit Wire(Options options = {}, AdminHandler admin = {});
  ~Wire();

  /// Writes a file below the folder as the publisher does: beside it first, then renamed.
  void publish(const std::string& path, const std::string& bytes) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string admin_url() const;
  [[nodiscard]] Client client(int receive_buffer = 0) const { return Client(url(), receive_buffer); }
  /// One request on a connection of its own.
  [[nodiscard]] Response ask(const std::string& request) const;
  /// Runs `work` on the server's thread and waits for it.
  void on_thread(const std::function<void(Server&)>& work) const;
  [[nodiscard]] Counters counters() const;
  /// True when the server's io_context ran out of work within ten seconds.
  [[nodiscard]] bool ended() const;

 private:
  struct Running;
  TemporaryFolder folder_;
  std::unique_ptr<Running> running_;
};

}  // namespace tributary::server::test
