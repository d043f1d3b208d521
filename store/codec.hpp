#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/feed.hpp"
#include "model/feed_state.hpp"
#include "model/site.hpp"

/// Values to bytes and back, for what is kept whole in a row. A record is a list of members, each with its
/// number, and what is empty or unknown takes no room. A reader passes over numbers that it does not know, so
/// a member can be added at any time with the next free number; a number is never used for another thing.
namespace tributary::store {

class RecordWriter {
 public:
  RecordWriter() : out_(&own_) {}
  explicit RecordWriter(std::string& appended_to) : out_(&appended_to) {}  ///< must outlive it
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  void text(int number, std::string_view value);    ///< nothing when empty
  void integer(int number, std::int64_t value);     ///< nothing when 0
  void present(int number, std::int64_t value);     ///< 0 too
  void record(int number, std::string_view bytes);  ///< empty ones too: they count in a list
  /// A record within this one, whose members are written into it here: between the two calls.
  [[nodiscard]] std::size_t open(int number);
  void close(std::size_t opened);
  [[nodiscard]] const std::string& bytes() const { return *out_; }
  [[nodiscard]] std::string take() { return std::move(*out_); }

 private:
  void varint(std::uint64_t value);
  std::string own_;
  std::string* out_;
};

/// Goes through a record member by member. Bytes that are no record (a damaged row) end it early; nothing is
/// read beyond them.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : rest_(bytes) {}
  bool next();
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::string text() const { return std::string(bytes_); }
  [[nodiscard]] std::int64_t integer() const { return integer_; }

 private:
  bool varint(std::uint64_t& value);
  std::string_view rest_, bytes_;
  std::int64_t integer_ = 0;
  int number_ = 0;
};

/// Appends the item without what has its own column: the link, and the title's words when it is plain text.
void encode(const Item& item, std::string& out);
/// The item again; `title` and `link` are those columns.
[[nodiscard]] Item decode_item(std::string_view bytes, std::string_view title, std::string_view link);

/// The item without its text and its pictures, and whether bytes are of such a one. decode_item reads them.
[[nodiscard]] std::string encode_abridged(Item item);
[[nodiscard]] bool is_abridged(std::string_view bytes);

/// `volatile_too`: with the feed's own dates, which change with every document.
[[nodiscard]] std::string encode(const FeedDetails& details, bool dates_too);
[[nodiscard]] FeedDetails decode_details(std::string_view bytes);

/// Without what has its own column in the table `feed`.
[[nodiscard]] std::string encode(const FeedState& state);
void decode_state(std::string_view bytes, FeedState& state);

/// What of a partner's settings the store works with.
[[nodiscard]] std::string encode(const Partner& partner);
[[nodiscard]] Partner decode_partner(std::string_view bytes);

/// A number in as few bytes as it needs, small ones in one; reading returns false at the end.
void append_number(std::string& out, std::int64_t number);
[[nodiscard]] bool read_number(std::string_view& bytes, std::int64_t& number);

[[nodiscard]] std::string encode(const std::map<std::string, std::string>& pairs);
[[nodiscard]] std::map<std::string, std::string> decode_pairs(std::string_view bytes);

/// Withdrawals of feeds.yaml, as one text.
[[nodiscard]] std::string encode(const std::vector<Withdrawal>& withdrawals);
[[nodiscard]] std::vector<Withdrawal> decode_withdrawals(std::string_view bytes);

/// The lines under `stories:`.
[[nodiscard]] std::string encode(const StoryRules& rules);
[[nodiscard]] StoryRules decode_stories(std::string_view bytes);

/// Numbers, each as its difference from the one before.
[[nodiscard]] std::string encode_numbers(const std::vector<std::int64_t>& numbers);
[[nodiscard]] std::vector<std::int64_t> decode_numbers(std::string_view bytes);

}  // namespace tributary::store
