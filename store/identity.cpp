#include "store/identity.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "model/url.hpp"
#include "store/canonical_url.hpp"
#include "store/hash.hpp"
#include "store/text.hpp"

namespace tributary::store {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view entry_path =
    ",2026:entry/";  // the year is RFC 4151's date part, fixed: ids never change

struct Named {
  IdentityRule rule;
  std::string text;
};

/// The page that an item's link names, when it names one.
std::string link_identity(const Item& item) {
  if (item.link.empty()) return {};
  const auto canonical = canonical_url_with_fragment(item.link);
  if (canonical.empty()) return item.link;  // not http(s): as it was written
  return is_front_page(canonical) ? std::string() : canonical;
}

std::string title_or_text(const Item& item) {
  const auto title = comparable_title(plain_title(item));
  return title.empty() ? meaning(item) : title;
}

std::optional<Named> named(const Item& item, int level) {
  constexpr char part = '\0';
  if (!item.id.empty()) {
    switch (level) {
      case 0:
        return Named{IdentityRule::id, item.id};
      case 1:
        return Named{IdentityRule::id_and_link, item.id + part + link_identity(item)};
      case 2:
        return Named{IdentityRule::id_link_and_title,
                     item.id + part + link_identity(item) + part + title_or_text(item)};
      default:
        return std::nullopt;
    }
  }
  if (const auto link = link_identity(item); !link.empty()) {
    switch (level) {
      case 0:
        return Named{IdentityRule::link, link};
      case 1:
        return Named{IdentityRule::link_and_title, link + part + title_or_text(item)};
      default:
        return std::nullopt;
    }
  }
  return level == 0 ? std::optional(Named{IdentityRule::text, meaning(item)}) : std::nullopt;
}

Key key_of(std::string_view feed_key, const Named& name) {
  std::string text(feed_key);
  text += '\0';
  text += static_cast<char>('0' + static_cast<int>(name.rule));
  text += name.text;
  const auto digest = sha256(text);
  Key key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

struct KeyHash {
  std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(known_number(key)); }
};

/// Of two versions of one item in a document (RFC 4287 section 4.1.1) the last updated counts; without dates
/// the first one.
bool replaces(const Item& later, const Item& earlier) {
  return later.updated && earlier.updated && *later.updated > *earlier.updated;
}

/// The most exact level that the candidate has.
void identify_exactly(Candidate& candidate, std::string_view feed_key) {
  while (identify(candidate, feed_key, candidate.level + 1)) {
  }
}

/// Items that share an identity: who shares even the most exact one is one item; the others step up together
/// to the plainest level on which they all differ.
void part_shared(std::vector<Candidate>& all, std::string_view feed_key) {
  std::unordered_map<Key, std::vector<std::size_t>, KeyHash> groups;
  for (std::size_t i = 0; i < all.size(); ++i) groups[all[i].key].push_back(i);
  if (groups.size() == all.size()) return;

  for (auto& [shared, group] : groups) {
    if (group.size() == 1) continue;
    std::unordered_map<Key, std::size_t, KeyHash> exact;
    std::vector<std::size_t> kept;
    for (const auto i : group) {
      identify_exactly(all[i], feed_key);
      const auto [before, fresh] = exact.emplace(all[i].key, i);
      if (fresh) {
        kept.push_back(i);
      } else {
        if (replaces(*all[i].item, *all[before->second].item)) all[before->second].item = all[i].item;
        all[i].item = nullptr;
      }
    }
    bool unique = false;
    for (int level = 0; !unique; ++level) {
      std::unordered_map<Key, int, KeyHash> keys;
      for (const auto i : kept) {
        identify(all[i], feed_key, level);
        ++keys[all[i].key];
      }
      unique = keys.size() == kept.size();
    }
  }
  std::erase_if(all, [](const Candidate& candidate) { return candidate.item == nullptr; });
}

/// An address that several items of one document have names none of them, unless they have their title in
/// common too.
void drop_shared_addresses(std::vector<Candidate>& all) {
  std::unordered_map<std::int64_t, const Candidate*> first;
  std::unordered_set<std::int64_t> shared;
  for (const auto& candidate : all) {
    for (const auto address : candidate.addresses) {
      const auto [before, fresh] = first.emplace(address, &candidate);
      if (!fresh && comparable_title(before->second->title) != comparable_title(candidate.title))
        shared.insert(address);
    }
  }
  if (shared.empty()) return;
  for (auto& candidate : all) {
    std::erase_if(candidate.addresses, [&](std::int64_t address) { return shared.contains(address); });
  }
}

}  // namespace

std::vector<std::int64_t> addresses_of(const Item& item, std::string_view own_page) {
  std::vector<std::int64_t> addresses;
  const auto add = [&](std::string_view url) {
    const auto canonical = canonical_url(url);
    if (canonical.empty() || is_front_page(canonical) || canonical == own_page) return;
    const auto key = static_cast<std::int64_t>(hash64(canonical));
    if (std::ranges::find(addresses, key) == addresses.end()) addresses.push_back(key);
  };
  for (const auto& link : item.links) {
    if (link.rel == "canonical") add(link.href);
  }
  add(item.link);
  return addresses;
}

std::string_view to_string(IdentityRule rule) {
  switch (rule) {
    case IdentityRule::id:
      return "its id";
    case IdentityRule::link:
      return "its link: it has no id";
    case IdentityRule::text:
      return "its text: it has neither id nor link";
    case IdentityRule::id_and_link:
      return "id and link: its feed uses the id for several items";
    case IdentityRule::id_link_and_title:
      return "id, link and title: its feed uses id and link for several items";
    case IdentityRule::link_and_title:
      return "link and title: it has no id, and its feed uses the link for several items";
  }
  return {};
}

std::int64_t known_number(const Key& key) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | key[static_cast<std::size_t>(i)];
  return static_cast<std::int64_t>(number);
}

std::string entry_id(std::string_view host, const Key& key) {
  std::string id = "tag:";
  id.append(host).append(entry_path);
  for (const auto byte : key) id += {hex_digits[byte >> 4], hex_digits[byte & 15]};
  return id;
}

bool key_of_entry_id(std::string_view id, std::string_view& host, Key& key) {
  if (!id.starts_with("tag:")) return false;
  const auto path = id.find(entry_path);
  if (path == std::string_view::npos) return false;
  host = id.substr(4, path - 4);
  const auto digits = id.substr(path + entry_path.size());
  if (digits.size() != 2 * key.size()) return false;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto high = hex_digits.find(digits[2 * i]), low = hex_digits.find(digits[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    key[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

std::string authority_of(std::string_view site_url) {
  auto host = host_of(site_url);
  for (auto& c : host) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (!allowed) c = '-';
  }
  return host.empty() ? "localhost" : host;
}

bool identify(Candidate& candidate, std::string_view feed_key, int level) {
  const auto name = named(*candidate.item, level);
  if (!name) return false;
  candidate.level = level;
  candidate.rule = name->rule;
  candidate.key = key_of(feed_key, *name);
  return true;
}

Key key_on_level(const Item& item, std::string_view feed_key, int level) {
  for (; level > 0; --level) {
    if (const auto name = named(item, level)) return key_of(feed_key, *name);
  }
  return key_of(feed_key, *named(item, 0));
}

std::vector<Candidate> candidates(const Feed& feed, std::string_view feed_key) {
  std::vector<Candidate> all;
  all.reserve(feed.items.size());
  for (std::size_t i = 0; i < feed.items.size(); ++i) {
    Candidate candidate;
    candidate.item = &feed.items[i];
    candidate.place = static_cast<int>(i);
    identify(candidate, feed_key, 0);
    all.push_back(std::move(candidate));
  }
  part_shared(all, feed_key);
  const auto own_page = canonical_url(feed.details.link);
  for (auto& candidate : all) {
    candidate.title = plain_title(*candidate.item);
    candidate.addresses = addresses_of(*candidate.item, own_page);
  }
  drop_shared_addresses(all);
  return all;
}

}  // namespace tributary::store
