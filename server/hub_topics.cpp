#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/file_cache.hpp"
#include "server/hub.hpp"
#include "server/kind.hpp"
#include "server/open_below.hpp"
#include "server/path.hpp"

namespace tributary::server {
namespace {

constexpr std::size_t largest = 32 * 1024 * 1024;  // bytes; a feed document of ours is far below

std::optional<std::string> read_file(const std::string& folder, const std::string& path) {
  const Descriptor fd(open_below(folder, path));
  struct ::stat seen = {};
  if (!fd.open() || ::fstat(fd.get(), &seen) != 0 || !S_ISREG(seen.st_mode)) return std::nullopt;
  if (static_cast<std::size_t>(seen.st_size) > largest) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(seen.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(fd.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got <= 0) return std::nullopt;
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

std::function<std::optional<TopicDocument>(const std::string&)> topic_reader(std::filesystem::path folder,
                                                                             std::string site_url) {
  return [folder = folder.string(),
          site_url = std::move(site_url)](const std::string& topic) -> std::optional<TopicDocument> {
    if (site_url.empty() || !topic.starts_with(site_url)) return std::nullopt;
    std::string path;
    // The self URL as it is written in the document is the topic's only name: no query, no other spelling.
    if (topic.find_first_of("?#") != std::string::npos) return std::nullopt;
    if (decode_path("/" + topic.substr(site_url.size()), path) != PathVerdict::fine || path.empty())
      return std::nullopt;
    auto bytes = read_file(folder, path);
    if (!bytes) return std::nullopt;
    const Kind kind = kind_of(path, *bytes);
    if (!kind.feed) return std::nullopt;
    return TopicDocument{std::string(kind.content_type), std::move(*bytes)};
  };
}

}  // namespace tributary::server
