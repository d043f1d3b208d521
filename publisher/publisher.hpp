#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
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
};

struct OutputFile {
  std::string path = {};  ///< relative to the output folder, '/' between names
  std::string bytes = {};
};

/// Renders every output: the four documents of each page, opml.xml, style sheet, photos. Fails with
/// ErrorKind::config when a template of the admin's does not work, ErrorKind::io when a photo cannot be read.
/// A pure function of the publication and of the files that it names (photos, templates): no clock, locale,
/// time zone or host name is asked.
[[nodiscard]] Result<std::vector<OutputFile>> render(const Publication& publication);

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

/// The excerpt that every output shows: plain text of at most `limit` grapheme clusters, cut at a word, then
/// "…". Text that already fits is not cut.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t limit);

}  // namespace tributary::publisher
