// For partners' own pages: the list in a frame, as a fragment to put into a page, and what oEmbed
// (oembed.com) asks. No script, no style of its own in the fragment; class names begin with "tributary". Each
// entry is one line that begins with <li, so that a server can leave out the last ones of them.
#include <algorithm>

#include "publisher/fills.hpp"
#include "publisher/formats.hpp"
#include "publisher/json.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

constexpr std::size_t max_entries = 20;
constexpr std::uint64_t frame_width = 600, frame_height = 800;  // pixels

/// In a page of its own the title is the first heading, in someone else's it is one of several.
std::string fragment(const ShownPage& page, const char* level, const char* entry_level) {
  const ShownSite& site = *page.site;
  Fill fill;
  fill.text("language", site.language).text("direction", to_string(site.direction));
  fill.text("title", page.title).text("full_title", page.full_title).text("url", page.url());
  const auto [before, after] = around(site.strings["embed_more"]);
  fill.text("more", before + page.full_title + after);
  std::vector<Fill> entries;
  for (std::size_t i = 0; i < std::min(max_entries, page.entries.size()); ++i) {
    entries.push_back(fill_of(*page.entries[i], page, Links::absolute));
  }
  fill.list("entries", std::move(entries));
  fill.text("level", level).text("entry_level", entry_level);
  return site.templates->render(Templates::Name::embed_fragment, fill);
}

}  // namespace

std::string render_embed_fragment(const ShownPage& page) { return fragment(page, "h2", "h3"); }

std::string render_embed(const ShownPage& page) {
  const ShownSite& site = *page.site;
  std::string list = fragment(page, "h1", "h2");
  while (list.ends_with('\n')) list.pop_back();
  Fill fill;
  fill.text("language", site.language).text("direction", to_string(site.direction));
  fill.text("full_title", page.full_title).text("url", page.url()).text("root", page.root);
  fill.html("fragment", list);
  return site.templates->render(Templates::Name::embed, fill);
}

std::string render_oembed(const ShownPage& page) {
  const ShownSite& site = *page.site;
  const std::string frame = "<iframe src=\"" + escape(page.url() + "embed.html") + "\" title=\"" +
                            escape(page.full_title) + "\" width=\"" + std::to_string(frame_width) +
                            "\" height=\"" + std::to_string(frame_height) +
                            "\" loading=\"lazy\" referrerpolicy=\"no-referrer\" " +
                            "sandbox=\"allow-top-navigation-by-user-activation\"></iframe>";
  JsonWriter json;
  json.open_object();
  json.member("version", "1.0");
  json.member("type", "rich");
  json.member("title", page.full_title);
  json.member("author_name", site.author.name);
  json.member("author_url", site.author.uri);
  json.member("provider_name", site.title);
  json.member("provider_url", site.url);
  json.key("cache_age");
  json.value(std::uint64_t{3600});
  json.member("html", frame);
  json.key("width");
  json.value(frame_width);
  json.key("height");
  json.value(frame_height);
  json.close();
  return json.take() + "\n";
}

}  // namespace tributary::publisher
