#include "app/manual.hpp"

#include <CLI/CLI.hpp>
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

void describe(Roff& page, const CLI::Option& option) {
  std::string text = option.get_description();
  if (const auto preset = option.get_default_str(); !preset.empty()) text += " (" + preset + ")";
  page.item(usage_of(option), text);
}

bool is_shown(const CLI::Option& option) {
  return !option.get_group().empty() && !option.get_lnames().empty() && option.get_lnames().front() != "help";
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
  for (const auto* command :
       cli.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); })) {
    std::string usage = command->get_name();
    for (const auto* option : command->get_options()) {
      if (!option->get_positional()) continue;
      const auto name = usage_of(*option);
      usage += option->get_required() ? " " + name : " [" + name + "]";
    }
    page.subsection(usage);
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

}  // namespace tributary::app
