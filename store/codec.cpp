#include "store/codec.hpp"

#include <memory>
#include <utility>

namespace tributary::store {

/// What the sanitiser once made comes back from the store as it was: the one way for bytes to be SafeHtml
/// again.
class RestoredHtml {
 public:
  static SafeHtml from(std::string_view bytes) { return SafeHtml(std::string(bytes)); }
};

namespace {

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

bool read_varint(std::string_view& rest, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

std::int64_t seconds_of(Timestamp when) {
  return when.time_since_epoch().count();
}
Timestamp time_of(const RecordReader& in) {
  return Timestamp(std::chrono::seconds(in.integer()));
}

void put(RecordWriter& out, int number, const std::optional<Timestamp>& when) {
  if (when) out.present(number, seconds_of(*when));
}
void put(RecordWriter& out, int number, const std::optional<int>& value) {
  if (value) out.present(number, *value);
}

void put(RecordWriter& out, int number, const Text& text, bool with_words) {
  const auto opened = out.open(number);
  out.integer(1, static_cast<int>(text.type));
  if (with_words) out.text(2, text.plain);
  out.text(3, text.html.view());
  out.text(4, text.lang);
  out.text(5, text.base);
  out.text(6, text.src);
  out.close(opened);
}
Text text_of(std::string_view bytes) {
  Text text;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        text.type = static_cast<Text::Type>(in.integer());
        break;
      case 2:
        text.plain = in.text();
        break;
      case 3:
        text.html = RestoredHtml::from(in.bytes());
        break;
      case 4:
        text.lang = in.text();
        break;
      case 5:
        text.base = in.text();
        break;
      case 6:
        text.src = in.text();
        break;
    }
  }
  return text;
}
void put(RecordWriter& out, int number, const std::optional<Text>& text) {
  if (text) put(out, number, *text, true);
}

void put(RecordWriter& out, int number, const Person& person) {
  if (person.empty()) return;
  const auto opened = out.open(number);
  out.text(1, person.name);
  out.text(2, person.email);
  out.text(3, person.uri);
  out.close(opened);
}
Person person_of(std::string_view bytes) {
  Person person;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        person.name = in.text();
        break;
      case 2:
        person.email = in.text();
        break;
      case 3:
        person.uri = in.text();
        break;
    }
  }
  return person;
}

void put(RecordWriter& out, int number, const Link& link) {
  const auto opened = out.open(number);
  out.text(1, link.href);
  if (link.rel != "alternate") out.record(2, link.rel);
  out.text(3, link.type);
  out.text(4, link.title);
  out.text(5, link.hreflang);
  out.text(6, link.length);
  out.close(opened);
}
Link link_of(std::string_view bytes) {
  Link link;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        link.href = in.text();
        break;
      case 2:
        link.rel = in.text();
        break;
      case 3:
        link.type = in.text();
        break;
      case 4:
        link.title = in.text();
        break;
      case 5:
        link.hreflang = in.text();
        break;
      case 6:
        link.length = in.text();
        break;
    }
  }
  return link;
}

void put(RecordWriter& out, int number, const Category& category) {
  const auto opened = out.open(number);
  out.text(1, category.term);
  out.text(2, category.scheme);
  out.text(3, category.label);
  out.close(opened);
}
Category category_of(std::string_view bytes) {
  Category category;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        category.term = in.text();
        break;
      case 2:
        category.scheme = in.text();
        break;
      case 3:
        category.label = in.text();
        break;
    }
  }
  return category;
}

void put(RecordWriter& out, int number, const Enclosure& enclosure) {
  const auto opened = out.open(number);
  out.text(1, enclosure.url);
  out.text(2, enclosure.type);
  if (enclosure.length) out.present(3, static_cast<std::int64_t>(*enclosure.length));
  out.text(4, enclosure.title);
  out.text(5, enclosure.credit);
  out.text(6, enclosure.licence);
  out.text(7, enclosure.description);
  out.close(opened);
}
Enclosure enclosure_of(std::string_view bytes) {
  Enclosure enclosure;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        enclosure.url = in.text();
        break;
      case 2:
        enclosure.type = in.text();
        break;
      case 3:
        enclosure.length = static_cast<std::uint64_t>(in.integer());
        break;
      case 4:
        enclosure.title = in.text();
        break;
      case 5:
        enclosure.credit = in.text();
        break;
      case 6:
        enclosure.licence = in.text();
        break;
      case 7:
        enclosure.description = in.text();
        break;
    }
  }
  return enclosure;
}

void put(RecordWriter& out, int number, const Thumbnail& thumbnail) {
  const auto opened = out.open(number);
  out.text(1, thumbnail.url);
  put(out, 2, thumbnail.width);
  put(out, 3, thumbnail.height);
  out.close(opened);
}
Thumbnail thumbnail_of(std::string_view bytes) {
  Thumbnail thumbnail;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        thumbnail.url = in.text();
        break;
      case 2:
        thumbnail.width = static_cast<int>(in.integer());
        break;
      case 3:
        thumbnail.height = static_cast<int>(in.integer());
        break;
    }
  }
  return thumbnail;
}

void put(RecordWriter& out, int number, const Image& image) {
  if (image == Image{}) return;
  const auto opened = out.open(number);
  out.text(1, image.url);
  out.text(2, image.title);
  out.text(3, image.link);
  out.text(4, image.description);
  put(out, 5, image.width);
  put(out, 6, image.height);
  out.close(opened);
}
Image image_of(std::string_view bytes) {
  Image image;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        image.url = in.text();
        break;
      case 2:
        image.title = in.text();
        break;
      case 3:
        image.link = in.text();
        break;
      case 4:
        image.description = in.text();
        break;
      case 5:
        image.width = static_cast<int>(in.integer());
        break;
      case 6:
        image.height = static_cast<int>(in.integer());
        break;
    }
  }
  return image;
}

template <typename Value>
void put(RecordWriter& out, int number, const std::vector<Value>& values) {
  for (const auto& value : values) put(out, number, value);
}

/// Lists of texts and people keep their empty members, so that the list comes back as it was.
void put_all(RecordWriter& out, int number, const std::vector<Text>& texts) {
  for (const auto& text : texts) put(out, number, text, true);
}

void write(RecordWriter& out, const FeedDetails& details, bool dates_too) {
  put(out, 1, details.title);
  put(out, 2, details.subtitle);
  put(out, 3, details.rights);
  out.text(4, details.link);
  put(out, 5, details.links);
  out.text(6, details.self);
  out.text(7, details.hub);
  out.text(8, details.next);
  out.text(9, details.id);
  out.text(10, details.language);
  if (dates_too) {
    put(out, 11, details.published);
    put(out, 12, details.updated);
    put(out, 13, details.created);
  }
  put(out, 14, details.authors);
  put(out, 15, details.contributors);
  put(out, 16, details.publisher);
  put(out, 17, details.categories);
  if (!details.generator.empty()) {
    const auto opened = out.open(18);
    out.text(1, details.generator.name);
    out.text(2, details.generator.uri);
    out.text(3, details.generator.version);
    out.close(opened);
  }
  put(out, 19, details.image);
  out.text(20, details.icon);
  out.text(21, details.logo);
}

Generator generator_of(std::string_view bytes) {
  Generator generator;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        generator.name = in.text();
        break;
      case 2:
        generator.uri = in.text();
        break;
      case 3:
        generator.version = in.text();
        break;
    }
  }
  return generator;
}

void put(RecordWriter& out, int number, const Filter& filter) {
  for (const auto& [member, pattern] : filter) {
    const auto opened = out.open(number);
    out.text(1, member);
    out.text(2, pattern);
    out.close(opened);
  }
}
std::pair<std::string, std::string> pair_of(std::string_view bytes) {
  std::pair<std::string, std::string> pair;
  for (RecordReader in(bytes); in.next();) (in.number() == 1 ? pair.first : pair.second) = in.text();
  return pair;
}

}  // namespace

void RecordWriter::varint(std::uint64_t value) {
  append_varint(*out_, value);
}

// The lowest bit of a member's head: 0 a number follows, 1 a length and bytes.
void RecordWriter::text(int number, std::string_view value) {
  if (!value.empty()) record(number, value);
}
void RecordWriter::record(int number, std::string_view bytes) {
  varint(static_cast<std::uint64_t>(number) << 1 | 1);
  varint(bytes.size());
  *out_ += bytes;
}
// Most are short, so room for a length of one byte is left; the members of a longer one move up.
std::size_t RecordWriter::open(int number) {
  varint(static_cast<std::uint64_t>(number) << 1 | 1);
  *out_ += '\0';
  return out_->size();
}
void RecordWriter::close(std::size_t opened) {
  std::string length;
  append_varint(length, out_->size() - opened);
  (*out_)[opened - 1] = length.front();
  if (length.size() > 1) out_->insert(opened, length, 1);
}
void RecordWriter::integer(int number, std::int64_t value) {
  if (value != 0) present(number, value);
}
void RecordWriter::present(int number, std::int64_t value) {
  varint(static_cast<std::uint64_t>(number) << 1);
  varint(zigzag(value));
}

bool RecordReader::varint(std::uint64_t& value) {
  return read_varint(rest_, value);
}

bool RecordReader::next() {
  std::uint64_t head = 0, value = 0;
  if (rest_.empty() || !varint(head) || !varint(value)) return false;
  number_ = static_cast<int>(head >> 1);
  if ((head & 1) == 0) {
    integer_ = unzigzag(value);
    bytes_ = {};
    return true;
  }
  if (value > rest_.size()) return false;
  bytes_ = rest_.substr(0, value);
  rest_.remove_prefix(value);
  integer_ = 0;
  return true;
}

void encode(const Item& item, std::string& target) {
  RecordWriter out(target);
  out.text(1, item.id);
  if (item.id_is_permalink) out.present(2, *item.id_is_permalink ? 1 : 0);
  if (item.title) put(out, 3, *item.title, item.title->type != Text::Type::text);
  put(out, 4, item.links);
  put(out, 5, item.published);
  put(out, 6, item.updated);
  put(out, 7, item.created);
  put(out, 8, item.expires);
  put(out, 9, item.authors);
  put(out, 10, item.contributors);
  put(out, 11, item.publisher);
  put(out, 12, item.categories);
  put(out, 13, item.rights);
  put(out, 14, item.image);
  put(out, 15, item.summary);
  put_all(out, 16, item.content);
  put(out, 17, item.enclosures);
  put(out, 18, item.thumbnails);
  out.text(19, item.comments);
  put(out, 20, item.subtitle);
  if (item.duration) out.present(21, item.duration->count());
  if (item.source) {
    const auto opened = out.open(22);
    write(out, *item.source, true);
    out.close(opened);
  }
}

namespace {
constexpr int abridged = 23;  // a member of items only
}

std::string encode_abridged(Item item) {
  item.summary.reset();
  item.content.clear();
  item.enclosures.clear();
  item.thumbnails.clear();
  item.image = {};
  std::string bytes;
  RecordWriter(bytes).present(abridged, 1);
  encode(item, bytes);
  return bytes;
}

bool is_abridged(std::string_view bytes) {
  RecordReader in(bytes);
  return in.next() && in.number() == abridged;
}

Item decode_item(std::string_view bytes, std::string_view title, std::string_view link) {
  Item item;
  item.link = link;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        item.id = in.text();
        break;
      case 2:
        item.id_is_permalink = in.integer() != 0;
        break;
      case 3:
        item.title = text_of(in.bytes());
        if (item.title->type == Text::Type::text) item.title->plain = title;
        break;
      case 4:
        item.links.push_back(link_of(in.bytes()));
        break;
      case 5:
        item.published = time_of(in);
        break;
      case 6:
        item.updated = time_of(in);
        break;
      case 7:
        item.created = time_of(in);
        break;
      case 8:
        item.expires = time_of(in);
        break;
      case 9:
        item.authors.push_back(person_of(in.bytes()));
        break;
      case 10:
        item.contributors.push_back(person_of(in.bytes()));
        break;
      case 11:
        item.publisher = person_of(in.bytes());
        break;
      case 12:
        item.categories.push_back(category_of(in.bytes()));
        break;
      case 13:
        item.rights = text_of(in.bytes());
        break;
      case 14:
        item.image = image_of(in.bytes());
        break;
      case 15:
        item.summary = text_of(in.bytes());
        break;
      case 16:
        item.content.push_back(text_of(in.bytes()));
        break;
      case 17:
        item.enclosures.push_back(enclosure_of(in.bytes()));
        break;
      case 18:
        item.thumbnails.push_back(thumbnail_of(in.bytes()));
        break;
      case 19:
        item.comments = in.text();
        break;
      case 20:
        item.subtitle = text_of(in.bytes());
        break;
      case 21:
        item.duration = std::chrono::seconds(in.integer());
        break;
      case 22:
        item.source = std::make_shared<const FeedDetails>(decode_details(in.bytes()));
        break;
    }
  }
  return item;
}

std::string encode(const FeedDetails& details, bool dates_too) {
  RecordWriter out;
  write(out, details, dates_too);
  return out.take();
}

FeedDetails decode_details(std::string_view bytes) {
  FeedDetails details;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        details.title = text_of(in.bytes());
        break;
      case 2:
        details.subtitle = text_of(in.bytes());
        break;
      case 3:
        details.rights = text_of(in.bytes());
        break;
      case 4:
        details.link = in.text();
        break;
      case 5:
        details.links.push_back(link_of(in.bytes()));
        break;
      case 6:
        details.self = in.text();
        break;
      case 7:
        details.hub = in.text();
        break;
      case 8:
        details.next = in.text();
        break;
      case 9:
        details.id = in.text();
        break;
      case 10:
        details.language = in.text();
        break;
      case 11:
        details.published = time_of(in);
        break;
      case 12:
        details.updated = time_of(in);
        break;
      case 13:
        details.created = time_of(in);
        break;
      case 14:
        details.authors.push_back(person_of(in.bytes()));
        break;
      case 15:
        details.contributors.push_back(person_of(in.bytes()));
        break;
      case 16:
        details.publisher = person_of(in.bytes());
        break;
      case 17:
        details.categories.push_back(category_of(in.bytes()));
        break;
      case 18:
        details.generator = generator_of(in.bytes());
        break;
      case 19:
        details.image = image_of(in.bytes());
        break;
      case 20:
        details.icon = in.text();
        break;
      case 21:
        details.logo = in.text();
        break;
    }
  }
  return details;
}

std::string encode(const FeedState& state) {
  RecordWriter out;
  out.text(1, state.etag);
  out.text(2, state.last_modified);
  out.text(3, state.body_hash);
  put(out, 4, state.last_fetch);
  put(out, 5, state.last_success);
  put(out, 6, state.not_before);
  out.integer(7, state.last_status);
  out.integer(8, state.consecutive_failures);
  out.text(9, state.last_error);
  put(out, 10, state.ttl);
  if (state.update_interval) out.present(11, state.update_interval->count());
  out.integer(12, state.skip_hours);
  out.integer(13, state.skip_days);
  out.integer(14, state.learned_interval.count());
  out.text(15, to_text(state.memory));
  return out.take();
}

void decode_state(std::string_view bytes, FeedState& state) {
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        state.etag = in.text();
        break;
      case 2:
        state.last_modified = in.text();
        break;
      case 3:
        state.body_hash = in.text();
        break;
      case 4:
        state.last_fetch = time_of(in);
        break;
      case 5:
        state.last_success = time_of(in);
        break;
      case 6:
        state.not_before = time_of(in);
        break;
      case 7:
        state.last_status = static_cast<int>(in.integer());
        break;
      case 8:
        state.consecutive_failures = static_cast<int>(in.integer());
        break;
      case 9:
        state.last_error = in.text();
        break;
      case 10:
        state.ttl = static_cast<int>(in.integer());
        break;
      case 11:
        state.update_interval = std::chrono::seconds(in.integer());
        break;
      case 12:
        state.skip_hours = static_cast<unsigned>(in.integer());
        break;
      case 13:
        state.skip_days = static_cast<unsigned>(in.integer());
        break;
      case 14:
        state.learned_interval = std::chrono::seconds(in.integer());
        break;
      case 15:
        state.memory = feed_memory_from(in.bytes());
        break;
    }
  }
}

std::string encode(const Partner& partner) {
  RecordWriter out;
  out.text(1, partner.type);
  put(out, 2, partner.types);
  for (const auto& topic : partner.topics) out.record(3, topic);
  out.text(4, partner.licence);
  put(out, 5, partner.include);
  put(out, 6, partner.exclude);
  out.integer(7, partner.priority);
  out.integer(8, static_cast<int>(partner.future));
  return out.take();
}

Partner decode_partner(std::string_view bytes) {
  Partner partner;
  for (RecordReader in(bytes); in.next();) {
    switch (in.number()) {
      case 1:
        partner.type = in.text();
        break;
      case 2:
        partner.types.insert(pair_of(in.bytes()));
        break;
      case 3:
        partner.topics.push_back(in.text());
        break;
      case 4:
        partner.licence = in.text();
        break;
      case 5:
        partner.include.insert(pair_of(in.bytes()));
        break;
      case 6:
        partner.exclude.insert(pair_of(in.bytes()));
        break;
      case 7:
        partner.priority = static_cast<int>(in.integer());
        break;
      case 8:
        partner.future = static_cast<FutureDates>(in.integer());
        break;
    }
  }
  return partner;
}

void append_number(std::string& out, std::int64_t number) {
  append_varint(out, zigzag(number));
}

bool read_number(std::string_view& bytes, std::int64_t& number) {
  std::uint64_t value = 0;
  if (bytes.empty() || !read_varint(bytes, value)) return false;
  number = unzigzag(value);
  return true;
}

std::string encode(const std::map<std::string, std::string>& pairs) {
  RecordWriter out;
  put(out, 1, pairs);
  return out.take();
}

std::map<std::string, std::string> decode_pairs(std::string_view bytes) {
  std::map<std::string, std::string> pairs;
  for (RecordReader in(bytes); in.next();) pairs.insert(pair_of(in.bytes()));
  return pairs;
}

std::string encode(const std::vector<Withdrawal>& withdrawals) {
  RecordWriter out;
  for (const auto& withdrawal : withdrawals) {
    const auto opened = out.open(1);
    out.text(1, withdrawal.id);
    out.text(2, withdrawal.url);
    out.text(3, withdrawal.feed);
    out.text(4, withdrawal.reason);
    put(out, 5, withdrawal.until);
    out.close(opened);
  }
  return out.take();
}

std::vector<Withdrawal> decode_withdrawals(std::string_view bytes) {
  std::vector<Withdrawal> withdrawals;
  for (RecordReader list(bytes); list.next();) {
    Withdrawal withdrawal;
    for (RecordReader in(list.bytes()); in.next();) {
      switch (in.number()) {
        case 1:
          withdrawal.id = in.text();
          break;
        case 2:
          withdrawal.url = in.text();
          break;
        case 3:
          withdrawal.feed = in.text();
          break;
        case 4:
          withdrawal.reason = in.text();
          break;
        case 5:
          withdrawal.until = time_of(in);
          break;
      }
    }
    withdrawals.push_back(std::move(withdrawal));
  }
  return withdrawals;
}

std::string encode(const StoryRules& rules) {
  RecordWriter out;
  const auto put_lines = [&](int number, const std::vector<std::vector<std::string>>& lines) {
    for (const auto& line : lines) {
      RecordWriter urls;
      for (const auto& url : line) urls.record(1, url);
      out.record(number, urls.bytes());
    }
  };
  put_lines(1, rules.merge);
  put_lines(2, rules.split);
  return out.take();
}

StoryRules decode_stories(std::string_view bytes) {
  StoryRules rules;
  for (RecordReader in(bytes); in.next();) {
    std::vector<std::string> line;
    for (RecordReader urls(in.bytes()); urls.next();) line.push_back(urls.text());
    if (in.number() == 1) rules.merge.push_back(std::move(line));
    if (in.number() == 2) rules.split.push_back(std::move(line));
  }
  return rules;
}

std::string encode_numbers(const std::vector<std::int64_t>& numbers) {
  std::string out;
  std::int64_t before = 0;
  for (const auto number : numbers) {
    append_varint(out, zigzag(number - before));
    before = number;
  }
  return out;
}

std::vector<std::int64_t> decode_numbers(std::string_view bytes) {
  std::vector<std::int64_t> numbers;
  std::int64_t before = 0;
  for (std::uint64_t value = 0; !bytes.empty() && read_varint(bytes, value);) {
    before += unzigzag(value);
    numbers.push_back(before);
  }
  return numbers;
}

}  // namespace tributary::store
