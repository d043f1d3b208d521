#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "store/database.hpp"
#include "store/lock.hpp"
#include "store/schema.hpp"
#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

void fill(const std::string& file, int items = 3) {
  auto store = open(file, Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  ASSERT_TRUE((*store)->configure(catalogue({partner("a")}), noon));
  std::vector<Sample> samples;
  for (int i = 0; i < items; ++i) {
    samples.push_back(
        {.id = std::to_string(i), .title = "Title " + std::to_string(i), .text = std::string(500, 'x')});
  }
  ASSERT_TRUE((*store)->take(std::vector{delivery("a", samples)}, noon));
}

std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

void expect_refused_unchanged(const std::string& file, ErrorKind kind) {
  const auto before = bytes_of(file);
  for (const auto access : {Access::write, Access::read}) {
    const auto opened = open(file, access);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, kind) << opened.error().detail;
    EXPECT_EQ(opened.error().where, file);
    EXPECT_THAT(opened.error().detail, HasSubstr("Nothing was changed"));
  }
  EXPECT_EQ(bytes_of(file), before);
}

TEST(SqliteStore, FoldersAreMade) {
  const TemporaryFolder folder;
  fill(file_in(folder, "data/deep/store.db"));
  EXPECT_TRUE(std::filesystem::exists(file_in(folder, "data/deep/store.db")));
}

TEST(SqliteStore, OthersCanReadTitleAndLink) {
  const TemporaryFolder folder;
  fill(file_in(folder, "s.db"));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open_v2(file_in(folder, "s.db").c_str(), &raw, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(raw, "SELECT typeof(title), typeof(link), title FROM item ORDER BY id", -1,
                               &statement, nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)), "text");
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(statement, 1)), "text");
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(statement, 2)), "Title 0");
  sqlite3_finalize(statement);
  sqlite3_close(raw);
}

TEST(SqliteStore, ATruncatedFileIsRefusedBeforeAnythingIsChanged) {
  const TemporaryFolder folder;
  fill(file_in(folder, "s.db"), 100);
  const auto whole = bytes_of(file_in(folder, "s.db"));
  for (const std::size_t size :
       {whole.size() - 1, whole.size() / 2, std::size_t{16384}, std::size_t{99}, std::size_t{10}}) {
    write_bytes(file_in(folder, "s.db"), whole.substr(0, size));
    expect_refused_unchanged(file_in(folder, "s.db"), ErrorKind::store_damaged);
  }
}

TEST(SqliteStore, ADamagedPageIsFoundWhenASmallStoreIsOpened) {
  const TemporaryFolder folder;
  fill(file_in(folder, "s.db"), 100);
  auto bytes = bytes_of(file_in(folder, "s.db"));
  for (std::size_t page = 1; page < 4; ++page) bytes.replace(16384 * page, 2000, std::string(2000, '\x5a'));
  write_bytes(file_in(folder, "s.db"), bytes);
  expect_refused_unchanged(file_in(folder, "s.db"), ErrorKind::store_damaged);
}

TEST(SqliteStore, WhatIsNoDatabaseIsRefused) {
  const TemporaryFolder folder;
  write_bytes(file_in(folder, "s.db"), "These are my notes, keep them.\n");
  expect_refused_unchanged(file_in(folder, "s.db"), ErrorKind::store_damaged);
}

TEST(SqliteStore, AnotherProgramsDatabaseIsLeftAlone) {
  const TemporaryFolder folder;
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file_in(folder, "s.db").c_str(), &raw), SQLITE_OK);
  sqlite3_exec(raw, "CREATE TABLE notes (text)", nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  expect_refused_unchanged(file_in(folder, "s.db"), ErrorKind::store);
}

TEST(SqliteStore, ANewerSchemaIsRefused) {
  const TemporaryFolder folder;
  fill(file_in(folder, "s.db"));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file_in(folder, "s.db").c_str(), &raw), SQLITE_OK);
  sqlite3_exec(raw, "PRAGMA user_version = 1000", nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  expect_refused_unchanged(file_in(folder, "s.db"), ErrorKind::store);
}

/// A store as the first schema had it, with one item that entered the front page's stream.
void fill_with_first_schema(const std::string& file) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> words{
      {{"{id}", "INTEGER"},
       {"{int}", "INTEGER"},
       {"{text}", "TEXT"},
       {"{blob}", "BLOB"},
       {"{clustered}", "WITHOUT ROWID"}}};
  const auto rows =
      "INSERT INTO feed VALUES (1, 'https://a.example.org/feed', 1, 'https://a.example.org/feed', 'a', 'a', "
      "0, "
      "'https://a.example.org/feed', 'ok', NULL, 1, 1, 0, 'a.example.org', 0, 0, x'', x'');"
      "INSERT INTO stream VALUES (1, 0, '');"
      "INSERT INTO item VALUES (1, 1, 1, 0, 100, 50, 50, 0, 0, 0, NULL, 0, zeroblob(16), '', 'Kept', "
      "'https://a.example.org/1', x'');"
      "INSERT INTO story VALUES (1, 'tag:site.example.net,2026:entry/00000000000000000000000000000000', 1, "
      "0, 50, 50, "
      "100, x'', x'02');"
      "INSERT INTO placed VALUES (1, 0, -50, -100, 1, 0, 1, 1);"
      "INSERT INTO arrival VALUES (1, 100, x'0200');"  // stream 1, story 1
      "PRAGMA user_version = 1; PRAGMA application_id = 1416784226;";
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  for (const auto& sql : {replace_words(migrations().front(), words), std::string(rows)}) {
    char* message = nullptr;
    ASSERT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  }
  sqlite3_close(raw);
}

TEST(SqliteStore, AnOlderSchemaIsBroughtUpToDateAfterABackupAndNothingIsLost) {
  const TemporaryFolder folder;
  const auto file = file_in(folder, "s.db");
  fill_with_first_schema(file);
  const auto reader = open(file, Access::read);
  ASSERT_FALSE(reader) << "a reader changes nothing";
  EXPECT_THAT(reader.error().detail, HasSubstr("tributary update"));
  {
    auto store = open(file, Access::write);
    ASSERT_TRUE(store) << to_string(store.error());
    const auto stream = (*store)->latest({}, 5).value();
    ASSERT_EQ(stream.entries.size(), 1u);
    EXPECT_EQ(stream.entries[0].item.link, "https://a.example.org/1");
    ASSERT_TRUE((*store)->close_pages(noon));
    EXPECT_EQ((*store)->front({}, 5)->stream.entries.size(), 1u);
  }
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open_v2((file + ".schema-1.backup").c_str(), &raw, SQLITE_OPEN_READONLY, nullptr),
            SQLITE_OK);
  int items = 0;
  sqlite3_exec(
      raw, "SELECT count(*) FROM item",
      [](void* count, int, char** values, char**) {
        *static_cast<int*>(count) = std::atoi(values[0]);
        return 0;
      },
      &items, nullptr);
  sqlite3_close(raw);
  EXPECT_EQ(items, 1);
}

TEST(SqliteStore, ReadingAStoreThatIsNotThereSaysSo) {
  const TemporaryFolder folder;
  const auto opened = open(file_in(folder, "s.db"), Access::read);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().detail, HasSubstr("tributary update"));
  EXPECT_FALSE(std::filesystem::exists(file_in(folder, "s.db")));
}

TEST(SqliteStore, ASchemeThatNobodyKnowsIsAFaultOfTheConfiguration) {
  const auto opened = open("mysql://db/x", Access::write);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::config);
}

TEST(SqliteStore, AReaderWorksWhileAWriterHasTheStore) {
  const TemporaryFolder folder;
  fill(file_in(folder, "s.db"));
  auto writer = open(file_in(folder, "s.db"), Access::write);
  ASSERT_TRUE(writer);
  auto reader = open("sqlite:" + file_in(folder, "s.db"), Access::read);
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ((*reader)->totals()->items, 3u);
  ASSERT_TRUE((*writer)->configure(catalogue({partner("a")}), noon));
  ASSERT_TRUE((*writer)->take(std::vector{delivery("a", {{.id = "new", .title = "New"}})}, noon + 1h));
  EXPECT_EQ((*reader)->totals()->items, 4u);
  EXPECT_EQ((*reader)->latest({}, 1)->entries.at(0).item.title->plain, "New");
  EXPECT_EQ((*reader)->feed_states()->size(), 1u);
  const auto refused = (*reader)->take({}, noon);
  ASSERT_FALSE(refused);
}

TEST(SqliteStore, AReadOnlyFolderCanBeReadAndSaysThatItCannotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  fill(file_in(folder, "s.db"));
  std::filesystem::remove(file_in(folder, "s.db.lock"));
  std::filesystem::permissions(folder.path(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  auto reader = open(file_in(folder, "s.db"), Access::read);
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ((*reader)->totals()->items, 3u);
  const auto writer = open(file_in(folder, "s.db"), Access::write);
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().detail, HasSubstr("writable"));
}

TEST(SqliteStore, WhatWasCommittedSurvivesAKill) {
  const TemporaryFolder folder;
  const auto file = file_in(folder, "s.db");
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = open(file, Access::write);
    if (store && (*store)->configure(catalogue({partner("a")}), noon) &&
        (*store)->take(std::vector{delivery("a", {{.id = "1", .title = "Kept"}})}, noon)) {
      [[maybe_unused]] const auto told = ::write(pipe_ends[1], "k", 1);
    }
    ::pause();
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  char told = 0;
  const auto got = ::read(pipe_ends[0], &told, 1);
  ::close(pipe_ends[0]);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(got, 1);
  // The next owner starts at once: nobody waits for the dead.
  const auto before = std::chrono::steady_clock::now();
  auto store = open(file, Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_EQ((*store)->latest({}, 5)->entries.at(0).item.title->plain, "Kept");
}

TEST(OwnershipLock, NamesTheOwnerWhenItIsTaken) {
  const TemporaryFolder folder;
  const auto first = OwnershipLock::take(file_in(folder, "x.lock"), 0ms);
  ASSERT_TRUE(first);
  const auto second = OwnershipLock::take(file_in(folder, "x.lock"), 30ms);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::store_busy);
  EXPECT_THAT(second.error().detail, HasSubstr("process " + std::to_string(::getpid())));
}

TEST(OwnershipLock, IsFreeAgainWhenItsOwnerIsGone) {
  const TemporaryFolder folder;
  {
    ASSERT_TRUE(OwnershipLock::take(file_in(folder, "x.lock"), 0ms));
  }
  EXPECT_TRUE(OwnershipLock::take(file_in(folder, "x.lock"), 0ms));
}

}  // namespace
}  // namespace tributary::store
