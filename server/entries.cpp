#include "server/entries.hpp"

#include <algorithm>

namespace tributary::server {
namespace {

struct Tag {
  enum class Kind { open, close, empty };
  Kind kind = Kind::open;
  std::string_view name = {};  // without prefix
  std::size_t from = 0, to = 0;
};

std::string_view local(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The next tag from `at` on, comments, CDATA, declarations and instructions passed over. nullopt at the end,
// or when something is left open.
std::optional<Tag> next_tag(std::string_view xml, std::size_t at) {
  while ((at = xml.find('<', at)) != std::string_view::npos) {
    const std::string_view rest = xml.substr(at);
    std::string_view end;
    if (rest.starts_with("<!--")) {
      end = "-->";
    } else if (rest.starts_with("<![CDATA[")) {
      end = "]]>";
    } else if (rest.starts_with("<?")) {
      end = "?>";
    } else if (rest.starts_with("<!")) {
      end = ">";
    }
    if (!end.empty()) {
      at = xml.find(end, at);
      if (at == std::string_view::npos) return std::nullopt;
      at += end.size();
      continue;
    }
    // A '>' inside a quoted attribute value ends nothing.
    char quote = 0;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      const char c = rest[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        Tag tag{.from = at, .to = at + i + 1};
        const bool closing = rest[1] == '/';
        tag.kind = closing ? Tag::Kind::close : rest[i - 1] == '/' ? Tag::Kind::empty : Tag::Kind::open;
        const std::size_t start = closing ? 2 : 1;
        tag.name = local(rest.substr(start, rest.find_first_of(" \t\r\n/>", start) - start));
        return tag;
      }
    }
    return std::nullopt;
  }
  return std::nullopt;
}

bool is_entry(std::string_view name, bool rss) {
  return rss ? name == "item" : name == "entry" || name == "deleted-entry";
}

// FNV-1a, then mixed: two entries that differ are taken for one once in many millions of years of publishing.
std::uint64_t hash(std::string_view bytes) {
  std::uint64_t value = 14695981039346656037u;
  for (const char c : bytes) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211u;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93u;
  return value ^ (value >> 32);
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::optional<Slices> slice(std::string_view document) {
  Slices slices;
  bool rss = false;
  std::size_t depth = 0, entry_depth = 0, entry_from = 0, done = 0;
  for (auto tag = next_tag(document, 0); tag; tag = next_tag(document, tag->to)) {
    if (depth == 0) {
      if (!slices.entries.empty() || tag->kind != Tag::Kind::open) return std::nullopt;
      if (tag->name != "feed" && tag->name != "rss") return std::nullopt;
      rss = tag->name == "rss";
      entry_depth = rss ? 2 : 1;  // children of feed; of rss/channel
    }
    if (tag->kind == Tag::Kind::close) {
      --depth;
      if (depth == entry_depth && is_entry(tag->name, rss)) {
        slices.entries.push_back(
            {document.substr(done, entry_from - done), document.substr(entry_from, tag->to - entry_from)});
        done = tag->to;
      }
      if (depth == 0) {
        slices.end = document.substr(done);
        return next_tag(document, tag->to) ? std::nullopt : std::optional(slices);
      }
      continue;
    }
    if (depth == entry_depth && is_entry(tag->name, rss)) {
      entry_from = tag->from;
      if (tag->kind == Tag::Kind::empty) {
        slices.entries.push_back(
            {document.substr(done, tag->from - done), document.substr(tag->from, tag->to - tag->from)});
        done = tag->to;
      }
    }
    if (tag->kind == Tag::Kind::open) ++depth;
  }
  return std::nullopt;
}

EntryHashes hashes_of(const Slices& slices) {
  EntryHashes hashes;
  hashes.reserve(slices.entries.size());
  for (const auto& entry : slices.entries) hashes.push_back(hash(entry.bytes));
  std::ranges::sort(hashes);
  return hashes;
}

std::optional<std::string> without(std::string_view document, const EntryHashes& known) {
  const auto slices = slice(document);
  if (!slices) return std::nullopt;
  std::string rest;
  bool left_out = false;
  for (const auto& entry : slices->entries) {
    if (std::ranges::binary_search(known, hash(entry.bytes))) {
      left_out = true;
      // White space before an entry goes with it; anything else there is the document's own.
      if (!blank(entry.before)) rest += entry.before;
    } else {
      rest += entry.before;
      rest += entry.bytes;
    }
  }
  if (!left_out) return std::nullopt;
  rest += slices->end;
  return rest;
}

void KnownVersions::add(const std::string& content_hash, std::string_view document) {
  if (versions_.contains(content_hash)) return;
  const auto slices = slice(document);
  if (!slices || slices->entries.size() > most_entries_) return;
  entries_ += slices->entries.size() + 8;  // a version without entries costs as well
  versions_.emplace(content_hash, hashes_of(*slices));
  order_.push_back(content_hash);
  while (entries_ > most_entries_ && order_.size() > 1) {
    const auto oldest = versions_.find(order_.front());
    entries_ -= oldest->second.size() + 8;
    versions_.erase(oldest);
    order_.pop_front();
  }
}

const EntryHashes* KnownVersions::find(std::string_view content_hash) const {
  const auto found = versions_.find(std::string(content_hash));
  return found == versions_.end() ? nullptr : &found->second;
}

}  // namespace tributary::server
