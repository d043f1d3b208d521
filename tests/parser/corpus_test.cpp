// Properties that hold for every document of the development corpus (../shared/corpus, never committed): cut
// anywhere, it still gives the items that were whole before the cut; its HTML, cleaned again, stays as it is.
// Without the corpus these tests say that they are skipped. TRIBUTARY_LONG=1 cuts each document at 200
// places, otherwise at a few.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "parser/parser.hpp"

namespace {

using namespace tributary;
namespace fs = std::filesystem;

struct CorpusDocument {
  std::string name;
  std::string bytes;
};

std::vector<CorpusDocument> corpus() {
  std::vector<CorpusDocument> documents;
  const fs::path folder = fs::path(TRIBUTARY_SOURCE_DIR) / ".." / "shared" / "corpus";
  if (!fs::is_directory(folder)) return documents;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (!entry.is_regular_file() || name.ends_with(".expected.json") || name.ends_with(".md")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    documents.push_back({name, std::string{std::istreambuf_iterator<char>(file), {}}});
  }
  std::ranges::sort(documents, {}, &CorpusDocument::name);
  return documents;
}

bool is_long() {
  const char* wanted = std::getenv("TRIBUTARY_LONG");
  return wanted != nullptr && std::string_view(wanted) == "1";
}

/// Where the items of a well-formed XML feed end, in document order.
std::vector<std::size_t> item_ends_of_xml(std::string_view text) {
  std::vector<std::size_t> ends;
  int nested = 0;
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const std::string_view rest = text.substr(at);
    const auto skip = [&](std::string_view open, std::string_view close) {
      if (!rest.starts_with(open)) return false;
      const auto end = text.find(close, at + open.size());
      at = end == std::string_view::npos ? text.size() : end + close.size();
      return true;
    };
    if (skip("<![CDATA[", "]]>") || skip("<!--", "-->") || skip("<?", "?>")) continue;
    const auto end = std::min(text.find('>', at), text.size() - 1);
    std::string_view tag = text.substr(at + 1, end - at - 1);
    const bool closes = tag.starts_with('/');
    if (closes) tag.remove_prefix(1);
    std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    if (const auto colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
    if (name == "item" || name == "entry") {
      if (!closes && !tag.ends_with('/')) ++nested;
      if (closes) --nested;
      if (nested > 1) return {};  // which of two nested items ends first is another question
      if ((closes || tag.ends_with('/')) && nested == 0) ends.push_back(end + 1);
    }
    at = end + 1;
  }
  return ends;
}

/// The same for JSON Feed: the objects right inside the root's "items".
std::vector<std::size_t> item_ends_of_json(std::string_view text) {
  std::vector<std::size_t> ends;
  std::string open, key, last;
  bool inside = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t start = at + 1;
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
      last = text.substr(start, std::min(at, text.size()) - start);
    } else if (c == ':' && open == "{") {
      key = last;
    } else if (c == '{' || c == '[') {
      open += c;
      if (open == "{[") inside = key == "items";
    } else if (c == '}' || c == ']') {
      if (open == "{[{" && inside) ends.push_back(at + 1);
      if (!open.empty()) open.pop_back();
    }
  }
  return ends;
}

Result<Feed> read(const CorpusDocument& document, std::size_t length) {
  return parser::parse({.bytes = std::string_view(document.bytes).substr(0, length), .name = document.name});
}

void expect_same(const CorpusDocument& document, std::size_t cut, const Item& whole, const Item& kept) {
  EXPECT_EQ(whole.id, kept.id) << document.name << " cut at " << cut;
  EXPECT_EQ(whole.title.has_value(), kept.title.has_value()) << document.name << " cut at " << cut;
  if (whole.title && kept.title) {
    EXPECT_EQ(whole.title->value(), kept.title->value()) << document.name << " cut at " << cut;
  }
  EXPECT_EQ(whole.link, kept.link) << document.name << " cut at " << cut;
}

TEST(Corpus, ADocumentCutAnywhereKeepsItsWholeItems) {
  const auto documents = corpus();
  if (documents.empty()) GTEST_SKIP() << "no ../shared/corpus";
  const std::size_t cuts = is_long() ? 200 : 4;
  std::size_t kept_items = 0;
  for (const auto& document : documents) {
    const auto whole = read(document, document.bytes.size());
    std::vector<std::size_t> ends;
    // A document in 16 bits has its ends elsewhere; one that is damaged already has no certain ones.
    const bool has_ends = whole && whole->well_formed && !whole->encoding.starts_with("utf-16") &&
                          !whole->encoding.starts_with("utf-32");
    if (has_ends) {
      ends = whole->format.starts_with("json") ? item_ends_of_json(document.bytes)
                                               : item_ends_of_xml(document.bytes);
      if (ends.size() != whole->items.size()) ends.clear();  // items that stand elsewhere, as in CDF
    }
    for (std::size_t i = 1; i <= cuts; ++i) {
      // Spread over the document, and never the same bytes of every document.
      const std::size_t cut = (document.bytes.size() * i + document.bytes.size() % 7) / (cuts + 1);
      const auto part = read(document, std::min(cut, document.bytes.size()));
      const auto complete =
          static_cast<std::size_t>(std::ranges::count_if(ends, [&](std::size_t end) { return end <= cut; }));
      if (complete == 0) continue;
      ASSERT_TRUE(part) << document.name << " cut at " << cut << ": " << part.error().detail;
      ASSERT_GE(part->items.size(), complete) << document.name << " cut at " << cut;
      for (std::size_t k = 0; k < complete; ++k) expect_same(document, cut, whole->items[k], part->items[k]);
      kept_items += complete;
    }
  }
  EXPECT_GT(kept_items, 1000u) << "the test has looked at too little";
}

TEST(Corpus, CleaningItsHtmlTwiceChangesNothing) {
  const auto documents = corpus();
  if (documents.empty()) GTEST_SKIP() << "no ../shared/corpus";
  std::size_t seen = 0;
  const auto check = [&](const std::string& name, const SafeHtml& html) {
    if (html.view().empty()) return;
    EXPECT_EQ(parser::sanitise(html.view()).view(), html.view()) << name;
    ++seen;
  };
  for (const auto& document : documents) {
    const auto feed = read(document, document.bytes.size());
    // The whole document is HTML too, of a kind.
    check(document.name, parser::sanitise(document.bytes, "https://example.org/"));
    if (!feed) continue;
    for (const auto& item : feed->items) {
      if (item.summary) check(document.name, item.summary->html);
      if (item.title) check(document.name, item.title->html);
      for (const auto& content : item.content) check(document.name, content.html);
    }
  }
  EXPECT_GT(seen, 1000u) << "the test has looked at too little";
}

}  // namespace
