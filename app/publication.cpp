#include "app/publication.hpp"

#include <algorithm>

namespace tributary::app {
namespace {

publisher::Page page_of(const config::Config& config, Stream stream) {
  publisher::Page page;
  const std::string& slug = stream.id.slug;
  switch (stream.id.kind) {
    case StreamId::Kind::all:
      page.title = config.site.title;
      page.intro = config.site.intro;
      page.photo = config.site.photo;
      break;
    case StreamId::Kind::topic:
      if (const auto topic = std::ranges::find(config.topics, slug, &Topic::slug);
          topic != config.topics.end()) {
        page.title = topic->title;
        page.intro = topic->intro;
        page.photo = topic->photo;
      }
      break;
    case StreamId::Kind::partner:
      if (const auto partner = std::ranges::find(config.feeds, slug, &Partner::slug);
          partner != config.feeds.end()) {
        page.title = partner->name;
      }
      break;
    case StreamId::Kind::type:
      if (!stream.entries.empty()) page.title = stream.entries.front().type;
      break;
  }
  if (page.title.empty()) page.title = slug;
  page.stream = std::move(stream);
  return page;
}

}  // namespace

std::string hub_url(const config::Config& config) {
  if (config.server.hub == "off") return {};
  return config.server.hub == "builtin" ? config.site.url + "hub" : config.server.hub;
}

Result<publisher::Written> publish_all(const config::Config& config, store::Store& store) {
  const auto streams = store.streams();
  if (!streams) return std::unexpected(streams.error());

  publisher::Publication publication{.site = config.site,
                                     .options = config.publish,
                                     .licences = config.licences,
                                     .topics = config.topics,
                                     .partners = config.feeds,
                                     .pages = {},
                                     .hub = hub_url(config)};
  const auto add_page = [&](const StreamId& id) -> Result<void> {
    auto stream = store.latest(id, config.publish.items);
    if (!stream) return std::unexpected(stream.error());
    publication.pages.push_back(page_of(config, std::move(*stream)));
    return {};
  };
  if (const auto front = add_page(StreamId{}); !front) return std::unexpected(front.error());
  for (const StreamId& id : *streams) {
    if (id.kind == StreamId::Kind::all) continue;
    if (const auto page = add_page(id); !page) return std::unexpected(page.error());
  }
  const auto files = publisher::render(publication);
  if (!files) return std::unexpected(files.error());
  return publisher::write(config.output, *files);
}

}  // namespace tributary::app
