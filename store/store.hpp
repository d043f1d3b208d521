#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

/// What is known: items, identity, stories, revisions, feed states; the table of backends.
namespace tributary::store {

/// What the configuration says that the store must know to place items in streams and to pick a story's
/// winner.
struct Catalogue {
  Site site = {};  ///< its URL's host mints the entry ids
  std::vector<Partner> partners = {};
  std::vector<Topic> topics = {};
  PublishOptions publish = {};
  Retention retention = {};
  std::vector<Withdrawal> withdraw = {};
  StoryRules stories = {};
  std::map<std::string, std::string> type_slugs =
      {};  ///< type → slug of its page; a type that isn't here has none
};

/// One feed's news: its new state and, when a new document was parsed, the document.
struct Delivery {
  FeedState state = {};                   ///< state.key says which feed
  std::shared_ptr<const Feed> feed = {};  ///< null: only the state changes (304, unchanged body, failure)
  bool whole = true;  ///< false: the document is a part (a delta, a page of the archive), so what it lacks
                      ///< says nothing
};

/// An item that is not in its feed's document any more, though older and newer ones are: perhaps it was taken
/// back. Its page tells.
struct Missing {
  std::int64_t item = 0;
  std::string link = {};
};

struct Added {
  std::size_t fresh = 0;    ///< items never seen before
  std::size_t changed = 0;  ///< items whose text or link really changed
  /// Of take(): how many items of each delivery's document were known before, in the deliveries' order.
  std::vector<std::size_t> known_of = {};
  /// Of take(): by delivery, at most three each.
  std::vector<std::vector<Missing>> missing_of = {};
  Added& operator+=(const Added& other) {
    fresh += other.fresh;
    changed += other.changed;
    return *this;
  }
};

struct Totals {
  std::size_t feeds = 0, items = 0, stories = 0;
};

/// What a stream's front document holds (DESIGN.md, "What is published"): its newest, and whatever of it no
/// closed page of its archive holds yet, and what changed on closed pages of late, if that isn't among the
/// newest anyway.
struct FrontDocument {
  Stream stream = {};  ///< newest first
  std::optional<Timestamp> updated =
      {};  ///< the newest that any entry or tombstone of the stream ever bore: never goes back
  std::uint32_t last_archive = 0;  ///< the newest closed page, from 1; 0: none
};

/// A closed page of a stream's archive (RFC 5005 section 4).
struct ClosedPage {
  std::vector<StreamEntry> entries = {};   ///< in the order in which they entered the stream
  std::vector<Tombstone> tombstones = {};  ///< of what it held and is no more; newest first
};

/// What has changed since it was last published. See Store::close_pages.
struct Unpublished {
  struct Archive {
    StreamId stream = {};
    std::uint32_t number = 1;
    friend auto operator<=>(const Archive&, const Archive&) = default;
  };
  std::int64_t mark = 0;  ///< how far this goes: for Store::published
  std::string settings =
      {};  ///< what this publisher last gave to Store::published; empty: it never published
  std::vector<StreamId> streams =
      {};  ///< their front documents; ascending; may name streams that are no more
  std::vector<Archive> archives = {};  ///< closed pages, new or corrected; ascending
  /// Days in UTC (their 00:00) to which entries came, from which they went or on which they changed;
  /// ascending. A week of any time zone is to be written again when it shares a moment with one of them.
  std::vector<Timestamp> days = {};
  [[nodiscard]] bool empty() const { return streams.empty() && archives.empty() && days.empty(); }
};

/// Why an entry is what and where it is. See Store::explain.
struct Explanation {
  struct Tie {
    std::string other = {};    ///< link of the item that it is one story with
    std::string because = {};  ///< in words
  };
  struct Revision {
    Timestamp until = {};  ///< when it was replaced
    std::string title = {}, link = {};
    bool moved = true;  ///< the change moved `modified`; false: its feed changed most of its items at once
  };
  struct Copy {
    std::string feed = {};  ///< FeedState::key
    std::string partner = {}, guid = {}, title = {}, link = {}, type = {};
    std::vector<std::string> topics = {};
    std::string state = {};                 ///< in words; all reasons here are
    std::vector<std::string> why_not = {};  ///< what keeps it from being shown; empty: nothing does
    std::string identity_rule = {}, date_rule = {};
    std::optional<Timestamp> claimed = {};  ///< the date that it claims for itself
    Timestamp published = {}, modified = {}, first_seen = {};
    std::optional<Timestamp> due = {};  ///< when it may be shown: it waits
    std::vector<Tie> ties = {};
    std::vector<Revision> revisions = {};  ///< oldest first
  };
  struct Place {
    StreamId stream = {};
    std::size_t front = 0;      ///< its number in the front document, from 1; 0: it isn't there
    std::uint32_t archive = 0;  ///< the closed page that holds it; 0: none does
  };
  std::string id = {};
  bool shown = false;
  Timestamp published = {}, modified = {};
  std::string winner_because = {};      ///< why the first copy is the one shown; empty when it is alone
  std::vector<std::string> notes = {};  ///< what else bears on where it is
  std::vector<Copy> copies = {};        ///< the one shown first
  std::vector<Place> places = {};       ///< in every stream that it ever was in
};

/// How to open: a reader never changes anything, works while a writer is busy, and sees a consistent snapshot
/// per call.
enum class Access { read, write };

/// One process at a time owns a SQLite store for writing. A store object belongs to one thread at a time.
class Store {
 public:
  virtual ~Store() = default;

  /// Makes the store know the configured feeds (matched by URL, else by slug when the former URL is
  /// configured no more), and places their items in streams anew where the configuration changed. Feeds no
  /// longer configured keep their items but are in no stream.
  virtual Result<void> configure(const Catalogue& catalogue, Timestamp now) = 0;

  /// States of the configured feeds, in the order of the configuration.
  virtual Result<std::vector<FeedState>> feed_states() = 0;

  // Several processes on one store (PostgreSQL) share the feeds out among themselves by leases. With a store
  // that one process owns, every claim is granted and nothing is written.

  /// Leases for `worker`, a name that no other process has, those of `keys` that no other process has leased
  /// and, with `due_only`, that are due at `now`; returns their states as they are now. A lease ends with the
  /// next delivery of its feed, with release(), or at `until` (by the clocks of the processes, which are
  /// taken to agree within seconds).
  virtual Result<std::vector<FeedState>> claim(std::span<const std::string> keys, std::string_view worker,
                                               Timestamp now, Timestamp until, bool due_only) = 0;
  /// All running leases of the worker end at `until` instead.
  virtual Result<void> renew(std::string_view worker, Timestamp now, Timestamp until) = 0;
  /// The worker asks nothing any more: its feeds are free for others.
  virtual Result<void> release(std::string_view worker) = 0;
  [[nodiscard]] virtual bool shared() const = 0;  ///< whether other processes may write to it as well

  /// Takes in what was fetched, all in one transaction. The identity rules of DESIGN.md hold: an item is
  /// added once however often it comes, and only the feed that it came from may change it.
  virtual Result<Added> take(std::span<const Delivery> deliveries, Timestamp now) = 0;

  /// The pages of these items (Missing::item) are gone: they are withdrawn.
  virtual Result<void> withdraw_gone(std::span<const std::int64_t> items, Timestamp now) = 0;

  /// The newest `limit` stories of a stream, newest first, read from an index.
  virtual Result<Stream> latest(const StreamId& id, std::size_t limit) = 0;

  /// The streams that hold at least one story, and those of all topics and partners configured.
  virtual Result<std::vector<StreamId>> streams() = 0;

  virtual Result<Totals> totals() = 0;

  /// What is known of the stories that an address, an entry id or a partner's id means; empty: none. Takes
  /// longer for an address that several items of a feed share.
  virtual Result<std::vector<Explanation>> explain(std::string_view what) = 0;

  /// A small step of housekeeping, for idle moments: items past their retention lose their text (title, link
  /// and place stay), never before closed pages of the archive that hold them are published and no front
  /// document shows them; and room that is free goes back to the disk. True: there is more to do at once.
  virtual Result<bool> tidy(Timestamp now) = 0;

  // Publishing, a step at a time. What it costs depends on what changed, not on how much is known:
  //
  //   unpublished = close_pages(now)
  //   for each of unpublished.archives: closed_page → a file    (before the front documents, which point to
  //   them) for each of unpublished.days:     between the week's ends → a file for each of
  //   unpublished.streams:  front → files published(unpublished, settings, now)                     (once all
  //   of it is on the disk)
  //
  // A process that dies on the way leaves everything unpublished: the next one writes it again. What else the
  // pages depend on (titles, templates, the list of streams for navigation …) the caller sums up in
  // `settings`; where it differs from what was last published, all pages are to be written: those of
  // streams(), and of each stream the closed pages 1 … last_archive.

  /// Puts what entered the streams into their archives, closes the pages that are full (a backlog's at once),
  /// and tells what is unpublished. `publisher` names an output: each of several that are made from one store
  /// has its own, and is told what it has not written itself. One that has been silent for 30 days is
  /// forgotten.
  virtual Result<Unpublished> close_pages(Timestamp now, std::string_view publisher = {}) = 0;
  /// Everything that `what` names is on this publisher's disk now.
  virtual Result<void> published(const Unpublished& what, std::string_view settings, Timestamp now,
                                 std::string_view publisher = {}) = 0;

  /// At least the newest `limit`; more when late arrivals and corrections have to be seen once.
  virtual Result<FrontDocument> front(const StreamId& id, std::size_t limit) = 0;
  /// Empty for a number that isn't closed.
  virtual Result<ClosedPage> closed_page(const StreamId& id, std::uint32_t number) = 0;

  /// The stories of the front page's stream whose `modified` lies in [from, until), backlog too: the newest
  /// `limit`, newest first.
  virtual Result<std::vector<StreamEntry>> between(Timestamp from, Timestamp until, std::size_t limit) = 0;
  /// The nearest `modified` of a story before a moment (not at it), and from a moment on: with them the weeks
  /// that have entries are found one after the other. nullopt: there is none.
  virtual Result<std::optional<Timestamp>> nearest_before(Timestamp moment) = 0;
  virtual Result<std::optional<Timestamp>> nearest_from(Timestamp moment) = 0;

  /// Strangers' subscriptions at our own WebSub hub, in no order.
  virtual Result<std::vector<HubSubscription>> hub_subscriptions() = 0;
  /// Adds, or replaces what has the same topic and callback.
  virtual Result<void> save_hub_subscriptions(std::span<const HubSubscription> subscriptions) = 0;
  virtual Result<void> remove_hub_subscription(const std::string& topic, const std::string& callback) = 0;
};

/// Wakes a process when another one has written to the store they share. A wake-up only: some engines have
/// none, and then descriptor() is -1; ask the store now and then all the same.
class Wakeup {
 public:
  virtual ~Wakeup() = default;
  /// Readable when something was written (or the connection ended). The object's own; never read from it.
  [[nodiscard]] virtual int descriptor() const = 0;
  /// Takes what came. False: the connection has ended, no more will come.
  virtual bool drain() = 0;
};
/// Listens beside a store that is open. Null for a store that one process owns, or whose engine wakes nobody.
[[nodiscard]] std::unique_ptr<Wakeup> listen(std::string_view url);

/// Opens by URL: "sqlite:PATH", a bare path, or "postgresql://…". Folders are made, the schema is brought up
/// to date (with Access::write only). ErrorKind::store_busy when another living process owns it (after
/// waiting up to 10 s), ErrorKind::store_damaged when it is truncated or damaged: then nothing was changed.
[[nodiscard]] Result<std::unique_ptr<Store>> open(std::string_view url, Access access);

/// Moves the whole store at `from` into the empty database at `to` (both as for open()), lossless: the same
/// ids, the same outputs. What was interrupted goes on at the next call; until it is done, open() refuses
/// `to`. `from` is left as it was, and nobody else may write to it meanwhile. `progress` is told of each
/// batch: rows there, and rows in all. Returns the number of rows moved. Fails as open() does, and with
/// ErrorKind::store when `to` holds a store already.
[[nodiscard]] Result<std::int64_t> move_store(
    std::string_view from, std::string_view to,
    const std::function<void(std::int64_t done, std::int64_t all)>& progress);

/// Copies a store, as it is at one moment, to a new SQLite file: somewhere to try what a configuration would
/// do. Who writes to it may be busy meanwhile. Fails as open() for reading does.
[[nodiscard]] Result<void> copy_to_file(std::string_view url, const std::filesystem::path& file);

}  // namespace tributary::store
