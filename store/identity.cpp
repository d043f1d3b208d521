#include "store/identity.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <stdexcept>

namespace tributary::store {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

/// Parameters that say where a reader came from, never which page it is.
bool is_tracking(std::string_view name) {
  static constexpr std::array<std::string_view, 30> names{"fbclid",
                                                          "gclid",
                                                          "gclsrc",
                                                          "dclid",
                                                          "gbraid",
                                                          "wbraid",
                                                          "msclkid",
                                                          "yclid",
                                                          "twclid",
                                                          "igshid",
                                                          "mc_cid",
                                                          "mc_eid",
                                                          "_hsenc",
                                                          "_hsmi",
                                                          "mkt_tok",
                                                          "cmpid",
                                                          "cmp",
                                                          "xtor",
                                                          "wt_mc",
                                                          "spm",
                                                          "s_cid",
                                                          "icid",
                                                          "ncid",
                                                          "sr_share",
                                                          "vero_id",
                                                          "oly_enc_id",
                                                          "oly_anon_id",
                                                          "rss_id",
                                                          "__twitter_impression",
                                                          "at_custom1"};
  static constexpr std::array<std::string_view, 6> prefixes{"utm_", "pk_",         "mtm_",
                                                            "hsa_", "at_campaign", "at_medium"};
  const std::string low = lowered(name);
  return std::ranges::find(names, low) != names.end() ||
         std::ranges::any_of(prefixes, [&](std::string_view prefix) { return low.starts_with(prefix); });
}

/// Text without tags, white space folded. The HTML is the sanitiser's: a '<' always begins a tag.
void append_text(std::string& out, std::string_view text, bool is_html) {
  bool space = !out.empty();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_html && c == '<') {
      i = std::min(text.find('>', i), text.size() - 1);
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      space = true;
    } else {
      if (space && !out.empty()) out += ' ';
      space = false;
      out += c;
    }
  }
}

void append_text(std::string& out, const std::optional<Text>& text) {
  out += '\x1f';
  if (text) append_text(out, text->value(), text->type != Text::Type::text);
}

std::string item_link(const Item& item) {
  if (!item.link.empty()) return item.link;
  return item.id_is_permalink.value_or(false) ? item.id : std::string();
}

}  // namespace

std::string hash_of(std::initializer_list<std::string_view> parts) {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::array<unsigned char, 32> digest{};
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const std::string_view part : parts) {
    const std::uint64_t size = part.size();
    good = good && EVP_DigestUpdate(context.get(), &size, sizeof size) == 1 &&
           EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  if (!good || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  return {reinterpret_cast<const char*>(digest.data()), 16};
}

std::string canonical_url(std::string_view url) {
  if (!is_http_url(url)) return {};
  const UrlParts parts = split_url(url);
  std::string host = host_of(url);
  if (host.starts_with("www.")) host.erase(0, 4);
  std::string out = "//" + host;
  if (const int port = port_of(url); port != 80 && port != 443) out += ":" + std::to_string(port);
  std::string_view path = parts.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  out += path;
  char mark = '?';
  for (std::string_view query = parts.query.value_or(""); !query.empty();) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty() || is_tracking(pair.substr(0, pair.find('=')))) continue;
    out += mark;
    out += pair;
    mark = '&';
  }
  // "#!" names a page of its own on sites that draw their pages by script.
  if (parts.fragment && parts.fragment->starts_with('!')) out.append("#").append(*parts.fragment);
  return out;
}

std::string text_hash(const Item& item) {
  std::string text;
  append_text(text, item.title);
  append_text(text, item.summary);
  for (const Text& content : item.content) append_text(text, content);
  text += '\x1f' + canonical_url(item.link);
  for (const Enclosure& enclosure : item.enclosures) text += '\x1f' + enclosure.url;
  return hash_of({text});
}

std::vector<Names> names_of(std::string_view feed_key, const std::vector<Item>& items) {
  std::map<std::string_view, int> guids;
  for (const Item& item : items) {
    if (!item.id.empty()) ++guids[item.id];
  }
  std::vector<Names> names;
  names.reserve(items.size());
  for (const Item& item : items) {
    Names name;
    const std::string link = item_link(item);
    if (!item.id.empty() && guids[item.id] == 1) {
      name.identity = hash_of({feed_key, "guid", item.id});
    } else if (!item.id.empty()) {
      name.identity = hash_of({feed_key, "guid+link", item.id, link, link.empty() ? text_hash(item) : ""});
    } else if (!link.empty()) {
      name.identity = hash_of({feed_key, "link", link});
    } else {
      name.identity = hash_of({feed_key, "text", text_hash(item)});
    }
    if (const std::string canonical = canonical_url(link); !canonical.empty())
      name.link = hash_of({feed_key, "page", canonical});
    if (item.title && !item.title->value().empty() && item.published) {
      name.title_date = hash_of({feed_key, "title+date", item.title->value(), to_rfc3339(*item.published)});
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string entry_id(std::string_view site_url, std::string_view identity) {
  static constexpr std::string_view digits = "0123456789abcdef";
  // RFC 4151 wants a day on which the authority held the name. A fixed one keeps the id a function of the
  // item alone: two machines, or a rebuilt store, mint the same.
  std::string id = "tag:" + host_of(site_url) + ",2026:";
  for (const unsigned char byte : identity) {
    id += digits[byte >> 4];
    id += digits[byte & 15];
  }
  return id;
}

}  // namespace tributary::store
