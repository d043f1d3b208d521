#include "model/feed_memory.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>

namespace tributary {
namespace {

constexpr std::array state_names{std::string_view("none"), std::string_view("requested"),
                                 std::string_view("active"), std::string_view("denied"),
                                 std::string_view("broken")};

// Each kind of value is written and read by one pair; an empty text is a default and is not written.

std::string write(const std::string& value) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '%') {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

void read(std::string_view text, std::string& value) {
  value.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      value += static_cast<char>(byte);
      i += 2;
    } else {
      value += text[i];
    }
  }
}

template <typename Number>
  requires std::integral<Number> || std::floating_point<Number>
std::string write(Number value) {
  if (value == Number{}) return {};
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

template <typename Number>
  requires std::integral<Number> || std::floating_point<Number>
void read(std::string_view text, Number& value) {
  Number parsed{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (fault == std::errc{} && end == text.data() + text.size()) value = parsed;
}

std::string write(bool value) {
  return value ? "1" : "";
}
void read(std::string_view text, bool& value) {
  value = text == "1";
}

std::string write(const std::optional<Timestamp>& value) {
  return value ? std::to_string(value->time_since_epoch().count()) : std::string();
}

void read(std::string_view text, std::optional<Timestamp>& value) {
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault == std::errc{} && end == text.data() + text.size())
    value = Timestamp{std::chrono::seconds{seconds}};
}

std::string write(Subscription::State value) {
  return value == Subscription::State::none ? std::string()
                                            : std::string(state_names[static_cast<std::size_t>(value)]);
}

void read(std::string_view text, Subscription::State& value) {
  const auto found = std::ranges::find(state_names, text);
  if (found != state_names.end()) value = static_cast<Subscription::State>(found - state_names.begin());
}

template <std::size_t N>
std::string write(const std::array<double, N>& values) {
  if (std::ranges::all_of(values, [](double value) { return value == 0; })) return {};
  std::string out;
  for (const double value : values) {
    std::array<char, 64> text{};
    // Four digits are more than a habit has.
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4).ptr;
    if (!out.empty()) out += ' ';
    out.append(text.data(), end);
  }
  return out;
}

template <std::size_t N>
void read(std::string_view text, std::array<double, N>& values) {
  for (double& value : values) {
    const auto blank = std::min(text.find(' '), text.size());
    read(text.substr(0, blank), value);
    text.remove_prefix(std::min(text.size(), blank + 1));
  }
}

std::string write(const std::vector<FeedWeek>& weeks) {
  std::string out;
  for (const auto& week : weeks) {
    out += (out.empty() ? "" : " ") + std::to_string(week.week) + ":" + std::to_string(week.items) + ":" +
           std::to_string(week.failures);
  }
  return out;
}

void read(std::string_view text, std::vector<FeedWeek>& weeks) {
  weeks.clear();
  while (!text.empty()) {
    const auto one = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const auto first = std::min(one.find(':'), one.size());
    const auto second = std::min(one.find(':', first + 1), one.size());
    FeedWeek week;
    read(one.substr(0, first), week.week);
    read(one.substr(std::min(first + 1, one.size()), second - std::min(first + 1, second)), week.items);
    read(one.substr(std::min(second + 1, one.size())), week.failures);
    if (week.week != 0) weeks.push_back(week);
  }
}

/// The one list of what is kept. Names are never given a second meaning.
template <typename Memory, typename Visit>
void each(Memory& memory, Visit visit) {
  visit("rhythm.hours", memory.rhythm.hours);
  visit("rhythm.days", memory.rhythm.days);
  visit("rhythm.watched", memory.rhythm.watched);
  visit("rhythm.since", memory.rhythm.since);
  visit("rhythm.until", memory.rhythm.until);
  visit("rhythm.newest", memory.rhythm.newest);
  visit("identity.id", memory.identity.id);
  visit("identity.title", memory.identity.title);
  visit("identity.language", memory.identity.language);
  visit("identity.link_host", memory.identity.link_host);
  visit("identity.generator", memory.identity.generator);
  visit("push.state", memory.push.state);
  visit("push.hub", memory.push.hub);
  visit("push.topic", memory.push.topic);
  visit("push.token", memory.push.token);
  visit("push.secret", memory.push.secret);
  visit("push.lease_until", memory.push.lease_until);
  visit("push.next_try", memory.push.next_try);
  visit("push.last_delivery", memory.push.last_delivery);
  visit("push.failures", memory.push.failures);
  visit("last_whole", memory.last_whole);
  visit("etag_distrusted", memory.etag_distrusted);
  visit("last_modified_distrusted", memory.last_modified_distrusted);
  visit("redirect_to", memory.redirect_to);
  visit("archive_next", memory.archive_next);
  visit("archive_pages", memory.archive_pages);
  visit("archive_whole", memory.archive_whole);
  visit("pages_asked", memory.pages_asked);
  visit("history.since", memory.history.since);
  visit("history.fetches", memory.history.fetches);
  visit("history.requests", memory.history.requests);
  visit("history.not_modified", memory.history.not_modified);
  visit("history.bytes", memory.history.bytes);
  visit("history.faults", memory.history.faults);
  visit("history.weeks", memory.history.weeks);
  visit("history.told", memory.history.told);
}

}  // namespace

std::string to_text(const FeedMemory& memory) {
  std::string out;
  each(memory, [&](std::string_view name, const auto& value) {
    const auto text = write(value);
    if (!text.empty()) out.append(name).append(" ").append(text).append("\n");
  });
  return out;
}

FeedMemory feed_memory_from(std::string_view text) {
  FeedMemory memory;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto blank = std::min(line.find(' '), line.size());
    const auto name = line.substr(0, blank);
    const auto rest = line.substr(std::min(line.size(), blank + 1));
    each(memory, [&](std::string_view known, auto& value) {
      if (known == name) read(rest, value);
    });
  }
  return memory;
}

}  // namespace tributary
