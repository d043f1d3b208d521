#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>

#include "tests/publisher/sample.hpp"

using namespace tributary;
using namespace tributary::publisher;
namespace fs = std::filesystem;

namespace {

const std::string mark = "<generator>Tributary</generator>";

std::vector<OutputFile> two() {
  return {{"index.html", "one"}, {"topics/a/atom.xml", mark}, {"topics/a/index.html", "a"}};
}

struct stat info_of(const fs::path& file) {
  struct stat info{};
  ::stat(file.c_str(), &info);
  return info;
}

}  // namespace

TEST(Write, MakesFoldersAndFiles) {
  sample::Folder folder;
  const auto written = publisher::write(folder.path() / "new" / "public", two());
  ASSERT_TRUE(written) << to_string(written.error());
  EXPECT_EQ(written->written, 3u);
  EXPECT_EQ(sample::read(folder.path() / "new/public/topics/a/index.html"), "a");
}

TEST(Write, UnchangedBytesLeaveFileAndTimeStampAlone) {
  sample::Folder folder;
  ASSERT_TRUE(publisher::write(folder.path(), two()));
  const fs::path file = folder.path() / "index.html";
  const timespec old[2] = {{1000000, 0}, {1000000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), old, 0), 0);
  const auto before = info_of(file);
  const auto again = publisher::write(folder.path(), two());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->unchanged, 3u);
  EXPECT_EQ(again->written, 0u);
  EXPECT_EQ(info_of(file).st_ino, before.st_ino);
  EXPECT_EQ(info_of(file).st_mtime, 1000000);
}

TEST(Write, AReaderOfTheOldFileKeepsTheOldBytes) {
  sample::Folder folder;
  ASSERT_TRUE(publisher::write(folder.path(), two()));
  const int reader = ::open((folder.path() / "index.html").c_str(), O_RDONLY);
  auto files = two();
  files[0].bytes = "a longer second version";
  ASSERT_TRUE(publisher::write(folder.path(), files));
  char buffer[64] = {};
  EXPECT_EQ(::read(reader, buffer, sizeof buffer), 3);
  ::close(reader);
  EXPECT_STREQ(buffer, "one");
}

TEST(Write, RemovesWhatAKilledWriterLeftAndNothingElse) {
  sample::Folder folder;
  folder.put(".tributary-staging/0", "half");
  folder.put(".tributary-staging/1", "half");
  folder.put("mine.txt", "mine");
  ASSERT_TRUE(publisher::write(folder.path(), two()));
  EXPECT_FALSE(fs::exists(folder.path() / ".tributary-staging"));
  EXPECT_EQ(sample::read(folder.path() / "mine.txt"), "mine");
}

TEST(Write, DocumentsOfVanishedPagesGoOthersStay) {
  sample::Folder folder;
  ASSERT_TRUE(publisher::write(folder.path(), two()));
  folder.put("topics/hand-made/index.html", "someone's own");
  folder.put("topics/a/notes.txt", "someone's own");
  const auto written = publisher::write(folder.path(), std::vector<OutputFile>{{"index.html", "one"}});
  ASSERT_TRUE(written);
  EXPECT_EQ(written->removed, 2u);
  EXPECT_FALSE(fs::exists(folder.path() / "topics/a/index.html"));
  EXPECT_TRUE(fs::exists(folder.path() / "topics/a/notes.txt"));
  EXPECT_TRUE(fs::exists(folder.path() / "topics/hand-made/index.html"));
}

TEST(Write, APathOutOfTheFolderIsRefused) {
  sample::Folder folder;
  for (const char* path : {"../x", "/etc/x", "topics/../../x", "topics/", ""}) {
    EXPECT_FALSE(publisher::write(folder.path() / "public", std::vector<OutputFile>{{path, "x"}})) << path;
  }
}

// A limit on the size of files stands in for a full disk: in a child, since it lasts for the process.
TEST(Write, AFullDiskIsAnErrorThatNamesTheFileAndKeepsTheOldOne) {
  sample::Folder folder;
  ASSERT_TRUE(publisher::write(folder.path(), two()));
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written =
        publisher::write(folder.path(), std::vector<OutputFile>{{"index.html", std::string(100000, 'x')}});
    const bool right = !written && written.error().kind == ErrorKind::io &&
                       written.error().where == (folder.path() / "index.html").string();
    ::_exit(right ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(sample::read(folder.path() / "index.html"), "one");
  EXPECT_FALSE(fs::exists(folder.path() / ".tributary-staging"));
}

TEST(Write, AnOutputThatIsAFileIsAnError) {
  sample::Folder folder;
  const fs::path file = folder.put("public", "a file");
  const auto written = publisher::write(file, two());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::io);
  EXPECT_THAT(written.error().where, testing::StartsWith(file.string()));
}

TEST(Write, WhatCannotAllBeWrittenReplacesNothing) {
  sample::Folder folder;
  ASSERT_TRUE(publisher::write(folder.path(), two()));
  folder.put("blocked/atom.xml/inside", "a folder where a document shall be");
  const auto written = publisher::write(
      folder.path(), std::vector<OutputFile>{{"index.html", "two"}, {"blocked/atom.xml", "x"}});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().where, (folder.path() / "blocked/atom.xml").string());
  EXPECT_FALSE(fs::exists(folder.path() / ".tributary-staging"));
}

TEST(Write, ManyFilesAreFlushedAtOnceAndAllArrive) {
  sample::Folder folder;
  std::vector<OutputFile> files;
  for (int i = 0; i < 200; ++i) files.push_back({"many/" + std::to_string(i), std::to_string(i)});
  const auto written = publisher::write(folder.path(), files);
  ASSERT_TRUE(written) << to_string(written.error());
  EXPECT_EQ(written->written, 200u);
  EXPECT_EQ(sample::read(folder.path() / "many/199"), "199");
}

TEST(Output, KeepsPagesThatItIsToldToKeep) {
  sample::Folder folder;
  const std::vector<OutputFile> all{
      {"topics/a/atom.xml", mark}, {"topics/b/atom.xml", mark}, {"topics/c/atom.xml", mark}};
  ASSERT_TRUE(publisher::write(folder.path(), all));
  auto output = Output::open(folder.path());
  ASSERT_TRUE(output);
  ASSERT_TRUE(output->put(all[0]));
  output->keep("topics/b/");
  const auto written = output->finish();
  ASSERT_TRUE(written);
  EXPECT_EQ(written->removed, 1u);
  EXPECT_TRUE(fs::exists(folder.path() / "topics/b/atom.xml"));
  EXPECT_FALSE(fs::exists(folder.path() / "topics/c"));
}

TEST(Output, RemovesOneDocumentAndItsEmptyFolder) {
  sample::Folder folder;
  ASSERT_TRUE(publisher::write(folder.path(), std::vector<OutputFile>{{"digest/2026-W47/index.html", "x"}}));
  auto output = Output::open(folder.path());
  ASSERT_TRUE(output);
  ASSERT_TRUE(output->remove("digest/2026-W47/index.html"));
  ASSERT_TRUE(output->remove("digest/2026-W46/index.html")) << "it need not be there";
  EXPECT_FALSE(output->remove("../x"));
  ASSERT_TRUE(output->finish());
  EXPECT_FALSE(fs::exists(folder.path() / "digest/2026-W47"));
}

TEST(Output, ASecondWriterWaitsForTheFirst) {
  sample::Folder folder;
  auto first = Output::open(folder.path());
  ASSERT_TRUE(first);
  auto second = std::async(std::launch::async, [&] { return Output::open(folder.path()).has_value(); });
  ASSERT_TRUE(first->put(OutputFile{"index.html", "first"}));
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds{50}), std::future_status::timeout);
  ASSERT_TRUE(first->finish());
  *first = std::move(*Output::open(folder.path() / "elsewhere"));
  ASSERT_EQ(second.wait_for(std::chrono::seconds{10}), std::future_status::ready);
  EXPECT_TRUE(second.get());
}
