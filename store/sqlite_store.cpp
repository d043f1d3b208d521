#include "store/sqlite_store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <tuple>

#include "store/backends.hpp"
#include "store/item_codec.hpp"
#include "store/migrations.hpp"

namespace tributary::store {
namespace {

namespace fs = std::filesystem;

constexpr auto patience = std::chrono::seconds{10};
// Up to this size the whole file is checked at each opening for writing; a larger one would make people wait.
constexpr std::uintmax_t checked_whole = 64 * 1024 * 1024;

Timestamp moment(std::int64_t seconds) {
  return Timestamp{std::chrono::seconds{seconds}};
}

/// Looks at the file's own header before SQLite may touch it: a truncated store must not be written to.
Result<void> look_at_header(const fs::path& file) {
  std::error_code fault;
  const auto size = fs::file_size(file, fault);
  if (fault || size == 0) return {};  // new
  const auto damaged = [&](const std::string& what) {
    return std::unexpected(
        Error{ErrorKind::store_damaged, file.string(),
              what + "; nothing was changed. Put a backup in its place, or move it away to begin anew"});
  };
  std::array<char, 100> head{};
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::unexpected(Error{ErrorKind::store, file.string(), "cannot be read"});
  in.read(head.data(), head.size());
  if (in.gcount() < 100) return damaged("the store is truncated");
  if (std::string_view(head.data(), 16) != std::string_view("SQLite format 3\0", 16))
    return damaged("this is no SQLite file");
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uintmax_t>(static_cast<unsigned char>(head[at]));
  };
  std::uintmax_t page = byte(16) << 8 | byte(17);
  if (page == 1) page = 65536;
  const std::uintmax_t pages = byte(28) << 24 | byte(29) << 16 | byte(30) << 8 | byte(31);
  // While a write-ahead log holds pages, the file may rightly be shorter than it says.
  const bool has_log =
      fs::exists(file.string() + "-wal", fault) && fs::file_size(file.string() + "-wal", fault) > 0;
  if (!has_log && size < page * pages) {
    return damaged("the store is truncated: " + std::to_string(size) + " of " + std::to_string(page * pages) +
                   " bytes are there");
  }
  return {};
}

}  // namespace

Error explain(const SqliteError& fault, const fs::path& file) {
  const std::string said = fault.what();
  switch (fault.code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorKind::store_damaged, file.string(),
              "the store is damaged (" + said +
                  "); put a backup in its place, or save what can be read with sqlite3 .recover"};
    case SQLITE_FULL:
      return {ErrorKind::store, file.string(), "the disk is full; nothing of this pass was stored"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::store_busy, file.string(), "another program holds the store: " + said};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {ErrorKind::store, file.string(), "the store cannot be written: " + said};
    case SQLITE_IOERR:
      return {ErrorKind::store, file.string(),
              "the disk refused to read or write (full, or a size limit): " + said};
    default:
      return {ErrorKind::store, file.string(), said};
  }
}

SqliteStore::SqliteStore(fs::path file, Database database, std::optional<OwnerLock> lock)
    : file_(std::move(file)), database_(std::move(database)), lock_(std::move(lock)) {}

void SqliteStore::migrate() {
  const std::int64_t version = database_.integer("PRAGMA user_version");
  const auto latest = static_cast<std::int64_t>(migrations.size());
  if (version > latest) {
    throw SqliteError(SQLITE_ERROR, "the store was written by a newer version (schema " +
                                        std::to_string(version) + ", this one knows " +
                                        std::to_string(latest) + ")");
  }
  if (version == latest) return;
  if (version > 0) {
    const fs::path backup = file_.string() + ".schema-" + std::to_string(version) + ".backup";
    std::error_code ignored;
    fs::remove(backup, ignored);
    Statement copy = database_.prepare("VACUUM INTO ?");
    const std::string name = backup.string();
    copy.start().bind(name).run();
  }
  Transaction transaction(database_);
  for (std::int64_t i = version; i < latest; ++i)
    database_.execute(std::string(migrations[static_cast<std::size_t>(i)]));
  database_.execute("PRAGMA user_version = " + std::to_string(latest));
  transaction.commit();
}

Statement& SqliteStore::prepared(std::string_view sql) {
  const auto found = statements_.find(sql.data());
  if (found != statements_.end()) return found->second.start();
  return statements_.emplace(sql.data(), database_.prepare(sql)).first->second.start();
}

std::string SqliteStore::meta(const std::string& name) {
  Statement& query = prepared("SELECT value FROM meta WHERE name = ?").bind(name);
  return query.step() ? query.text(0) : std::string();
}

void SqliteStore::set_meta(const std::string& name, const std::string& value) {
  prepared(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .bind(name)
      .bind(value)
      .run();
}

Result<std::vector<FeedState>> SqliteStore::feed_states() {
  return guarded([&]() -> Result<std::vector<FeedState>> {
    std::vector<FeedState> states;
    Statement& query = prepared(
        "SELECT key, url, name, state, items FROM feeds WHERE position IS NOT NULL ORDER BY position");
    while (query.step()) {
      FeedState state = decode_state(query.view(3));
      state.key = query.text(0);
      state.configured_url = query.text(1);
      state.name = query.text(2);
      state.items = static_cast<std::size_t>(query.integer(4));
      if (state.url.empty()) state.url = state.configured_url;
      states.push_back(std::move(state));
    }
    return states;
  });
}

Result<Totals> SqliteStore::totals() {
  return guarded([&]() -> Result<Totals> {
    Totals totals;
    Statement& query =
        prepared("SELECT COUNT(*), COALESCE(SUM(items), 0) FROM feeds WHERE position IS NOT NULL");
    if (query.step()) {
      totals.feeds = static_cast<std::size_t>(query.integer(0));
      totals.items = static_cast<std::size_t>(query.integer(1));
    }
    Statement& stories =
        prepared("SELECT COUNT(*) FROM placements WHERE stream = (SELECT id FROM streams WHERE kind = 0)");
    if (stories.step()) totals.stories = static_cast<std::size_t>(stories.integer(0));
    return totals;
  });
}

Result<std::vector<StreamId>> SqliteStore::streams() {
  return guarded([&]() -> Result<std::vector<StreamId>> {
    std::vector<StreamId> ids;
    Statement& query = prepared(
        "SELECT kind, slug FROM streams WHERE configured = 1 OR EXISTS (SELECT 1 FROM placements WHERE "
        "stream = streams.id) "
        "ORDER BY kind, slug");
    while (query.step()) ids.push_back({static_cast<StreamId::Kind>(query.integer(0)), query.text(1)});
    return ids;
  });
}

Result<Stream> SqliteStore::latest(const StreamId& id, std::size_t limit) {
  return guarded([&]() -> Result<Stream> {
    Stream stream{.id = id};
    Statement& find = prepared("SELECT id FROM streams WHERE kind = ? AND slug = ?")
                          .bind(static_cast<std::int64_t>(id.kind))
                          .bind(id.slug);
    if (!find.step()) return stream;
    const std::int64_t number = find.integer(0);

    // What may stand in a front document comes first; a new partner's backlog only fills the space that is
    // left.
    struct Row {
      std::int64_t moment, first_seen, place, story, item;
      std::string feed_key;
      [[nodiscard]] auto order() const {
        return std::tuple(-moment, -first_seen, std::string_view(feed_key), place, story);
      }
    };
    std::vector<Row> rows;
    for (const int front : {1, 0}) {
      if (rows.size() >= limit) break;
      Statement& query = prepared(
                             "SELECT moment, first_seen, place, story, item, feed_key FROM placements WHERE "
                             "stream = ? AND front = ? "
                             "ORDER BY moment DESC, first_seen DESC, feed_key, place, story LIMIT ?")
                             .bind(number)
                             .bind(static_cast<std::int64_t>(front))
                             .bind(static_cast<std::int64_t>(limit - rows.size()));
      while (query.step()) {
        rows.push_back({query.integer(0), query.integer(1), query.integer(2), query.integer(3),
                        query.integer(4), query.text(5)});
      }
    }
    std::ranges::sort(rows, {}, &Row::order);

    std::map<std::int64_t, FeedDetails> sources;
    for (const Row& row : rows) {
      Statement& query = prepared(
                             "SELECT s.entry_id, f.key, f.name, f.slug, f.state, f.url, f.id, f.licence, "
                             "i.body, i.published, "
                             "i.modified, i.first_seen, f.details FROM items i JOIN feeds f ON f.id = i.feed "
                             "JOIN stories s ON s.id = i.story WHERE i.id = ?")
                             .bind(row.item);
      if (!query.step()) continue;
      StreamEntry entry{.id = query.text(0),
                        .feed = query.text(1),
                        .partner = query.text(2),
                        .partner_slug = query.text(3)};
      entry.feed_url = decode_state(query.view(4)).url;
      if (entry.feed_url.empty()) entry.feed_url = query.text(5);
      const auto [source, is_new] = sources.try_emplace(query.integer(6));
      if (is_new) source->second = decode_details(query.view(12));
      entry.source = source->second;
      entry.item = decode_item(query.view(8));
      entry.published = moment(query.integer(9));
      entry.modified = moment(query.integer(10));
      entry.first_seen = moment(query.integer(11));
      const auto own = std::ranges::find(entry.item.links, "license", &Link::rel);
      entry.licence = own != entry.item.links.end() ? own->href : query.text(7);

      Statement& places =
          prepared(
              "SELECT t.kind, t.slug, t.title FROM placements p JOIN streams t ON t.id = p.stream "
              "WHERE p.story = ? AND t.kind IN (1, 3) ORDER BY t.kind, t.slug")
              .bind(row.story);
      while (places.step()) {
        if (static_cast<StreamId::Kind>(places.integer(0)) == StreamId::Kind::topic) {
          entry.topics.push_back(places.text(1));
        } else {
          entry.type = places.text(2);
        }
      }
      Statement& copies =
          prepared(
              "SELECT f.name, f.slug, i.title, i.link FROM items i JOIN feeds f ON f.id = i.feed "
              "WHERE i.story = ? AND i.id <> ? AND f.position IS NOT NULL AND i.withdrawn IS NULL "
              "ORDER BY f.name, i.link")
              .bind(row.story)
              .bind(row.item);
      while (copies.step())
        entry.also.push_back({copies.text(0), copies.text(1), copies.text(2), copies.text(3)});
      stream.entries.push_back(std::move(entry));
    }

    Statement& graves = prepared(
                            "SELECT entry_id, moment, comment FROM tombstones WHERE stream = ? "
                            "ORDER BY moment DESC, entry_id LIMIT 200")
                            .bind(number);
    while (graves.step())
      stream.tombstones.push_back({graves.text(0), moment(graves.integer(1)), graves.text(2)});
    return stream;
  });
}

Result<std::unique_ptr<Store>> open_sqlite(std::string_view location, Access access) {
  const fs::path file(location);
  try {
    std::error_code fault;
    if (access == Access::read) {
      if (!fs::exists(file, fault))
        return std::unexpected(Error{ErrorKind::store, file.string(), "is not there yet"});
      if (auto looked = look_at_header(file); !looked) return std::unexpected(looked.error());
      try {
        Database database(file, Database::Mode::read);
        (void)database.integer("SELECT COUNT(*) FROM sqlite_schema");
        return std::make_unique<SqliteStore>(file, std::move(database), std::nullopt);
      } catch (const SqliteError& refused) {
        if ((refused.code & 0xff) != SQLITE_CANTOPEN && (refused.code & 0xff) != SQLITE_READONLY) throw;
        // A read-only folder: SQLite can't make the log's index there, and nobody can be writing either.
        return std::make_unique<SqliteStore>(file, Database(file, Database::Mode::read_immutable),
                                             std::nullopt);
      }
    }
    if (file.has_parent_path()) {
      fs::create_directories(file.parent_path(), fault);
      if (fault)
        return std::unexpected(
            Error{ErrorKind::store, file.parent_path().string(), "cannot be made: " + fault.message()});
    }
    auto lock = OwnerLock::take(file, patience);
    if (!lock) return std::unexpected(lock.error());
    if (auto looked = look_at_header(file); !looked) return std::unexpected(looked.error());
    const bool is_new = !fs::exists(file, fault) || fs::file_size(file, fault) == 0;

    Database database(file, Database::Mode::write);
    if (is_new) {
      // 16 KiB pages take two thirds of the CPU that 4 KiB pages take for items of a few kB, at the price of
      // a larger file.
      database.execute("PRAGMA page_size = 16384");
    } else if (fs::file_size(file, fault) <= checked_whole) {
      Statement check = database.prepare("PRAGMA quick_check(1)");
      if (check.step() && check.view(0) != "ok") throw SqliteError(SQLITE_CORRUPT, check.text(0));
    }
    database.execute("PRAGMA journal_mode = WAL");
    // A commit survives the process in WAL mode; what NORMAL gives up on a power cut is the last passes,
    // which are fetched again.
    database.execute(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA "
        "temp_store = MEMORY");
    auto store = std::make_unique<SqliteStore>(file, std::move(database), std::move(*lock));
    store->migrate();
    return store;
  } catch (const SqliteError& fault) {
    return std::unexpected(explain(fault, file));
  }
}

}  // namespace tributary::store
