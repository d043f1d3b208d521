#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "model/error.hpp"

/// OPML 2.0 (http://opml.org/spec2.opml): the admin's list of feeds, in and out, without loss. (What is
/// published for readers is the publisher's.) A folder is a topic; folders in folders are one topic whose
/// title joins theirs by " / ". A feed stands in the folder of its first topic, and names all of them in
/// `category`. What OPML has no word for stands in attributes of a namespace of ours, under the keys and in
/// the words of feeds.yaml.
namespace tributary::config {

/// What an OPML document lists, as it would stand in feeds.yaml: only what it says is set.
struct Opml {
  std::string title = {};
  std::vector<Topic> topics = {};
  std::vector<Partner> feeds =
      {};  ///< each address once, in the order that the list had when we wrote it, else in the document's
  std::vector<Fault> warnings = {};  ///< what could not be taken over, by line
};

/// Reads any OPML 1.0 to 2.0, in the encoding that it declares. `opml_file` names it in messages; paths in
/// options are relative to the folder of `config_file`, since it is its words that they are written in.
/// ErrorKind::not_a_feed when it is no OPML.
[[nodiscard]] Result<Opml> read_opml(std::string_view bytes, const std::filesystem::path& opml_file,
                                     const std::filesystem::path& config_file);

/// The topics and feeds of the configuration. The same configuration gives the same bytes. Secrets are not in
/// it, as they are not in feeds.yaml.
[[nodiscard]] std::string write_opml(const Config& config);

/// What an import would do: nothing is done by it.
struct Import {
  std::string text = {};   ///< feeds.yaml with what is new
  std::string diff = {};   ///< unified, empty when nothing is new
  std::size_t feeds = 0;   ///< new ones
  std::size_t topics = 0;  ///< new ones
  std::size_t known = 0;   ///< feeds that were there before; they stay as they are
  std::vector<Fault> warnings = {};
};

/// Feeds whose address is not in feeds.yaml, put behind those that are, with the topics that they need; a
/// topic with the same title or slug is taken for the same. Errors are those of read_opml, add_topics and
/// add_feeds.
[[nodiscard]] Result<Import> import_opml(std::string_view yaml, const std::filesystem::path& file,
                                         std::string_view opml, const std::filesystem::path& opml_file);

}  // namespace tributary::config
