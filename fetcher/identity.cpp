// Is this still the partner's feed? Domains lapse and are bought for the links that still lead to them. Any
// one thing about a feed may change: a new title, a new CMS, a new language tag. That most of them change
// between two polls is rare enough to ask a person.
#include "fetcher/identity.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "fetcher/domain.hpp"
#include "fetcher/fetcher.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// "en-GB" and "en_us" are the same language to us.
std::string primary(std::string_view language) {
  return folded(language.substr(0, language.find_first_of("-_")));
}

/// The site's own spelling of a title may change by case and white space.
std::string title_key(const FeedDetails& details) {
  std::string out;
  if (details.title) {
    for (const char c : folded(details.title->value())) {
      if (static_cast<unsigned char>(c) > 0x20) out += c;
    }
  }
  return out;
}

/// How the words of a rejected feed begin: they are what tells it from one that its partner ended.
constexpr std::string_view rejected = "rejected as another's feed";

struct Change {
  const char* name;
  bool known;  ///< said both before and now
  bool differs;
};

}  // namespace

FeedIdentity identity_of(const FeedDetails& details) {
  return {.id = details.id,
          .title = title_key(details),
          .language = primary(details.language),
          .link_host = details.link.empty() ? std::string() : registrable_domain(host_of(details.link)),
          .generator = folded(details.generator.name)};
}

std::optional<Verdict> suspicion(const FeedState& state, const Answer& answer, const Feed& parsed) {
  const auto& before = state.memory.identity;
  if (before.empty()) return std::nullopt;
  const auto now = identity_of(parsed.details);
  const auto change = [](const char* name, const std::string& a, const std::string& b) {
    return Change{name, !a.empty() && !b.empty(), a != b};
  };
  const Change site = change("site", before.link_host, now.link_host);
  const std::array changes{change("id", before.id, now.id), change("title", before.title, now.title),
                           change("language", before.language, now.language), site,
                           change("generator", before.generator, now.generator)};
  std::string names;
  std::ptrdiff_t changed = 0, known = 0;
  for (const auto& each : changes) {
    if (each.known) ++known;
    if (!each.known || !each.differs) continue;
    ++changed;
    names.append(names.empty() ? "" : ", ").append(each.name);
  }
  const bool other_site = site.known && site.differs;
  const bool other_title = changes[1].known && changes[1].differs;
  const std::string& target = answer.permanent_url.empty() ? state.memory.redirect_to : answer.permanent_url;
  const bool other_domain =
      !target.empty() && registrable_domain(host_of(target)) != registrable_domain(host_of(state.url));

  // A move to another domain may well change the id, and the site's address; the title, or what writes the
  // feed, stays.
  const bool taken_over = (other_site && other_title && changed >= 3) || changed >= 4 ||
                          (changed >= 3 && changed == known) || (other_domain && other_title && changed >= 2);
  if (!taken_over) return std::nullopt;
  return Verdict{
      FeedStatus::held,
      Error{ErrorKind::not_a_feed, answer.url,
            "this may be another's feed now: its " + names + " changed at once" +
                (other_domain ? " and it moved to " + registrable_domain(host_of(target)) : std::string()) +
                ". Its new items are held until you release them"}};
}

bool may_release(const FeedState& state) {
  return state.status == FeedStatus::held ||
         (state.status == FeedStatus::gone && state.last_error.starts_with(rejected));
}

FeedState reject(FeedState state) {
  state.status = FeedStatus::gone;
  state.next_fetch.reset();
  state.last_error = std::string(rejected) +
                     "; it is not asked any more until its url in feeds.yaml changes, or it is released";
  return state;
}

FeedState release(FeedState state) {
  state.memory.identity = {};
  if (may_release(state)) state.status = FeedStatus::ok;
  state.next_fetch.reset();
  state.last_error.clear();
  return state;
}

}  // namespace tributary::fetcher
