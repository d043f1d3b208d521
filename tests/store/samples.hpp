#pragma once
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"

/// What the tests of the store build their cases from.
namespace tributary::store {

/// A folder of its own for a test; gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> number{0};
    path_ = std::filesystem::temp_directory_path() /
            ("tributary-store-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline Timestamp at(std::string_view rfc3339) {
  return from_rfc3339(rfc3339).value();
}

inline const Timestamp noon = at("2026-03-01T12:00:00Z");

inline Text words(std::string text) {
  return Text{.plain = std::move(text)};
}

inline Partner partner(const std::string& name) {
  return {.url = "https://" + name + ".example.org/feed", .name = name, .slug = name};
}

inline Catalogue catalogue(std::vector<Partner> partners) {
  Catalogue made;
  made.site.title = "Partners";
  made.site.url = "https://site.example.net/";
  made.partners = std::move(partners);
  made.topics = {{.slug = "business", .title = "Business"}, {.slug = "culture", .title = "Culture"}};
  return made;
}

struct Sample {
  std::string id = {};
  std::string link = {};
  std::string title = {};
  std::string text = {};
  std::string published = {};
  std::string updated = {};
  std::vector<std::string> categories = {};
};

inline Item item(const Sample& sample) {
  Item made;
  made.id = sample.id;
  made.link = sample.link;
  if (!sample.title.empty()) made.title = words(sample.title);
  if (!sample.text.empty()) made.summary = words(sample.text);
  if (!sample.published.empty()) made.published = at(sample.published);
  if (!sample.updated.empty()) made.updated = at(sample.updated);
  for (const auto& category : sample.categories) made.categories.push_back({.term = category});
  return made;
}

inline Delivery delivery(const std::string& name, const std::vector<Sample>& samples) {
  auto feed = std::make_shared<Feed>();
  feed->details.title = words(name);
  feed->details.link = "https://" + name + ".example.org/";
  for (const auto& sample : samples) feed->items.push_back(item(sample));
  Delivery made;
  made.state.key = "https://" + name + ".example.org/feed";
  made.state.url = made.state.key;
  made.feed = std::move(feed);
  return made;
}

}  // namespace tributary::store
