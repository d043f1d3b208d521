#include <CLI/CLI.hpp>
#include <clocale>
#include <csignal>
#include <exception>
#include <functional>
#include <iostream>

#include "app/commands.hpp"
#include "app/log.hpp"
#include "app/manual.hpp"
#include "config/config.hpp"

namespace {

using namespace tributary;

int real_main(int argc, char** argv) {
  CLI::App cli("Tributary: many partner feeds flow in; one \"Most Recently Added\" stream flows out.",
               "tributary");
  cli.set_version_flag("--version", "tributary " TRIBUTARY_VERSION);
  cli.require_subcommand(1);
  cli.fallthrough();
  cli.footer("Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration.");

  app::Context context;
  std::string config_file = "feeds.yaml";
  std::string log_level = "warn";
  std::string now;
  cli.add_option("--config", config_file, "The configuration")->capture_default_str();
  cli.add_option("--log-level", log_level, "Least urgent messages on stderr")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  cli.add_option("--now", now, "Set the clock (RFC 3339), for tests and reproducible runs")
      ->type_name("RFC3339");

  std::function<int()> command;

  cli.add_subcommand("run", "The daemon: schedule, fetch, store, publish, serve")->callback([&] {
    command = [&] { return app::run(context); };
  });

  app::UpdateOptions update;
  auto* update_command = cli.add_subcommand("update", "One pass for cron: fetch what is due, store, publish");
  update_command->add_flag("--force", update.force, "Pass over everything that only asks for patience");
  update_command->add_option("FEED", update.feeds, "Only these feeds, by URL, slug or name");
  update_command->callback([&] { command = [&] { return app::update(context, update); }; });

  cli.add_subcommand("publish", "Render every output again from the store")->callback([&] {
    command = [&] { return app::publish(context); };
  });
  cli.add_subcommand("serve", "Serve the published output only")->callback([&] {
    command = [&] { return app::serve(context); };
  });

  app::CheckOptions check;
  auto* check_command =
      cli.add_subcommand("check", "Validate feeds.yaml: every fault at once, with its place");
  check_command->add_option("--format", check.format, "How faults are told")
      ->check(CLI::IsMember({"text", "json", "github"}))
      ->capture_default_str();
  check_command->add_flag("--online", check.online, "Also ask each feed once, and say what came");
  check_command->callback([&] { command = [&] { return app::check(context, check); }; });

  app::PreviewOptions preview;
  auto* preview_command = cli.add_subcommand(
      "preview", "What the feeds.yaml as it stands now would change on each page, without changing anything");
  preview_command->add_flag("--json", preview.json, "As JSON");
  preview_command
      ->add_option("--was", preview.was, "The former feeds.yaml; default: what the store knows of it")
      ->type_name("FILE");
  preview_command->callback([&] { command = [&] { return app::preview(context, preview); }; });

  bool json = false;
  auto* status_command = cli.add_subcommand("status", "Each feed's state and figures");
  status_command->add_flag("--json", json, "As JSON");
  status_command->callback([&] { command = [&] { return app::status(context, json); }; });

  std::string puzzling;
  bool explain_json = false;
  auto* explain_command = cli.add_subcommand(
      "explain",
      "Tell where an item came from, what it was merged with, and why it is or is not on the page");
  explain_command
      ->add_option("ITEM-URL", puzzling, "Its address, the id of its entry, or its partner's id of it")
      ->required();
  explain_command->add_flag("--json", explain_json, "As JSON");
  explain_command->callback([&] { command = [&] { return app::explain(context, puzzling, explain_json); }; });

  std::string new_store;
  auto* move_command = cli.add_subcommand("move-store", "Move the whole store to another backend");
  move_command
      ->add_option("URL", new_store, "An empty place: a path, sqlite:PATH or postgresql://USER@HOST/DATABASE")
      ->required();
  move_command->callback([&] { command = [&] { return app::move_store(context, new_store); }; });

  std::string held;
  auto* release_command =
      cli.add_subcommand("release", "Take a held feed for what it is now: its items go on");
  release_command->add_option("FEED", held, "Its URL, slug or name")->required();
  release_command->callback([&] { command = [&] { return app::release(context, held); }; });
  auto* reject_command =
      cli.add_subcommand("reject", "Take a held feed for another's: it is not asked any more");
  reject_command->add_option("FEED", held, "Its URL, slug or name")->required();
  reject_command->callback([&] { command = [&] { return app::reject(context, held); }; });

  app::ParseCommand parse;
  auto* parse_command = cli.add_subcommand("parse", "What the parser makes of a document, as JSON");
  parse_command->add_option("SOURCE", parse.source, "A file, '-' for standard input, or an http(s) URL")
      ->required();
  parse_command->add_option("--base", parse.base, "The address the document came from")->type_name("URL");
  parse_command->add_option("--content-type", parse.content_type, "The Content-Type header it came with")
      ->type_name("VALUE");
  parse_command->callback([&] { command = [&] { return app::parse(context, parse); }; });

  std::string site;
  auto* discover_command = cli.add_subcommand("discover", "List the feeds that a site offers");
  discover_command->add_option("URL", site, "Of a page, or of a feed")->required();
  discover_command->callback([&] { command = [&] { return app::discover(context, site); }; });

  app::AddCommand add;
  auto* add_command = cli.add_subcommand("add", "Put a feed into feeds.yaml");
  add_command->add_option("URL", add.url, "Of a feed, or of a page that names one")->required();
  add_command->add_option("--name", add.name, "What the partner is called; default: the feed's title");
  add_command->add_option("--type", add.type, "What its items are: News, Document, Webinar …");
  add_command->add_option("--topic", add.topics, "The slug of a declared topic; may be said again");
  add_command->add_option("--licence", add.licence, "The licence of its items");
  add_command->add_flag("--dry-run", add.dry_run, "Show the change, write nothing");
  add_command->callback([&] { command = [&] { return app::add(context, add); }; });

  std::string unwanted;
  bool only_shown = false;
  auto* remove_command = cli.add_subcommand("remove", "Take a feed out of feeds.yaml");
  remove_command->add_option("FEED", unwanted, "Its URL, slug or name")->required();
  remove_command->add_flag("--dry-run", only_shown, "Show the change, write nothing");
  remove_command->callback([&] { command = [&] { return app::remove(context, unwanted, only_shown); }; });

  app::ImportCommand import;
  auto* import_command =
      cli.add_subcommand("import", "Take feeds over from an OPML file; shows the change first");
  import_command->add_option("FILE", import.file, "OPML, '-' for standard input")->required();
  import_command->add_flag("--dry-run", import.dry_run, "Show the change, write nothing");
  import_command->add_flag("--yes", import.yes, "Do not ask, on a terminal either");
  import_command->callback([&] { command = [&] { return app::import_feeds(context, import); }; });

  cli.add_subcommand("export", "Write the feeds as OPML")->callback([&] {
    command = [&] { return app::export_feeds(context); };
  });

  app::DemoOptions demo;
  auto* demo_command =
      cli.add_subcommand("demo", "The sample partners on a loopback port, and run over them");
  demo_command->add_flag("--once", demo.once, "One pass instead of the daemon");
  demo_command->callback([&] { command = [&] { return app::demo(context, demo); }; });

  std::string shell;
  auto* completion_command = cli.add_subcommand(
      "completion", "Write a shell's completion: source it, or put it where the shell looks");
  completion_command->add_option("SHELL", shell, "The shell")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
  completion_command->callback([&] {
    command = [&] {
      std::cout << app::completion(cli, shell);
      return app::Exit::done;
    };
  });

  // For packages: pages made of the same texts as --help and the schema.
  std::string page;
  auto* manual_command = cli.add_subcommand("manual", "Write a page of the manual")->group("");
  manual_command->add_option("PAGE", page, "Which page")
      ->check(CLI::IsMember({"tributary.1", "feeds.yaml.5", "keys.md", "commands.md"}))
      ->required();
  manual_command->callback([&] {
    command = [&] {
      if (page == "tributary.1") std::cout << app::command_manual(cli, TRIBUTARY_VERSION);
      if (page == "feeds.yaml.5") std::cout << app::keys_manual(config::schema(), TRIBUTARY_VERSION);
      if (page == "keys.md") std::cout << app::keys_markdown(config::schema());
      if (page == "commands.md") std::cout << app::commands_markdown(cli);
      return app::Exit::done;
    };
  });

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? app::Exit::done : app::Exit::usage;
  }
  context.config_file = config_file;
  if (!now.empty()) {
    context.now = from_rfc3339(now);
    if (!context.now) {
      app::complain("--now: '" + now + "' is no RFC 3339 date and time, e.g. 2026-11-24T12:00:00Z");
      return app::Exit::usage;
    }
  }
  app::start_log(log_level);
  return command();
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that closes a pipe or a socket early is an error of that write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // A file-size limit (ulimit -f) is then a failing write with its own message.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return real_main(argc, argv);
  } catch (const std::exception& bug) {
    app::complain(std::string("internal error: ") + bug.what());
    return app::Exit::failed;
  }
}
