#include "parser/html_attributes.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "model/url.hpp"
#include "parser/blocks.hpp"
#include "parser/html_characters.hpp"
#include "parser/html_references.hpp"

namespace tributary::parser::html {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() &&
         std::ranges::equal(text, lower_case, [](char a, char b) { return lower(a) == b; });
}

constexpr std::array<std::string_view, 6> schemes{"http", "https", "mailto", "ftp", "tel", "magnet"};

/// Reads as a browser's URL parser would, after its removal of tabs and line ends. What has no scheme stays a
/// reference.
bool is_allowed(std::string_view url) {
  const auto scheme = split_url(url).scheme;
  return !scheme ||
         std::ranges::any_of(schemes, [&](std::string_view s) { return equals_ignoring_case(*scheme, s); });
}

bool is_plain_web_url(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
  const char* const end = url.data() + url.size();
  return find_first(url.data(), end,
                    [](auto c) { return (c <= std::uint8_t{' '}) | (c == std::uint8_t{0x7f}); }) == end;
}

/// The reference as it may be shown; nullopt when its scheme is none of those allowed. `value` holds no
/// control characters.
std::optional<std::string> safe_url(std::string_view value, std::string_view base) {
  if (is_plain_web_url(value)) return std::string(value);
  auto url = resolve_url(base, value);
  if (!is_allowed(url)) return std::nullopt;
  return url;
}

bool is_descriptor(std::string_view text) {
  if (text.size() < 2) return false;
  const char unit = text.back();
  text.remove_suffix(1);
  return (unit == 'w' || unit == 'x' || unit == 'h') &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

/// Pixels at the start of a length ("1", "1px", "0.5"); nullopt for anything relative or unreadable.
std::optional<int> pixels(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  int value = 0;
  while (!text.empty() && is_digit(text.front())) {
    value = std::min(value * 10 + (text.front() - '0'), 100000);
    text.remove_prefix(1);
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.empty() || equals_ignoring_case(text.substr(0, 2), "px")) return value;
  return std::nullopt;
}

/// The value of a property in a style attribute, without "!important".
std::optional<std::string> style_property(std::string_view style, std::string_view property) {
  while (!style.empty()) {
    const auto end = std::min(style.find(';'), style.size());
    std::string_view declaration = style.substr(0, end);
    style.remove_prefix(std::min(end + 1, style.size()));
    const auto colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view name = declaration.substr(0, colon);
    while (!name.empty() && is_blank(name.front())) name.remove_prefix(1);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    if (!equals_ignoring_case(name, property)) continue;
    std::string value;
    for (const char c : declaration.substr(colon + 1)) {
      if (c == '!') break;
      if (!is_blank(c)) value += lower(c);
    }
    return value;
  }
  return std::nullopt;
}

struct ImageFacts {
  std::string_view width = {}, height = {}, style = {}, lazy = {}, lazy_set = {};
};

/// An image nobody is to see, told by its shape alone: a list of hosts would never be whole.
bool is_tracker(const ImageFacts& image) {
  auto width = pixels(image.width);
  auto height = pixels(image.height);
  if (!image.style.empty()) {
    if (style_property(image.style, "display") == "none" && image.lazy.empty() && image.lazy_set.empty())
      return true;
    if (const auto styled = style_property(image.style, "width")) width = pixels(*styled);
    if (const auto styled = style_property(image.style, "height")) height = pixels(*styled);
  }
  if ((width && *width == 0) || (height && *height == 0)) return true;
  if (width && height) return *width <= 1 && *height <= 1;
  return (width && *width <= 1) || (height && *height <= 1);
}

}  // namespace

std::string safe_srcset(std::string_view value, std::string_view base) {
  std::string out;
  std::size_t at = 0;
  // A candidate is an address that ends at white space, and descriptors up to a comma.
  while (at < value.size()) {
    while (at < value.size() && (is_blank(value[at]) || value[at] == ',')) ++at;
    const std::size_t start = at;
    while (at < value.size() && !is_blank(value[at])) ++at;
    std::string_view address = value.substr(start, at - start);
    std::string descriptors;
    if (address.ends_with(',')) {
      while (address.ends_with(',')) address.remove_suffix(1);
    } else {
      int open = 0;
      std::size_t word = at;
      for (;; ++at) {
        const bool done = at >= value.size() || (value[at] == ',' && open == 0);
        if (done || is_blank(value[at])) {
          if (const auto text = value.substr(word, at - word); is_descriptor(text))
            descriptors.append(" ").append(text);
          word = at + 1;
          if (done) break;
        } else if (value[at] == '(') {
          ++open;
        } else if (value[at] == ')' && open > 0) {
          --open;
        }
      }
    }
    if (address.empty()) continue;
    if (out.size() > most_from(value)) base = {};
    auto url = safe_url(address, base);
    if (!url) continue;
    // A base may bring blanks or a comma at the end, which would end the address here.
    std::string one;
    for (const char c : *url) one += c == ' ' ? std::string("%20") : std::string(1, c);
    while (one.ends_with(',')) one.replace(one.size() - 1, 1, "%2C");
    while (one.starts_with(',')) one.replace(0, 1, "%2C");
    if (one.empty()) continue;
    if (!out.empty()) out += ", ";
    out += one + descriptors;
  }
  return out;
}

bool write_attributes(Tag tag, const Attributes& attributes, std::string_view base, std::string& out) {
  const bool is_image = tag == Tag::img;
  const bool may_be_lazy = is_image || tag == Tag::source;

  ImageFacts image;
  std::vector<std::string> decoded;  // keeps what the views of `image` point to
  if (may_be_lazy) {
    decoded.reserve(attributes.entries().size());
    const auto value_of = [&](const Attributes::Entry& entry) -> std::string_view {
      if (!entry.has_references) return entry.value;
      return decoded.emplace_back(decode_in_attribute(entry.value));
    };
    for (const auto& entry : attributes.entries()) {
      switch (entry.name) {
        case Attribute::width:
          image.width = value_of(entry);
          break;
        case Attribute::height:
          image.height = value_of(entry);
          break;
        case Attribute::style:
          image.style = value_of(entry);
          break;
        case Attribute::data_src:
        case Attribute::data_lazy_src:
        case Attribute::data_original:
          if (image.lazy.empty()) image.lazy = value_of(entry);
          break;
        case Attribute::data_srcset:
        case Attribute::data_lazy_srcset:
          if (image.lazy_set.empty()) image.lazy_set = value_of(entry);
          break;
        default:
          break;
      }
    }
    if (is_image && is_tracker(image)) return false;
  }

  std::string clean;
  // Character references, and the control characters that they bring, are gone before a scheme is looked for:
  // what is judged is what a browser will read.
  const auto cleaned = [&](std::string_view value, bool has_references) -> std::string_view {
    if (!has_references) return value;
    clean = decode_in_attribute(value);
    remove_unfit(clean);
    return clean;
  };
  const auto cleaned_lazy = [&](std::string_view value) -> std::string_view {
    if (is_fit(value)) return value;
    clean = value;
    remove_unfit(clean);
    return clean;
  };
  const auto write = [&](Attribute name, std::string_view value) {
    out.append(" ").append(name_of(name)).append("=\"");
    write_attribute_value(value, out);
    out += '"';
  };
  const auto write_url = [&](Attribute name, std::string_view value) {
    if (is_plain_web_url(value)) {
      write(name, value);
      return true;
    }
    if (name == Attribute::src && std::ranges::all_of(value, is_blank)) return false;
    const auto url = safe_url(value, base);
    if (url) write(name, *url);
    return url.has_value();
  };
  const auto write_srcset = [&](std::string_view value) {
    const auto set = safe_srcset(value, base);
    if (!set.empty()) write(Attribute::srcset, set);
    return !set.empty();
  };

  bool has_src = false, has_set = false;
  const auto write_lazy = [&] {
    if (!has_src && !image.lazy.empty()) has_src = write_url(Attribute::src, cleaned_lazy(image.lazy));
    if (!has_set && !image.lazy_set.empty()) has_set = write_srcset(cleaned_lazy(image.lazy_set));
  };
  for (const auto& entry : attributes.entries()) {
    if (!is_kept(entry.name)) {
      if (entry.name != Attribute::style && may_be_lazy) write_lazy();
      continue;
    }
    if (entry.name == Attribute::src) {
      if (!has_src && !image.lazy.empty()) has_src = write_url(Attribute::src, cleaned_lazy(image.lazy));
      if (!has_src) has_src = write_url(Attribute::src, cleaned(entry.value, entry.has_references));
    } else if (entry.name == Attribute::srcset) {
      if (!has_set && !image.lazy_set.empty()) has_set = write_srcset(cleaned_lazy(image.lazy_set));
      if (!has_set) has_set = write_srcset(cleaned(entry.value, entry.has_references));
    } else if (is_url(entry.name)) {
      write_url(entry.name, cleaned(entry.value, entry.has_references));
    } else {
      write(entry.name, cleaned(entry.value, entry.has_references));
    }
  }
  return true;
}

}  // namespace tributary::parser::html
