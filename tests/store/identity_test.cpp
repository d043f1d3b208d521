#include "store/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/hash.hpp"
#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

std::vector<IdentityRule> rules(const std::vector<Sample>& samples) {
  const auto made = delivery("a", samples);
  std::vector<IdentityRule> found;
  for (const auto& candidate : candidates(*made.feed, "key")) found.push_back(candidate.rule);
  return found;
}

using testing::ElementsAre;

TEST(Identity, FollowsTheLadder) {
  EXPECT_THAT(
      rules(
          {{.id = "1", .link = "https://example.org/1"}, {.link = "https://example.org/2"}, {.title = "T"}}),
      ElementsAre(IdentityRule::id, IdentityRule::link, IdentityRule::text));
}

TEST(Identity, ASharedIdIsTrustedNoMore) {
  EXPECT_THAT(rules({{.id = "x", .link = "https://example.org/1"},
                     {.id = "x", .link = "https://example.org/2"},
                     {.id = "y"}}),
              ElementsAre(IdentityRule::id_and_link, IdentityRule::id_and_link, IdentityRule::id));
  EXPECT_THAT(rules({{.id = "x", .title = "One"}, {.id = "x", .title = "Two"}}),
              ElementsAre(IdentityRule::id_link_and_title, IdentityRule::id_link_and_title));
}

TEST(Identity, TheSameEntryTwiceInADocumentIsOneWithTheLastUpdate) {
  const auto made = delivery("a", {{.id = "x",
                                    .link = "https://example.org/1",
                                    .title = "T",
                                    .text = "old",
                                    .updated = "2026-01-01T00:00:00Z"},
                                   {.id = "x",
                                    .link = "https://example.org/1",
                                    .title = "T",
                                    .text = "new",
                                    .updated = "2026-01-02T00:00:00Z"}});
  const auto found = candidates(*made.feed, "key");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].item->summary->plain, "new");
  EXPECT_EQ(found[0].rule, IdentityRule::id);
}

TEST(Identity, AFrontPageIsNoLinkOfAnItem) {
  EXPECT_THAT(rules({{.link = "https://example.org/", .title = "One"},
                     {.link = "https://example.org/", .title = "Two"}}),
              ElementsAre(IdentityRule::text, IdentityRule::text));
}

TEST(Identity, EntryIdsAreTagUrisThatLeadBackToTheKey) {
  const auto made = delivery("a", {{.id = "1"}});
  const auto key = candidates(*made.feed, "key").at(0).key;
  const auto id = entry_id(authority_of("https://Partners.Example.org:8080/x/"), key);
  EXPECT_THAT(id, testing::MatchesRegex("tag:partners\\.example\\.org,2026:entry/[0-9a-f]{32}"));
  std::string_view host;
  Key back{};
  EXPECT_TRUE(key_of_entry_id(id, host, back));
  EXPECT_EQ(host, "partners.example.org");
  EXPECT_EQ(back, key);
  EXPECT_FALSE(key_of_entry_id("tag:partners.example.org,2026:entry/zz", host, back));
  EXPECT_FALSE(key_of_entry_id("urn:x", host, back));
}

TEST(Hash, Sha256IsTheStandards) {
  const auto hex = [](std::string_view text) {
    std::string out;
    for (const auto byte : sha256(text)) {
      static constexpr std::string_view digits = "0123456789abcdef";
      out += {digits[byte >> 4], digits[byte & 15]};
    }
    return out;
  };
  // FIPS 180-4's examples.
  EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Hash, EveryByteAndTheLengthCount) {
  std::set<std::uint64_t> seen;
  for (std::size_t size = 0; size < 80; ++size) {
    seen.insert(hash64(std::string(size, '\0')));
    for (std::size_t i = 0; i < size; ++i) {
      std::string text(size, 'a');
      text[i] = 'b';
      seen.insert(hash64(text));
    }
  }
  EXPECT_EQ(seen.size(), 80u + 80u * 79u / 2u);
}

}  // namespace
}  // namespace tributary::store
