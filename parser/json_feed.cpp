// JSON Feed 1.0 and 1.1 (jsonfeed.org). Members of the wrong type are passed over, as the specification asks
// of readers.
#include <array>
#include <boost/json.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <charconv>
#include <cstdint>
#include <new>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/categories.hpp"
#include "parser/formats.hpp"
#include "parser/item.hpp"
#include "parser/json_repair.hpp"
#include "parser/media.hpp"
#include "parser/people.hpp"
#include "parser/text_construct.hpp"

namespace tributary::parser {
namespace {

namespace json = boost::json;

constexpr std::size_t deepest = 128;

/// Memory with an end: a document of nothing but "[[[" or "0,0,0" takes many times its size once it is
/// values.
struct BudgetSpent : std::bad_alloc {};

class BoundedMemory final : public json::memory_resource {
 public:
  explicit BoundedMemory(std::size_t bytes) : left_(bytes) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t) override {
    if (bytes > left_) throw BudgetSpent();
    left_ -= bytes;
    return ::operator new(bytes);
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    left_ += bytes;
    ::operator delete(memory);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  std::size_t left_;
};

std::string_view string_of(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::string_view text_at(const json::object& object, std::string_view name) {
  return trimmed(string_of(object.if_contains(name)));
}

const json::array* array_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_array() : nullptr;
}

/// Numbers where the specification has strings and the other way round: both happen.
std::string scalar_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(trimmed(string_of(value)));
  if (value->is_int64()) return std::to_string(value->get_int64());
  if (value->is_uint64()) return std::to_string(value->get_uint64());
  if (value->is_double()) {
    std::array<char, 32> digits{};
    const auto [end, fault] =
        std::to_chars(digits.data(), digits.data() + digits.size(), value->get_double());
    if (fault == std::errc{}) return {digits.data(), end};
  }
  return {};
}

std::optional<std::uint64_t> count_at(const json::object& object, std::string_view name) {
  const std::string text = scalar_at(object, name);
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{}) return std::nullopt;
  return value;
}

class JsonFeedReader {
 public:
  explicit JsonFeedReader(Reading& reading) : reading_(reading) {}

  void read(const json::object& root) {
    Feed& feed = reading_.feed;
    FeedDetails& details = feed.details;
    reading_.feed_base = reading_.document.base;
    if (const auto page = address(root, "home_page_url"); !page.empty()) {
      details.link = page;
      details.links.push_back({.href = page});
      reading_.feed_base = page;
    }
    details.self = address(root, "feed_url");
    if (!details.self.empty())
      details.links.push_back({.href = details.self, .rel = "self", .type = "application/feed+json"});
    details.next = address(root, "next_url");
    if (!details.next.empty()) details.links.push_back({.href = details.next, .rel = "next"});
    details.language = language_tag(text_at(root, "language"));
    reading_.date_language = details.language;
    lang_ = details.language;
    details.title = plain(root, "title");
    details.subtitle = plain(root, "description");
    details.icon = address(root, "icon");
    if (details.icon.empty()) details.icon = address(root, "favicon");
    details.authors = people(root);
    if (const auto* hubs = array_at(root, "hubs")) read_hubs(*hubs);
    if (const auto* items = array_at(root, "items")) {
      for (const auto& value : *items) {
        const auto* object = value.if_object();
        if (object != nullptr && reading_.may_hold(feed.items.size(), sizeof(Item)))
          feed.items.push_back(item(*object));
      }
    }
  }

 private:
  std::string address(const json::object& object, std::string_view name) {
    return reading_.url(text_at(object, name), reading_.feed_base);
  }

  /// JSON Feed: what is not explicitly HTML is plain text, whatever it looks like.
  std::optional<Text> plain(const json::object& object, std::string_view name) {
    std::string value = repaired(text_at(object, name));
    if (value.empty()) return std::nullopt;
    Text text{.plain = std::move(value), .lang = lang_};
    if (reading_.spend(reading_.feed_base.size())) text.base = reading_.feed_base;
    return text;
  }

  std::optional<Text> html(const json::object& object, std::string_view name) {
    return make_text(reading_, repaired(text_at(object, name)), TextRule::markup, lang_, reading_.feed_base);
  }

  void read_hubs(const json::array& hubs) {
    for (const auto& value : hubs) {
      const auto* hub = value.if_object();
      if (hub == nullptr) continue;
      std::string url = address(*hub, "url");
      if (url.empty()) continue;
      // Other types (rssCloud) speak another protocol.
      if (reading_.feed.details.hub.empty() && same_word(text_at(*hub, "type"), "WebSub"))
        reading_.feed.details.hub = url;
      reading_.feed.details.links.push_back({.href = std::move(url), .rel = "hub"});
    }
    if (reading_.feed.details.hub.empty()) return;
  }

  Person person(const json::object& object) {
    return {.name = repaired(text_at(object, "name")), .uri = address(object, "url")};
  }

  /// Version 1.1's authors, and version 1.0's one author.
  std::vector<Person> people(const json::object& object) {
    std::vector<Person> found;
    if (const auto* authors = array_at(object, "authors")) {
      for (const auto& value : *authors) {
        if (const auto* author = value.if_object()) add_person(reading_, found, person(*author));
        if (value.is_string()) add_person(reading_, found, split_person(string_of(&value)));
      }
    }
    if (!found.empty()) return found;
    if (const json::value* author = object.if_contains("author")) {
      if (const auto* one = author->if_object()) add_person(reading_, found, person(*one));
      if (author->is_string()) add_person(reading_, found, split_person(string_of(author)));
    }
    return found;
  }

  Item item(const json::object& object) {
    Item item;
    const std::string outer_lang = lang_;
    if (const auto own = text_at(object, "language"); !own.empty()) lang_ = language_tag(own);
    item.id = scalar_at(object, "id");
    const std::string page = address(object, "url");
    const std::string elsewhere = address(object, "external_url");
    if (!page.empty()) item.links.push_back({.href = page});
    if (!elsewhere.empty())
      item.links.push_back({.href = elsewhere, .rel = page.empty() ? "alternate" : "related"});
    item.link = page.empty() ? elsewhere : page;
    item.title = plain(object, "title");
    item.summary = plain(object, "summary");
    if (auto content = html(object, "content_html")) item.content.push_back(std::move(*content));
    if (auto content = plain(object, "content_text")) item.content.push_back(std::move(*content));
    item.published = reading_.date(text_at(object, "date_published"));
    item.updated = reading_.date(text_at(object, "date_modified"));
    item.image.url = address(object, "image");
    if (item.image.url.empty()) item.image.url = address(object, "banner_image");
    item.authors = people(object);
    if (const auto* tags = array_at(object, "tags")) {
      for (const auto& tag : *tags)
        add_category(reading_, item.categories, {.term = repaired(trimmed(string_of(&tag)))});
    }
    if (const auto* attachments = array_at(object, "attachments")) read_attachments(*attachments, item);
    lang_ = outer_lang;
    finish_item(reading_, item, {});
    return item;
  }

  void read_attachments(const json::array& attachments, Item& item) {
    for (const auto& value : attachments) {
      const auto* object = value.if_object();
      if (object == nullptr) continue;
      Enclosure enclosure{.url = address(*object, "url"), .type = std::string(text_at(*object, "mime_type"))};
      if (enclosure.url.empty()) continue;
      enclosure.length = count_at(*object, "size_in_bytes");
      enclosure.title = repaired(text_at(*object, "title"));
      if (const auto seconds = count_at(*object, "duration_in_seconds");
          seconds && !item.duration && *seconds < 100'000'000) {
        item.duration = std::chrono::seconds(*seconds);
      }
      add_enclosure(reading_, item.enclosures, std::move(enclosure));
    }
  }

  Reading& reading_;
  std::string lang_;
};

json::value parse_strictly(std::string_view text, BoundedMemory& memory, json::error_code& fault,
                           std::size_t& read) {
  // Not json::parse: its working memory is not the one it is given for the values.
  json::parser parser(&memory, {.max_depth = deepest});
  parser.reset(&memory);
  read = parser.write(json::string_view(text.data(), text.size()), fault);
  return fault ? json::value() : parser.release();
}

/// Escapes of characters that no text may hold (XML 1.0 section 2.2) become one of the same length that
/// stands for such. Empty when there is none.
std::string without_controls(std::string_view text) {
  std::string out;
  for (auto at = find_in(text, "\\u00"); at != std::string_view::npos; at = find_in(text, "\\u00", at + 5)) {
    const std::string_view digits = text.substr(at + 4, 2);
    const bool is_control = digits.size() == 2 && (digits[0] == '0' || digits[0] == '1') && digits != "09" &&
                            lowered(digits) != "0a" && lowered(digits) != "0d";
    std::size_t slashes = 1;  // an escaped backslash escapes nothing
    while (slashes <= at && text[at - slashes] == '\\') ++slashes;
    if (!is_control || slashes % 2 == 0) continue;
    if (out.empty()) out = text;
    out.replace(at + 2, 4, "fffd");
  }
  return out;
}

std::string version_of(const json::object& root) {
  const std::string_view version = text_at(root, "version");
  const auto at = version.find("jsonfeed.org/version/");
  if (at == std::string_view::npos) return {};
  return std::string(version.substr(at + 21));
}

}  // namespace

bool is_json_feed(const Body& body) {
  return !body.root && body.text.starts_with('{');
}

std::expected<void, std::string> read_json_feed(Reading& reading, const Body& body) {
  try {
    BoundedMemory memory(4 * body.text.size() + (std::size_t{1} << 20U));
    json::error_code fault;
    const std::string mended = without_controls(body.text);
    const std::string_view text = mended.empty() ? body.text : std::string_view(mended);
    std::size_t read = 0;
    json::value root = parse_strictly(text, memory, fault, read);
    if (fault) {
      reading.damaged("not-well-formed", "no well-formed JSON: " + fault.message(),
                      PlaceCounter().at(text, read));
      fault.clear();
      root = parse_strictly(repair_json(text), memory, fault, read);
    }
    if (fault || !root.is_object()) return std::unexpected("the document is neither XML nor a JSON object");
    const json::object& object = root.get_object();
    const std::string version = version_of(object);
    // Without the version it is a feed by its items alone.
    if (version.empty() && array_at(object, "items") == nullptr)
      return std::unexpected("the JSON document is no JSON Feed");
    reading.feed.format = version.starts_with("1.1") ? "json-feed-1.1" : "json-feed-1.0";
    JsonFeedReader(reading).read(object);
    return {};
  } catch (const BudgetSpent&) {
    return std::unexpected("the JSON document holds more values than its size makes sense of");
  }
}

}  // namespace tributary::parser
