#include "store/schema.hpp"

#include <array>

namespace tributary::store {
namespace {

// Keys are hashes and rows are small, so that a poll touches few pages however large the store is; an item's
// text lies in its own row, read only to be shown or compared.
constexpr std::string_view first = R"sql(
CREATE TABLE meta (name {text} PRIMARY KEY, value {blob} NOT NULL);

-- key: minted at first sight and kept. rank: the order of the keys as numbers, for indexes. position: place in feeds.yaml,
-- null when configured no more. asked: where a permanent redirect led. home: host of the feed's own page.
-- newcomer: it joined a site that had items already. state, partner: records of codec.hpp.
CREATE TABLE feed (
  id {id} PRIMARY KEY,
  key {text} NOT NULL UNIQUE,
  rank {int} NOT NULL,
  url {text} NOT NULL,
  slug {text} NOT NULL,
  name {text} NOT NULL,
  position {int},
  asked {text} NOT NULL,
  status {text} NOT NULL,
  next_fetch {int},
  items {int} NOT NULL,
  fetched {int} NOT NULL,
  newcomer {int} NOT NULL,
  home {text} NOT NULL,
  details {int} NOT NULL,
  details_used {int} NOT NULL,
  state {blob} NOT NULL,
  partner {blob} NOT NULL);

-- What a feed said of itself, in each wording that an item was published under.
CREATE TABLE details (id {id} PRIMARY KEY, feed {int} NOT NULL REFERENCES feed (id), body {blob} NOT NULL);

-- state: 0 shown, 1 filtered out, 2 withdrawn, 3 waits for its date, 4 held in quarantine. place: in its document.
-- key: SHA-256 of its identity, shortened; the entry id is made of it. body: the item as its partner sent it.
CREATE TABLE item (
  id {id} PRIMARY KEY,
  feed {int} NOT NULL REFERENCES feed (id),
  story {int} NOT NULL,
  state {int} NOT NULL,
  first_seen {int} NOT NULL,
  published {int} NOT NULL,
  modified {int} NOT NULL,
  place {int} NOT NULL,
  date_rule {int} NOT NULL,
  identity_rule {int} NOT NULL,
  due {int},
  details {int} NOT NULL,
  key {blob} NOT NULL,
  type {text} NOT NULL,
  title {text} NOT NULL,
  link {text} NOT NULL,
  body {blob} NOT NULL);
CREATE INDEX item_feed ON item (feed, published);
CREATE INDEX item_due ON item (due) WHERE due IS NOT NULL;
CREATE INDEX item_story ON item (story) WHERE story <> id;

-- Identity within a feed: the first 8 bytes of the key of an id (or link, or text) → the item; 0: an id that is not unique in
-- its feed. raw: hash of the item's bytes as last seen under that identity.
CREATE TABLE known (key {id} PRIMARY KEY, item {int} NOT NULL, raw {int} NOT NULL);

-- Canonical URL (its hash) → items, for stories across feeds and for ids that change.
CREATE TABLE address (key {int} NOT NULL, item {int} NOT NULL, PRIMARY KEY (key, item)) {clustered};

-- Named after the item that began it. class: 0 may enter front documents, 1 goes to the archives only. spots: where it stands
-- in `placed` (stories.cpp); arrived: the streams that it ever was in.
CREATE TABLE story (
  id {id} PRIMARY KEY,
  entry {text} NOT NULL,
  winner {int} NOT NULL,
  class {int} NOT NULL,
  published {int} NOT NULL,
  modified {int} NOT NULL,
  first_seen {int} NOT NULL,
  spots {blob} NOT NULL,
  arrived {blob} NOT NULL);

CREATE TABLE stream (id {id} PRIMARY KEY, kind {int} NOT NULL, slug {text} NOT NULL, UNIQUE (kind, slug));

-- The streams in their order, newest first: sort and seen are negated times. item: the copy that is shown there.
CREATE TABLE placed (
  stream {int} NOT NULL,
  class {int} NOT NULL,
  sort {int} NOT NULL,
  seen {int} NOT NULL,
  rank {int} NOT NULL,
  place {int} NOT NULL,
  story {int} NOT NULL,
  item {int} NOT NULL,
  PRIMARY KEY (stream, class, sort, seen, rank, place, story)) {clustered};

-- What entered streams since pages were last closed: one row a transaction.
CREATE TABLE arrival (seq {id} PRIMARY KEY, at {int} NOT NULL, body {blob} NOT NULL);

-- Why an item is withdrawn: 0 its feed took it back, 1 its page is gone, 2 feeds.yaml says so.
CREATE TABLE withdrawal (
  item {int} NOT NULL,
  kind {int} NOT NULL,
  at {int} NOT NULL,
  reason {text} NOT NULL,
  PRIMARY KEY (item, kind)) {clustered};
CREATE INDEX withdrawal_kind ON withdrawal (kind);

CREATE TABLE tombstone (
  stream {int} NOT NULL,
  seq {int} NOT NULL,
  story {int} NOT NULL,
  entry {text} NOT NULL,
  at {int} NOT NULL,
  comment {text} NOT NULL,
  PRIMARY KEY (stream, seq)) {clustered};
CREATE INDEX tombstone_story ON tombstone (story);
)sql";

// The archives of the streams. stream.closed: number of the newest closed page; updated: the newest time that
// the stream's documents ever bore; open: the page that is not full yet; carried: what its front document
// holds besides. arrival.format: 1 since entries come with their places (archive.cpp).
constexpr std::string_view archives = R"sql(
ALTER TABLE stream ADD COLUMN closed {int} NOT NULL DEFAULT 0;
ALTER TABLE stream ADD COLUMN updated {int} NOT NULL DEFAULT 0;
ALTER TABLE stream ADD COLUMN open {blob};
ALTER TABLE stream ADD COLUMN carried {blob};
ALTER TABLE arrival ADD COLUMN format {int} NOT NULL DEFAULT 0;

-- Closed pages: their stories, each with the copy that was shown when it was closed.
CREATE TABLE page (
  stream {int} NOT NULL,
  number {int} NOT NULL,
  body {blob} NOT NULL,
  PRIMARY KEY (stream, number)) {clustered};

-- On which closed page of a stream a story stands.
CREATE TABLE shelf (
  story {int} NOT NULL,
  stream {int} NOT NULL,
  page {int} NOT NULL,
  PRIMARY KEY (story, stream)) {clustered};

-- What is not published as it is now. page 0: the front document; stream 0: page is a day, counted from 1970.
CREATE TABLE touched (
  stream {int} NOT NULL,
  page {int} NOT NULL,
  seq {int} NOT NULL,
  PRIMARY KEY (stream, page)) {clustered};
)sql";

// Strangers' subscriptions at our WebSub hub (model/hub_subscription.hpp).
constexpr std::string_view hub = R"sql(
CREATE TABLE hub_subscription (
  topic {text} NOT NULL,
  callback {text} NOT NULL,
  secret {text} NOT NULL,
  lease_until {int} NOT NULL,
  delivered {text} NOT NULL,
  failures {int} NOT NULL,
  next_try {int} NOT NULL,
  PRIMARY KEY (topic, callback));
)sql";

// For stores that several processes share. publisher: who publishes (its output folder), how far
// (`touched.seq`), with what, and when last. feed.lease_*: which process asks the feed, and until when nobody
// else does.
constexpr std::string_view sharing = R"sql(
CREATE TABLE publisher (
  name {text} PRIMARY KEY,
  mark {int} NOT NULL,
  settings {blob} NOT NULL,
  at {int} NOT NULL);
ALTER TABLE feed ADD COLUMN lease_until {int} NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN lease_worker {text} NOT NULL DEFAULT '';
)sql";

constexpr std::string_view reasons = R"sql(
-- Why an item belongs to a story: what ties it to another one. kind: 0 the same address, 1 nearly the same text, 2 a line of
-- feeds.yaml. score: of texts, how much of the words they share, in thousandths.
CREATE TABLE tie (
  item {int} NOT NULL,
  other {int} NOT NULL,
  kind {int} NOT NULL,
  score {int} NOT NULL,
  PRIMARY KEY (item, other)) {clustered};

-- Under which keys an item's text is found by those like it (likeness.hpp). The month that its date lies in stands in
-- front: neighbours in time lie together, and what is old is dropped in one go.
CREATE TABLE echo (
  key {int} NOT NULL,
  item {int} NOT NULL,
  feed {int} NOT NULL,
  PRIMARY KEY (key, item)) {clustered};

-- What an item was before its text really changed. at: when it was replaced. kind: 0 it was renewed, 1 its feed changed
-- most of its items at once, so that nothing moved.
CREATE TABLE revision (
  item {int} NOT NULL,
  seq {int} NOT NULL,
  at {int} NOT NULL,
  kind {int} NOT NULL,
  title {text} NOT NULL,
  link {text} NOT NULL,
  body {blob} NOT NULL,
  PRIMARY KEY (item, seq)) {clustered};
)sql";

// Items past their retention that had to be kept whole so far, and when to look at them again
// (retention.hpp).
constexpr std::string_view retention = R"sql(
CREATE TABLE whole (item {id} PRIMARY KEY, again {int} NOT NULL);
CREATE INDEX whole_again ON whole (again);
)sql";

constexpr std::array list{first, archives, hub, sharing, reasons, retention};

}  // namespace

std::span<const std::string_view> migrations() {
  return list;
}

}  // namespace tributary::store
