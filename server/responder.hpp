#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/file_cache.hpp"
#include "server/request.hpp"
#include "server/server.hpp"

// Request → Answer: the table of routes, then the folder. No socket is seen here.
namespace tributary::server {

/// An answer as buffers. `head` ends before Date, Connection and the empty line, which the connection adds.
struct Answer {
  int status = 200;
  std::string_view head = {};
  std::string_view body = {};              ///< empty for HEAD and 304
  std::shared_ptr<const void> owner = {};  ///< what the views point into
  /// When >= 0, the body is `length` bytes of this descriptor, which `owner` keeps open, from `from` on.
  int file = -1;
  std::uint64_t from = 0, length = 0;
};

/// Which address a request came to.
enum class Door { visitors, admin };

class Responder {
 public:
  Responder(const Options& options, AdminHandler admin);

  /// `client` is asked for by dynamic routes only. Never throws.
  [[nodiscard]] Answer answer(const Request& request, Door door, const std::function<std::string()>& client);

  /// The small page of a status, for what is refused before it is a request. `why` is said on it.
  [[nodiscard]] Answer refusal(int status, std::string_view why, std::string_view more_fields = {},
                               bool without_body = false) const;

  /// How large a body of this request may be; 0: none is read.
  [[nodiscard]] std::size_t body_limit(const Request& request, Door door) const;

  /// What is answered until doubt() may be answered from one look at the disk. For requests that had come
  /// when it was called.
  void trust() { files_.trust(); }
  void doubt() { files_.doubt(); }

  [[nodiscard]] Timestamp now() const;
  [[nodiscard]] std::size_t cached_bytes() const { return files_.bytes(); }
  void reload(const std::filesystem::path& folder, const std::string& site_url, const std::string& hub_url);

 private:
  [[nodiscard]] Answer from_folder(const Request& request, std::string_view path, std::string_view query);
  [[nodiscard]] Answer from_file(const Request& request, const std::shared_ptr<File>& file);
  [[nodiscard]] std::optional<Answer> delta(const Request& request, File& file, Coding selected);
  [[nodiscard]] Answer from_route(const Request& request, const Route& route, const std::string& path,
                                  std::string_view query, const std::string& client);
  [[nodiscard]] Answer from_admin(const Request& request);
  [[nodiscard]] Answer options(const Request& request, std::string_view methods) const;
  [[nodiscard]] Answer not_allowed(const Request& request, std::string_view methods) const;
  [[nodiscard]] Answer to_folder(const Request& request, std::string_view path, std::string_view query) const;
  [[nodiscard]] const Route* route_of(std::string_view path) const;

  std::vector<Route> routes_;
  std::function<Timestamp()> clock_;
  AdminHandler admin_;
  std::string prefix_;  // path of the site's URL without its last '/': "" or "/feeds"
  std::size_t cache_bytes_;
  FileCache files_;
  std::string path_;  // scratch
};

}  // namespace tributary::server
