#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "model/model.hpp"

// What every command gets from the command line. Only this folder reads the clock, the environment and global
// state.
namespace tributary::app {

/// Exit codes of DESIGN.md, "The command line".
enum Exit : int { done = 0, failed = 1, usage = 2 };

/// Where "now" comes from: the system's clock, or --now.
using Clock = std::function<Timestamp()>;

struct Context {
  std::filesystem::path config_file = "feeds.yaml";
  std::optional<Timestamp> now = {};  ///< --now

  /// Stands still at --now: one pass has one moment, so that a run can be repeated byte for byte.
  [[nodiscard]] Clock pass_clock() const;
  /// Starts at --now and goes on from there, for the daemon.
  [[nodiscard]] Clock running_clock() const;
};

/// Reads feeds.yaml; faults and warnings go to stderr. nullopt when it has faults: the command ends with
/// Exit::usage.
[[nodiscard]] std::optional<config::Config> load_config(const Context& context);

[[nodiscard]] std::string host_name();

/// This process among those that share a store: machine, process and moment of its start.
[[nodiscard]] std::string process_name(Timestamp now);

/// One line on stderr, "tributary: …".
void complain(std::string_view message);

/// Says what failed on stderr and gives the exit code that goes with it.
[[nodiscard]] int fail(const Error& error);

}  // namespace tributary::app
