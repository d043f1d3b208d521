#include "tests/behaviour/site.hpp"

namespace tributary::test {

void Site::configure(const std::vector<std::string>& feeds, const std::string& more) const {
  std::string yaml =
      "site: {title: Sample Partners, url: 'https://partners.example.org/'}\n"
      "store: sqlite:data/tributary.db\noutput: public\n"
      "server: {listen: '127.0.0.1:0', admin: '127.0.0.1:0'}\n";
  if (more.find("fetch:") == std::string::npos) {
    yaml += "fetch: {allow_addresses: [127.0.0.0/8], timeout: 20s, per_host: 16}\n";
  }
  yaml += more + "feeds:\n";
  for (const auto& feed : feeds) yaml += "  - " + feed + "\n";
  write_file(config(), yaml);
}

Finished Site::run(std::vector<std::string> arguments, const std::string& now) const {
  arguments.insert(arguments.end(), {"--config", config().string(), "--now", now});
  return run_program(std::move(arguments));
}

std::map<std::string, std::string> Site::all_published() const {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(output())) {
    if (entry.is_regular_file()) {
      files[std::filesystem::relative(entry.path(), output()).string()] = read_file(entry.path());
    }
  }
  return files;
}

}  // namespace tributary::test
