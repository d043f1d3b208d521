#include "publisher/licence.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

constexpr std::string_view root = "https://creativecommons.org/";

/// A Creative Commons deed in its parts: "by-nc-nd", "4.0", "de" (a ported version's jurisdiction).
struct Deed {
  std::string elements = {};
  std::string version = {};
  std::string place = {};
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

/// Lower-case words of letters and digits; a dot between digits belongs to the word, so that "4.0" is one.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = lower(text[i]);
    const bool inner_dot =
        c == '.' && open && i + 1 < text.size() && digit(text[i - 1]) && digit(text[i + 1]);
    if (!inner_dot && !digit(c) && (c < 'a' || c > 'z')) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    words.back() += c;
    open = true;
  }
  return words;
}

bool is_element(std::string_view word) {
  return word == "by" || word == "nc" || word == "nd" || word == "sa";
}
bool is_version(std::string_view word) {
  return word.size() == 3 && word[1] == '.' && word[0] >= '1' && word[0] <= '9';
}

/// https://creativecommons.org/licenses/by-nc-nd/4.0/deed.de and its kin.
std::optional<Deed> deed_of_address(std::string_view address) {
  std::string text = lowered(address);
  for (const std::string_view prefix : {"https://", "http://", "www."}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  if (!text.starts_with("creativecommons.org/")) return std::nullopt;
  text.erase(0, std::string_view("creativecommons.org/").size());
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find_first_of("/?#", start), text.size());
    if (end > start) parts.push_back(text.substr(start, end - start));
    if (end < text.size() && text[end] != '/') break;
    start = end + 1;
  }
  if (parts.size() < 3 || !is_version(parts[2])) return std::nullopt;
  Deed deed{parts[1], parts[2], {}};
  if (parts[0] == "publicdomain") {
    if (deed.elements != "zero" && deed.elements != "mark") return std::nullopt;
    return deed;
  }
  if (parts[0] != "licenses" && parts[0] != "licences") return std::nullopt;
  for (const std::string& word : words_of(deed.elements)) {
    if (!is_element(word)) return std::nullopt;
  }
  if (parts.size() > 3 && parts[3].size() == 2) deed.place = parts[3];
  return deed;
}

/// "CC BY-NC-ND 2.0", "Creative Commons Attribution-NonCommercial 4.0 International License", "cc0" …
std::optional<Deed> deed_of_words(std::string_view text) {
  std::vector<std::string> words = words_of(text);
  if (words.size() > 14) return std::nullopt;  // a sentence that mentions a licence is not its name
  if (words.empty()) return std::nullopt;
  bool creative_commons = false;
  bool by = false, nc = false, nd = false, sa = false;
  Deed deed;
  for (const std::string& word : words) {
    if (word == "cc" || word == "creative" || word == "commons") {
      creative_commons = true;
    } else if (word == "cc0") {
      deed.elements = "zero";
      creative_commons = true;
    } else if (word == "by" || word == "attribution") {
      by = true;
    } else if (word == "nc" || word == "noncommercial" || word == "commercial") {
      nc = true;
    } else if (word == "nd" || word == "noderivatives" || word == "noderivs" || word == "derivatives" ||
               word == "derivs") {
      nd = true;
    } else if (word == "sa" || word == "sharealike" || word == "share" || word == "alike") {
      sa = true;
    } else if (is_version(word)) {
      deed.version = word;
    } else if (word != "non" && word != "no" && word != "international" && word != "unported" &&
               word != "generic" && word != "license" && word != "licence" && word != "public" &&
               word != "the" && word != "a" && word != "under" && word != "universal" && word != "domain" &&
               word != "dedication") {
      return std::nullopt;
    }
  }
  if (!creative_commons) return std::nullopt;
  if (deed.elements == "zero") {
    if (deed.version.empty()) deed.version = "1.0";
    return deed;
  }
  if (!by) return std::nullopt;
  deed.elements = std::string("by") + (nc ? "-nc" : "") + (nd ? "-nd" : "") + (sa ? "-sa" : "");
  return deed;
}

std::string name_of(const Deed& deed) {
  if (deed.elements == "zero") return "CC0 " + deed.version;
  if (deed.elements == "mark") return "Public Domain Mark " + deed.version;
  std::string name = "CC ";
  std::ranges::transform(deed.elements, std::back_inserter(name),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (!deed.version.empty()) name += " " + deed.version;
  if (!deed.place.empty()) name += " " + deed.place;
  return name;
}

std::string address_of(const Deed& deed) {
  if (deed.version.empty()) return {};
  const bool public_domain = deed.elements == "zero" || deed.elements == "mark";
  std::string address(root);
  address += public_domain ? "publicdomain/" : "licenses/";
  address += deed.elements + "/" + deed.version + "/";
  if (!deed.place.empty()) address += deed.place + "/";
  return address;
}

std::optional<Deed> deed_of(std::string_view licence) {
  if (const auto deed = deed_of_address(licence)) return deed;
  return deed_of_words(licence);
}

/// Two spellings of one licence have the same key.
std::string key_of(std::string_view licence) {
  if (const auto deed = deed_of(licence)) return "cc " + deed->elements + " " + deed->version;
  std::string key = lowered(one_line(licence));
  if (key.starts_with("http://")) key.insert(4, "s");
  while (key.ends_with('/')) key.pop_back();
  return key;
}

}  // namespace

LicenceTerms licence_terms(std::string_view licence) {
  const std::string given = one_line(licence);
  if (const auto deed = deed_of(given)) {
    return {name_of(*deed), address_of(*deed), deed->elements.contains("nd")};
  }
  if (const std::string address = web_address(given); !address.empty()) return {{}, address, false};
  return {given, {}, false};
}

Licence allowed(const LicencePolicy& policy, std::string_view licence) {
  const std::string key = key_of(licence);
  if (key.empty()) return policy.fallback;
  for (const auto& [name, allows] : policy.by_name) {
    if (key_of(name) == key) return allows;
  }
  return policy.fallback;
}

}  // namespace tributary::publisher
