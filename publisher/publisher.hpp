#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

/// What is shown: the table of outputs, pure functions from a stream to bytes; and the writing of files by
/// rename.
namespace tributary::publisher {

/// One page with its texts and its stream: the site's front, a topic's, a partner's or a type's.
struct Page {
  Stream stream = {};
  std::string title = {};  ///< of the topic, partner or type; the site's own for the front
  std::string intro = {};
  Photo photo = {};
  /// The newest `updated` that the page's feeds have ever shown: keeps it from going back when an entry goes.
  std::optional<Timestamp> updated_at_least = {};
  /// The newest closed page of the stream's archive, from 1; 0: none is closed yet.
  std::uint32_t last_archive = 0;
  /// On a partner's page: the page is what everyone but that partner published.
  bool everyone_else = false;
};

/// A closed page of a stream's history (RFC 5005 section 4). It changes only for a tombstone, takedown or
/// correction: so it is rendered when it is closed, and when the store says that it changed.
struct ArchivePage {
  StreamId stream = {};
  std::string title = {};                  ///< as Page::title
  std::uint32_t number = 1;                ///< from 1, without gaps
  std::vector<StreamEntry> entries = {};   ///< in the order in which they shall stand
  std::vector<Tombstone> tombstones = {};  ///< of entries that the page held
};

/// A week of the calendar (ISO 8601: Monday to Sunday, the first has the year's first Thursday) in a time
/// zone.
struct Week {
  int year = 1970;
  int number = 1;        ///< 1..53
  Timestamp from = {};   ///< its Monday, 00:00 there
  Timestamp until = {};  ///< the Monday after
  friend bool operator==(const Week&, const Week&) = default;
};
/// The week that a moment belongs to. An unknown zone is UTC.
[[nodiscard]] Week week_of(Timestamp when, const std::string& timezone_name);
/// "2026-W47"
[[nodiscard]] std::string to_string(const Week& week);

/// The entries whose `modified` is in the week, newest first.
struct WeekPage {
  Week week = {};
  std::vector<StreamEntry> entries = {};
  std::optional<Week> before = {}, after = {};  ///< the nearest weeks that have entries
};

/// Everything that is published, as values. Outputs are a pure function of it, byte for byte.
struct Publication {
  Site site = {};
  PublishOptions options = {};
  LicencePolicy licences = {};
  std::vector<Topic> topics = {};
  std::vector<Partner> partners = {};  ///< in the configuration's order, for OPML and navigation
  std::vector<Page> pages = {};        ///< the front page first
  std::string hub = {};                ///< absolute URL of the hub; empty: none is named
  std::vector<WeekPage> weeks = {};    ///< newest first
  std::vector<ArchivePage> archives = {};
};

struct OutputFile {
  std::string path = {};  ///< relative to the output folder, '/' between names
  std::string bytes = {};
};

/// Renders every output: the documents of each page, weeks and archives, "everyone but me" of each partner
/// (made of the front page where no page with everyone_else is given; not past max_everyone_else partners),
/// opml.xml, style sheets, photos. Fails with ErrorKind::config when a template of the admin's does not work,
/// ErrorKind::io when a photo cannot be read. A pure function of the publication and of the files that it
/// names (photos, templates): no clock, locale, time zone or host name is asked.
[[nodiscard]] Result<std::vector<OutputFile>> render(const Publication& publication);

inline constexpr std::size_t max_everyone_else = 100;

/// The same piece by piece, for publications that are too large to be held at once, or of which little has
/// changed. What a piece's documents hold depends on that piece and on what open() was given, on nothing
/// else.
class Press {
 public:
  /// Of the publication's pages only stream.id, title, photo and everyone_else are read here, of its weeks
  /// only whether there are any: what the site's navigation names. Fails as render() does.
  [[nodiscard]] static Result<Press> open(const Publication& publication);
  ~Press();
  Press(Press&&) noexcept;
  Press& operator=(Press&&) noexcept;

  [[nodiscard]] std::vector<OutputFile> page(const Page& page);
  [[nodiscard]] std::vector<OutputFile> archive(const ArchivePage& page);
  [[nodiscard]] std::vector<OutputFile> week(const WeekPage& page);
  /// The index of the weeks that have entries, newest first.
  [[nodiscard]] std::vector<OutputFile> week_index(std::span<const Week> weeks);
  /// What is there once: opml.xml, style sheets, photos.
  [[nodiscard]] std::vector<OutputFile> site();

 private:
  Press();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether the admin's templates, style sheet and words work: what render() would fail with, at start.
[[nodiscard]] Result<void> check_templates(const Site& site);

/// The folder of a page's documents, with '/' at its end: "" for the front, "topics/SLUG/" …,
/// "partners/SLUG/others/" for everyone_else.
[[nodiscard]] std::string path_of(const StreamId& id, bool everyone_else = false);
/// "archive/000001.xml" below the folder of its page.
[[nodiscard]] std::string archive_path(const StreamId& id, std::uint32_t number);

struct Written {
  std::size_t written = 0;    ///< files whose bytes changed
  std::size_t unchanged = 0;  ///< files left alone, time stamp too
  std::size_t removed = 0;    ///< documents of pages that are no more
};

/// Writes the files below `folder`: each to a temporary file, flushed, then renamed, so that no reader sees
/// half a file. Files with the same bytes are not touched. Documents of topics, partners and types that are
/// published no more are removed, and temporary files that a killed process left. Waits for another writer of
/// the same folder. ErrorKind::io, naming the file, when one cannot be written (full disk, read-only folder):
/// it and those after it are then as they were.
[[nodiscard]] Result<Written> write(const std::filesystem::path& folder, std::span<const OutputFile> files);

/// The same file by file. Holds the folder's lock from open() on; what was put stays put when it is dropped
/// without finish().
class Output {
 public:
  [[nodiscard]] static Result<Output> open(const std::filesystem::path& folder);
  ~Output();
  Output(Output&&) noexcept;
  Output& operator=(Output&&) noexcept;

  [[nodiscard]] Result<void> put(const OutputFile& file);
  [[nodiscard]] Result<void> put(std::span<const OutputFile> files);
  /// The documents of a page (path_of) that has not changed since they were written: they stay.
  void keep(const std::string& page);
  /// Removes one document that is published no more: a week without entries, say. It need not be there.
  [[nodiscard]] Result<void> remove(const std::string& path);
  /// Flushes the folders and removes the documents of pages that were neither put nor kept.
  [[nodiscard]] Result<Written> finish();

 private:
  Output();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The excerpt that every output shows: plain text of at most `limit` grapheme clusters, cut at a word, then
/// "…". Text that already fits is not cut.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t limit);

}  // namespace tributary::publisher
