#include <algorithm>
#include <iterator>

#include "publisher/formats.hpp"
#include "publisher/publisher.hpp"
#include "publisher/view.hpp"

namespace tributary::publisher {

Result<std::vector<OutputFile>> render(const Publication& publication) {
  auto viewer = Viewer::open(publication);
  if (!viewer) return std::unexpected(viewer.error());
  std::vector<OutputFile> files;
  for (const Page& given : publication.pages) {
    const ShownPage page = viewer->page(given);
    for (const Format& format : formats) {
      files.push_back({page.path + std::string(format.file), format.render(page)});
    }
  }
  const ShownSite& site = viewer->site();
  files.push_back({"opml.xml", render_opml(site)});
  files.push_back({"style.css", site.templates->style()});
  std::ranges::move(viewer->photos().files(), std::back_inserter(files));
  return files;
}

}  // namespace tributary::publisher
