#include "config/opml.hpp"

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "config/checks.hpp"
#include "config/edit.hpp"
#include "config/keys.hpp"
#include "config/names.hpp"
#include "model/url.hpp"

namespace tributary::config {
namespace {

namespace fs = std::filesystem;
using std::string;
using std::string_view;

constexpr string_view our_namespace = "urn:tributary:feeds.yaml";
constexpr string_view separator = " / ";
// Folders in folders; nobody's list is deeper.
constexpr int deepest = 32;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_word(string_view a, string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

string_view trimmed(string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

std::vector<string_view> split(string_view text, string_view by) {
  std::vector<string_view> parts;
  while (true) {
    const auto end = text.find(by);
    if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.push_back(part);
    if (end == string_view::npos) return parts;
    text.remove_prefix(end + by.size());
  }
}

// Programs write xmlUrl as they like: xmlurl, XMLURL.
string_view attribute(const pugi::xml_node& node, string_view name) {
  for (const auto& one : node.attributes()) {
    if (same_word(one.name(), name)) return trimmed(one.value());
  }
  return {};
}

class ListReader {
 public:
  ListReader(string_view bytes, const fs::path& file, const fs::path& config_file)
      : source_(file, bytes), config_file_(config_file) {}

  Result<Opml> read(string_view bytes) {
    pugi::xml_document document;
    const auto parsed =
        document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_trim_pcdata);
    const auto opml =
        document.find_child([](const pugi::xml_node& node) { return same_word(node.name(), "opml"); });
    if (!opml) {
      const auto detail =
          parsed ? string("this is XML, but not OPML") : fmt::format("no OPML: {}", parsed.description());
      return std::unexpected(
          Error{.kind = ErrorKind::not_a_feed, .where = source_.file().string(), .detail = detail});
    }
    if (!parsed) {
      warn(static_cast<std::size_t>(parsed.offset), "bad-opml",
           fmt::format("the document breaks off here: {}", parsed.description()),
           "what stands behind it was not read");
      drop_unfinished(document, bytes);
    }
    find_prefix(opml);
    opml_.title = trimmed(opml.child("head").child_value("title"));
    read_outlines(opml.child("body"), {}, 0);
    // The order that the list had when we wrote it; outlines of others stay where the document has them.
    std::ranges::stable_sort(found_, {}, &Found::position);
    std::ranges::stable_sort(topics_, {}, &FoundTopic::position);
    for (auto& one : topics_) opml_.topics.push_back(std::move(one.topic));
    for (auto& one : found_) opml_.feeds.push_back(std::move(one.feed));
    std::ranges::stable_sort(opml_.warnings, {}, &Fault::line);
    return std::move(opml_);
  }

 private:
  struct Found {
    std::size_t position = 0;
    Partner feed = {};
  };
  struct FoundTopic {
    std::size_t position = 0;
    Topic topic = {};
    [[nodiscard]] const string& slug() const { return topic.slug; }
  };

  void warn(std::size_t offset, string code, string what, string mend) {
    auto fault = source_.fault({offset, offset + 1}, std::move(code), std::move(what), std::move(mend));
    fault.warning = true;
    fault.source.clear();
    opml_.warnings.push_back(std::move(fault));
  }

  /// An outline whose tag the document breaks off in may have half an address.
  static void drop_unfinished(pugi::xml_document& document, string_view bytes) {
    pugi::xml_node last;
    for (auto node = document.last_child(); node; node = node.last_child()) {
      if (node.type() == pugi::node_element) last = node;
    }
    char quote = 0;
    for (const char c : bytes.substr(std::min(offset_of(last), bytes.size()))) {
      if (quote == 0 && c == '>') return;
      if (quote == 0 && (c == '"' || c == '\''))
        quote = c;
      else if (c == quote)
        quote = 0;
    }
    last.parent().remove_child(last);
  }

  static std::size_t offset_of(const pugi::xml_node& node) {
    const auto offset = node.offset_debug();
    return offset < 0 ? 0 : static_cast<std::size_t>(offset);
  }

  void find_prefix(const pugi::xml_node& opml) {
    constexpr string_view declaration = "xmlns:";
    for (const auto& one : opml.attributes()) {
      const string_view name = one.name();
      if (name.starts_with(declaration) && our_namespace == one.value())
        prefix_ = string(name.substr(declaration.size())) + ":";
    }
  }

  [[nodiscard]] string_view ours(const pugi::xml_node& node, string_view name) const {
    if (prefix_.empty()) return {};
    return trimmed(node.attribute((prefix_ + string(name)).c_str()).value());
  }

  /// Our attributes are values of feeds.yaml, read by the rows of its table.
  template <class T>
  void read_options(const pugi::xml_node& node, const Keys<T>& keys, T& out) {
    if (prefix_.empty()) return;
    for (const auto& one : node.attributes()) {
      const string_view name = one.name();
      if (!name.starts_with(prefix_)) continue;
      const auto key = name.substr(prefix_.size());
      if (key == "position") continue;
      const auto row = std::ranges::find_if(
          keys, [&](const Key<T>& candidate) { return candidate.name == key && !candidate.hidden; });
      if (row == keys.end()) {
        warn(offset_of(node), "unknown-key", fmt::format("unknown option `{}`", key), "it was left out");
        continue;
      }
      const Source value(config_file_, one.value());
      std::vector<Fault> faults;
      const auto tree = read_tree(value, faults);
      Reader reader(value, tree, faults);
      T read = out;
      if (tree.whole && tree.root.kind != Node::Kind::null) row->read(read, tree.root, reader);
      if (std::ranges::all_of(faults, &Fault::warning)) {
        out = std::move(read);
      } else {
        warn(offset_of(node), faults.front().code, fmt::format("{}: {}", key, faults.front().what),
             "it was left out");
      }
    }
  }

  /// The slug of the topic that this path of folders is, or this folder, when it says its slug itself. It is
  /// declared now if it was not.
  string topic(const string& path, const pugi::xml_node& folder = {}) {
    string given(ours(folder, "slug"));
    std::erase(given, '"');  // it is written as YAML, where some slugs need quotes
    if (given.empty()) {
      if (const auto known = paths_.find(path); known != paths_.end()) return known->second;
    } else if (std::ranges::find(topics_, given, &FoundTopic::slug) != topics_.end()) {
      return given;
    }
    FoundTopic found{.position = position_of(folder, topics_.size())};
    found.topic.title = path;
    if (folder) read_options(folder, topic_keys(), found.topic);
    auto base = found.topic.slug.empty() ? slug_of(path) : found.topic.slug;
    if (base.empty()) base = "topic";
    found.topic.slug = base;
    const auto taken = [&] {
      return std::ranges::find(topics_, found.topic.slug, &FoundTopic::slug) != topics_.end();
    };
    for (int number = 2; taken(); ++number) found.topic.slug = fmt::format("{}-{}", base, number);
    paths_.emplace(path, found.topic.slug);
    topics_.push_back(found);
    return found.topic.slug;
  }

  [[nodiscard]] std::size_t position_of(const pugi::xml_node& node, std::size_t otherwise) const {
    const auto position = whole_number(ours(node, "position"));
    return position ? static_cast<std::size_t>(*position) : otherwise;
  }

  void read_outlines(const pugi::xml_node& parent, const string& path, int depth) {
    for (const auto& outline : parent.children("outline")) {
      if (!attribute(outline, "xmlUrl").empty()) {
        read_feed(outline, path, parent);
        continue;
      }
      const bool folder = outline.child("outline") || !ours(outline, "slug").empty();
      if (!folder) {
        const auto link = attribute(outline, "url");
        warn(offset_of(outline), "no-feed",
             link.empty() ? "this outline is no feed" : fmt::format("`{}` is no feed but a link", link),
             "it was left out");
        continue;
      }
      auto name = attribute(outline, "text");
      if (name.empty()) name = attribute(outline, "title");
      const auto inner =
          path.empty() || name.empty() ? path + string(name) : path + string(separator) + string(name);
      if (!ours(outline, "slug").empty()) topic(inner, outline);
      if (depth >= deepest) {
        warn(offset_of(outline), "too-deep", fmt::format("more than {} folders inside each other", deepest),
             "what is deeper was left out");
        continue;
      }
      read_outlines(outline, inner, depth + 1);
    }
  }

  void read_feed(const pugi::xml_node& outline, const string& path, const pugi::xml_node& folder) {
    Partner feed{.url = string(attribute(outline, "xmlUrl"))};
    for (const string_view scheme : {"feed://", "feed:"}) {
      if (!feed.url.starts_with(scheme)) continue;
      feed.url = (scheme.size() == 7 ? "https://" : "") + feed.url.substr(scheme.size());
      break;
    }
    if (auto verdict = check_http_url(feed.url); !verdict) {
      warn(offset_of(outline), "bad-url", std::move(verdict.what), "it was left out");
      return;
    }
    if (holds_password(feed.url)) {
      warn(offset_of(outline), "secret-in-file", "a password stands in the address of a feed",
           "it was left out: add it by hand, with `auth:`");
      return;
    }
    auto name = attribute(outline, "title");
    if (name.empty()) name = attribute(outline, "text");
    if (name != host_of(feed.url)) feed.name = name;
    read_options(outline, feed_keys(), feed);
    if (feed.topics.empty()) {
      if (!path.empty()) feed.topics.push_back(topic(path, folder));
      for (const auto category : split(attribute(outline, "category"), ",")) {
        string title;
        for (const auto part : split(category, "/"))
          title += (title.empty() ? "" : string(separator)) + string(part);
        if (!title.empty()) feed.topics.push_back(topic(title));
      }
    }
    unique(feed.topics);
    const auto [place, fresh] = places_.emplace(feed.url, found_.size());
    if (!fresh) {
      // The same feed in another folder: it has both topics.
      auto& topics = found_[place->second].feed.topics;
      topics.insert(topics.end(), feed.topics.begin(), feed.topics.end());
      unique(topics);
      return;
    }
    found_.push_back({position_of(outline, found_.size()), std::move(feed)});
  }

  static void unique(std::vector<string>& words) {
    std::set<string> seen;
    std::erase_if(words, [&](const string& word) { return !seen.insert(word).second; });
  }

  Source source_;
  fs::path config_file_;
  string prefix_;
  Opml opml_;
  std::vector<Found> found_;
  std::vector<FoundTopic> topics_;
  std::map<string, std::size_t> places_;  // of a feed's address in found_
  std::map<string, string> paths_;        // of folders to slugs
};

class Text : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override {
    text.append(static_cast<const char*>(data), size);
  }
  string text;
};

template <class T>
void write_options(pugi::xml_node& node, const T& value, const Keys<T>& keys, const Writer& writer,
                   std::initializer_list<string_view> but) {
  for (const auto& row : keys) {
    if (!row.write || std::ranges::find(but, string_view(row.name)) != but.end()) continue;
    const auto text = row.write(value, writer);
    if (!text.empty()) node.append_attribute(("tributary:" + row.name).c_str()) = text.c_str();
  }
}

class ListWriter {
 public:
  explicit ListWriter(const Config& config) : config_(config) {
    std::error_code ignored;
    writer_.folder = fs::absolute(config.file, ignored).parent_path().lexically_normal();
  }

  string write() {
    auto declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    auto opml = document_.append_child("opml");
    opml.append_attribute("version") = "2.0";
    opml.append_attribute("xmlns:tributary") = string(our_namespace).c_str();
    auto head = opml.append_child("head");
    text_in(head, "title", config_.site.title);
    text_in(head, "ownerName", config_.site.author.name);
    text_in(head, "ownerEmail", config_.site.author.email);
    text_in(head, "ownerId", config_.site.author.uri);
    body_ = opml.append_child("body");
    for (std::size_t i = 0; i < config_.topics.size(); ++i) write_topic(config_.topics[i], i);
    std::set<string> slugs;
    for (std::size_t i = 0; i < config_.feeds.size(); ++i) write_feed(config_.feeds[i], i, slugs);
    Text text;
    document_.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
    return std::move(text.text);
  }

 private:
  static void text_in(pugi::xml_node& parent, const char* name, const string& text) {
    if (!text.empty()) parent.append_child(name).text().set(text.c_str());
  }

  void write_topic(const Topic& topic, std::size_t position) {
    auto node = body_;
    auto path = split(topic.title, separator);
    if (path.empty()) path.push_back(topic.slug);
    string joined;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const string name(path[i]);
      joined += (i == 0 ? "" : string(separator)) + name;
      auto next = node.find_child_by_attribute("outline", "text", name.c_str());
      // Two topics may have one title: each has its folder.
      if (!next || (i + 1 == path.size() && next.attribute("tributary:slug"))) {
        next = node.append_child("outline");
        next.append_attribute("text") = name.c_str();
      }
      node = next;
    }
    node.append_attribute("tributary:position") = static_cast<unsigned long long>(position);
    write_options(node, topic, topic_keys(), writer_, {joined == topic.title ? "title" : ""});
    folders_[topic.slug] = node;
  }

  void write_feed(const Partner& feed, std::size_t position, std::set<string>& slugs) {
    auto parent = body_;
    string categories;
    for (const auto& slug : feed.topics) {
      const auto topic = std::ranges::find(config_.topics, slug, &Topic::slug);
      if (topic == config_.topics.end()) continue;
      if (categories.empty()) parent = folders_[slug];
      string path;
      for (const auto part : split(topic->title, separator)) path += "/" + string(part);
      std::ranges::replace(path, ',', ' ');
      categories += (categories.empty() ? "" : ",") + path;
    }
    auto node = parent.append_child("outline");
    node.append_attribute("type") = "rss";
    node.append_attribute("text") = feed.name.c_str();
    node.append_attribute("title") = feed.name.c_str();
    node.append_attribute("xmlUrl") = feed.url.c_str();
    if (!categories.empty()) node.append_attribute("category") = categories.c_str();
    node.append_attribute("tributary:position") = static_cast<unsigned long long>(position);
    // A slug that the name gives by itself need not be written.
    const bool own_slug = slugs.insert(slug_of(feed.name)).second && slug_of(feed.name) == feed.slug;
    if (!own_slug) node.append_attribute("tributary:slug") = yaml_string(feed.slug).c_str();
    write_options(node, feed, feed_keys(), writer_,
                  {"url", trimmed(feed.name) == feed.name ? "name" : "", "slug"});
  }

  const Config& config_;
  Writer writer_;
  pugi::xml_document document_;
  pugi::xml_node body_;
  std::map<string, pugi::xml_node> folders_;  // of topics, by slug
};

}  // namespace

Result<Opml> read_opml(string_view bytes, const fs::path& opml_file, const fs::path& config_file) {
  return ListReader(bytes, opml_file, config_file).read(bytes);
}

string write_opml(const Config& config) {
  return ListWriter(config).write();
}

Result<Import> import_opml(string_view yaml, const fs::path& file, string_view opml,
                           const fs::path& opml_file) {
  auto list = read_opml(opml, opml_file, file);
  if (!list) return std::unexpected(list.error());
  // What is there is asked of the tree, so that a list can also be taken over into a file that has faults
  // elsewhere.
  std::vector<Fault> faults;
  const auto tree = read_tree(Source(file, yaml), faults);
  std::set<string> urls, slugs;
  std::map<string, string> by_title;
  const auto value = [](const Node& node, string_view key) {
    const Node* found = node.find(key);
    return found == nullptr ? string() : found->text;
  };
  if (const Node* feeds = tree.root.find("feeds")) {
    for (const auto& feed : feeds->items) urls.insert(value(feed, "url"));
  }
  if (const Node* topics = tree.root.find("topics")) {
    for (const auto& topic : topics->items) {
      slugs.insert(value(topic, "slug"));
      by_title.emplace(value(topic, "title"), value(topic, "slug"));
    }
  }

  Import result{.warnings = std::move(list->warnings)};
  std::vector<Partner> feeds;
  std::set<string> used, needed;
  for (const auto& feed : list->feeds) used.insert(feed.topics.begin(), feed.topics.end());
  for (auto& feed : list->feeds) {
    if (urls.contains(feed.url)) {
      ++result.known;
      continue;
    }
    for (auto& slug : feed.topics) {
      const auto topic = std::ranges::find(list->topics, slug, &Topic::slug);
      const auto there = topic == list->topics.end() ? by_title.end() : by_title.find(topic->title);
      if (there != by_title.end())
        slug = there->second;
      else
        needed.insert(slug);
    }
    feeds.push_back(std::move(feed));
  }
  std::vector<Topic> topics;
  for (auto& topic : list->topics) {
    const bool there = slugs.contains(topic.slug) || by_title.contains(topic.title);
    // A topic without feeds is taken over too; one whose feeds were there already is the admin's to declare.
    if (!there && (needed.contains(topic.slug) || !used.contains(topic.slug)))
      topics.push_back(std::move(topic));
  }
  auto text = add_topics(yaml, file, topics);
  if (text) text = add_feeds(*text, file, feeds);
  if (!text) return std::unexpected(text.error());
  result.diff = unified_diff(yaml, *text, file.string());
  result.text = std::move(*text);
  result.feeds = feeds.size();
  result.topics = topics.size();
  return result;
}

}  // namespace tributary::config
