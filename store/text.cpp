#include "store/text.hpp"

#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

namespace tributary::store {
namespace {

// Inline elements join the words around them; every other tag parts them.
constexpr std::array inline_elements{"a",    "abbr", "acronym", "b",    "bdi",   "bdo",  "big",    "cite",
                                     "code", "del",  "dfn",     "em",   "font",  "i",    "ins",    "kbd",
                                     "mark", "q",    "s",       "samp", "small", "span", "strike", "strong",
                                     "sub",  "sup",  "tt",      "u",    "var",   "wbr"};

void append_space(std::string& out) {
  if (!out.empty() && out.back() != ' ') out += ' ';
}

bool is_inline(std::string_view tag) {
  std::string name;
  for (const char c : tag) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      name += c;
    } else if (c >= 'A' && c <= 'Z') {
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      break;
    }
  }
  return std::ranges::find(inline_elements, name) != inline_elements.end();
}

/// The sanitiser writes characters literally, save these four (parse-contract.md, "Sanitised HTML").
std::pair<char, std::size_t> entity_at(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 4> known{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}}};
  for (const auto& [name, character] : known) {
    if (text.starts_with(name)) return {character, name.size()};
  }
  return {'&', 1};
}

/// Bytes that stand in a text as they are.
constexpr auto ordinary = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x21; c < table.size(); ++c) table[c] = c != '<' && c != '&';
  return table;
}();

/// The end of the words that begin at `at`, each a space apart: they are copied in one go.
std::size_t end_of_words(std::string_view text, std::size_t at) {
  const auto is_ordinary = [&](std::size_t i) { return ordinary[static_cast<unsigned char>(text[i])]; };
  for (;;) {
    while (at < text.size() && is_ordinary(at)) ++at;
    if (at + 1 >= text.size() || text[at] != ' ' || !is_ordinary(at + 1)) return at;
    at += 2;
  }
}

// Both end early once they have as much as is wanted.
void append_plain(std::string& out, std::string_view text, std::size_t wanted) {
  for (std::size_t i = 0; i < text.size() && out.size() < wanted;) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c <= 0x20) {
      append_space(out);
      ++i;
      continue;
    }
    const auto end = std::max(i + 1, end_of_words(text, i));
    out.append(text, i, end - i);
    i = end;
  }
}

void append_html(std::string& out, std::string_view html, std::size_t wanted) {
  for (std::size_t i = 0; i < html.size() && out.size() < wanted;) {
    const char c = html[i];
    if (c == '<') {
      const auto end = html.find('>', i);
      if (end == std::string_view::npos) return;
      const auto name = html.substr(i + 1, end - i - 1);
      if (!is_inline(name.starts_with('/') ? name.substr(1) : name)) append_space(out);
      i = end + 1;
    } else if (c == '&') {
      const auto [character, size] = entity_at(html.substr(i));
      out += character;
      i += size;
    } else if (static_cast<unsigned char>(c) <= 0x20) {
      append_space(out);
      ++i;
    } else {
      const auto end = end_of_words(html, i);
      out.append(html, i, end - i);
      i = end;
    }
  }
}

void append(std::string& out, const Text& text, std::size_t wanted = std::string::npos) {
  if (text.type == Text::Type::text) {
    append_plain(out, text.plain, wanted);
  } else {
    append_html(out, text.html.view(), wanted);
  }
}

void trim_end(std::string& out) {
  while (!out.empty() && out.back() == ' ') out.pop_back();
}

/// Characters of three bytes in U+2000–U+206F and a few others that only typography tells apart: what stands
/// for them. nullptr: kept as it is.
const char* plainer(std::string_view at, std::size_t& size) {
  const auto byte = [&](std::size_t i) { return i < at.size() ? static_cast<unsigned char>(at[i]) : 0U; };
  if (byte(0) == 0xC2) {
    size = 2;
    if (byte(1) == 0xA0) return " ";  // no-break space
    if (byte(1) == 0xAD) return "";   // soft hyphen
    return nullptr;
  }
  if (byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF) {
    size = 3;
    return "";  // byte order mark within the text
  }
  if (byte(0) != 0xE2 || (byte(1) != 0x80 && byte(1) != 0x81)) return nullptr;
  size = 3;
  const unsigned code = (byte(1) - 0x80U) * 64 + (byte(2) - 0x80U);  // from U+2000
  if (code <= 0x0A || code == 0x28 || code == 0x29 || code == 0x2F || code == 0x5F) return " ";
  if ((code >= 0x0B && code <= 0x0F) || (code >= 0x2A && code <= 0x2E) || (code >= 0x60 && code <= 0x6F))
    return "";
  if (code >= 0x10 && code <= 0x15) return "-";
  if (code >= 0x18 && code <= 0x1B) return "'";
  if (code >= 0x1C && code <= 0x1F) return "\"";
  if (code == 0x26) return "...";
  if (code == 0x32) return "'";
  if (code == 0x33) return "\"";
  return nullptr;
}

std::string without_typography(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t size = 1;
    const char* instead =
        static_cast<unsigned char>(text[i]) >= 0x80 ? plainer(text.substr(i), size) : nullptr;
    if (instead == nullptr) {
      size = 1;
      if (static_cast<unsigned char>(text[i]) <= 0x20) {
        append_space(out);
      } else {
        out += text[i];
      }
    } else if (std::string_view(instead) == " ") {
      append_space(out);
    } else {
      out += instead;
    }
    i += size;
  }
  trim_end(out);
  return out;
}

}  // namespace

std::string plain_text(const Text& text, std::size_t wanted) {
  std::string out;
  append(out, text, wanted);
  trim_end(out);
  return out;
}

std::string plain_title(const Item& item) {
  return item.title ? plain_text(*item.title) : std::string();
}

std::string meaning(const Item& item) {
  std::string out = plain_title(item);
  out += '\n';
  for (const auto& content : item.content) {
    append(out, content);
    append_space(out);
  }
  const bool has_content = out.size() > out.find('\n') + 1;
  if (!has_content && item.summary) append(out, *item.summary);
  const auto line = out.find('\n');
  return without_typography(std::string_view(out).substr(0, line)) + '\n' +
         without_typography(std::string_view(out).substr(line + 1));
}

std::string comparable_title(std::string_view plain) {
  const auto words = without_typography(plain);
  std::string out;
  icu::UnicodeString::fromUTF8(words).foldCase().toUTF8String(out);
  return out;
}

double resemblance(const std::string& one, const std::string& other) {
  const auto words = [](const std::string& text) {
    std::set<std::string> found;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find_first_of(" \n", at), text.size());
      if (end > at) found.insert(text.substr(at, end - at));
      at = end + 1;
    }
    return found;
  };
  const auto a = words(one), b = words(other);
  if (a.empty() && b.empty()) return 1;
  std::size_t common = 0;
  for (const auto& word : a) common += b.count(word);
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

std::string column_text(std::string_view text) {
  std::string out(text);
  std::erase(out, '\0');
  return out;
}

std::string title_column(const Item& item, const std::string& plain) {
  return column_text(item.title && item.title->type == Text::Type::text ? item.title->plain : plain);
}

}  // namespace tributary::store
