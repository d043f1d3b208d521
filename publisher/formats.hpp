#pragma once
#include <array>
#include <string>
#include <string_view>

#include "publisher/view.hpp"

namespace tributary::publisher {

/// What `make` gives for the entry: asked once, for however many pages.
template <typename Make>
const std::string& fragment_of(const ShownEntry& entry, std::string_view document, Make make) {
  const auto known = entry.fragments.find(document);
  if (known != entry.fragments.end()) return known->second;
  return entry.fragments.emplace(document, make()).first->second;
}

/// One kind of document that each page is published as. A renderer is pure: the same page, the same bytes.
struct Format {
  std::string_view name;
  std::string_view file;
  std::string_view media_type;
  std::string (*render)(const ShownPage& page);
};

[[nodiscard]] std::string render_digest(const ShownPage& page);
[[nodiscard]] std::string render_atom(const ShownPage& page);
[[nodiscard]] std::string render_rss(const ShownPage& page);
[[nodiscard]] std::string render_json_feed(const ShownPage& page);

[[nodiscard]] std::string render_embed(const ShownPage& page);
[[nodiscard]] std::string render_embed_fragment(const ShownPage& page);
[[nodiscard]] std::string render_oembed(const ShownPage& page);

/// Written in this order. A page's folder is known as ours by its atom.xml.
inline constexpr std::array formats{
    Format{"digest", "index.html", "text/html; charset=utf-8", render_digest},
    Format{"atom", "atom.xml", "application/atom+xml; charset=utf-8", render_atom},
    Format{"rss", "rss.xml", "application/rss+xml; charset=utf-8", render_rss},
    Format{"json-feed", "feed.json", "application/feed+json; charset=utf-8", render_json_feed},
    Format{"embed", "embed.html", "text/html; charset=utf-8", render_embed},
    Format{"embed-fragment", "embed-fragment.html", "text/html; charset=utf-8", render_embed_fragment},
    Format{"oembed", "oembed.json", "application/json; charset=utf-8", render_oembed},
};

/// Every partner feed, as OPML 2.0.
[[nodiscard]] std::string render_opml(const ShownSite& site);

}  // namespace tributary::publisher
