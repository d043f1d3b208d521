#include <stdlib.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <set>

#include "app/commands.hpp"
#include "app/pipeline.hpp"
#include "parser/parser.hpp"
#include "publisher/licence.hpp"
#include "publisher/publisher.hpp"

// The configuration is tried on a copy of the store, by the same call that a pass would make: what the
// preview says is what the store does, whatever its rules are.
namespace tributary::app {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

/// A folder that goes with the object.
class Scratch {
 public:
  Scratch() {
    auto name = (fs::temp_directory_path() / "tributary-preview-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// What a reader of a page would see of an entry.
struct Shown {
  std::string id = {}, title = {}, partner = {}, url = {}, licence = {};
};

using Pages = std::map<StreamId, std::vector<Shown>>;

std::string title_of(const Item& item) {
  if (!item.title) return item.link;
  std::string title = parser::plain_text(*item.title);
  std::ranges::replace_if(title, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return title;
}

std::string_view words(Licence allowed) {
  switch (allowed) {
    case Licence::full:
      return "full";
    case Licence::excerpt:
      return "excerpt";
    case Licence::link:
      return "link";
  }
  return "excerpt";
}

/// The licence and what is shown under it: either may change.
std::string licence_of(const StreamEntry& entry, const LicencePolicy& policy) {
  return (entry.licence.empty() ? "none" : entry.licence) + " (" +
         std::string(words(publisher::allowed(policy, entry.licence))) + ")";
}

Result<Pages> pages_of(store::Store& store, const config::Config& config) {
  Pages pages;
  const auto ids = store.streams();
  if (!ids) return std::unexpected(ids.error());
  for (const auto& id : *ids) {
    const auto stream = store.latest(id, config.publish.items);
    if (!stream) return std::unexpected(stream.error());
    auto& page = pages[id];
    for (const auto& entry : stream->entries) {
      page.push_back({.id = entry.id,
                      .title = title_of(entry.item),
                      .partner = entry.partner,
                      .url = entry.item.link,
                      .licence = licence_of(entry, config.licences)});
    }
  }
  return pages;
}

struct Move {
  const Shown* entry = nullptr;
  std::size_t from = 0, to = 0;  ///< places on the page, from 1
};
struct Relicensed {
  const Shown* entry = nullptr;
  std::string from = {}, to = {};
};

/// What becomes of one page.
struct Difference {
  std::vector<std::pair<std::size_t, const Shown*>> enters = {}, leaves = {};  ///< with their places
  std::vector<Move> moves = {};
  std::vector<Relicensed> relicensed = {};
  [[nodiscard]] bool empty() const {
    return enters.empty() && leaves.empty() && moves.empty() && relicensed.empty();
  }
};

/// The entries of both that keep their order among each other, as many as can: what is not among them moves.
/// `places` are those before, in the order after.
std::set<std::size_t> staying(const std::vector<std::size_t>& places) {
  std::vector<std::size_t> best(places.size(), 1), before(places.size(), places.size());
  std::size_t last = places.size();
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (places[j] < places[i] && best[j] + 1 > best[i]) {
        best[i] = best[j] + 1;
        before[i] = j;
      }
    }
    if (last == places.size() || best[i] > best[last]) last = i;
  }
  std::set<std::size_t> kept;
  for (; last != places.size(); last = before[last]) kept.insert(places[last]);
  return kept;
}

Difference compare(const std::vector<Shown>& before, const std::vector<Shown>& after) {
  Difference difference;
  std::map<std::string, std::size_t> place_before, place_after;
  for (std::size_t i = 0; i < before.size(); ++i) place_before.emplace(before[i].id, i);
  for (std::size_t i = 0; i < after.size(); ++i) place_after.emplace(after[i].id, i);
  std::vector<std::size_t> common;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!place_after.contains(before[i].id)) difference.leaves.emplace_back(i + 1, &before[i]);
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto known = place_before.find(after[i].id);
    if (known == place_before.end()) {
      difference.enters.emplace_back(i + 1, &after[i]);
      continue;
    }
    common.push_back(known->second);
    if (const auto& was = before[known->second].licence; was != after[i].licence) {
      difference.relicensed.push_back({&after[i], was, after[i].licence});
    }
  }
  const auto kept = staying(common);
  for (const auto place : common) {
    if (kept.contains(place)) continue;
    const auto& id = before[place].id;
    const std::size_t now = place_after.at(id);
    difference.moves.push_back({&after[now], place + 1, now + 1});
  }
  return difference;
}

struct Preview {
  std::vector<std::pair<StreamId, Difference>> pages = {};  ///< those that change
  std::vector<std::string> opened = {}, closed = {};        ///< paths of pages that begin or end
  std::vector<std::string> unknown = {};  ///< feeds that were never fetched: what they bring is not known
  std::vector<std::string> dropped = {};  ///< feeds that are configured no more
};

json::object as_json(const Shown& entry) {
  return {{"id", entry.id}, {"title", entry.title}, {"partner", entry.partner}, {"url", entry.url}};
}

json::array strings(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

void print_json(const Preview& preview) {
  json::array pages;
  for (const auto& [id, difference] : preview.pages) {
    json::array enters, leaves, moves, licences;
    for (const auto& [place, entry] : difference.enters) {
      enters.push_back(as_json(*entry));
      enters.back().as_object()["place"] = place;
    }
    for (const auto& [place, entry] : difference.leaves) {
      leaves.push_back(as_json(*entry));
      leaves.back().as_object()["place"] = place;
    }
    for (const auto& move : difference.moves) {
      moves.push_back(as_json(*move.entry));
      moves.back().as_object()["from"] = move.from;
      moves.back().as_object()["to"] = move.to;
    }
    for (const auto& change : difference.relicensed) {
      licences.push_back(as_json(*change.entry));
      licences.back().as_object()["from"] = change.from;
      licences.back().as_object()["to"] = change.to;
    }
    pages.push_back(json::object{{"page", "/" + publisher::path_of(id)},
                                 {"enters", std::move(enters)},
                                 {"leaves", std::move(leaves)},
                                 {"moves", std::move(moves)},
                                 {"licences", std::move(licences)}});
  }
  std::cout << json::serialize(json::object{{"pages", std::move(pages)},
                                            {"pages_opened", strings(preview.opened)},
                                            {"pages_closed", strings(preview.closed)},
                                            {"feeds_never_fetched", strings(preview.unknown)},
                                            {"feeds_dropped", strings(preview.dropped)}})
            << '\n';
}

void print_text(const Preview& preview) {
  const auto named = [](const Shown& entry) { return entry.title + " (" + entry.partner + ")"; };
  for (const auto& url : preview.dropped) std::cout << "- feed " << url << '\n';
  for (const auto& url : preview.unknown) {
    std::cout << "+ feed " << url << ": never fetched; a pass will show what it brings\n";
  }
  for (const auto& path : preview.closed) std::cout << "- page " << path << '\n';
  for (const auto& path : preview.opened) std::cout << "+ page " << path << '\n';
  for (const auto& [id, difference] : preview.pages) {
    std::cout << "\n/" << publisher::path_of(id) << '\n';
    for (const auto& [place, entry] : difference.leaves) {
      std::cout << "  - " << place << ". " << named(*entry) << '\n';
    }
    for (const auto& [place, entry] : difference.enters) {
      std::cout << "  + " << place << ". " << named(*entry) << '\n';
    }
    for (const auto& move : difference.moves) {
      std::cout << "  ~ " << move.from << ". -> " << move.to << ". " << named(*move.entry) << '\n';
    }
    for (const auto& change : difference.relicensed) {
      std::cout << "  % " << named(*change.entry) << ": " << change.from << " -> " << change.to << '\n';
    }
  }
  if (preview.pages.empty() && preview.dropped.empty() && preview.unknown.empty() && preview.opened.empty() &&
      preview.closed.empty()) {
    std::cout << "nothing would change\n";
  }
}

}  // namespace

int preview(const Context& context, const PreviewOptions& options) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  auto was = config;
  if (!options.was.empty()) {
    Context former = context;
    former.config_file = options.was;
    was = load_config(former);
    if (!was) return Exit::usage;
  }
  const Timestamp now = context.pass_clock()();
  const Scratch scratch;
  if (scratch.path().empty()) {
    return fail({ErrorKind::io, fs::temp_directory_path().string(), "no folder can be made for a copy"});
  }
  const auto file = scratch.path() / "tributary.db";
  // Before the first pass there is nothing to copy: the preview begins with an empty store.
  if (const auto copied = store::copy_to_file(config->store, file);
      !copied && copied.error().kind != ErrorKind::store_missing) {
    return fail(copied.error());
  }
  auto store = store::open("sqlite:" + file.string(), store::Access::write);
  if (!store) return fail(store.error());
  if (!options.was.empty()) {
    if (const auto done = (*store)->configure(catalogue(*was), now); !done) return fail(done.error());
  }
  const auto states_before = (*store)->feed_states();
  if (!states_before) return fail(states_before.error());
  const auto before = pages_of(**store, *was);
  if (!before) return fail(before.error());
  if (const auto done = (*store)->configure(catalogue(*config), now); !done) return fail(done.error());
  const auto states = (*store)->feed_states();
  if (!states) return fail(states.error());
  const auto after = pages_of(**store, *config);
  if (!after) return fail(after.error());

  Preview preview;
  std::set<std::string> keys;
  for (const auto& state : *states) {
    keys.insert(state.key);
    if (!state.last_fetch) preview.unknown.push_back(state.configured_url);
  }
  for (const auto& state : *states_before) {
    if (!keys.contains(state.key)) preview.dropped.push_back(state.configured_url);
  }
  static const std::vector<Shown> nothing;
  std::set<StreamId> ids;
  for (const auto& [id, page] : *before) ids.insert(id);
  for (const auto& [id, page] : *after) ids.insert(id);
  for (const auto& id : ids) {
    const auto old_page = before->find(id), new_page = after->find(id);
    if (old_page == before->end()) preview.opened.push_back("/" + publisher::path_of(id));
    if (new_page == after->end()) preview.closed.push_back("/" + publisher::path_of(id));
    auto difference = compare(old_page == before->end() ? nothing : old_page->second,
                              new_page == after->end() ? nothing : new_page->second);
    if (!difference.empty()) preview.pages.emplace_back(id, std::move(difference));
  }
  options.json ? print_json(preview) : print_text(preview);
  return Exit::done;
}

}  // namespace tributary::app
