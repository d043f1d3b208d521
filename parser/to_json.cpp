#include <boost/json.hpp>

#include "parser/parser.hpp"

namespace tributary::parser {
namespace {

namespace json = boost::json;

// Members come out in the order of the contract; what is unknown is left out.
class Writer {
 public:
  Writer& text(std::string_view name, std::string_view value) {
    if (!value.empty()) object_[name] = value;
    return *this;
  }
  Writer& date(std::string_view name, const std::optional<Timestamp>& when) {
    if (when) object_[name] = to_rfc3339(*when);
    return *this;
  }
  template <typename Number>
  Writer& number(std::string_view name, const std::optional<Number>& value) {
    if (value) object_[name] = *value;
    return *this;
  }
  Writer& value(std::string_view name, json::value value) {
    const bool empty = value.is_null() || (value.is_array() && value.get_array().empty()) ||
                       (value.is_object() && value.get_object().empty());
    if (!empty) object_[name] = std::move(value);
    return *this;
  }
  json::object take() { return std::move(object_); }

 private:
  json::object object_;
};

json::value of(const Text& text) {
  constexpr std::string_view names[] = {"text", "html", "xhtml"};
  json::object object;
  object["type"] = names[static_cast<std::size_t>(text.type)];
  object["value"] = text.value();
  if (!text.lang.empty()) object["lang"] = text.lang;
  if (!text.base.empty()) object["base"] = text.base;
  if (!text.src.empty()) object["src"] = text.src;
  return object;
}

json::value of(const std::optional<Text>& text) {
  return text ? of(*text) : json::value();
}

json::value of(const Person& person) {
  return Writer().text("name", person.name).text("email", person.email).text("uri", person.uri).take();
}

json::value of(const Link& link) {
  return Writer()
      .text("href", link.href)
      .text("rel", link.rel)
      .text("type", link.type)
      .text("title", link.title)
      .text("hreflang", link.hreflang)
      .text("length", link.length)
      .take();
}

json::value of(const Category& category) {
  return Writer()
      .text("term", category.term)
      .text("scheme", category.scheme)
      .text("label", category.label)
      .take();
}

json::value of(const Enclosure& enclosure) {
  return Writer()
      .text("url", enclosure.url)
      .text("type", enclosure.type)
      .number("length", enclosure.length)
      .text("title", enclosure.title)
      .text("credit", enclosure.credit)
      .text("licence", enclosure.licence)
      .text("description", enclosure.description)
      .take();
}

json::value of(const Thumbnail& thumbnail) {
  return Writer()
      .text("url", thumbnail.url)
      .number("width", thumbnail.width)
      .number("height", thumbnail.height)
      .take();
}

json::value of(const Image& image) {
  return Writer()
      .text("url", image.url)
      .text("title", image.title)
      .text("link", image.link)
      .text("description", image.description)
      .number("width", image.width)
      .number("height", image.height)
      .take();
}

json::value of(const Generator& generator) {
  return Writer()
      .text("name", generator.name)
      .text("uri", generator.uri)
      .text("version", generator.version)
      .take();
}

json::value of(const Item& item);
json::value of(const Warning& warning);
json::value of(const DeletedEntry& deleted);

template <typename T>
json::value of(const std::vector<T>& list) {
  json::array array;
  array.reserve(list.size());
  for (const T& each : list) array.push_back(of(each));
  return array;
}

void write(const FeedDetails& details, Writer& out) {
  out.value("title", of(details.title))
      .value("subtitle", of(details.subtitle))
      .value("rights", of(details.rights))
      .text("link", details.link)
      .value("links", of(details.links))
      .text("self", details.self)
      .text("hub", details.hub)
      .text("next", details.next)
      .text("id", details.id)
      .text("language", details.language)
      .date("published", details.published)
      .date("updated", details.updated)
      .date("created", details.created)
      .value("authors", of(details.authors))
      .value("contributors", of(details.contributors))
      .value("publisher", of(details.publisher))
      .value("categories", of(details.categories))
      .value("generator", of(details.generator))
      .value("image", of(details.image))
      .text("icon", details.icon)
      .text("logo", details.logo);
}

json::value of(const Item& item) {
  Writer out;
  out.text("id", item.id);
  if (item.id_is_permalink) out.value("id_is_permalink", *item.id_is_permalink);
  out.value("title", of(item.title))
      .text("link", item.link)
      .value("links", of(item.links))
      .date("published", item.published)
      .date("updated", item.updated)
      .date("created", item.created)
      .date("expires", item.expires)
      .value("authors", of(item.authors))
      .value("contributors", of(item.contributors))
      .value("publisher", of(item.publisher))
      .value("categories", of(item.categories))
      .value("rights", of(item.rights))
      .value("image", of(item.image))
      .value("summary", of(item.summary))
      .value("content", of(item.content))
      .value("enclosures", of(item.enclosures))
      .value("thumbnails", of(item.thumbnails))
      .text("comments", item.comments)
      .value("subtitle", of(item.subtitle));
  if (item.duration) out.value("duration", item.duration->count());
  if (item.source) {
    Writer source;
    write(*item.source, source);
    out.value("source", source.take());
  }
  return out.take();
}

json::value of(const Warning& warning) {
  Writer out;
  out.text("code", warning.code).text("message", warning.message);
  if (warning.line > 0) out.value("line", warning.line);
  return out.take();
}

json::value of(const DeletedEntry& deleted) {
  return Writer().text("ref", deleted.ref).date("when", deleted.when).text("comment", deleted.comment).take();
}

json::array numbers(const std::vector<int>& list) {
  return json::array(list.begin(), list.end());
}

}  // namespace

std::string to_json(const Feed& feed) {
  Writer out;
  out.text("format", feed.format).text("encoding", feed.encoding).value("well_formed", feed.well_formed);
  write(feed.details, out);
  out.number("ttl", feed.ttl);
  if (feed.update_interval) out.value("update_interval", feed.update_interval->count());
  out.value("skip_hours", numbers(feed.skip_hours)).value("skip_days", numbers(feed.skip_days));
  if (feed.complete) out.value("complete", true);
  if (feed.archive) out.value("archive", true);
  out.value("deleted", of(feed.deleted))
      .value("entries", of(feed.items))
      .value("warnings", of(feed.warnings));
  return json::serialize(out.take()) + "\n";
}

}  // namespace tributary::parser
