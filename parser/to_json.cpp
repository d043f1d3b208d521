#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <ostream>

#include "parser/parser.hpp"

namespace tributary::parser {
namespace {

class Writer;
void write(const Text& text, Writer& out);
void write(const Person& person, Writer& out);
void write(const Link& link, Writer& out);
void write(const Category& category, Writer& out);
void write(const Enclosure& enclosure, Writer& out);
void write(const Thumbnail& thumbnail, Writer& out);
void write(const Image& image, Writer& out);
void write(const Generator& generator, Writer& out);
void write(const FeedDetails& details, Writer& out);
void write(const Item& item, Writer& out);
void write(const Warning& warning, Writer& out);
void write(const DeletedEntry& deleted, Writer& out);

/// Writes members in the order of the contract as they come, without a tree of values in between: what is
/// shown may be many megabytes. What is unknown or empty is left out.
class Writer {
 public:
  /// With a sink the text goes there block by block, and take() gives the last block.
  explicit Writer(std::ostream* sink = nullptr) : sink_(sink) {}

  Writer& text(std::string_view name, std::string_view value) {
    return value.empty() ? *this : always(name, value);
  }
  Writer& always(std::string_view name, std::string_view value) {
    key(name);
    string(value);
    return *this;
  }
  Writer& date(std::string_view name, const std::optional<Timestamp>& when) {
    return when ? always(name, to_rfc3339(*when)) : *this;
  }
  Writer& flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
    return *this;
  }
  template <typename Number>
  Writer& number(std::string_view name, const std::optional<Number>& value) {
    if (!value) return *this;
    key(name);
    digits(*value);
    return *this;
  }
  template <typename T>
  Writer& value(std::string_view name, const T& value) {
    const std::size_t mark = out_.size();
    const bool was_first = is_first_;
    key(name);
    if (!object(value)) {
      out_.resize(mark);  // without a member nothing went to the sink either
      is_first_ = was_first;
    }
    return *this;
  }
  template <typename T>
  Writer& value(std::string_view name, const std::optional<T>& value) {
    return value ? this->value(name, *value) : *this;
  }
  template <typename T>
  Writer& value(std::string_view name, const std::vector<T>& list) {
    if (list.empty()) return *this;
    key(name);
    out_ += '[';
    for (const T& each : list) {
      if (&each != list.data()) out_ += ',';
      if constexpr (std::is_arithmetic_v<T>)
        digits(each);
      else
        object(each);
    }
    out_ += ']';
    is_first_ = false;
    return *this;
  }

  /// False when it has no member.
  template <typename T>
  bool object(const T& value) {
    out_ += '{';
    is_first_ = true;
    write(value, *this);
    const bool any = !is_first_;
    out_ += '}';
    is_first_ = false;
    return any;
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void key(std::string_view name) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    out_.append("\"").append(name).append("\":");
  }

  template <typename Number>
  void digits(Number value) {
    std::array<char, 24> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    out_.append(buffer.data(), end);
  }

  /// RFC 8259 section 7.
  void string(std::string_view value) {
    constexpr std::size_t block = 64 * 1024;
    out_ += '"';
    while (!value.empty()) {
      escape(value.substr(0, block));
      value.remove_prefix(std::min(block, value.size()));
      if (sink_ == nullptr || out_.size() < block) continue;
      sink_->write(out_.data(), static_cast<std::streamsize>(out_.size()));
      out_.clear();
    }
    out_ += '"';
  }

  /// Whether JSON takes eight bytes as they are: none below a blank, no quotation mark, no backslash. (x -
  /// 0x01…) & ~x has the high bit of a byte set where it is zero; the same of 0x20 where it is below.
  static bool is_plain(const char* bytes) {
    constexpr std::uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    const auto quotes = word ^ (ones * '"'), slashes = word ^ (ones * '\\');
    const auto found =
        ((word - ones * 0x20) & ~word) | ((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes);
    return (found & highs) == 0;
  }

  void escape(std::string_view value) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::size_t from = 0;
    for (std::size_t at = 0; at < value.size(); ++at) {
      while (at + 8 <= value.size() && is_plain(value.data() + at)) at += 8;
      if (at == value.size()) break;
      const auto c = static_cast<unsigned char>(value[at]);
      if (c >= 0x20 && c != '"' && c != '\\') continue;
      out_ += value.substr(from, at - from);
      from = at + 1;
      out_ += '\\';
      switch (c) {
        case '"':
        case '\\':
          out_ += static_cast<char>(c);
          break;
        case '\n':
          out_ += 'n';
          break;
        case '\r':
          out_ += 'r';
          break;
        case '\t':
          out_ += 't';
          break;
        case '\b':
          out_ += 'b';
          break;
        case '\f':
          out_ += 'f';
          break;
        default:
          out_.append("u00").append(1, hex[c >> 4U]).append(1, hex[c & 0x0FU]);
      }
    }
    out_ += value.substr(from);
  }

  std::ostream* sink_;
  std::string out_;
  bool is_first_ = true;
};

void write(const Text& text, Writer& out) {
  constexpr std::string_view names[] = {"text", "html", "xhtml"};
  out.text("type", names[static_cast<std::size_t>(text.type)])
      .always("value", text.value())
      .text("lang", text.lang)
      .text("base", text.base)
      .text("src", text.src);
}

void write(const Person& person, Writer& out) {
  out.text("name", person.name).text("email", person.email).text("uri", person.uri);
}

void write(const Link& link, Writer& out) {
  out.text("href", link.href)
      .text("rel", link.rel)
      .text("type", link.type)
      .text("title", link.title)
      .text("hreflang", link.hreflang)
      .text("length", link.length);
}

void write(const Category& category, Writer& out) {
  out.text("term", category.term).text("scheme", category.scheme).text("label", category.label);
}

void write(const Enclosure& enclosure, Writer& out) {
  out.text("url", enclosure.url)
      .text("type", enclosure.type)
      .number("length", enclosure.length)
      .text("title", enclosure.title)
      .text("credit", enclosure.credit)
      .text("licence", enclosure.licence)
      .text("description", enclosure.description);
}

void write(const Thumbnail& thumbnail, Writer& out) {
  out.text("url", thumbnail.url).number("width", thumbnail.width).number("height", thumbnail.height);
}

void write(const Image& image, Writer& out) {
  out.text("url", image.url)
      .text("title", image.title)
      .text("link", image.link)
      .text("description", image.description)
      .number("width", image.width)
      .number("height", image.height);
}

void write(const Generator& generator, Writer& out) {
  out.text("name", generator.name).text("uri", generator.uri).text("version", generator.version);
}

void write(const FeedDetails& details, Writer& out) {
  out.value("title", details.title)
      .value("subtitle", details.subtitle)
      .value("rights", details.rights)
      .text("link", details.link)
      .value("links", details.links)
      .text("self", details.self)
      .text("hub", details.hub)
      .text("next", details.next)
      .text("id", details.id)
      .text("language", details.language)
      .date("published", details.published)
      .date("updated", details.updated)
      .date("created", details.created)
      .value("authors", details.authors)
      .value("contributors", details.contributors)
      .value("publisher", details.publisher)
      .value("categories", details.categories)
      .value("generator", details.generator)
      .value("image", details.image)
      .text("icon", details.icon)
      .text("logo", details.logo);
}

void write(const Item& item, Writer& out) {
  out.text("id", item.id);
  if (item.id_is_permalink) out.flag("id_is_permalink", *item.id_is_permalink);
  out.value("title", item.title)
      .text("link", item.link)
      .value("links", item.links)
      .date("published", item.published)
      .date("updated", item.updated)
      .date("created", item.created)
      .date("expires", item.expires)
      .value("authors", item.authors)
      .value("contributors", item.contributors)
      .value("publisher", item.publisher)
      .value("categories", item.categories)
      .value("rights", item.rights)
      .value("image", item.image)
      .value("summary", item.summary)
      .value("content", item.content)
      .value("enclosures", item.enclosures)
      .value("thumbnails", item.thumbnails)
      .text("comments", item.comments)
      .value("subtitle", item.subtitle);
  if (item.duration) out.number("duration", std::optional(item.duration->count()));
  if (item.source) out.value("source", *item.source);
}

void write(const Warning& warning, Writer& out) {
  out.text("code", warning.code).text("message", warning.message);
  if (warning.line > 0) out.number("line", std::optional(warning.line));
  if (warning.column > 0) out.number("column", std::optional(warning.column));
}

void write(const DeletedEntry& deleted, Writer& out) {
  out.text("ref", deleted.ref).date("when", deleted.when).text("comment", deleted.comment);
}

void write(const Feed& feed, Writer& out) {
  out.text("format", feed.format).text("encoding", feed.encoding).flag("well_formed", feed.well_formed);
  write(feed.details, out);
  out.number("ttl", feed.ttl);
  if (feed.update_interval) out.number("update_interval", std::optional(feed.update_interval->count()));
  out.value("skip_hours", feed.skip_hours).value("skip_days", feed.skip_days);
  if (feed.complete) out.flag("complete", true);
  if (feed.archive) out.flag("archive", true);
  out.value("deleted", feed.deleted).value("entries", feed.items).value("warnings", feed.warnings);
}

}  // namespace

std::string to_json(const Feed& feed) {
  Writer out;
  out.object(feed);
  return out.take() + "\n";
}

void write_json(const Feed& feed, std::ostream& to) {
  Writer out(&to);
  out.object(feed);
  to << out.take() << "\n";
}

}  // namespace tributary::parser
