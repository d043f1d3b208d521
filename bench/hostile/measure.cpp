// Hostile documents, each given to the real binary `tributary parse`: how long it takes and how much memory
// at its peak. README.md beside this file says what is promised.
#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t million = 1'000'000;
constexpr std::size_t huge = 50'000'000;  // bytes of one text node

// Documents are made in their whole size, or smaller by this, all kinds alike.
std::size_t divisor = 1;

std::string times(std::size_t count, std::string_view what) {
  count = std::max<std::size_t>(1, count / divisor);
  std::string out;
  out.reserve(count * what.size());
  while (count-- > 0) out += what;
  return out;
}

/// `what` again and again, with its number in place of each '#'.
std::string numbered(std::size_t count, std::string_view what) {
  count = std::max<std::size_t>(1, count / divisor);
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    for (const char c : what) {
      if (c == '#')
        out += std::to_string(i);
      else
        out += c;
    }
  }
  return out;
}

std::string rss(const std::string& channel) {
  return "<rss version=\"2.0\"><channel><title>t</title>" + channel + "</channel></rss>";
}
std::string description(const std::string& text) {
  return rss("<item><guid>g</guid><description>" + text + "</description></item>");
}
std::string cdata(const std::string& html) {
  return description("<![CDATA[" + html + "]]>");
}
std::string atom(const std::string& entry) {
  return "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>urn:a</id>" + entry + "</entry></feed>";
}
std::string json_feed(const std::string& items) {
  return R"({"version":"https://jsonfeed.org/version/1.1","title":"t","items":[)" + items + "]}";
}
std::string utf16(std::string_view ascii) {
  std::string out = "\xFF\xFE";
  for (const char c : ascii) out += {c, '\0'};
  return out;
}

/// Ten entities, each ten times the one before.
std::string bomb() {
  std::string subset = "<!ENTITY l0 \"lol\">";
  for (int i = 1; i < 10; ++i) {
    subset += "<!ENTITY l" + std::to_string(i) + " \"";
    for (int k = 0; k < 10; ++k) subset += "&l" + std::to_string(i - 1) + ";";
    subset += "\">";
  }
  return "<!DOCTYPE rss [" + subset + "]>" + rss("<item><title>&l9;</title></item>");
}

struct Hostile {
  const char* name;
  std::function<std::string()> make;
};

const std::vector<Hostile> documents{
    {"entity bomb", bomb},
    {"quadratic entity",
     [] {
       return "<!DOCTYPE rss [<!ENTITY a \"" + times(60'000, "a") + "\">]>" +
              rss("<item><title>" + times(million, "&a;") + "</title></item>");
     }},
    {"100,000 entities in a chain",
     [] {
       return "<!DOCTYPE rss [<!ENTITY e0 \"x\">" + numbered(100'000, "<!ENTITY f# \"&e#;&e#;\">") + "]>" +
              rss("<title>&f99999;</title>");
     }},
    {"100,000 elements deep", [] { return rss(times(100'000, "<a>")); }},
    {"100,000 deep and closed", [] { return rss(times(100'000, "<a>") + times(100'000, "</a>")); }},
    {"1,000,000 deep in xhtml",
     [] {
       return atom("<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">" +
                   times(million, "<div>") + "x" + times(million, "</div>") + "</div></content>");
     }},
    {"a million attributes",
     [] { return rss("<item" + numbered(million, " a#=\"v\"") + "><guid>g</guid></item>"); }},
    {"a million of one attribute",
     [] { return rss("<item" + times(million, " a=\"v\"") + "><guid>g</guid></item>"); }},
    {"a million namespaces",
     [] { return rss("<item" + numbered(million, " xmlns:n#=\"u#\"") + "><guid>g</guid></item>"); }},
    {"a million undeclared prefixes", [] { return rss(numbered(million, "<p#:a/>")); }},
    {"a million html attributes", [] { return cdata("<p" + numbered(million, " a#=v") + ">x</p>"); }},
    {"50 MB of text in a title", [] { return rss("<title>" + times(huge / 5, "word ") + "</title>"); }},
    {"50 MB of text in a description", [] { return description(times(huge / 5, "word ")); }},
    {"50 MB of text in a CDATA section", [] { return cdata(times(huge / 5, "word ")); }},
    {"50 MB of html",
     [] { return cdata(times(huge / 50, "<p class=\"c\">Some <b>words</b> &amp; more words.</p>\n ")); }},
    {"50 MB of escaped html",
     [] { return description(times(huge / 40, "&lt;p&gt;Some words, a few.&lt;/p&gt;\n")); }},
    {"50 MB of text in atom", [] { return atom("<content>" + times(huge / 5, "word ") + "</content>"); }},
    {"50 MB of text in xhtml",
     [] {
       return atom("<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">" +
                   times(huge / 5, "word ") + "</div></content>");
     }},
    {"50 MB of text in JSON",
     [] { return json_feed(R"({"id":"1","content_text":")" + times(huge / 5, "word ") + "\"}"); }},
    {"50 MB of html in JSON",
     [] {
       return json_feed(R"({"id":"1","content_html":")" + times(huge / 25, "<p>Some words, few.</p>\\n") +
                        "\"}");
     }},
    {"50 MB of bare &", [] { return description(times(huge, "&")); }},
    {"50 MB of bare <", [] { return description(times(huge, "<")); }},
    {"50 MB of bare & in a CDATA section", [] { return cdata(times(huge, "&")); }},
    {"50 MB of < in a CDATA section", [] { return cdata(times(huge, "<")); }},
    {"50 MB of NULs", [] { return description(std::string(huge, '\0')); }},
    {"50 MB of control characters", [] { return description(times(huge, "\x01")); }},
    {"20 MB of surrogates in UTF-8", [] { return description(times(7 * million, "\xED\xA0\x80")); }},
    {"20 MB of bytes that are no UTF-8", [] { return description(times(20 * million, "\xFF")); }},
    {"20 MB of lone surrogates in UTF-16",
     [] {
       std::string wide = utf16(description("#"));
       wide.replace(wide.find('#'), 2, times(10 * million, std::string_view("\0\xD8", 2)));
       return wide;
     }},
    {"a million references to surrogates", [] { return description(times(million, "&#xD800;")); }},
    {"a million surrogates in JSON",
     [] { return json_feed(R"({"id":"1","content_text":")" + times(million, "\\ud800") + "\"}"); }},
    {"a million html names", [] { return description(times(million, "&eacute;")); }},
    {"a million unknown names", [] { return description(numbered(million, "&n#;")); }},
    {"a million open div", [] { return cdata(times(million, "<div>")); }},
    {"a million open b", [] { return cdata(times(million, "<b>")); }},
    {"a million open p and a", [] { return cdata(times(million / 2, "<p><a href=x>")); }},
    {"a million open tables", [] { return cdata(times(million, "<table>")); }},
    {"a million open cells", [] { return cdata(times(million / 4, "<table><tbody><tr><td>")); }},
    {"a million open lists", [] { return cdata(times(million / 2, "<ul><li>")); }},
    {"a million open svg", [] { return cdata(times(million, "<svg>")); }},
    {"a million open select", [] { return cdata(times(million, "<select>")); }},
    {"a million open templates", [] { return cdata(times(million, "<template>")); }},
    {"a million crossed tags", [] { return cdata(times(million / 4, "<b><i></b></i>")); }},
    {"a million stray html end tags", [] { return cdata(times(million, "</b>")); }},
    {"a million open html comments", [] { return cdata(times(million, "<!--")); }},
    {"a million open scripts", [] { return cdata(times(million, "<script>")); }},
    {"a million open quotes in html", [] { return cdata(times(million, "<a b=\"")); }},
    {"a million srcset candidates",
     [] { return cdata("<img srcset=\"" + numbered(million, "i#.png #w, ") + "\">"); }},
    {"a million images", [] { return cdata(times(million, "<img src=x>")); }},
    {"a million comments", [] { return rss(times(million, "<!---->")); }},
    {"a million open comments", [] { return rss(times(million, "<!--")); }},
    {"a million instructions", [] { return rss(times(million, "<?x?>")); }},
    {"a million open instructions", [] { return rss(times(million, "<?x")); }},
    {"a million open CDATA sections", [] { return rss(times(million, "<![CDATA[")); }},
    {"a million open quotes", [] { return rss(times(million, "<a b=\"")); }},
    {"a million stray end tags", [] { return rss(times(million, "</b>")); }},
    {"a million crossed elements", [] { return rss(times(million / 4, "<b><i></b></i>")); }},
    {"a million doctypes", [] { return rss(times(million, "<!DOCTYPE a [")); }},
    {"a million items", [] { return rss(times(million, "<item/>")); }},
    {"a million open items", [] { return rss(times(million, "<item>")); }},
    {"a million titles in an item",
     [] { return rss("<item>" + times(million, "<title>t</title>") + "</item>"); }},
    {"a million descriptions in an item",
     [] { return rss("<item>" + times(million, "<description>t</description>") + "</item>"); }},
    {"a million links", [] { return rss(numbered(million, "<link>http://example.org/#</link>")); }},
    {"a million categories",
     [] { return rss("<item>" + numbered(million, "<category>c#</category>") + "</item>"); }},
    {"a million dates that are none",
     [] { return rss("<item>" + times(million, "<pubDate>soon</pubDate>") + "</item>"); }},
    {"a million JSON items", [] { return json_feed(times(million, "{},") + "{}"); }},
    {"100,000 JSON lists deep", [] { return json_feed(times(100'000, "[")); }},
    {"a million JSON numbers", [] { return json_feed(times(million, "0,") + "0"); }},
};

struct Measured {
  int exit = 0;
  double seconds = 0;    // of the processor, so that a busy machine does not count
  double megabytes = 0;  // of resident memory, at the peak
};

Measured run(const char* binary, const std::filesystem::path& document) {
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execl(binary, binary, "parse", document.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024};
}

/// Ten times the input may take at most twelve times the time: each kind of document in a tenth of its size
/// and in its whole size, the least of several runs each, less what an empty feed takes.
int measure_pairs(std::string_view wanted, const char* binary, const std::filesystem::path& file) {
  constexpr double most_times = 12;
  constexpr double noise = 0.05;  // seconds under which a ratio says nothing
  constexpr int runs = 5;
  const auto least = [&](const std::string& document) {
    std::ofstream(file, std::ios::binary) << document;
    double seconds = run(binary, file).seconds;
    for (int i = 1; i < runs; ++i) seconds = std::min(seconds, run(binary, file).seconds);
    return seconds;
  };
  const double start = least(rss(""));
  int over = 0;
  for (const auto& [name, make] : documents) {
    if (std::string_view(name).find(wanted) == std::string_view::npos) continue;
    divisor = 10;
    const double small = least(make()) - start;
    divisor = 1;
    const double whole = least(make()) - start;
    const bool tells = whole > noise;
    const double times = tells ? whole / std::max(small, 0.001) : 0;
    const bool kept = times <= most_times;
    over += kept ? 0 : 1;
    std::fprintf(stderr, "%-40s %7.3f s %7.3f s  %5.1f times%s%s\n", name, small, whole, times,
                 tells ? "" : "  (too quick to tell)", kept ? "" : "  OVER");
    std::printf("{\"document\":\"%s\",\"tenth_s\":%.4f,\"whole_s\":%.4f,\"times\":%.2f,\"kept\":%s}\n", name,
                small, whole, times, kept ? "true" : "false");
    std::fflush(stdout);
  }
  return over == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const bool pairs = count > 1 && std::string_view(arguments[1]) == "--pairs";
  if (pairs) {
    --count;
    ++arguments;
  }
  const std::string_view wanted = count > 1 ? arguments[1] : "";
  const char* binary = count > 2 ? arguments[2] : TRIBUTARY_BINARY;
  const auto file = std::filesystem::temp_directory_path() / ("hostile-" + std::to_string(getpid()) + ".xml");
  if (pairs) {
    const int result = measure_pairs(wanted, binary, file);
    std::filesystem::remove(file);
    return result;
  }
  constexpr double most_seconds = 2;
  constexpr double most_times = 8;
  constexpr double small = 16;  // MB that a document may take however small it is

  std::ofstream(file, std::ios::binary) << rss("");
  const double empty = run(binary, file).megabytes;
  int over = 0;
  for (const auto& [name, make] : documents) {
    if (std::string_view(name).find(wanted) == std::string_view::npos) continue;
    std::string document = make();
    const double size = static_cast<double>(document.size()) / 1024 / 1024;
    std::ofstream(file, std::ios::binary) << document;
    // A child's peak counts from what its parent holds at the fork.
    document = {};
    malloc_trim(0);
    const Measured one = run(binary, file);
    const double extra = one.megabytes - empty;
    const bool answered = one.exit == 0 || one.exit == 1;
    const bool kept =
        answered && one.seconds <= most_seconds && (extra <= most_times * size || extra <= small);
    over += kept ? 0 : 1;
    std::fprintf(stderr, "%-40s %7.1f MB %6.2f s %7.0f MB  %5.1f times  exit %d%s\n", name, size, one.seconds,
                 one.megabytes, extra / size, one.exit, kept ? "" : "  OVER");
    std::printf(
        "{\"document\":\"%s\",\"mb\":%.2f,\"seconds\":%.3f,\"peak_mb\":%.1f,\"times\":%.2f,\"exit\":%d,"
        "\"kept\":%s}\n",
        name, size, one.seconds, one.megabytes, extra / size, one.exit, kept ? "true" : "false");
    std::fflush(stdout);
  }
  std::filesystem::remove(file);
  return over == 0 ? 0 : 1;
}
