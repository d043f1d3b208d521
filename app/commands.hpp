#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "app/context.hpp"

// One function a command, each in the file of its name. All return the process's exit code.
namespace tributary::app {

struct UpdateOptions {
  bool force = false;
  std::vector<std::string> feeds = {};  ///< URL, slug or name; empty: all
};
[[nodiscard]] int update(const Context& context, const UpdateOptions& options);

/// `ready` is printed once the addresses are taken, before the first fetch.
[[nodiscard]] int run(const Context& context);
[[nodiscard]] int publish(const Context& context);
[[nodiscard]] int serve(const Context& context);

struct CheckOptions {
  std::string format = "text";
  bool online = false;  ///< also asks each feed once
};
[[nodiscard]] int check(const Context& context, const CheckOptions& options);

[[nodiscard]] int status(const Context& context, bool json);

/// `what`: an address, an entry id, or a partner's id of an item.
[[nodiscard]] int explain(const Context& context, const std::string& what, bool json);

/// `to`: a store's URL as in feeds.yaml; a relative path is relative to the current folder.
[[nodiscard]] int move_store(const Context& context, const std::string& to);

/// What an admin says of a feed that is held: it is the partner's still, or it is another's.
[[nodiscard]] int release(const Context& context, const std::string& feed);
[[nodiscard]] int reject(const Context& context, const std::string& feed);

struct ParseCommand {
  std::string source = {};  ///< a file, "-" or an http(s) URL
  std::string base = {};
  std::string content_type = {};
};
[[nodiscard]] int parse(const Context& context, const ParseCommand& command);

/// The feeds that a page names, or the feed that is there itself: a line each, address, kind and title.
[[nodiscard]] int discover(const Context& context, const std::string& url);

struct AddCommand {
  std::string url = {};   ///< of a feed, or of a page that names one
  std::string name = {};  ///< empty: the feed's own title
  std::string type = {};
  std::vector<std::string> topics = {};
  std::string licence = {};
  bool dry_run = false;  ///< shows the change only
};
[[nodiscard]] int add(const Context& context, const AddCommand& command);
[[nodiscard]] int remove(const Context& context, const std::string& feed, bool dry_run);

struct ImportCommand {
  std::string file = {};  ///< OPML, "-" for standard input
  bool dry_run = false;
  bool yes = false;  ///< a person is not asked
};
[[nodiscard]] int import_feeds(const Context& context, const ImportCommand& command);
[[nodiscard]] int export_feeds(const Context& context);

struct PreviewOptions {
  bool json = false;
  std::string was = {};  ///< the feeds.yaml to compare with; empty: what the store was last configured with
};
[[nodiscard]] int preview(const Context& context, const PreviewOptions& options);

struct DemoOptions {
  bool once = false;  ///< one pass instead of the daemon
};
[[nodiscard]] int demo(const Context& context, const DemoOptions& options);

}  // namespace tributary::app
