#pragma once
#include <array>
#include <string_view>

namespace tributary::store {

/// The schema as a list of changes: its length is the schema's version (PRAGMA user_version). New changes are
/// appended; those that stand here are never changed.
inline constexpr std::array<std::string_view, 1> migrations{R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE feeds (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,               -- minted at first sight, never changed
  url TEXT NOT NULL,                      -- as in feeds.yaml
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER,                       -- in feeds.yaml; NULL: configured no more
  priority INTEGER NOT NULL DEFAULT 0,
  licence TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL DEFAULT '',      -- hash of what decides where its items are shown
  site_host TEXT NOT NULL DEFAULT '',     -- of the feed's own link
  state TEXT NOT NULL DEFAULT '{}',       -- JSON
  details TEXT NOT NULL DEFAULT '{}',     -- JSON
  items INTEGER NOT NULL DEFAULT 0,
  fetched INTEGER NOT NULL DEFAULT 0      -- 1 once a document of it was stored
);

CREATE TABLE stories (
  id INTEGER PRIMARY KEY,                 -- grows in order of arrival
  page BLOB UNIQUE,                       -- hash of the canonical URL; NULL: no page of its own
  entry_id TEXT NOT NULL UNIQUE           -- tag URI, minted once
);

CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  feed INTEGER NOT NULL REFERENCES feeds,
  story INTEGER NOT NULL REFERENCES stories,
  title TEXT NOT NULL,
  link TEXT NOT NULL,
  guid TEXT NOT NULL,
  published INTEGER NOT NULL,             -- seconds since 1970, UTC, as all times here
  modified INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  place INTEGER NOT NULL,                 -- in the document in which it was first seen, from 0
  front INTEGER NOT NULL,                 -- 0: from a new partner's backlog
  waits_until INTEGER,                    -- a future item that is held
  withdrawn TEXT,                         -- why; NULL: it is not
  text_hash BLOB NOT NULL,
  body_hash BLOB NOT NULL,
  body TEXT NOT NULL                      -- JSON, the whole item
);
CREATE INDEX items_by_feed ON items (feed);
CREATE INDEX items_by_story ON items (story);
CREATE INDEX items_waiting ON items (waits_until) WHERE waits_until IS NOT NULL;

-- Every name under which an item is known within its feed: guid, link, title with date; hashed with the feed's key.
CREATE TABLE names (name BLOB PRIMARY KEY, item INTEGER NOT NULL REFERENCES items) WITHOUT ROWID;

CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  slug TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  configured INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, slug)
);

-- Which story stands where: the primary key is the order of a stream, so that its newest are read from one end.
CREATE TABLE placements (
  stream INTEGER NOT NULL REFERENCES streams,
  front INTEGER NOT NULL,
  moment INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  feed_key TEXT NOT NULL,
  place INTEGER NOT NULL,
  story INTEGER NOT NULL REFERENCES stories,
  item INTEGER NOT NULL REFERENCES items,
  PRIMARY KEY (stream, front, moment DESC, first_seen DESC, feed_key, place, story)
) WITHOUT ROWID;
CREATE INDEX placements_by_story ON placements (story);

CREATE TABLE tombstones (
  stream INTEGER NOT NULL REFERENCES streams,
  entry_id TEXT NOT NULL,
  moment INTEGER NOT NULL,
  comment TEXT NOT NULL,
  PRIMARY KEY (stream, entry_id)
) WITHOUT ROWID;
CREATE INDEX tombstones_by_entry ON tombstones (entry_id);
)sql"};

}  // namespace tributary::store
