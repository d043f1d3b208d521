#include "store/item_codec.hpp"

#include <boost/json.hpp>
#include <type_traits>
#include <utility>

namespace tributary::store {

/// Gives back HTML that the sanitiser once made and the store kept.
class RestoredHtml {
 public:
  static SafeHtml from(std::string_view html) { return SafeHtml(std::string(html)); }
};

namespace {

namespace json = boost::json;

// One list of members a type, for both directions.
template <typename T, typename V>
void members(T& value, V&& with) {
  using U = std::remove_const_t<T>;
  if constexpr (std::is_same_v<U, Text>) {
    with("type", value.type);
    with("plain", value.plain);
    with("html", value.html);
    with("lang", value.lang);
    with("base", value.base);
    with("src", value.src);
  } else if constexpr (std::is_same_v<U, Person>) {
    with("name", value.name);
    with("email", value.email);
    with("uri", value.uri);
  } else if constexpr (std::is_same_v<U, Link>) {
    with("href", value.href);
    with("rel", value.rel);
    with("type", value.type);
    with("title", value.title);
    with("hreflang", value.hreflang);
    with("length", value.length);
  } else if constexpr (std::is_same_v<U, Category>) {
    with("term", value.term);
    with("scheme", value.scheme);
    with("label", value.label);
  } else if constexpr (std::is_same_v<U, Enclosure>) {
    with("url", value.url);
    with("type", value.type);
    with("length", value.length);
    with("title", value.title);
    with("credit", value.credit);
    with("licence", value.licence);
    with("description", value.description);
  } else if constexpr (std::is_same_v<U, Thumbnail>) {
    with("url", value.url);
    with("width", value.width);
    with("height", value.height);
  } else if constexpr (std::is_same_v<U, Image>) {
    with("url", value.url);
    with("title", value.title);
    with("link", value.link);
    with("description", value.description);
    with("width", value.width);
    with("height", value.height);
  } else if constexpr (std::is_same_v<U, Generator>) {
    with("name", value.name);
    with("uri", value.uri);
    with("version", value.version);
  } else if constexpr (std::is_same_v<U, FeedDetails>) {
    with("title", value.title);
    with("subtitle", value.subtitle);
    with("rights", value.rights);
    with("link", value.link);
    with("links", value.links);
    with("self", value.self);
    with("hub", value.hub);
    with("next", value.next);
    with("id", value.id);
    with("language", value.language);
    with("published", value.published);
    with("updated", value.updated);
    with("created", value.created);
    with("authors", value.authors);
    with("contributors", value.contributors);
    with("publisher", value.publisher);
    with("categories", value.categories);
    with("generator", value.generator);
    with("image", value.image);
    with("icon", value.icon);
    with("logo", value.logo);
  } else if constexpr (std::is_same_v<U, Item>) {
    with("id", value.id);
    with("permalink", value.id_is_permalink);
    with("title", value.title);
    with("link", value.link);
    with("links", value.links);
    with("published", value.published);
    with("updated", value.updated);
    with("created", value.created);
    with("expires", value.expires);
    with("authors", value.authors);
    with("contributors", value.contributors);
    with("publisher", value.publisher);
    with("categories", value.categories);
    with("rights", value.rights);
    with("image", value.image);
    with("summary", value.summary);
    with("content", value.content);
    with("enclosures", value.enclosures);
    with("thumbnails", value.thumbnails);
    with("comments", value.comments);
    with("subtitle", value.subtitle);
    with("duration", value.duration);
    with("source", value.source);
  } else if constexpr (std::is_same_v<U, FeedState>) {
    with("url", value.url);
    with("status", value.status);
    with("etag", value.etag);
    with("last_modified", value.last_modified);
    with("body_hash", value.body_hash);
    with("last_fetch", value.last_fetch);
    with("last_success", value.last_success);
    with("next_fetch", value.next_fetch);
    with("not_before", value.not_before);
    with("last_status", value.last_status);
    with("failures", value.consecutive_failures);
    with("last_error", value.last_error);
    with("ttl", value.ttl);
    with("update_interval", value.update_interval);
    with("skip_hours", value.skip_hours);
    with("skip_days", value.skip_days);
    with("learned_interval", value.learned_interval);
  }
}

template <typename T>
json::object write(const T& value);

/// Puts what isn't empty into an object.
struct Writer {
  json::object& into;

  void operator()(const char* name, const std::string& text) const {
    if (!text.empty()) into.emplace(name, text);
  }
  void operator()(const char* name, const SafeHtml& html) const { (*this)(name, html.str()); }
  void operator()(const char* name, Text::Type type) const {
    if (type != Text::Type::text) into.emplace(name, static_cast<int>(type));
  }
  void operator()(const char* name, FeedStatus status) const { into.emplace(name, to_string(status)); }
  void operator()(const char* name, std::chrono::seconds span) const {
    if (span.count() != 0) into.emplace(name, span.count());
  }
  template <typename T>
    requires std::is_arithmetic_v<T>
  void operator()(const char* name, T number) const {
    if (number != T{}) into.emplace(name, number);
  }
  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) const {
    if (!value) return;
    if constexpr (std::is_same_v<T, Timestamp>) {
      into.emplace(name, value->time_since_epoch().count());
    } else if constexpr (std::is_same_v<T, std::chrono::seconds>) {
      into.emplace(name, value->count());
    } else if constexpr (std::is_arithmetic_v<T>) {
      into.emplace(name, *value);
    } else {
      into.emplace(name, write(*value));
    }
  }
  template <typename T>
  void operator()(const char* name, const std::vector<T>& values) const {
    if (values.empty()) return;
    json::array array;
    for (const T& value : values) array.push_back(write(value));
    into.emplace(name, std::move(array));
  }
  void operator()(const char* name, const std::shared_ptr<const FeedDetails>& details) const {
    if (details) into.emplace(name, write(*details));
  }
  template <typename T>
    requires requires(const T& v) { v.empty(); } && std::is_class_v<T>
  void operator()(const char* name, const T& value) const {
    if (!value.empty()) into.emplace(name, write(value));
  }
};

template <typename T>
json::object write(const T& value) {
  json::object object;
  members(value, Writer{object});
  return object;
}

template <typename T>
T read(const json::value& from);

/// Takes what is there; a member of another kind than expected is passed over.
struct Reader {
  const json::object& from;

  [[nodiscard]] const json::value* find(const char* name) const { return from.if_contains(name); }
  [[nodiscard]] std::optional<std::int64_t> number(const char* name) const {
    const json::value* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_bool()) return found->get_bool() ? 1 : 0;
    if (found->is_int64()) return found->get_int64();
    if (found->is_uint64()) return static_cast<std::int64_t>(found->get_uint64());
    return std::nullopt;
  }

  void operator()(const char* name, std::string& text) const {
    if (const auto* found = find(name); found != nullptr && found->is_string())
      text = std::string(found->get_string());
  }
  void operator()(const char* name, SafeHtml& html) const {
    if (const auto* found = find(name); found != nullptr && found->is_string())
      html = RestoredHtml::from(found->get_string());
  }
  void operator()(const char* name, Text::Type& type) const {
    if (const auto value = number(name); value && *value >= 0 && *value <= 2)
      type = static_cast<Text::Type>(*value);
  }
  void operator()(const char* name, FeedStatus& status) const {
    std::string text;
    (*this)(name, text);
    status = feed_status_from(text).value_or(FeedStatus::ok);
  }
  void operator()(const char* name, std::chrono::seconds& span) const {
    span = std::chrono::seconds{number(name).value_or(0)};
  }
  template <typename T>
    requires std::is_arithmetic_v<T>
  void operator()(const char* name, T& value) const {
    value = static_cast<T>(number(name).value_or(0));
  }
  template <typename T>
  void operator()(const char* name, std::optional<T>& value) const {
    if constexpr (std::is_same_v<T, Timestamp>) {
      if (const auto seconds = number(name)) value = Timestamp{std::chrono::seconds{*seconds}};
    } else if constexpr (std::is_same_v<T, std::chrono::seconds>) {
      if (const auto seconds = number(name)) value = std::chrono::seconds{*seconds};
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (const auto plain = number(name)) value = static_cast<T>(*plain);
    } else {
      if (const auto* found = find(name)) value = read<T>(*found);
    }
  }
  template <typename T>
  void operator()(const char* name, std::vector<T>& values) const {
    const auto* found = find(name);
    if (found == nullptr || !found->is_array()) return;
    for (const auto& value : found->get_array()) values.push_back(read<T>(value));
  }
  void operator()(const char* name, std::shared_ptr<const FeedDetails>& details) const {
    if (const auto* found = find(name))
      details = std::make_shared<const FeedDetails>(read<FeedDetails>(*found));
  }
  template <typename T>
    requires requires(const T& v) { v.empty(); } && std::is_class_v<T>
  void operator()(const char* name, T& value) const {
    if (const auto* found = find(name)) value = read<T>(*found);
  }
};

template <typename T>
T read(const json::value& from) {
  T value;
  if constexpr (std::is_same_v<T, Link>) value.rel.clear();
  if (from.is_object()) members(value, Reader{from.get_object()});
  return value;
}

template <typename T>
T decode(std::string_view text) {
  boost::system::error_code fault;
  const json::value parsed = json::parse(text, fault);
  return fault ? T{} : read<T>(parsed);
}

}  // namespace

std::string encode(const Item& item) {
  return json::serialize(write(item));
}
std::string encode(const FeedDetails& details) {
  return json::serialize(write(details));
}
std::string encode(const FeedState& state) {
  return json::serialize(write(state));
}
Item decode_item(std::string_view text) {
  return decode<Item>(text);
}
FeedDetails decode_details(std::string_view text) {
  return decode<FeedDetails>(text);
}
FeedState decode_state(std::string_view text) {
  return decode<FeedState>(text);
}

}  // namespace tributary::store
