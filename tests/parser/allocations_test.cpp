// Every allocation of a parse fails once. malloc and its relatives are this program's own here, so that those
// of gumbo, ICU, pugixml and Boost fail like ours; a balance of what was taken and given back finds leaks.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>

#include "parser/parser.hpp"

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace {

// Plain numbers: nothing here runs on two threads, and what is needed while libc starts must need nothing.
long taken = 0;    // allocations since watching began
long balance = 0;  // of these, not given back yet
long fails_at = 0;
bool watching = false;

bool fails() {
  if (!watching) return false;
  ++taken;
  if (taken == fails_at) {
    errno = ENOMEM;
    return true;
  }
  return false;
}

void* counted(void* memory) {
  if (watching && memory != nullptr) ++balance;
  return memory;
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) {
  return fails() ? nullptr : counted(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) {
  return fails() ? nullptr : counted(__libc_calloc(count, size));
}
void* realloc(void* memory, std::size_t size) {
  if (fails()) return nullptr;
  void* moved = __libc_realloc(memory, size);
  return memory == nullptr ? counted(moved) : moved;
}
void* memalign(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : counted(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
  if (watching && memory != nullptr) --balance;
  __libc_free(memory);
}
}

namespace tributary::parser {
namespace {

struct Sample {
  const char* name;
  std::string bytes;
  std::string content_type = {};
};

std::string rss(const std::string& description) {
  return "<?xml version='1.0'?><rss version='2.0' "
         "xmlns:media='http://search.yahoo.com/mrss/'><channel><title>Harbour &amp; "
         "Library</title><link>https://example.org/</link><item><title>A title that is long enough for an "
         "allocation</title>"
         "<guid>https://example.org/an-item-with-a-long-address/1</guid><link>https://example.org/"
         "an-item-with-a-long-address/1</link>"
         "<category>Documents about partnerships</category><media:content "
         "url='https://example.org/photo-of-the-harbour.jpg'/>"
         "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><description>" +
         description + "</description></item></channel></rss>";
}

const Sample samples[] = {
    {"RSS", rss("&lt;p>Some &lt;b>bold&lt;/b> words and &lt;a href='/an/address/that/is/relative'>a "
                "link&lt;/a>.&lt;/p>")},
    {"RSS whose HTML is crossed",
     rss("&lt;p>&lt;b>&lt;i>crossed&lt;/b> tags&lt;/i>&lt;table>&lt;div>in a table&lt;/table>"
         "&lt;svg>&lt;p>&lt;select>&lt;option>one&lt;p>&lt;a href='x'>&lt;a href='y'>&lt;ul>&lt;li>&lt;li>")},
    {"damaged RSS", rss("a & b < c &nbsp; &unknown; \xFF <b>unclosed").substr(0, 700)},
    {"RSS in windows-1251",
     "<?xml version='1.0' encoding='windows-1251'?><rss "
     "version='2.0'><channel><title>\xCF\xF0\xE8\xE2\xE5\xF2 "
     "\xF1\xEE\xF1\xE5\xE4\xE8 \xEF\xEE \xF0\xE5\xEA\xE5</title><item><title>\xCF\xF0\xE8\xE2\xE5\xF2</title>"
     "<guid>1</guid></item></channel></rss>"},
    {"Atom with XHTML",
     "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://example.org/news/'><title>News of the "
     "harbour library</title>"
     "<entry><id>tag:example.org,2026:one-entry-of-the-feed</id><updated>2026-11-02T10:00:00Z</"
     "updated><title type='html'>A &lt;b>title&lt;/b>"
     "</title><author><name>Somebody with a long name</name></author><content type='xhtml'><div "
     "xmlns='http://www.w3.org/1999/xhtml'>"
     "<p>Words with <em>markup</em> and <img src='photo-of-the-harbour.jpg' alt='a "
     "photo'/></p></div></content></entry></feed>"},
    {"JSON Feed",
     R"({"version":"https://jsonfeed.org/version/1.1","title":"News of the harbour library","items":[{"id":"an id that is quite long",)"
     R"("url":"https://example.org/an-item-with-a-long-address/1","content_html":"<p>Some <b>bold</b> words, <a href='/x'>a link</a></p>",)"
     R"("tags":["documents about partnerships"],"date_published":"2026-11-02T10:00:00Z"}]})"},
    {"no feed", "<!doctype html><title>A page that is none, with a long title</title><p>x"},
};

struct Outcome {
  bool threw = false;
  Result<Feed> feed = std::unexpected(Error{});
};

Outcome read(const Sample& sample, long failing) {
  const Document document{
      .bytes = sample.bytes, .name = "https://example.org/feed.xml", .base = "https://example.org/feed.xml"};
  Outcome outcome;
  taken = balance = 0;
  fails_at = failing;
  watching = true;
  try {
    outcome.feed = parse(document);
  } catch (...) {
    outcome.threw = true;
  }
  watching = false;
  return outcome;
}

TEST(Allocations, OneThatFailsIsAClearErrorOrCostsNothing) {
  long faults = 0;
  long refused = 0;
  for (const Sample& sample : samples) {
    SCOPED_TRACE(sample.name);
    // What is made once and kept, such as tables and ICU's data, is made here.
    const auto whole = read(sample, 0);
    const std::string wanted = whole.feed ? to_json(*whole.feed) : whole.feed.error().detail;
    read(sample, 0);
    const long all = taken;
    ASSERT_GT(all, 0);
    for (long at = 1; at <= all; ++at) {
      SCOPED_TRACE("allocation " + std::to_string(at) + " of " + std::to_string(all));
      std::optional<Outcome> outcome = read(sample, at);
      const long held = balance;
      ++faults;
      ASSERT_FALSE(outcome->threw);
      if (outcome->feed) {
        // Memory that is asked for once more elsewhere may be had; half a feed must not pass for the whole.
        ASSERT_EQ(to_json(*outcome->feed), wanted);
      } else if (outcome->feed.error().detail != wanted) {
        ++refused;
        ASSERT_EQ(outcome->feed.error().detail, "there is not enough memory to read the document");
        EXPECT_EQ(outcome->feed.error().kind, ErrorKind::too_large);
        EXPECT_EQ(outcome->feed.error().where, "https://example.org/feed.xml");
      }
      // What the result holds is given back with it, and nothing else may be left.
      balance = held;
      fails_at = 0;
      watching = true;
      outcome.reset();
      watching = false;
      ASSERT_EQ(balance, 0);
    }
  }
  RecordProperty("allocations_failed", static_cast<int>(faults));
  RecordProperty("refused", static_cast<int>(refused));
  std::printf("%ld allocations failed, %ld documents refused for it\n", faults, refused);
}

}  // namespace
}  // namespace tributary::parser
