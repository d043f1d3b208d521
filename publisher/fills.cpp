#include "publisher/fills.hpp"

namespace tributary::publisher {

Fill fill_of(const ShownEntry& entry, const ShownPage& page, Links links) {
  const ShownSite& site = *page.site;
  const std::string& root = links == Links::relative ? page.root : site.url;
  Fill fill;
  fill.text("language", site.language).text("direction", to_string(site.direction));
  fill.text("entry_language", entry.language).text("entry_direction", to_string(entry.direction));
  fill.text("entry_title", entry.title).text("entry_url", entry.url).text("entry_excerpt", entry.excerpt);
  fill.text("entry_id", entry.id);
  fill.text("type", entry.type);
  const auto [modified_before, modified_after] = around(site.strings["last_modified"]);
  fill.text("modified_before", modified_before).text("modified_after", modified_after);
  fill.text("modified", to_rfc3339(entry.modified)).text("modified_date", (*site.dates)(entry.modified));
  fill.text("published", to_rfc3339(entry.published)).text("published_date", (*site.dates)(entry.published));
  fill.text("partner", entry.partner);
  const Place* place = site.place(StreamId::Kind::partner, entry.partner_slug);
  fill.text("partner_url", place != nullptr ? root + place->path : entry.source.link);
  fill.text("licence_name", entry.licence.name.empty() ? entry.licence.address : entry.licence.name);
  fill.text("licence_url", entry.licence.address);
  if (!entry.also.empty()) {
    std::vector<Fill> copies;
    for (const ShownCopy& copy : entry.also) {
      Fill one;
      one.truth("comma", !copies.empty())
          .text("copy_partner", copy.partner.empty() ? copy.url : copy.partner);
      one.text("copy_url", copy.url).text("copy_title", copy.title);
      copies.push_back(std::move(one));
    }
    const auto [before, after] = around(site.strings["also_published_by"]);
    Fill also;
    also.text("also_before", before).text("also_after", after).list("copies", std::move(copies));
    fill.object("also", std::move(also));
  }
  return fill;
}

}  // namespace tributary::publisher
