#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tributary::test {

/// A partner's web site on a free loopback port: answers what `answer` says, byte for byte, and remembers
/// what it was asked. One thread a connection, one request a connection; everything ends with the object.
class PartnerSite {
 public:
  struct Request {
    std::string method = {};
    std::string target = {};
    std::map<std::string, std::string> headers = {};  ///< names in lower case
  };
  /// Sends bytes; false when the other side has gone or the test is over.
  using Send = std::function<bool(const std::string&)>;
  using Answer = std::function<void(const Request&, const Send&)>;

  explicit PartnerSite(Answer answer);
  ~PartnerSite();
  PartnerSite(const PartnerSite&) = delete;
  PartnerSite& operator=(const PartnerSite&) = delete;

  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] std::vector<Request> requests() const;
  [[nodiscard]] std::vector<Request> requests(const std::string& target) const;

  /// Waits until the site is being closed: for a partner that never answers. Returns at once then.
  void hang() const;

  /// A whole answer with Content-Length.
  [[nodiscard]] static std::string whole(int status, const std::vector<std::string>& headers,
                                         const std::string& body);

 private:
  void accept_all();
  void serve(int connection);

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  int closing_[2] = {-1, -1};  // a pipe: readable once the site closes
  mutable std::mutex lock_;
  std::vector<Request> requests_;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

}  // namespace tributary::test
