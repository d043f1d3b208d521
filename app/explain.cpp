#include <boost/json.hpp>
#include <iostream>

#include "app/commands.hpp"
#include "store/store.hpp"

namespace tributary::app {
namespace {

namespace json = boost::json;
using store::Explanation;

std::string path_of(const StreamId& id) {
  switch (id.kind) {
    case StreamId::Kind::all:
      return "/";
    case StreamId::Kind::topic:
      return "/topics/" + id.slug + "/";
    case StreamId::Kind::partner:
      return "/partners/" + id.slug + "/";
    case StreamId::Kind::type:
      return "/types/" + id.slug + "/";
  }
  return {};
}

std::string archive_name(std::uint32_t number) {
  auto digits = std::to_string(number);
  return "archive/" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits + ".xml";
}

json::value time_or_null(const std::optional<Timestamp>& when) {
  return when ? json::value(to_rfc3339(*when)) : json::value(nullptr);
}

json::array strings(const std::vector<std::string>& words) {
  json::array made;
  for (const auto& word : words) made.emplace_back(word);
  return made;
}

json::object as_json(const Explanation::Copy& copy) {
  json::array ties, revisions;
  for (const auto& tie : copy.ties) ties.push_back({{"with", tie.other}, {"because", tie.because}});
  for (const auto& revision : copy.revisions) {
    revisions.push_back({{"until", to_rfc3339(revision.until)},
                         {"title", revision.title},
                         {"link", revision.link},
                         {"moved", revision.moved}});
  }
  return {{"feed", copy.feed},
          {"partner", copy.partner},
          {"guid", copy.guid},
          {"link", copy.link},
          {"title", copy.title},
          {"type", copy.type},
          {"topics", strings(copy.topics)},
          {"state", copy.state},
          {"why_not", strings(copy.why_not)},
          {"identity_rule", copy.identity_rule},
          {"date_rule", copy.date_rule},
          {"claimed", time_or_null(copy.claimed)},
          {"published", to_rfc3339(copy.published)},
          {"modified", to_rfc3339(copy.modified)},
          {"first_seen", to_rfc3339(copy.first_seen)},
          {"due", time_or_null(copy.due)},
          {"ties", std::move(ties)},
          {"revisions", std::move(revisions)}};
}

json::object as_json(const Explanation& story) {
  json::array copies, places;
  for (const auto& copy : story.copies) copies.push_back(as_json(copy));
  for (const auto& place : story.places) {
    places.push_back(
        {{"page", path_of(place.stream)},
         {"front", place.front != 0 ? json::value(place.front) : json::value(nullptr)},
         {"archive", place.archive != 0 ? json::value(archive_name(place.archive)) : json::value(nullptr)}});
  }
  return {{"id", story.id},
          {"shown", story.shown},
          {"published", to_rfc3339(story.published)},
          {"modified", to_rfc3339(story.modified)},
          {"winner_because", story.winner_because},
          {"notes", strings(story.notes)},
          {"copies", std::move(copies)},
          {"places", std::move(places)}};
}

void tell(const Explanation& story) {
  std::cout << (story.copies.empty() ? story.id : story.copies.front().title) << '\n';
  const auto line = [](std::string_view what, const std::string& value) {
    if (!value.empty()) std::cout << "  " << what << ": " << value << '\n';
  };
  line("entry", story.id);
  line("dates", "published " + to_rfc3339(story.published) + ", modified " + to_rfc3339(story.modified));
  for (const auto& note : story.notes) line("note", note);
  bool first = true;
  for (const auto& copy : story.copies) {
    const bool alone = story.copies.size() == 1;
    std::cout << "  "
              << (alone   ? "from "
                  : first ? "shown from "
                          : "also from ")
              << copy.partner << " (" << copy.feed << ")\n";
    const auto more = [](std::string_view what, const std::string& value) {
      if (!value.empty()) std::cout << "    " << what << ": " << value << '\n';
    };
    if (first) more("because", story.winner_because);
    more("link", copy.link);
    more("known by", copy.identity_rule + (copy.guid.empty() ? "" : " (" + copy.guid + ")"));
    more("dated by", copy.date_rule + (copy.claimed ? "; it says " + to_rfc3339(*copy.claimed) : ""));
    more("first seen", to_rfc3339(copy.first_seen));
    more("type", copy.type);
    std::string topics;
    for (const auto& topic : copy.topics) topics += (topics.empty() ? "" : ", ") + topic;
    more("topics", topics);
    more("state", copy.state);
    for (const auto& reason : copy.why_not) more("not shown", reason);
    for (const auto& tie : copy.ties) more("one story with", tie.other + " (" + tie.because + ")");
    for (const auto& revision : copy.revisions) {
      more("until " + to_rfc3339(revision.until),
           revision.title + (revision.moved ? "" : " (its feed changed most items at once: nothing moved)"));
    }
    first = false;
  }
  for (const auto& place : story.places) {
    std::string where;
    if (place.front != 0) where = "number " + std::to_string(place.front) + " of the front document";
    if (place.archive != 0) where += (where.empty() ? "" : "; ") + archive_name(place.archive);
    if (where.empty()) where = "was there, and is no more";
    line("on " + path_of(place.stream), where);
  }
}

}  // namespace

int explain(const Context& context, const std::string& what, bool as_json_text) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  auto store = store::open(config->store, store::Access::read);
  if (!store) return fail(store.error());
  const auto stories = (*store)->explain(what);
  if (!stories) return fail(stories.error());
  if (as_json_text) {
    json::array all;
    for (const auto& story : *stories) all.push_back(as_json(story));
    std::cout << json::serialize(json::object{{"stories", std::move(all)}}) << '\n';
  } else {
    for (const auto& story : *stories) tell(story);
  }
  if (stories->empty()) {
    complain(what + " is no address, entry id or id of a partner's that the store knows");
    return Exit::failed;
  }
  return Exit::done;
}

}  // namespace tributary::app
