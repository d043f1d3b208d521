#include "fetcher/fetcher.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

constexpr std::size_t most_pages = 500;

/// RFC 5005 section 4: the page before; and section 3's "next" of a paged feed, which is the same thing to
/// us.
std::string page_before(const Feed& feed) {
  for (const char* rel : {"prev-archive", "http://www.iana.org/assignments/relation/prev-archive"}) {
    for (const auto& link : feed.details.links) {
      if (link.rel == rel && is_http_url(link.href)) return link.href;
    }
  }
  return is_http_url(feed.details.next) ? feed.details.next : std::string();
}

void end_walk(FeedMemory& memory) {
  memory.archive_next.clear();
  memory.archive_pages = 0;
  memory.archive_whole = false;
}

}  // namespace

FeedState begin_walk(FeedState after, const FeedState& before, const Feed& parsed, std::size_t known_items) {
  // A walk that is under way also covers what this poll may have missed.
  if (!after.memory.archive_next.empty()) return after;
  const bool first = !before.last_success;
  const bool gap = !first && known_items == 0 && !parsed.items.empty();
  if (!first && !gap) return after;
  after.memory.archive_next = page_before(parsed);
  after.memory.archive_pages = 0;
  after.memory.archive_whole = first;
  return after;
}

FeedState walked(FeedState state, const Feed* page, std::size_t known_items) {
  auto& memory = state.memory;
  if (++memory.archive_pages >= most_pages || !page || (known_items > 0 && !memory.archive_whole)) {
    end_walk(memory);
    return state;
  }
  auto next = page_before(*page);
  // A page that names itself, or one where all is known and that is followed by itself in a circle, ends at
  // most_pages at the latest.
  if (next.empty() || next == memory.archive_next) {
    end_walk(memory);
    return state;
  }
  memory.archive_next = std::move(next);
  return state;
}

}  // namespace tributary::fetcher
