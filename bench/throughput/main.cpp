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

  CLI11_PARSE(app, argc, argv);
  if (*parse_command) {
    parse.sanitise = sanitise == "on";
    return bench_parse(parse);
  }
  return 2;
}
