#include <CLI/CLI.hpp>
#include <string>

#include "bench/throughput/commands.hpp"

int main(int argc, char** argv) {
  using namespace tributary::bench;
  CLI::App app{"Measures one stage of Tributary and ends with a line of JSON."};
  app.require_subcommand(1);

  ParseBench parse;
  std::string sanitise = "on";
  CLI::App* parse_command = app.add_subcommand("parse", "documents to feeds, one thread, from memory");
  parse_command->add_option("FEEDS", parse.feeds, "a folder of documents")->required();
  parse_command->add_option("--sanitize", sanitise, "off: no HTML is kept")
      ->check(CLI::IsMember({"on", "off"}));
  parse_command->add_option("--rounds", parse.rounds, "rounds that are measured")->check(CLI::PositiveNumber);

  ServeBench serve;
  CLI::App* serve_command = app.add_subcommand("serve", "a feed to many connections, one server thread");
  serve_command->add_option("DOCUMENT", serve.document, "what is served; without it a feed is made");
  serve_command->add_option("--size", serve.size, "bytes of the feed that is made");
  serve_command->add_option("--connections", serve.connections, "at once")->check(CLI::PositiveNumber);
  serve_command->add_option("--seconds", serve.seconds, "for each case and round")
      ->check(CLI::PositiveNumber);
  serve_command->add_option("--rounds", serve.rounds, "rounds that are measured")->check(CLI::PositiveNumber);

  PublishBench publish;
  CLI::App* publish_command =
      app.add_subcommand("publish", "after one new item, beside everything, and with many items");
  publish_command->add_option("--items", publish.items, "in the store at the end");
  publish_command->add_option("--written", publish.written, "of them, written whole")
      ->check(CLI::PositiveNumber);
  publish_command->add_option("--feeds", publish.feeds, "partners")->check(CLI::PositiveNumber);
  publish_command->add_option("--a-week", publish.a_week, "items")->check(CLI::PositiveNumber);
  publish_command->add_option("--rounds", publish.rounds, "new items")->check(CLI::PositiveNumber);
  publish_command->add_option("--folder", publish.folder, "for store and output; kept");
  publish_command->add_flag("--progress", publish.progress, "say how far it is");

  PollBench poll;
  CLI::App* poll_command =
      app.add_subcommand("poll", "whole passes over partners that another server serves");
  poll_command->add_option("FEEDS", poll.sources, "URLs; or folders with a paths.txt, served under --base")
      ->required();
  poll_command->add_option("--base", poll.base, "where the folders' paths are served; ends in /");
  poll_command->add_option("--feeds", poll.feeds, "so many of them; 0: all");
  poll_command->add_option("--passes", poll.passes, "the first finds everything new")
      ->check(CLI::PositiveNumber);
  poll_command->add_option("--concurrency", poll.concurrency, "transfers at once")
      ->check(CLI::PositiveNumber);
  poll_command->add_flag("--publish", poll.publish, "after each pass");

  StoreBench store;
  CLI::App* store_command = app.add_subcommand("store", "items into a store and back, one thread");
  store_command->add_option("DATABASE", store.database, "a file, replaced if it is there")->required();
  store_command->add_option("--items", store.items, "how many")->check(CLI::PositiveNumber);
  store_command->add_option("--feeds", store.feeds, "of how many feeds; fewer come in rounds");
  store_command->add_option("--content", store.content, "bytes of an item's text");
  store_command->add_option("--batch", store.batch, "documents a transaction")->check(CLI::PositiveNumber);
  store_command->add_flag("!--once", store.again, "not everything again, unchanged");

  CLI11_PARSE(app, argc, argv);
  if (*parse_command) {
    parse.sanitise = sanitise == "on";
    return bench_parse(parse);
  }
  if (*serve_command) return bench_serve(serve);
  if (*publish_command) return bench_publish(publish);
  if (*poll_command) return bench_poll(poll);
  if (*store_command) return bench_store(store);
  return 2;
}
