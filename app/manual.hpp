#pragma once
#include <string>
#include <string_view>

namespace CLI {
class App;
}

// What is written about the command line and about feeds.yaml, made of the texts that --help and the schema
// have: one source, so that no page can fall behind. Pure functions.
namespace tributary::app {

/// tributary(1), in the man macros of roff.
[[nodiscard]] std::string command_manual(const CLI::App& cli, std::string_view version);

/// The same as a Markdown page, docs/commands.md.
[[nodiscard]] std::string commands_markdown(const CLI::App& cli);

/// feeds.yaml(5), of the JSON Schema that config::schema() gives.
[[nodiscard]] std::string keys_manual(std::string_view schema, std::string_view version);

/// The same keys as a Markdown page, docs/keys.md.
[[nodiscard]] std::string keys_markdown(std::string_view schema);

/// Words for a shell's completion: "bash", "zsh" or "fish". Empty for another shell.
[[nodiscard]] std::string completion(const CLI::App& cli, std::string_view shell);

}  // namespace tributary::app
