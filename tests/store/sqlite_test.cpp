#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/store.hpp"
#include "tests/support/process.hpp"

using namespace tributary;
using namespace tributary::store;

namespace {

void fill(const std::filesystem::path& file, int items) {
  auto store = store::open(file.string(), Access::write).value();
  Catalogue catalogue;
  catalogue.site.url = "https://partners.example.org/";
  catalogue.partners = {{.url = "https://one.example.org/feed", .name = "One", .slug = "one"}};
  ASSERT_TRUE(store->configure(catalogue, Timestamp{}));
  Feed feed;
  for (int i = 0; i < items; ++i)
    feed.items.push_back({.id = std::to_string(i), .title = Text{.plain = std::string(500, 'x')}});
  const Delivery delivery{store->feed_states().value().at(0), std::make_shared<const Feed>(std::move(feed))};
  ASSERT_TRUE(store->take({&delivery, 1}, Timestamp{}));
}

}  // namespace

TEST(SqliteStore, ATruncatedStoreIsRefusedAndNotTouched) {
  test::TemporaryFolder folder;
  const auto file = folder / "s.db";
  fill(file, 200);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  const std::string before = test::read_file(file);
  const auto opened = store::open(file.string(), Access::write);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::store_damaged);
  EXPECT_EQ(opened.error().where, file.string());
  EXPECT_EQ(test::read_file(file), before);
}

TEST(SqliteStore, ADamagedPageIsFoundBeforeAnythingIsWritten) {
  test::TemporaryFolder folder;
  const auto file = folder / "s.db";
  fill(file, 400);
  std::string bytes = test::read_file(file);
  for (std::size_t i = 32768; i < 32768 + 4096; ++i) bytes[i] = static_cast<char>(0xa5);
  test::write_file(file, bytes);
  const auto opened = store::open(file.string(), Access::write);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::store_damaged);
}

TEST(SqliteStore, AFileOfAnotherKindIsRefused) {
  test::TemporaryFolder folder;
  test::write_file(folder / "s.db", std::string(4096, 'n'));
  const auto opened = store::open((folder / "s.db").string(), Access::write);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::store_damaged);
}

TEST(SqliteStore, ANewerSchemaIsRefused) {
  test::TemporaryFolder folder;
  fill(folder / "s.db", 1);
  ASSERT_EQ(test::run({"sqlite3", (folder / "s.db").string(), "PRAGMA user_version = 9999"}).code, 0);
  const auto opened = store::open((folder / "s.db").string(), Access::write);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("newer version"), std::string::npos) << opened.error().detail;
}

TEST(SqliteStore, AReaderWorksWhileAnotherProcessOwnsIt) {
  test::TemporaryFolder folder;
  const auto file = folder / "s.db";
  fill(file, 3);
  const auto owner = store::open(file.string(), Access::write);
  ASSERT_TRUE(owner);
  const auto reader = store::open(file.string(), Access::read);
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ((*reader)->totals().value().items, 3u);
}

TEST(SqliteStore, TitleAndLinkArePlainTextForOtherPrograms) {
  test::TemporaryFolder folder;
  const auto file = folder / "s.db";
  fill(file, 1);
  EXPECT_EQ(test::run({"sqlite3", file.string(), "SELECT length(title) FROM items"}).out, "500\n");
}

TEST(SqliteStore, TheOwnersLockEndsWithItsProcess) {
  test::TemporaryFolder folder;
  const auto file = folder / "s.db";
  fill(file, 1);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto owner = store::open(file.string(), Access::write);
    const char yes = owner ? 'y' : 'n';
    if (write(ready[1], &yes, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  EXPECT_TRUE(store::open(file.string(), Access::write));
}
