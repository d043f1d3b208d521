#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "config/config.hpp"

// Each file of tests/config/faults is a faulty feeds.yaml. It begins with what must be said of it, nothing
// more and nothing less: lines "# expect [warning ]LINE:COLUMN CODE: what; how to mend it".

using namespace tributary::config;

namespace {

const std::filesystem::path folder = std::filesystem::path(TRIBUTARY_SOURCE_DIR) / "tests/config/faults";

std::vector<std::filesystem::path> fixtures() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream out;
  out << stream.rdbuf();
  return std::move(out).str();
}

std::vector<std::string> expected(const std::string& text) {
  constexpr std::string_view mark = "# expect ";
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line) && line.starts_with(mark);)
    lines.push_back(line.substr(mark.size()));
  return lines;
}

std::vector<Fault> faults_of(const std::string& text) {
  // A folder that isn't there, so that messages are the same on every machine.
  auto loaded = parse(text, "/srv/tributary/feeds.yaml");
  return loaded ? loaded->warnings : loaded.error();
}

class Faults : public testing::TestWithParam<std::filesystem::path> {};

}  // namespace

TEST_P(Faults, AreToldExactly) {
  const auto text = content(GetParam());
  std::vector<std::string> told;
  for (const auto& fault : faults_of(text)) {
    told.push_back((fault.warning ? "warning " : "") + std::to_string(fault.line) + ":" +
                   std::to_string(fault.column) + " " + fault.code + ": " + fault.what + "; " + fault.mend);
  }
  EXPECT_FALSE(told.empty());
  EXPECT_THAT(told, testing::ElementsAreArray(expected(text)));
}

TEST_P(Faults, CutAnywhereNeverCrash) {
  const auto text = content(GetParam());
  for (std::size_t length = 0; length < text.size(); length += 3) {
    for (const auto& fault : faults_of(text.substr(0, length))) {
      EXPECT_GE(fault.line, 1);
      EXPECT_GE(fault.column, 1);
      EXPECT_FALSE(render_faults({fault}, FaultFormat::text).empty());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfFixtures, Faults, testing::ValuesIn(fixtures()), [](const auto& fixture) {
  std::string name = fixture.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(FaultFixtures, AreAHundredAndShowEachCode) {
  const auto files = fixtures();
  EXPECT_GE(files.size(), 100u);
  std::set<std::string> codes;
  for (const auto& file : files) {
    for (const auto& fault : faults_of(content(file))) codes.insert(fault.code);
  }
  EXPECT_GE(codes.size(), 35u) << testing::PrintToString(codes);
}

TEST(RenderFaults, TextUnderlinesWhatIsAtFault) {
  const auto faults = faults_of("site: {title: T, url: https://e.org/}\nfetch: {intervall: 1h}\n");
  EXPECT_EQ(render_faults(faults, FaultFormat::text),
            "/srv/tributary/feeds.yaml:2:9: unknown key `intervall`; did you mean `interval`? [unknown-key]\n"
            "  2 | fetch: {intervall: 1h}\n"
            "    |         ^^^^^^^^^\n");
}

TEST(RenderFaults, TextGivesWideLettersTwoCellsAndHidesWhatDeceives) {
  const auto faults = faults_of("site: {title: 図書, url: https://e.org/, x\u202Ey: 1}\n");
  EXPECT_EQ(render_faults(faults, FaultFormat::text),
            "/srv/tributary/feeds.yaml:1:40: unknown key `x\uFFFDy`; known here are title, url, language, "
            "timezone, intro, photo, author, rights, "
            "templates [unknown-key]\n"
            "  1 | site: {title: 図書, url: https://e.org/, x\uFFFDy: 1}\n"
            "    |                                          ^^^\n");
}

TEST(RenderFaults, TextCutsLongLinesAroundTheFault) {
  const std::string padding(300, 'x');
  const auto text =
      render_faults(faults_of("site: {title: " + padding + ", url: https://e.org/, foo: " + padding + "}\n"),
                    FaultFormat::text);
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  EXPECT_LT(line.size(), 130u);
  EXPECT_NE(line.find("foo"), std::string::npos);
}

TEST(RenderFaults, JsonIsReadByAnyReaderOfJson) {
  const auto faults =
      faults_of("site: {title: T, url: https://e.org/, \"a\\\"b\": 1}\nfetch: {interval: 1m}\n");
  EXPECT_EQ(render_faults(faults, FaultFormat::json),
            "{\"faults\": [\n"
            "  {\"file\": \"/srv/tributary/feeds.yaml\", \"line\": 1, \"column\": 39, \"length\": 6, "
            "\"code\": \"unknown-key\", \"severity\": "
            "\"error\", \"what\": \"unknown key `a\\\"b`\", \"mend\": \"known here are title, url, language, "
            "timezone, intro, photo, author, rights, "
            "templates\", \"source\": \"site: {title: T, url: https://e.org/, \\\"a\\\\\\\"b\\\": 1}\"},\n"
            "  {\"file\": \"/srv/tributary/feeds.yaml\", \"line\": 2, \"column\": 19, \"length\": 2, "
            "\"code\": \"out-of-range\", \"severity\": "
            "\"warning\", \"what\": \"interval `1m` is shorter than min_interval\", \"mend\": \"set "
            "min_interval too; until then it counts instead\", "
            "\"source\": \"fetch: {interval: 1m}\"}\n"
            "], \"errors\": 1, \"warnings\": 1}\n");
  EXPECT_EQ(render_faults({}, FaultFormat::json), "{\"faults\": [], \"errors\": 0, \"warnings\": 0}\n");
}

TEST(RenderFaults, GithubEscapesWhatItsCommandsReserve) {
  const std::vector<Fault> faults = {{.file = "a,b:c.yaml",
                                      .line = 3,
                                      .column = 4,
                                      .code = "x",
                                      .what = "100% wrong",
                                      .mend = "a: b",
                                      .length = 5},
                                     {.file = "feeds.yaml",
                                      .code = "unreadable-file",
                                      .what = "not there",
                                      .mend = "write it",
                                      .warning = true}};
  EXPECT_EQ(render_faults(faults, FaultFormat::github),
            "::error file=a%2Cb%3Ac.yaml,line=3,col=4,endColumn=9,title=x::100%25 wrong; a: b\n"
            "::warning file=feeds.yaml,title=unreadable-file::not there; write it\n");
}
