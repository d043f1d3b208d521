#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"
#include "tests/support/postgresql.hpp"
#include "tests/support/process.hpp"

/// What the tests of the store build their cases from.
namespace tributary::store {

using test::fresh_postgresql;
using test::TemporaryFolder;

inline std::string file_in(const TemporaryFolder& folder, const std::string& name) {
  return (folder / name).string();
}

/// A backend to hold to what all promise: where the store of a test's folder is.
struct Kind {
  std::string name;
  std::function<std::string(const TemporaryFolder&)> url;  ///< empty: it can't be tried here
};
inline Kind sqlite_kind() {
  return {"sqlite", [](const TemporaryFolder& folder) { return "sqlite:" + file_in(folder, "store.db"); }};
}
inline Kind postgresql_kind() {
  return {"postgresql",
          [](const TemporaryFolder& folder) { return fresh_postgresql(folder.path().filename().string()); }};
}

/// Runs the tests of a fixture, a TestWithParam<Kind>, on every backend.
#define TRIBUTARY_ON_EVERY_BACKEND(fixture)                                         \
  INSTANTIATE_TEST_SUITE_P(Sqlite, fixture, testing::Values(sqlite_kind()),         \
                           [](const auto& one) { return one.param.name; });         \
  INSTANTIATE_TEST_SUITE_P(Postgresql, fixture, testing::Values(postgresql_kind()), \
                           [](const auto& one) { return one.param.name; })

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
