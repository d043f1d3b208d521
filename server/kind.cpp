#include "server/kind.hpp"

#include <array>

namespace tributary::server {
namespace {

// Feeds and pages are made anew whenever a partner publishes; a cache may show the last one while it asks for
// the next (RFC 5861).
constexpr std::string_view fresh = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400";
// Closed archive pages change for a takedown only, embeds sit on pages of others, pictures and styles hardly
// change.
constexpr std::string_view lasting =
    "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800";

struct Row {
  std::string_view ending;
  std::string_view content_type;
  bool text;
};

constexpr std::array rows{
    Row{".html", "text/html; charset=utf-8", true},
    Row{".json", "application/json", true},
    Row{".css", "text/css; charset=utf-8", true},
    Row{".svg", "image/svg+xml", true},
    Row{".txt", "text/plain; charset=utf-8", true},
    Row{".ics", "text/calendar; charset=utf-8", true},
    Row{".xsl", "text/xsl; charset=utf-8", true},
    Row{".js", "text/javascript; charset=utf-8", true},
    Row{".webmanifest", "application/manifest+json", true},
    Row{".png", "image/png", false},
    Row{".jpg", "image/jpeg", false},
    Row{".jpeg", "image/jpeg", false},
    Row{".gif", "image/gif", false},
    Row{".webp", "image/webp", false},
    Row{".avif", "image/avif", false},
    Row{".ico", "image/x-icon", false},
    Row{".woff2", "font/woff2", false},
    Row{".pdf", "application/pdf", false},
    Row{".mp3", "audio/mpeg", false},
    Row{".mp4", "video/mp4", false},
    Row{".gz", "application/gzip", false},
};

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The name of the root element, without prefix.
std::string_view root_of(std::string_view xml) {
  xml = xml.substr(0, 4096);
  std::size_t at = 0;
  while ((at = xml.find('<', at)) != std::string_view::npos) {
    const std::string_view rest = xml.substr(at);
    if (rest.starts_with("<!--")) {
      at = xml.find("-->", at);
    } else if (rest.starts_with("<?") || rest.starts_with("<!")) {
      at = xml.find('>', at);
    } else {
      const std::string_view name = rest.substr(1, rest.find_first_of(" \t\r\n/>", 1) - 1);
      const auto colon = name.find(':');
      return colon == std::string_view::npos ? name : name.substr(colon + 1);
    }
    if (at == std::string_view::npos) break;
  }
  return {};
}

Kind xml_kind(std::string_view path, std::string_view bytes) {
  Kind kind{.content_type = "application/xml", .cache_control = fresh, .shared = true, .text = true};
  const std::string_view root = root_of(bytes);
  if (root == "feed") kind.content_type = "application/atom+xml; charset=utf-8";
  if (root == "rss" || root == "RDF") kind.content_type = "application/rss+xml; charset=utf-8";
  if (root == "opml") kind.content_type = "text/x-opml; charset=utf-8";
  kind.feed = kind.entries = root == "feed" || root == "rss";
  if (path.starts_with("archive/") || path.find("/archive/") != std::string_view::npos) {
    kind.cache_control = lasting;
    kind.feed = kind.entries = false;  // no topic of the hub, nothing to leave out of it
  }
  return kind;
}

}  // namespace

Kind kind_of(std::string_view path, std::string_view bytes) {
  const std::string_view name = file_name(path);
  if (name.ends_with(".xml")) return xml_kind(path, bytes);
  Kind kind{.content_type = "application/octet-stream", .cache_control = lasting};
  for (const Row& row : rows) {
    if (!name.ends_with(row.ending)) continue;
    kind.content_type = row.content_type;
    kind.text = row.text;
  }
  kind.page = name.ends_with(".html");
  kind.shared = !kind.page || name == "embed-fragment.html";
  const bool embed = name.starts_with("embed") || name == "oembed.json";
  kind.framed = kind.page && embed;
  if ((kind.page && !embed) || name.ends_with(".json")) kind.cache_control = fresh;
  if (name == "oembed.json") kind.cache_control = lasting;
  // JSON Feed section "version"; every other JSON document stays plain.
  if (name.ends_with(".json") &&
      bytes.substr(0, 4096).find("https://jsonfeed.org/version/") != std::string_view::npos) {
    kind.content_type = "application/feed+json; charset=utf-8";
    kind.feed = true;
  }
  return kind;
}

}  // namespace tributary::server
