#include "app/manual.hpp"

#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

#include "app/roff.hpp"

namespace tributary::app {
namespace {

/// "--format TEXT:{text,json}" as it is typed.
std::string usage_of(const CLI::Option& option) {
  if (option.get_positional())
    return option.get_name(true) + (option.get_items_expected_max() > 1 ? "..." : "");
  std::string name;
  for (const auto& letter : option.get_snames()) name += (name.empty() ? "-" : ", -") + letter;
  for (const auto& word : option.get_lnames()) name += (name.empty() ? "--" : ", --") + word;
  if (option.get_items_expected_max() == 0) return name;
  const auto type = option.get_type_name();
  const auto choice = type.find('{');  // CLI11 writes "TEXT:{one,two}"
  return name + " " + (choice == std::string::npos ? type : type.substr(choice));
}

std::string meaning_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (const auto preset = option.get_default_str(); !preset.empty()) text += " (" + preset + ")";
  return text;
}

void describe(Roff& page, const CLI::Option& option) {
  page.item(usage_of(option), meaning_of(option));
}

bool is_shown(const CLI::Option& option) {
  return !option.get_group().empty() && !option.get_lnames().empty() && option.get_lnames().front() != "help";
}

std::vector<const CLI::App*> commands_of(const CLI::App& cli) {
  return cli.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
}

/// "explain ITEM-URL"
std::string usage_of(const CLI::App& command) {
  std::string usage = command.get_name();
  for (const auto* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const auto name = usage_of(*option);
    usage += option->get_required() ? " " + name : " [" + name + "]";
  }
  return usage;
}

}  // namespace

std::string command_manual(const CLI::App& cli, std::string_view version) {
  Roff page("tributary", 1, version);
  page.section("Name");
  page.paragraph("tributary - aggregate partners' feeds into one stream and publish it");
  page.section("Synopsis");
  page.paragraph("tributary COMMAND [OPTIONS]");
  page.section("Description");
  page.paragraph(cli.get_description());
  page.section("Options");
  for (const auto* option : cli.get_options()) {
    if (is_shown(*option)) describe(page, *option);
  }
  page.section("Commands");
  for (const auto* command : commands_of(cli)) {
    page.subsection(usage_of(*command));
    page.paragraph(command->get_description() + ".");
    for (const auto* option : command->get_options()) {
      if (option->get_positional() || is_shown(*option)) describe(page, *option);
    }
  }
  page.section("Exit status");
  page.paragraph(cli.get_footer());
  page.section("Files");
  page.item("feeds.yaml",
            "The configuration, in the current folder unless --config names another; see feeds.yaml(5).");
  page.section("See also");
  page.paragraph("feeds.yaml(5)");
  return page.text();
}

std::string commands_markdown(const CLI::App& cli) {
  std::string page =
      "# The commands\n\nMade of what `tributary --help` says by `tributary manual commands.md`; do not edit "
      "it by "
      "hand.\n\n```text\ntributary COMMAND [OPTIONS]\n```\n\n" +
      cli.get_footer() + " Messages go to stderr.\n\n| option of every command | |\n|---|---|\n";
  const auto row = [&](const CLI::Option& option) {
    page += "| `" + usage_of(option) + "` | " + meaning_of(option) + " |\n";
  };
  for (const auto* option : cli.get_options()) {
    if (is_shown(*option)) row(*option);
  }
  for (const auto* command : commands_of(cli)) {
    page += "\n## " + usage_of(*command) + "\n\n" + command->get_description() + ".\n";
    bool first = true;
    for (const auto* option : command->get_options()) {
      if (!option->get_positional() && !is_shown(*option)) continue;
      if (std::exchange(first, false)) page += "\n| | |\n|---|---|\n";
      row(*option);
    }
  }
  return page;
}

}  // namespace tributary::app
