// Runs every document below tests/parser/fixtures against the expectation that stands in its head: one test a
// fixture, named after its file. fixtures/README.md has the form.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "parser/parser.hpp"

namespace {

using namespace tributary;
namespace json = boost::json;

struct Directive {
  std::string name, value;
};

struct Fixture {
  std::vector<Directive> directives;
  std::string document;

  [[nodiscard]] std::string get(std::string_view name) const {
    for (const auto& directive : directives) {
      if (directive.name == name) return directive.value;
    }
    return {};
  }
  [[nodiscard]] bool has(std::string_view name) const {
    for (const auto& directive : directives) {
      if (directive.name == name) return true;
    }
    return false;
  }
};

std::string unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    const char kind = text[++i];
    unsigned value = 0;
    if (kind == 'x' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ec == std::errc()) {
      bytes += static_cast<char>(value);
      i += 2;
    } else {
      bytes += kind == 'n' ? '\n' : kind;
    }
  }
  return bytes;
}

Fixture read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Fixture fixture;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line == "---") break;
    if (line.empty() || line.front() == '#') continue;
    const auto colon = line.find(':');
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    fixture.directives.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  if (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  fixture.document = fixture.get("escapes") == "yes" ? unescape(rest) : std::string(rest);
  return fixture;
}

void expect_member(const json::value& whole, const std::string& expectation) {
  const auto space = expectation.find(' ');
  ASSERT_NE(space, std::string::npos) << "an expectation is a pointer, a space and a value: " << expectation;
  const std::string pointer = expectation.substr(0, space);
  const std::string wanted = expectation.substr(space + 1);
  boost::system::error_code missing;
  const json::value* member = whole.find_pointer(pointer, missing);
  const std::string seen = member == nullptr ? "absent" : json::serialize(*member);
  if (wanted == "absent") {
    EXPECT_EQ(member, nullptr) << pointer << " is " << seen;
  } else if (wanted.starts_with("count ")) {
    const std::size_t count = member != nullptr && member->is_array() ? member->as_array().size() : 0;
    EXPECT_EQ(std::to_string(count), wanted.substr(6)) << pointer << " is " << seen;
  } else {
    boost::system::error_code fault;
    const json::value value = json::parse(wanted, fault);
    ASSERT_FALSE(fault) << "no JSON value: " << wanted;
    EXPECT_TRUE(member != nullptr && *member == value)
        << pointer << "\n  wanted " << wanted << "\n  seen   " << seen;
  }
}

bool has_warning(const Feed& feed, const std::string& wanted) {
  const auto space = wanted.find(' ');
  for (const auto& warning : feed.warnings) {
    if (warning.code != wanted.substr(0, space)) continue;
    if (space == std::string::npos || std::to_string(warning.line) == wanted.substr(space + 1)) return true;
  }
  return false;
}

void check_feed(const Fixture& fixture) {
  const auto feed = parser::parse({.bytes = fixture.document,
                                   .name = "fixture",
                                   .base = fixture.get("base"),
                                   .content_type = fixture.get("content-type")},
                                  {.timezone = fixture.get("timezone")});
  if (fixture.has("refused")) {
    ASSERT_FALSE(feed) << parser::to_json(*feed);
    EXPECT_NE(feed.error().detail.find(fixture.get("refused")), std::string::npos) << feed.error().detail;
    return;
  }
  ASSERT_TRUE(feed) << feed.error().detail;
  const std::string text = parser::to_json(*feed);
  const json::value whole = json::parse(text);
  for (const auto& [name, value] : fixture.directives) {
    if (name == "expect") {
      expect_member(whole, value);
    } else if (name == "warning") {
      EXPECT_TRUE(has_warning(*feed, value)) << "no warning " << value;
    } else if (name == "no warning") {
      EXPECT_FALSE(value == "any" ? !feed->warnings.empty() : has_warning(*feed, value))
          << "there is " << value;
    }
  }
  if (testing::Test::HasFailure()) std::cout << text;
}

void check_html(const Fixture& fixture) {
  const SafeHtml once = parser::sanitise(fixture.document, fixture.get("base"));
  ASSERT_TRUE(fixture.has("result"));
  EXPECT_EQ(once.view(), fixture.get("result"));
  EXPECT_EQ(parser::sanitise(once.view(), fixture.get("base")).view(), once.view()) << "sanitised twice";
}

void check_discovery(const Fixture& fixture) {
  json::array links;
  for (const auto& link : parser::discover(fixture.document, fixture.get("base"))) {
    json::object members{{"href", link.href}, {"rel", link.rel}};
    if (!link.type.empty()) members["type"] = link.type;
    if (!link.title.empty()) members["title"] = link.title;
    links.push_back(std::move(members));
  }
  const json::value whole = std::move(links);
  for (const auto& [name, value] : fixture.directives) {
    if (name == "expect") expect_member(whole, value);
  }
}

bool is_known(const std::string& directive) {
  static const std::vector<std::string> names{"rule",    "expect", "warning",      "no warning",
                                              "refused", "base",   "content-type", "timezone",
                                              "kind",    "result", "escapes"};
  return std::find(names.begin(), names.end(), directive) != names.end();
}

class FixtureTest : public testing::Test {
 public:
  explicit FixtureTest(std::filesystem::path path) : path_(std::move(path)) {}
  void TestBody() override {
    const Fixture fixture = read(path_);
    EXPECT_FALSE(fixture.get("rule").empty()) << "a fixture names its rule";
    for (const auto& directive : fixture.directives) EXPECT_TRUE(is_known(directive.name)) << directive.name;
    const bool expects = fixture.has("expect") || fixture.has("warning") || fixture.has("no warning") ||
                         fixture.has("refused") || fixture.has("result");
    EXPECT_TRUE(expects) << "a fixture expects something";
    const std::string kind = fixture.get("kind");
    if (kind == "html") {
      check_html(fixture);
    } else if (kind == "discover") {
      check_discovery(fixture);
    } else {
      check_feed(fixture);
    }
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::recursive_directory_iterator(TRIBUTARY_FIXTURES)) {
    if (file.path().extension() == ".fixture") paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    testing::RegisterTest(path.parent_path().filename().c_str(), path.stem().c_str(), nullptr, nullptr,
                          path.c_str(), 0, [path]() -> FixtureTest* { return new FixtureTest(path); });
  }
  return RUN_ALL_TESTS();
}
