#include "store/canonical_url.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "model/url.hpp"

namespace tributary::store {
namespace {

// Parameters that say where a reader came from and nothing of the page. Sources: the public lists of
// ClearURLs, Neat URL and of the analytics tools' manuals. Only names that no content system uses for a page
// are taken: a name too many would make two pages one story, a name too few only leaves a pair unmerged.
constexpr std::array tracking_prefixes{"utm_", "pk_",  "piwik_", "mtm_",  "matomo_", "hsa_", "_hs",
                                       "wt.",  "wt_",  "ga_",    "guce_", "vero_",   "fb_",  "at_",
                                       "ns_",  "oly_", "trk_",   "__hs",  "elq",     "sc_",  "itm_"};
constexpr std::array tracking_names{"fbclid",
                                    "gclid",
                                    "gclsrc",
                                    "dclid",
                                    "gbraid",
                                    "wbraid",
                                    "msclkid",
                                    "yclid",
                                    "ymclid",
                                    "twclid",
                                    "ttclid",
                                    "li_fat_id",
                                    "igshid",
                                    "igsh",
                                    "mc_cid",
                                    "mc_eid",
                                    "mc_tc",
                                    "mkt_tok",
                                    "hsctatracking",
                                    "_ga",
                                    "_gl",
                                    "_openstat",
                                    "wickedid",
                                    "xtor",
                                    "cmpid",
                                    "ncid",
                                    "ocid",
                                    "smid",
                                    "smtyp",
                                    "sr_share",
                                    "epik",
                                    "srsltid",
                                    "guccounter",
                                    "soc_src",
                                    "soc_trk",
                                    "s_cid",
                                    "s_kwcid",
                                    "ef_id",
                                    "sfnsn",
                                    "rb_clickid",
                                    "dm_i",
                                    "trk",
                                    "trkcampaign",
                                    "fbadid",
                                    "ito",
                                    "icid",
                                    "action_object_map",
                                    "action_type_map",
                                    "action_ref_map",
                                    "__twitter_impression",
                                    "_branch_match_id",
                                    "ref_src",
                                    "ref_url",
                                    "phpsessid",
                                    "jsessionid",
                                    "aspsessionid",
                                    "awc",
                                    "spref",
                                    "echobox",
                                    "mibextid"};
constexpr std::array tracking_if_value{"ref", "source", "from", "src", "via", "partner", "medium", "feature"};
constexpr std::array tracking_values{"rss",      "rss2",       "feed",     "feeds",    "atom",
                                     "rss.xml",  "feedburner", "rssfeed",  "rss_feed", "feed_rss",
                                     "newsfeed", "twitter",    "facebook", "linkedin", "mastodon",
                                     "bluesky",  "share",      "social",   "email",    "newsletter"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// RFC 3986 section 6.2.2: unreserved characters literal, other escapes with capital digits; bytes that must
/// be escaped are.
std::string normalised_escapes(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  const auto unreserved = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    bool escaped = false;
    if (c == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      c = static_cast<unsigned char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      escaped = true;
      i += 2;
    }
    if (unreserved(c) || (!escaped && c > 0x20 && c < 0x7f)) {
      out += static_cast<char>(c);
    } else {
      out += {'%', digits[c >> 4], digits[c & 15]};
    }
  }
  return out;
}

bool tracks(std::string_view parameter) {
  const auto equals = parameter.find('=');
  const auto name = lowered(parameter.substr(0, equals));
  if (std::ranges::any_of(tracking_prefixes,
                          [&](std::string_view prefix) { return name.starts_with(prefix); }))
    return true;
  if (std::ranges::find(tracking_names, name) != tracking_names.end()) return true;
  if (equals == std::string_view::npos) return false;
  const auto value = lowered(parameter.substr(equals + 1));
  return std::ranges::find(tracking_if_value, name) != tracking_if_value.end() &&
         std::ranges::find(tracking_values, value) != tracking_values.end();
}

std::string clean_query(std::string_view query) {
  std::vector<std::string> kept;
  while (!query.empty()) {
    const auto end = query.find_first_of("&;");
    const auto one = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const auto name = lowered(one.substr(0, one.find('=')));
    if (one.empty() || tracks(one) || name == "amp" || (name == "outputtype" && one.ends_with("amp")))
      continue;
    kept.push_back(normalised_escapes(one));
  }
  // A page reads its parameters by name.
  std::ranges::stable_sort(kept, {}, [](const std::string& one) { return one.substr(0, one.find('=')); });
  std::string out;
  for (const auto& one : kept) out += (out.empty() ? "?" : "&") + one;
  return out;
}

std::string clean_path(std::string_view path) {
  std::string out = normalised_escapes(path);
  if (const auto semicolon = lowered(out).find(";jsessionid="); semicolon != std::string::npos)
    out.resize(semicolon);
  if (out.empty()) out = "/";
  if (out.find("/.") != std::string::npos) {
    const auto resolved = resolve_url("http://h/", out);
    out = std::string(split_url(resolved).path);
  }
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  for (const std::string_view amp : {"/amp", ".amp", "/amp.html", ".amp.html"}) {
    if (out.size() > amp.size() && lowered(out).ends_with(amp)) {
      out.resize(out.size() - amp.size());
      if (amp == ".amp.html") out += ".html";
      break;
    }
  }
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

std::string clean_host(std::string_view url) {
  std::string host = host_of(url);
  while (host.ends_with('.')) host.pop_back();
  // A mobile or AMP host shows the same pages; only when a whole name stays behind the label.
  for (const std::string_view label : {"www.", "m.", "mobile.", "amp."}) {
    if (host.starts_with(label) && std::ranges::count(host, '.') >= 2) {
      host.erase(0, label.size());
      if (label == "www.") continue;
      break;
    }
  }
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  const int port = port_of(url);
  if (port != 0 && port != 80 && port != 443) host += ":" + std::to_string(port);
  return host;
}

/// The page behind an address of an AMP cache: cdn.ampproject.org/c/s/HOST/PATH,
/// www.google.com/amp/s/HOST/PATH.
std::string without_amp_cache(std::string_view url) {
  const auto host = host_of(url);
  std::string_view path = split_url(url).path;
  const bool cache = host == "cdn.ampproject.org" || host.ends_with(".cdn.ampproject.org");
  if (cache && (path.starts_with("/c/") || path.starts_with("/v/"))) {
    path.remove_prefix(3);
  } else if (host.starts_with("www.google.") && path.starts_with("/amp/")) {
    path.remove_prefix(5);
  } else {
    return {};
  }
  if (path.starts_with("s/")) path.remove_prefix(2);
  const auto query = split_url(url).query;
  return path.find('.') == std::string_view::npos
             ? std::string()
             : "https://" + std::string(path) + (query ? "?" + std::string(*query) : std::string());
}

std::string canonical(std::string_view url, bool with_fragment) {
  while (!url.empty() && static_cast<unsigned char>(url.front()) <= 0x20) url.remove_prefix(1);
  while (!url.empty() && static_cast<unsigned char>(url.back()) <= 0x20) url.remove_suffix(1);
  if (!is_http_url(url)) return {};
  if (const auto behind = without_amp_cache(url); !behind.empty() && is_http_url(behind)) {
    return canonical(behind, with_fragment);
  }
  const auto parts = split_url(url);
  std::string out = "https://" + clean_host(url) + clean_path(parts.path);
  if (parts.query) out += clean_query(*parts.query);
  if (with_fragment && parts.fragment && !parts.fragment->empty() && !tracks(*parts.fragment)) {
    out += "#" + normalised_escapes(*parts.fragment);
  }
  return out;
}

}  // namespace

std::string canonical_url(std::string_view url) {
  return canonical(url, false);
}
std::string canonical_url_with_fragment(std::string_view url) {
  return canonical(url, true);
}

bool is_front_page(std::string_view address) {
  const auto parts = split_url(address);
  return !parts.query && (parts.path.empty() || parts.path == "/") &&
         (!parts.fragment || parts.fragment->empty());
}

}  // namespace tributary::store
