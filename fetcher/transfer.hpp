#pragma once
#include <curl/curl.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fetcher/decoding.hpp"
#include "fetcher/fetcher.hpp"
#include "fetcher/settings.hpp"
#include "fetcher/wire_url.hpp"

namespace tributary::fetcher {

/// One request on its way through its redirects. Redirects are followed here and not by curl, because each
/// hop is to be judged: its scheme, its host's turn, what it may be told, and whether it is for good.
class Transfer {
 public:
  using Clock = std::chrono::steady_clock;
  /// `busy`: the address that it dialled has enough to do; ask again when that is over.
  enum class Outcome { answered, redirected, busy };
  /// Whether one more may dial this address now.
  using Admit = std::function<bool(const std::string& address)>;

  Transfer(Request request, std::function<void(Answer)> done);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Whether the next address can be asked at all; if not, the answer says why.
  [[nodiscard]] bool askable(const Settings& settings);

  /// What the next hop's host is counted under.
  [[nodiscard]] const std::string& host_key() const { return host_key_; }
  [[nodiscard]] bool under_way() const { return !answer_.redirects.empty(); }

  /// Makes the handle ready for the next hop. The handle refers to this transfer until it is reset.
  void begin(CURL* handle, std::shared_ptr<const Settings> settings, Admit admit, Clock::time_point now);

  /// What the hop came to; `redirected` when another one is to follow.
  [[nodiscard]] Outcome end(CURL* handle, CURLcode code, Clock::time_point now);

  void fail(ErrorKind kind, std::string detail);
  void fail(Error error);
  void cancel();
  /// Not asked after all, because its host wants to be left alone for so long.
  void put_off(std::chrono::seconds wait);

  /// Whether anything of an answer has come in this hop.
  [[nodiscard]] bool heard() const { return header_bytes_ > 0; }
  [[nodiscard]] const std::string& host() const { return wire_.host; }
  [[nodiscard]] const std::string& busy_address() const { return busy_address_; }

  [[nodiscard]] Answer& answer() { return answer_; }
  [[nodiscard]] std::function<void(Answer)> take_done() { return std::move(done_); }

 private:
  enum class Stop { none, header_too_large, body_too_large, body_damaged, enough_seen };

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void forget_response();
  void read_header(std::string_view line);
  bool take_body(std::string_view bytes);
  bool keep(std::string_view decoded);
  [[nodiscard]] std::size_t most_bytes() const;
  void add_headers(bool with_secrets);
  bool follow();
  [[nodiscard]] bool is_post() const { return request_.body || !request_.form.empty(); }
  [[nodiscard]] bool wants_body() const;
  [[nodiscard]] const std::string& secrets_for() const;
  void explain(CURL* handle, CURLcode code);
  [[nodiscard]] std::string place_of_timeout(CURL* handle) const;

  struct ListClose {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  Request request_;
  std::function<void(Answer)> done_;
  Answer answer_;
  std::shared_ptr<const Settings> settings_;
  std::string url_;  ///< the hop's address as written
  WireUrl wire_;
  std::string host_key_;
  std::set<std::string> asked_;
  bool leading_permanent_ = true;
  Clock::time_point began_;
  std::chrono::milliseconds used_{0};

  // Of the hop under way.
  std::unique_ptr<curl_slist, ListClose> headers_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  std::string location_;
  Admit admit_;
  std::string refused_address_;
  std::string busy_address_;
  std::size_t header_bytes_ = 0;
  std::string content_encoding_;
  std::optional<Decoding> decoding_;   ///< since the body began
  std::uint64_t announced_bytes_ = 0;  ///< Content-Length
  std::size_t body_bytes_ = 0;         ///< as they came from the wire
  Stop stop_ = Stop::none;
};

}  // namespace tributary::fetcher
