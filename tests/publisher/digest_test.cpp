#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/publisher/sample.hpp"

using namespace tributary;
using namespace tributary::publisher;
using testing::HasSubstr;
using testing::Not;

TEST(Digest, ShowsAnEntryAsTheSeedPageDoes) {
  auto webinar = sample::entry("a", "Grants for Libraries", "2017-06-05T10:00:00Z");
  webinar.type = "Webinar";
  const std::string page = sample::document(sample::publication_of({webinar}), "index.html");
  EXPECT_THAT(page, HasSubstr("<h1 class=\"p-name\" dir=\"auto\">Partnerships &amp; Collaboration</h1>"));
  EXPECT_THAT(page, HasSubstr("Most Recently Added"));
  EXPECT_THAT(
      page, HasSubstr("<span class=\"p-category\">Webinar</span> / Last Modified: <time class=\"dt-updated\" "
                      "datetime=\"2017-06-05T10:00:00Z\">05 June 2017</time>"));
  EXPECT_THAT(
      page, HasSubstr("<a class=\"u-url\" href=\"https://library.example.org/a\">Grants for Libraries</a>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(Digest, WithoutATypeTheLineBeginsWithTheDate) {
  const std::string page = sample::document(
      sample::publication_of({sample::entry("a", "Grants", "2017-06-05T10:00:00Z")}), "index.html");
  EXPECT_THAT(page, HasSubstr("dir=\"ltr\">Last Modified: <time"));
  EXPECT_THAT(page, Not(HasSubstr(" / ")));
}

TEST(Digest, NamesTheOtherPartnersOfAStory) {
  auto story = sample::entry("a", "Grants", "2017-06-05T10:00:00Z");
  story.also = {{"A <Society>", "a", "Grants", "https://a.example.org/1"},
                {"B", "b", "Grants too", "https://b.example.org/2"}};
  const std::string page = sample::document(sample::publication_of({story}), "index.html");
  EXPECT_THAT(
      page, HasSubstr("Also published by <a class=\"u-syndication\" href=\"https://a.example.org/1\"><bdi>A "
                      "&lt;Society&gt;</bdi></a>, <a class=\"u-syndication\" "
                      "href=\"https://b.example.org/2\"><bdi>B</bdi></a>"));
}

TEST(Digest, HostileWordsStayWords) {
  const std::string attack = "</title></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
  auto bad = sample::entry("a", attack, "2017-06-05T10:00:00Z");
  bad.item.summary = sample::words(attack);
  bad.item.link = "javascript:alert(1)";
  bad.type = attack;
  bad.partner = attack;
  bad.licence = attack;
  bad.source.title = sample::words(attack);
  bad.source.link = "javascript:alert(2)";
  bad.also = {{attack, "a", attack, "javascript:alert(3)"}};
  auto publication = sample::publication_of({bad});
  publication.site.title = attack;
  publication.site.intro = attack;
  publication.site.rights = attack;
  publication.pages.front().title = attack;
  publication.pages.front().intro = attack;
  const std::string page = sample::document(publication, "index.html");
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("href=\"javascript")));
  std::size_t scripts = 0;
  for (auto at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1)) ++scripts;
  EXPECT_EQ(scripts, 1u) << "only the data block";
  EXPECT_THAT(page, HasSubstr("<script type=\"application/ld+json\">"));
}

TEST(Digest, RightToLeftEntriesSaySo) {
  auto hebrew = sample::entry("a", "שיתוף פעולה בין ספריות", "2017-06-05T10:00:00Z");
  hebrew.item.title->lang = "he";
  const std::string page = sample::document(sample::publication_of({hebrew}), "index.html");
  EXPECT_THAT(page, HasSubstr("<article class=\"h-entry\" lang=\"he\" dir=\"rtl\">"));
  EXPECT_THAT(page, HasSubstr("<span lang=\"en\" dir=\"ltr\">Last Modified"));
}

TEST(Digest, LinksAreRelativeAtEveryDepth) {
  auto publication = sample::publication_of({sample::entry("a", "Grants", "2017-06-05T10:00:00Z")});
  Page topic;
  topic.stream.id = {StreamId::Kind::topic, "business"};
  topic.title = "Small Business";
  topic.stream.entries = publication.pages.front().stream.entries;
  publication.pages.push_back(topic);
  Page partner;
  partner.stream.id = {StreamId::Kind::partner, "example-library"};
  partner.title = "Example Library";
  publication.pages.push_back(partner);
  const std::string front = sample::document(publication, "index.html");
  EXPECT_THAT(front, HasSubstr("href=\"topics/business/\""));
  EXPECT_THAT(front, HasSubstr("href=\"style.css\""));
  EXPECT_THAT(front, HasSubstr("class=\"p-name u-url\" href=\"partners/example-library/\""));
  const std::string deep = sample::document(publication, "topics/business/index.html");
  EXPECT_THAT(deep, HasSubstr("href=\"../../style.css\""));
  EXPECT_THAT(deep, HasSubstr("href=\"../../partners/example-library/\""));
  EXPECT_THAT(deep, HasSubstr("<a class=\"home\" href=\"../../\">"));
  EXPECT_THAT(deep,
              HasSubstr("<link rel=\"canonical\" href=\"https://partners.example.org/topics/business/\">"));
}

TEST(Digest, APhotoGoesOutWithItsCreditOrNotAtAll) {
  sample::Folder folder;
  auto publication = sample::publication();
  publication.pages.front().photo = {.src = folder.put("Table Talk.png", "not really an image").string(),
                                     .alt = "People around a table",
                                     .credit = "Example Library",
                                     .licence = "CC BY-NC-ND 2.0",
                                     .licence_url = {}};
  const auto files = render(publication);
  ASSERT_TRUE(files) << to_string(files.error());
  EXPECT_THAT(*files, testing::Contains(testing::Field(&OutputFile::bytes, "not really an image")));
  const std::string page = sample::document(publication, "index.html");
  EXPECT_THAT(page, HasSubstr("<img src=\"photos/table-talk-"));
  EXPECT_THAT(page, HasSubstr("alt=\"People around a table\""));
  EXPECT_THAT(page,
              HasSubstr("Photo: Example Library · <a rel=\"license\" "
                        "href=\"https://creativecommons.org/licenses/by-nc-nd/2.0/\">CC BY-NC-ND 2.0</a>"));
  publication.pages.front().photo.credit = " ";
  EXPECT_THAT(sample::document(publication, "index.html"), Not(HasSubstr("<img")));
}

TEST(Digest, AMissingPhotoIsNamed) {
  auto publication = sample::publication();
  publication.pages.front().photo = {
      .src = "/no/such/photo.jpg", .alt = {}, .credit = "x", .licence = {}, .licence_url = {}};
  const auto files = render(publication);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind, ErrorKind::io);
  EXPECT_EQ(files.error().where, "/no/such/photo.jpg");
}

TEST(Digest, AnAdminsTemplateReplacesOursByName) {
  sample::Folder folder;
  folder.put("entry.mustache", "<li>{{entry_title}} and {{{entry_title}}}</li>\n");
  auto publication = sample::publication_of({sample::entry("a", "A & B", "2017-06-05T10:00:00Z")});
  publication.site.templates = folder.path();
  EXPECT_THAT(sample::document(publication, "index.html"), HasSubstr("<li>A &amp; B and"));
}

TEST(Digest, ABrokenTemplateIsNamedWithItsLine) {
  sample::Folder folder;
  const auto file = folder.put("page.mustache", "<html>\n\n{{#any}}\n</html>");
  auto publication = sample::publication();
  publication.site.templates = folder.path();
  const auto files = render(publication);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind, ErrorKind::config);
  EXPECT_EQ(files.error().where, file.string() + ":3");
}

TEST(Digest, SpeaksThePagesLanguage) {
  auto publication = sample::publication_of({sample::entry("a", "Grants", "2017-06-05T10:00:00Z")});
  publication.site.language = "fr-CA";
  const std::string page = sample::document(publication, "index.html");
  EXPECT_THAT(page, HasSubstr("Dernière modification : <time"));
  EXPECT_THAT(page, HasSubstr("05 juin 2017"));
  EXPECT_THAT(page, HasSubstr("<html lang=\"fr-CA\""));
}

TEST(Digest, AnotherLanguageComesWithAFile) {
  sample::Folder folder;
  folder.put("strings/it.txt", "recently_added = Aggiunti di recente\n");
  auto publication = sample::publication_of({sample::entry("a", "Grants", "2017-06-05T10:00:00Z")});
  publication.site.language = "it";
  publication.site.templates = folder.path();
  EXPECT_THAT(sample::document(publication, "index.html"), HasSubstr("Aggiunti di recente"));
  folder.put("strings/it.txt", "recently_aded = Aggiunti\n");
  const auto files = render(publication);
  ASSERT_FALSE(files);
  EXPECT_THAT(to_string(files.error()), HasSubstr("it.txt:1: no page has words called \"recently_aded\""));
}
