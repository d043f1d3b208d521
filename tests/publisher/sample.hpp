#pragma once
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "model/model.hpp"
#include "publisher/publisher.hpp"

// The store gives back what the sanitiser once made; here it stands in for both.
namespace tributary::store {
class RestoredHtml {
 public:
  static SafeHtml from(std::string html) { return SafeHtml(std::move(html)); }
};
}  // namespace tributary::store

namespace tributary::publisher::sample {

inline Timestamp at(std::string_view when) {
  return from_rfc3339(when).value();
}
inline SafeHtml safe(std::string html) {
  return store::RestoredHtml::from(std::move(html));
}
inline Text words(std::string plain, std::string lang = {}) {
  Text text;
  text.plain = std::move(plain);
  text.lang = std::move(lang);
  return text;
}
inline Text markup(std::string html, std::string lang = {}) {
  Text text;
  text.type = Text::Type::html;
  text.html = safe(std::move(html));
  text.lang = std::move(lang);
  return text;
}

inline StreamEntry entry(const std::string& name, const std::string& title, const std::string& when) {
  StreamEntry entry;
  entry.id = "tag:partners.example.org,2026:" + name;
  entry.feed = "https://library.example.org/feed";
  entry.feed_url = "https://library.example.org/feed";
  entry.partner = "Example Library";
  entry.partner_slug = "example-library";
  entry.source.title = words("News of the Example Library");
  entry.source.id = "https://library.example.org/";
  entry.source.link = "https://library.example.org/";
  entry.item.id = name;
  entry.item.title = words(title);
  entry.item.link = "https://library.example.org/" + name;
  entry.item.summary = words("What " + title + " is about.");
  entry.published = at(when);
  entry.modified = at(when);
  entry.first_seen = at(when);
  return entry;
}

inline Publication publication() {
  Publication p;
  p.site.title = "Partnerships & Collaboration";
  p.site.url = "https://partners.example.org/";
  p.site.intro = "When libraries build partnerships, readers gain.";
  p.partners = {
      Partner{.url = "https://library.example.org/feed",
              .name = "Example Library",
              .slug = "example-library",
              .topics = {"business"}},
      Partner{
          .url = "https://archive.example.net/rss", .name = "Example Archive", .slug = "example-archive"}};
  p.topics = {Topic{.slug = "business", .title = "Small Business", .intro = "For small firms.", .photo = {}}};
  p.licences.by_name = {
      {"CC BY 4.0", Licence::full}, {"CC BY-NC-ND 2.0", Licence::excerpt}, {"closed", Licence::link}};
  Page front;
  front.title = p.site.title;
  front.intro = p.site.intro;
  p.pages.push_back(front);
  return p;
}

inline Publication publication_of(std::vector<StreamEntry> entries) {
  Publication p = publication();
  p.pages.front().stream.entries = std::move(entries);
  return p;
}

/// One document of what is rendered; a failure's words when there is none.
inline std::string document(const Publication& p, const std::string& path) {
  const auto files = render(p);
  if (!files) return to_string(files.error());
  for (const OutputFile& file : *files) {
    if (file.path == path) return file.bytes;
  }
  return "no " + path;
}

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tributary-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path put(const std::string& name, std::string_view bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Ran {
  int status = -1;
  std::string output = {};
};
/// Runs a command line and takes what it prints.
inline Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe))
    ran.output.append(buffer, count);
  ran.status = ::pclose(pipe);
  return ran;
}

}  // namespace tributary::publisher::sample
