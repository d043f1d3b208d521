#pragma once
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

/// feeds.yaml → Config: every fault at once, each with its line and column; its JSON Schema; OPML in and out.
namespace tributary::config {

/// Everything that feeds.yaml says, defaults filled in. Relative paths have been made absolute against its
/// folder.
struct Config {
  std::filesystem::path file = {};  ///< where it was read from
  Site site = {};
  std::string store = {};  ///< "sqlite:/absolute/path" or "postgresql://…"
  std::filesystem::path output = {};
  ServerOptions server = {};
  FetchOptions fetch = {};
  Retention retention = {};
  PublishOptions publish = {};
  LicencePolicy licences = {};
  std::vector<Topic> topics = {};
  std::vector<Partner> feeds = {};  ///< in the file's order
  std::vector<Withdrawal> withdraw = {};
  StoryRules stories = {};
  std::string alert_webhook_env = {};
};

/// One fault, or one warning, at one place.
struct Fault {
  std::string file = {};
  int line = 0;           ///< from 1
  int column = 0;         ///< from 1, in characters (code points)
  std::string code = {};  ///< stable, e.g. "unknown-key"; never given a second meaning
  std::string what = {};  ///< what is wrong, with the offending text
  std::string mend = {};  ///< how to mend it
  bool warning = false;   ///< a warning alone doesn't refuse the file
  std::string source =
      {};          ///< the text of the line, secrets in it replaced by dots; empty when it cannot be shown
  int length = 0;  ///< code points from column on that are at fault
};

/// "file:line:column: what; how to mend it" (without a line end); a warning says so before what.
[[nodiscard]] std::string to_string(const Fault& fault);

/// How faults are told: to people, to programs, and as annotations of a GitHub workflow.
enum class FaultFormat { text, json, github };

/// All of them, with a line end at the end. Text: the line of to_string() with the code in brackets, then the
/// line of the file with what is at fault underlined; `colour` adds terminal colours to it. JSON: {"faults":
/// [{file, line, column, length, code, severity, what, mend, source}], "errors": N, "warnings": N}.
[[nodiscard]] std::string render_faults(const std::vector<Fault>& faults, FaultFormat format,
                                        bool colour = false);

struct Loaded {
  Config config = {};
  std::vector<Fault> warnings = {};
};

/// Reads and validates the file. Never throws; an unreadable file is one Fault with line 0. Faults come in
/// the order of the file. Nothing outside the file is asked but whether files that it names exist.
[[nodiscard]] std::expected<Loaded, std::vector<Fault>> load(const std::filesystem::path& file);

/// The same for text in memory; `file` names it in faults and is the anchor of relative paths.
[[nodiscard]] std::expected<Loaded, std::vector<Fault>> parse(std::string_view yaml,
                                                              const std::filesystem::path& file);

/// The slug of each type's page, of all types that the configuration names: `type` and `types` of each feed.
/// Made as a feed's slug is made of its name.
[[nodiscard]] std::map<std::string, std::string> type_slugs(const Config& config);

/// JSON Schema (2020-12) of feeds.yaml, for editors; config/feeds.schema.json holds the same text. Made of
/// the table of keys that also reads the file.
[[nodiscard]] std::string schema();

/// One key of feeds.yaml, for people.
struct KeyHelp {
  std::string path = {};      ///< "fetch.interval", "feeds[].url"
  std::string kind = {};      ///< "a duration such as 30s, 15m, 1h or 1d"
  std::string fallback = {};  ///< the default, as JSON; empty when there is none
  std::string doc = {};
  bool required = false;
};

/// Every key in the order of the documentation.
[[nodiscard]] std::vector<KeyHelp> keys();

}  // namespace tributary::config
