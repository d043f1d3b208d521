#include <algorithm>
#include <iterator>

#include "publisher/formats.hpp"
#include "publisher/publisher.hpp"
#include "publisher/view.hpp"

namespace tributary::publisher {
namespace {

/// For a string in a style sheet (CSS Syntax section 4.3.5).
std::string css_words(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string with_words(std::string style, const std::string& name, const std::string& words) {
  const std::string mark = "{{" + name + "}}";
  // The last one: the first stands in the comment that explains it.
  if (const auto at = style.rfind(mark); at != std::string::npos)
    style.replace(at, mark.size(), css_words(words));
  return style;
}

bool is_partner(const Page& page) {
  return page.stream.id.kind == StreamId::Kind::partner;
}

/// What everyone but one partner published, as far as the front page knows it.
Page everyone_but(const Page& front, const Page& partner, std::size_t items) {
  Page page;
  page.stream.id = partner.stream.id;
  page.title = partner.title;
  page.everyone_else = true;
  page.updated_at_least = front.updated_at_least;
  page.stream.tombstones = front.stream.tombstones;
  for (const StreamEntry& entry : front.stream.entries) {
    if (page.stream.entries.size() == items) break;
    if (entry.partner_slug != partner.stream.id.slug) page.stream.entries.push_back(entry);
  }
  return page;
}

}  // namespace

struct Press::Impl {
  Viewer viewer;
};

Press::Press() = default;
Press::~Press() = default;
Press::Press(Press&&) noexcept = default;
Press& Press::operator=(Press&&) noexcept = default;

Result<Press> Press::open(const Publication& publication) {
  auto viewer = Viewer::open(publication);
  if (!viewer) return std::unexpected(viewer.error());
  Press press;
  press.impl_ = std::make_unique<Impl>(Impl{std::move(*viewer)});
  return press;
}

std::vector<OutputFile> Press::page(const Page& page) {
  const ShownPage shown = impl_->viewer.page(page);
  std::vector<OutputFile> files;
  for (const Format& format : formats)
    files.push_back({shown.path + std::string(format.file), format.render(shown)});
  return files;
}

std::vector<OutputFile> Press::archive(const ArchivePage& page) {
  const ShownPage shown = impl_->viewer.archive(page);
  const std::string path = archive_path(page.stream, page.number);
  return {{path, render_atom(shown)}, {path.substr(0, path.size() - 3) + "json", render_json_feed(shown)}};
}

std::vector<OutputFile> Press::week(const WeekPage& page) {
  const ShownPage shown = impl_->viewer.week(page);
  return {{shown.path + "index.html", render_digest(shown)}};
}

std::vector<OutputFile> Press::week_index(std::span<const Week> weeks) {
  const ShownPage shown = impl_->viewer.week_index(weeks);
  return {{shown.path + "index.html", render_digest(shown)}};
}

std::vector<OutputFile> Press::site() {
  const ShownSite& site = impl_->viewer.site();
  const Templates& templates = *site.templates;
  std::string feed_style = templates.style("feed.css");
  feed_style = with_words(std::move(feed_style), "what", site.strings["feed_what"]);
  feed_style = with_words(std::move(feed_style), "how", site.strings["feed_how"]);
  std::vector<OutputFile> files{{"opml.xml", render_opml(site)},
                                {"style.css", templates.style("style.css")},
                                {"embed.css", templates.style("embed.css")},
                                {"feed.css", std::move(feed_style)}};
  std::ranges::move(impl_->viewer.photos().files(), std::back_inserter(files));
  return files;
}

Result<std::vector<OutputFile>> render(const Publication& publication) {
  auto press = Press::open(publication);
  if (!press) return std::unexpected(press.error());
  std::vector<OutputFile> files;
  const auto add = [&](std::vector<OutputFile> more) { std::ranges::move(more, std::back_inserter(files)); };

  for (const Page& page : publication.pages) add(press->page(page));
  const bool given = std::ranges::any_of(publication.pages, &Page::everyone_else);
  const auto partners = std::ranges::count_if(publication.pages, is_partner);
  if (!given && static_cast<std::size_t>(partners) <= max_everyone_else) {
    for (const Page& page : publication.pages) {
      if (!is_partner(page)) continue;
      add(press->page(everyone_but(publication.pages.front(), page, publication.options.items)));
    }
  }
  for (const ArchivePage& page : publication.archives) add(press->archive(page));
  std::vector<Week> weeks;
  for (const WeekPage& page : publication.weeks) {
    add(press->week(page));
    weeks.push_back(page.week);
  }
  if (!weeks.empty()) add(press->week_index(weeks));
  add(press->site());
  return files;
}

Result<void> check_templates(const Site& site) {
  Publication publication;
  publication.site = site;
  const auto press = Press::open(publication);
  if (!press) return std::unexpected(press.error());
  return {};
}

}  // namespace tributary::publisher
