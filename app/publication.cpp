#include "app/publication.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "app/body_hash.hpp"
#include "app/context.hpp"

// The store says what changed since it was last published, the publisher's press makes documents piece by
// piece, and what did not change is not even read. What else the documents depend on is summed up in a
// fingerprint: where that changes, all is made again.
namespace tributary::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_in_a_week = 2'000;                 // entries on a week's page
constexpr std::size_t most_bytes_waiting = 16 * 1024 * 1024;  // of documents that are written together
constexpr Timestamp far_future{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};

class Fingerprint {
 public:
  void add(std::string_view text) {
    text_ += std::to_string(text.size());
    text_ += ':';
    text_ += text;
  }
  void add(std::size_t number) { add(std::to_string(number)); }
  void add(const Photo& photo) {
    for (const auto* text : {&photo.src, &photo.alt, &photo.credit, &photo.licence, &photo.licence_url})
      add(*text);
    if (!photo.src.empty() && !is_http_url(photo.src)) add_file(photo.src);
  }
  void add(const StreamId& id) {
    add(static_cast<std::size_t>(id.kind));
    add(id.slug);
  }
  void add_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    add(std::string{std::istreambuf_iterator<char>(in), {}});
  }
  /// All files of a folder, in the order of their names.
  void add_folder(const fs::path& folder) {
    std::set<fs::path> files;
    std::error_code fault;
    for (fs::recursive_directory_iterator entry(folder, fault), end; !fault && entry != end;
         entry.increment(fault)) {
      std::error_code ignored;
      if (entry->is_regular_file(ignored)) files.insert(entry->path());
    }
    for (const auto& file : files) {
      add(file.string());
      add_file(file);
    }
  }
  [[nodiscard]] std::string sum() const { return body_hash(text_, "publication"); }

 private:
  std::string text_;
};

/// Of the configuration: what a publication may depend on besides the store.
std::string fingerprint(const config::Config& config) {
  Fingerprint sum;
  sum.add(TRIBUTARY_VERSION);
  sum.add(config.output.string());
  sum.add(hub_url(config));
  const Site& site = config.site;
  for (const auto* text : {&site.title, &site.url, &site.language, &site.timezone, &site.intro,
                           &site.author.name, &site.author.email, &site.author.uri, &site.rights}) {
    sum.add(*text);
  }
  sum.add(site.photo);
  if (!site.templates.empty()) sum.add_folder(site.templates);
  const PublishOptions& options = config.publish;
  for (const std::size_t number : {options.items, options.excerpt, static_cast<std::size_t>(options.order),
                                   static_cast<std::size_t>(options.content)}) {
    sum.add(number);
  }
  sum.add(static_cast<std::size_t>(config.licences.fallback));
  for (const auto& [name, allows] : config.licences.by_name) {
    sum.add(name);
    sum.add(static_cast<std::size_t>(allows));
  }
  for (const auto& topic : config.topics) {
    for (const auto* text : {&topic.slug, &topic.title, &topic.intro}) sum.add(*text);
    sum.add(topic.photo);
  }
  for (const auto& partner : config.feeds) {
    for (const auto* text : {&partner.url, &partner.name, &partner.slug, &partner.type, &partner.licence})
      sum.add(*text);
    for (const auto& topic : partner.topics) sum.add(topic);
    sum.add(partner.enabled ? "enabled" : "disabled");
  }
  return sum.sum();
}

/// Of what the site's navigation names.
std::string fingerprint(const std::vector<StreamId>& streams, bool has_weeks) {
  Fingerprint sum;
  for (const auto& id : streams) sum.add(id);
  sum.add(has_weeks ? "weeks" : "no weeks");
  return sum.sum();
}

/// One publication on its way.
class Run {
 public:
  Run(const config::Config& config, store::Store& store) : config_(config), store_(store) {
    for (const auto& partner : config.feeds) partners_.emplace(partner.slug, &partner);
  }

  Result<publisher::Written> publish(Timestamp now, Scope scope);

 private:
  [[nodiscard]] publisher::Page page(const StreamId& id) const;
  Result<void> put(std::vector<publisher::OutputFile> files);
  Result<void> flush();
  Result<void> put_archive(const StreamId& id, std::uint32_t number);
  Result<void> put_archives(const store::Unpublished& news);
  Result<void> put_weeks(const store::Unpublished& news);
  Result<void> put_week(const publisher::Week& week, bool& there);
  Result<void> put_streams(const store::Unpublished& news);
  Result<void> put_everyone_else(bool changed);
  Result<store::FrontDocument> enough_for_others(const std::vector<StreamId>& partners);
  Result<std::vector<publisher::Week>> all_weeks();
  [[nodiscard]] bool is_there(const std::string& path) const {
    std::error_code ignored;
    return fs::exists(config_.output / path, ignored);
  }

  [[nodiscard]] bool all_there() const;

  const config::Config& config_;
  store::Store& store_;
  std::unordered_map<std::string_view, const Partner*> partners_ = {};  ///< by slug
  bool all_ = false;
  std::vector<StreamId> streams_ = {};
  std::optional<publisher::Press> press_ = {};
  std::optional<publisher::Output> output_ = {};
  std::vector<publisher::OutputFile> waiting_ = {};
  std::size_t waiting_bytes_ = 0;
};

publisher::Page Run::page(const StreamId& id) const {
  publisher::Page page;
  page.stream.id = id;
  page.title = id.slug;
  switch (id.kind) {
    case StreamId::Kind::all:
      page.title = config_.site.title;
      page.intro = config_.site.intro;
      page.photo = config_.site.photo;
      break;
    case StreamId::Kind::topic:
      if (const auto topic = std::ranges::find(config_.topics, id.slug, &Topic::slug);
          topic != config_.topics.end()) {
        page.title = topic->title;
        page.intro = topic->intro;
        page.photo = topic->photo;
      }
      break;
    case StreamId::Kind::partner:
      if (const auto partner = partners_.find(id.slug); partner != partners_.end())
        page.title = partner->second->name;
      break;
    case StreamId::Kind::type:
      for (const auto& [type, slug] : config::type_slugs(config_)) {
        if (slug == id.slug) {
          page.title = type;
          break;
        }
      }
      break;
  }
  return page;
}

/// Whether each page is there: an output that somebody removed is to come back. Of ten thousand pages, so no
/// path is put together that need not be.
bool Run::all_there() const {
  std::string path = config_.output.string() + "/";
  const auto folder = path.size();
  const auto is_missing = [&](std::string_view name, std::string_view file) {
    path.resize(folder);
    path.append(name).append(file);
    return ::access(path.c_str(), F_OK) != 0;
  };
  for (const std::string_view file : {"atom.xml", "index.html", "opml.xml", "style.css"}) {
    if (is_missing("", file)) return false;
  }
  const bool everyone_else = config_.feeds.size() <= publisher::max_everyone_else;
  for (const auto& partner : config_.feeds) {
    const StreamId id{StreamId::Kind::partner, partner.slug};
    if (is_missing(publisher::path_of(id), "atom.xml")) return false;
    if (everyone_else && is_missing(publisher::path_of(id, true), "atom.xml")) return false;
  }
  return std::ranges::none_of(config_.topics, [&](const Topic& topic) {
    return is_missing(publisher::path_of({StreamId::Kind::topic, topic.slug}), "atom.xml");
  });
}

Result<void> Run::put(std::vector<publisher::OutputFile> files) {
  for (auto& file : files) {
    waiting_bytes_ += file.bytes.size();
    waiting_.push_back(std::move(file));
  }
  return waiting_bytes_ < most_bytes_waiting ? Result<void>{} : flush();
}

Result<void> Run::flush() {
  const auto files = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  return output_->put(files);
}

Result<void> Run::put_archive(const StreamId& id, std::uint32_t number) {
  auto closed = store_.closed_page(id, number);
  if (!closed) return std::unexpected(closed.error());
  return put(press_->archive({.stream = id,
                              .title = page(id).title,
                              .number = number,
                              .entries = std::move(closed->entries),
                              .tombstones = std::move(closed->tombstones)}));
}

Result<void> Run::put_archives(const store::Unpublished& news) {
  if (!all_) {
    for (const auto& archive : news.archives) {
      if (!std::ranges::binary_search(streams_, archive.stream)) continue;
      if (const auto done = put_archive(archive.stream, archive.number); !done) return done;
    }
    return {};
  }
  for (const auto& id : streams_) {
    const auto front = store_.front(id, 1);
    if (!front) return std::unexpected(front.error());
    for (std::uint32_t number = 1; number <= front->last_archive; ++number) {
      if (const auto done = put_archive(id, number); !done) return done;
    }
  }
  return {};
}

Result<std::vector<publisher::Week>> Run::all_weeks() {
  std::vector<publisher::Week> weeks;
  for (Timestamp cursor = far_future;;) {
    const auto newest = store_.nearest_before(cursor);
    if (!newest) return std::unexpected(newest.error());
    if (!*newest) return weeks;
    weeks.push_back(publisher::week_of(**newest, config_.site.timezone));
    cursor = weeks.back().from;
  }
}

Result<void> Run::put_week(const publisher::Week& week, bool& there) {
  auto entries = store_.between(week.from, week.until, most_in_a_week);
  if (!entries) return std::unexpected(entries.error());
  there = !entries->empty();
  if (!there) {
    if (const auto flushed = flush(); !flushed) return flushed;
    return output_->remove("digest/" + publisher::to_string(week) + "/index.html");
  }
  const auto before = store_.nearest_before(week.from);
  if (!before) return std::unexpected(before.error());
  const auto after = store_.nearest_from(week.until);
  if (!after) return std::unexpected(after.error());
  const auto week_at = [&](const std::optional<Timestamp>& moment) -> std::optional<publisher::Week> {
    if (!moment) return std::nullopt;
    return publisher::week_of(*moment, config_.site.timezone);
  };
  return put(press_->week(
      {.week = week, .entries = std::move(*entries), .before = week_at(*before), .after = week_at(*after)}));
}

Result<void> Run::put_weeks(const store::Unpublished& news) {
  const auto by_start = [](const publisher::Week& a, const publisher::Week& b) { return a.from < b.from; };
  std::set<publisher::Week, decltype(by_start)> weeks(by_start);
  bool index = all_;
  if (all_) {
    const auto every = all_weeks();
    if (!every) return std::unexpected(every.error());
    weeks.insert(every->begin(), every->end());
  }
  for (const Timestamp day : news.days) {
    // A day in UTC may touch two days, and so two weeks, elsewhere.
    weeks.insert(publisher::week_of(day, config_.site.timezone));
    weeks.insert(
        publisher::week_of(day + std::chrono::days{1} - std::chrono::seconds{1}, config_.site.timezone));
  }
  std::set<publisher::Week, decltype(by_start)> neighbours(by_start);
  for (const auto& week : weeks) {
    const bool was_there = is_there("digest/" + publisher::to_string(week) + "/index.html");
    bool there = false;
    if (const auto done = put_week(week, there); !done) return done;
    if (there == was_there || all_) continue;
    // A week that begins or ends to have entries is another neighbour to those beside it.
    index = true;
    for (const auto& moment : {store_.nearest_before(week.from), store_.nearest_from(week.until)}) {
      if (!moment) return std::unexpected(moment.error());
      if (*moment) neighbours.insert(publisher::week_of(**moment, config_.site.timezone));
    }
  }
  for (const auto& week : neighbours) {
    bool there = false;
    if (weeks.contains(week)) continue;
    if (const auto done = put_week(week, there); !done) return done;
  }
  if (!index) return {};
  const auto every = all_weeks();
  if (!every) return std::unexpected(every.error());
  if (!every->empty()) return put(press_->week_index(*every));
  if (const auto flushed = flush(); !flushed) return flushed;
  return output_->remove("digest/index.html");
}

Result<void> Run::put_streams(const store::Unpublished& news) {
  for (const auto& id : streams_) {
    const std::string path = publisher::path_of(id);
    const bool changed = all_ || std::ranges::binary_search(news.streams, id) || !is_there(path + "atom.xml");
    if (!changed) {
      output_->keep(path);
      continue;
    }
    auto front = store_.front(id, config_.publish.items);
    if (!front) return std::unexpected(front.error());
    auto shown = page(id);
    shown.stream = std::move(front->stream);
    shown.updated_at_least = front->updated;
    shown.last_archive = front->last_archive;
    if (const auto done = put(press_->page(shown)); !done) return done;
  }
  return put_everyone_else(all_ || std::ranges::binary_search(news.streams, StreamId{}));
}

/// The newest that everyone but one partner published.
std::vector<StreamEntry> others_of(const std::vector<StreamEntry>& entries, const std::string& slug,
                                   std::size_t most) {
  std::vector<StreamEntry> others;
  for (const auto& entry : entries) {
    if (others.size() == most) break;
    if (entry.partner_slug != slug) others.push_back(entry);
  }
  return others;
}

/// So many of all partners' newest that each partner's others fill a page, within reason: one partner may
/// have written nearly all of them.
Result<store::FrontDocument> Run::enough_for_others(const std::vector<StreamId>& partners) {
  const std::size_t items = config_.publish.items;
  for (std::size_t wanted = 2 * items;; wanted *= 2) {
    auto front = store_.front(StreamId{}, wanted);
    if (!front) return front;
    std::map<std::string_view, std::size_t> of_partner;
    for (const auto& entry : front->stream.entries) ++of_partner[entry.partner_slug];
    const std::size_t all = front->stream.entries.size();
    const bool full = std::ranges::all_of(partners, [&](const StreamId& id) {
      const auto own = of_partner.find(id.slug);
      return all - (own == of_partner.end() ? 0 : own->second) >= items;
    });
    if (full || partners.size() < 2 || all < wanted || wanted >= 32 * items) return front;
  }
}

Result<void> Run::put_everyone_else(bool changed) {
  std::vector<StreamId> partners;
  std::ranges::copy_if(streams_, std::back_inserter(partners),
                       [](const StreamId& id) { return id.kind == StreamId::Kind::partner; });
  if (partners.size() > publisher::max_everyone_else) return {};
  std::optional<store::FrontDocument> front;
  for (const auto& id : partners) {
    const std::string path = publisher::path_of(id, true);
    if (!changed && is_there(path + "atom.xml")) {
      output_->keep(path);
      continue;
    }
    if (!front) {
      auto read = enough_for_others(partners);
      if (!read) return std::unexpected(read.error());
      front = std::move(*read);
    }
    auto others = page(id);
    others.everyone_else = true;
    others.updated_at_least = front->updated;
    others.stream.tombstones = front->stream.tombstones;
    others.stream.entries = others_of(front->stream.entries, id.slug, config_.publish.items);
    if (const auto done = put(press_->page(others)); !done) return done;
  }
  return {};
}

Result<publisher::Written> Run::publish(Timestamp now, Scope scope) {
  // Several processes may publish from one store, each into a folder of its own.
  // The same path on another machine is another folder.
  const auto publisher = (store_.shared() ? host_name() + ":" : std::string()) + config_.output.string();
  const auto news = store_.close_pages(now, publisher);
  if (!news) return std::unexpected(news.error());
  const auto by_configuration = fingerprint(config_) + "-";
  // Most passes bring nothing: they are not to cost anything either.
  if (scope == Scope::news && news->empty() && news->settings.starts_with(by_configuration) && all_there())
    return publisher::Written{};
  auto streams = store_.streams();
  if (!streams) return std::unexpected(streams.error());
  streams_ = std::move(*streams);
  std::ranges::sort(streams_);
  const auto newest = store_.nearest_before(far_future);
  if (!newest) return std::unexpected(newest.error());
  const bool has_weeks = newest->has_value();

  const auto settings = by_configuration + fingerprint(streams_, has_weeks);
  all_ = scope == Scope::all || news->settings != settings || !is_there("atom.xml");

  publisher::Publication publication{.site = config_.site,
                                     .options = config_.publish,
                                     .licences = config_.licences,
                                     .topics = config_.topics,
                                     .partners = config_.feeds,
                                     .hub = hub_url(config_)};
  for (const auto& id : streams_) publication.pages.push_back(page(id));
  if (has_weeks) publication.weeks.emplace_back();
  auto press = publisher::Press::open(publication);
  if (!press) return std::unexpected(press.error());
  press_ = std::move(*press);
  auto output = publisher::Output::open(config_.output);
  if (!output) return std::unexpected(output.error());
  output_ = std::move(*output);

  // What is pointed to before what points to it.
  if (const auto done = put(press_->site()); !done) return std::unexpected(done.error());
  if (const auto done = put_archives(*news); !done) return std::unexpected(done.error());
  if (const auto done = put_weeks(*news); !done) return std::unexpected(done.error());
  if (const auto done = put_streams(*news); !done) return std::unexpected(done.error());
  if (const auto done = flush(); !done) return std::unexpected(done.error());
  auto written = output_->finish();
  if (!written) return written;
  if (const auto noted = store_.published(*news, settings, now, publisher); !noted)
    return std::unexpected(noted.error());
  return written;
}

}  // namespace

std::string hub_url(const config::Config& config) {
  if (config.server.hub == "off") return {};
  return config.server.hub == "builtin" ? config.site.url + "hub" : config.server.hub;
}

Result<publisher::Written> publish_site(const config::Config& config, store::Store& store, Timestamp now,
                                        Scope scope) {
  return Run(config, store).publish(now, scope);
}

}  // namespace tributary::app
