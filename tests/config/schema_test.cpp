#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/config.hpp"

using namespace tributary;

namespace {

const std::filesystem::path root = TRIBUTARY_SOURCE_DIR;

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream out;
  out << stream.rdbuf();
  return std::move(out).str();
}

// Runs python3 with the jsonschema module over the schema and a YAML file: 0 when it passes, 1 when not, 77
// when it can't be tried.
int validate(const std::filesystem::path& yaml) {
  const auto command = "python3 " + (root / "tests/config/validate.py").string() + " " +
                       (root / "config/feeds.schema.json").string() + " " + yaml.string() +
                       " >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST(Schema, TheFileIsWhatTheTableOfKeysSays) {
  // After a change of the table: build/debug/config_test prints nothing by itself; copy what config::schema()
  // gives.
  const auto expected = config::schema();
  if (const char* update = std::getenv("TRIBUTARY_UPDATE_SCHEMA"); update != nullptr) {
    std::ofstream(root / "config/feeds.schema.json", std::ios::binary) << expected;
  }
  EXPECT_EQ(content(root / "config/feeds.schema.json"), expected)
      << "run config_test with TRIBUTARY_UPDATE_SCHEMA=1 in the environment, and look at the difference";
}

TEST(Schema, TheSampleConfigurationPasses) {
  const int result = validate(root / "feeds.yaml");
  if (result == 77) GTEST_SKIP() << "python3 has no jsonschema or yaml module here";
  EXPECT_EQ(result, 0);
}

TEST(Schema, UnknownKeysAndWrongTypesFail) {
  const auto file =
      std::filesystem::temp_directory_path() / ("tributary-schema-" + std::to_string(getpid()) + ".yaml");
  for (const char* yaml :
       {"site: {title: T, url: 'https://e.org/', titel: U}\n", "site: {title: T, url: 'https://e.org'}\n",
        "site: {title: T, url: 'https://e.org/'}\nfetch: {interval: 1 hour}\n",
        "site: {title: T, url: 'https://e.org/'}\nfeeds: [{name: N}]\n"}) {
    std::ofstream(file) << yaml;
    const int result = validate(file);
    if (result == 77) {
      std::filesystem::remove(file);
      GTEST_SKIP() << "python3 has no jsonschema or yaml module here";
    }
    EXPECT_EQ(result, 1) << yaml;
    EXPECT_FALSE(config::parse(yaml, "feeds.yaml")) << yaml;
  }
  std::filesystem::remove(file);
}

TEST(Schema, EveryKeyIsDocumented) {
  for (const auto& key : config::keys()) {
    EXPECT_FALSE(key.doc.empty()) << key.path;
    EXPECT_FALSE(key.kind.empty()) << key.path;
    EXPECT_TRUE(key.doc.ends_with('.')) << key.path;
  }
}
