#include "parser/html_limits.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace tributary::parser {
namespace {

constexpr std::size_t deepest = 100;
// An open formatting element is opened again in each block that follows: a few of them and many blocks make
// much of little.
constexpr std::size_t most_formatting = 12;
constexpr std::size_t most_attributes = 64;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

template <std::size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::any_of(names, [&](std::string_view known) {
    return known.size() == name.size() &&
           std::equal(name.begin(), name.end(), known.begin(), [](char a, char b) { return lower(a) == b; });
  });
}

/// How an element counts. Void elements open nothing; those whose end tag may be left out (p, li, td) close
/// each other, and what they could nest in counts itself.
enum class Nesting { none, formatting, other };

Nesting nesting_of(std::string_view name) {
  static constexpr std::array<std::string_view, 29> none{
      "area",  "base",   "br",    "col",   "embed",    "hr",     "img", "input", "link",   "meta",
      "param", "source", "track", "wbr",   "p",        "li",     "dt",  "dd",    "tr",     "td",
      "th",    "tbody",  "thead", "tfoot", "colgroup", "option", "rp",  "rt",    "caption"};
  static constexpr std::array<std::string_view, 14> formatting{
      "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"};
  if (one_of(name, none)) return Nesting::none;
  return one_of(name, formatting) ? Nesting::formatting : Nesting::other;
}

/// Counts what is open of one kind, and what was left out past the limit: the end tags of those must go as
/// well.
class OpenTags {
 public:
  explicit OpenTags(std::size_t most) : most_(most) {}
  bool keeps(bool closing) {
    if (closing) {
      if (left_out_ > 0) {
        --left_out_;
        return false;
      }
      if (open_ > 0) --open_;
      return true;
    }
    if (open_ >= most_) {
      ++left_out_;
      return false;
    }
    ++open_;
    return true;
  }

 private:
  std::size_t most_;
  std::size_t open_ = 0;
  std::size_t left_out_ = 0;
};

/// Where the tag that begins at `at` ends (past its '>'), and where its attribute past the limit begins.
struct Tag {
  std::size_t end = 0;
  std::size_t name_end = 0;
  std::size_t cut = std::string_view::npos;
};

Tag scan_tag(std::string_view html, std::size_t at) {
  Tag tag;
  std::size_t i = at;
  while (i < html.size() && !is_space(html[i]) && html[i] != '>' && html[i] != '/') ++i;
  tag.name_end = i;
  std::size_t attributes = 0;
  while (i < html.size() && html[i] != '>') {
    if (is_space(html[i]) || html[i] == '/') {
      ++i;
      continue;
    }
    if (++attributes > most_attributes && tag.cut == std::string_view::npos) tag.cut = i;
    if (html[i] == '=') ++i;  // a name may begin with '='
    while (i < html.size() && !is_space(html[i]) && html[i] != '=' && html[i] != '>' && html[i] != '/') ++i;
    std::size_t value = i;
    while (value < html.size() && is_space(html[value])) ++value;
    if (value >= html.size() || html[value] != '=') continue;
    i = value + 1;
    while (i < html.size() && is_space(html[i])) ++i;
    if (i < html.size() && (html[i] == '"' || html[i] == '\'')) {
      const auto close = html.find(html[i], i + 1);
      i = close == std::string_view::npos ? html.size() : close + 1;
    } else {
      while (i < html.size() && !is_space(html[i]) && html[i] != '>') ++i;
    }
  }
  tag.end = std::min(html.size(), i + 1);
  return tag;
}

}  // namespace

std::string within_limits(std::string_view html) {
  std::string out;
  out.reserve(html.size());
  OpenTags formatting(most_formatting);
  OpenTags others(deepest);
  std::size_t at = 0;
  while (at < html.size()) {
    const void* found = std::memchr(html.data() + at, '<', html.size() - at);
    const std::size_t open = found == nullptr
                                 ? html.size()
                                 : static_cast<std::size_t>(static_cast<const char*>(found) - html.data());
    out.append(html.substr(at, open - at));
    if (open == html.size()) break;
    at = open;
    const bool closing = at + 1 < html.size() && html[at + 1] == '/';
    const std::size_t name = at + 1 + (closing ? 1 : 0);
    if (name >= html.size() || !is_letter(html[name])) {
      out += '<';
      ++at;
      continue;
    }
    const Tag tag = scan_tag(html, name);
    const Nesting nesting = nesting_of(html.substr(name, tag.name_end - name));
    const bool keep =
        nesting == Nesting::none || (nesting == Nesting::formatting ? formatting : others).keeps(closing);
    if (keep) {
      if (tag.cut == std::string_view::npos) {
        out.append(html.substr(at, tag.end - at));
      } else {
        out.append(html.substr(at, tag.cut - at));
        out += '>';
      }
    }
    at = tag.end;
  }
  return out;
}

}  // namespace tributary::parser
