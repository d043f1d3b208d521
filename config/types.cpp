#include <set>

#include "config/config.hpp"
#include "config/names.hpp"

namespace tributary::config {

std::map<std::string, std::string> type_slugs(const Config& config) {
  std::map<std::string, std::string> slugs;
  for (const Partner& partner : config.feeds) {
    if (!partner.type.empty()) slugs.emplace(partner.type, "");
    for (const auto& [category, type] : partner.types) slugs.emplace(type, "");
  }
  // In the order of the names, so that which one gets the number does not hang on the order of the feeds.
  std::set<std::string> taken;
  for (auto& [type, slug] : slugs) {
    std::string wanted = slug_of(type);
    if (wanted.empty()) wanted = "type";
    slug = wanted;
    for (int number = 2; !taken.insert(slug).second; ++number) slug = wanted + "-" + std::to_string(number);
  }
  return slugs;
}

}  // namespace tributary::config
