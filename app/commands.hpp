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
};
[[nodiscard]] int check(const Context& context, const CheckOptions& options);

[[nodiscard]] int status(const Context& context, bool json);

/// `to`: a store's URL as in feeds.yaml; a relative path is relative to the current folder.
[[nodiscard]] int move_store(const Context& context, const std::string& to);

struct ParseCommand {
  std::string source = {};  ///< a file, "-" or an http(s) URL
  std::string base = {};
  std::string content_type = {};
};
[[nodiscard]] int parse(const Context& context, const ParseCommand& command);

struct DemoOptions {
  bool once = false;  ///< one pass instead of the daemon
};
[[nodiscard]] int demo(const Context& context, const DemoOptions& options);

}  // namespace tributary::app
