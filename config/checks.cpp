#include "config/checks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "config/names.hpp"
#include "model/url.hpp"

namespace tributary::config {
namespace {

using namespace std::chrono;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array durations = {Unit{"s", 1}, Unit{"m", 60}, Unit{"h", 3600}, Unit{"d", 86400}};
constexpr std::array sizes = {
    Unit{"B", 1},      Unit{"KiB", 1ULL << 10}, Unit{"MiB", 1ULL << 20},  Unit{"GiB", 1ULL << 30},
    Unit{"KB", 1'000}, Unit{"MB", 1'000'000},   Unit{"GB", 1'000'000'000}};

constexpr std::uint64_t longest_duration = 3650ULL * 86400;

// A number and a unit from the table.
template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const std::array<Unit, N>& units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = whole_number(text.substr(0, digits));
  const auto unit = std::ranges::find(units, text.substr(digits), &Unit::name);
  if (!number || unit == units.end() || *number > std::numeric_limits<std::uint64_t>::max() / unit->factor)
    return std::nullopt;
  return *number * unit->factor;
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string duration_text(std::uint64_t seconds) {
  const auto unit = std::ranges::find_if(durations.rbegin(), durations.rend(),
                                         [&](const Unit& one) { return seconds % one.factor == 0; });
  return fmt::format("{}{}", seconds / unit->factor, unit->name);
}

// What was probably meant: "90 min", "1.5h", "1 hour", "1h30m".
std::optional<std::string> meant_duration(std::string_view text) {
  double sum = 0;
  std::string rest(text);
  std::erase(rest, ' ');
  std::string_view left = rest;
  if (left.empty()) return std::nullopt;
  while (!left.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(left.data(), left.data() + left.size(), number);
    if (error != std::errc() || number < 0) return std::nullopt;
    left.remove_prefix(static_cast<std::size_t>(end - left.data()));
    const auto word = left.substr(0, std::min(left.find_first_of("0123456789."), left.size()));
    if (word.empty()) return std::nullopt;
    const char first = static_cast<char>(word.front() | 0x20);
    const auto unit = std::ranges::find(durations, std::string_view(&first, 1), &Unit::name);
    if (unit == durations.end() || word == "ms" || word.starts_with("mo")) {
      if (first != 'w') return std::nullopt;
      sum += number * 7 * 86400;
    } else {
      sum += number * static_cast<double>(unit->factor);
    }
    left.remove_prefix(word.size());
  }
  if (sum < 1 || sum > static_cast<double>(longest_duration)) return std::nullopt;
  return duration_text(static_cast<std::uint64_t>(sum));
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

bool is_v6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_v4(std::string_view text) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

}  // namespace

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

Verdict check_duration(std::string_view text, seconds& out) {
  const auto read = with_unit(text, durations);
  if (read && *read <= longest_duration) {
    out = seconds{static_cast<seconds::rep>(*read)};
    return {};
  }
  if (read) return {.what = fmt::format("`{}` is too long", text), .mend = "write at most 3650d"};
  if (all_digits(text))
    return {.what = fmt::format("`{}` has no unit", text),
            .mend = fmt::format("write {}s for seconds; m, h and d are minutes, hours and days", text)};
  const auto meant = meant_duration(text);
  return {.what = fmt::format("`{}` is no duration", text),
          .mend = meant ? fmt::format("write {}", *meant)
                        : "write a whole number and s, m, h or d, e.g. 30s, 15m, 1h, 1d"};
}

Verdict check_size(std::string_view text, std::uint64_t& out) {
  if (const auto read = with_unit(text, sizes)) {
    out = *read;
    return {};
  }
  if (all_digits(text))
    return {.what = fmt::format("`{}` has no unit", text),
            .mend = fmt::format("write {}B for bytes, or e.g. 10MiB", text)};
  std::string bare(text);
  std::erase(bare, ' ');
  const auto digits = std::min(bare.find_first_not_of("0123456789"), bare.size());
  std::string meant;
  if (digits > 0 && digits < bare.size()) {
    const char unit = static_cast<char>(bare[digits] & ~0x20);
    if (unit == 'K' || unit == 'M' || unit == 'G') meant = bare.substr(0, digits) + unit + "iB";
    if (unit == 'B') meant = bare.substr(0, digits) + "B";
  }
  return {.what = fmt::format("`{}` is no size", text),
          .mend = meant.empty() ? "write a whole number and B, KiB, MiB or GiB, e.g. 10MiB"
                                : fmt::format("write {}", meant)};
}

Verdict check_http_url(std::string_view text) {
  const auto bad = [&](std::string_view why, std::string mend) {
    return Verdict{.what = fmt::format("`{}` is no web address: {}", text, why), .mend = std::move(mend)};
  };
  const auto parts = split_url(text);
  const auto blank = text.find_first_of(" \t\r\n");
  if (!parts.scheme || (!parts.authority && parts.scheme->find('.') != std::string_view::npos)) {
    const auto rest = text.substr(std::min(text.find_first_not_of('/'), text.size()));
    const bool plausible = blank == std::string_view::npos && rest.find('.') != std::string_view::npos;
    return bad("it has no scheme",
               plausible ? fmt::format("write https://{}", rest) : "write one such as https://example.org/");
  }
  if (blank != std::string_view::npos) {
    auto verdict = bad("it holds a space", "write %20 where a space is meant");
    verdict.offset = static_cast<int>(blank);
    return verdict;
  }
  std::string scheme(*parts.scheme);
  std::ranges::transform(scheme, scheme.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (scheme == "feed") {
    const auto rest = text.substr(5);
    return bad("`feed:` is for desktop readers", rest.starts_with("http")
                                                     ? fmt::format("write {}", rest)
                                                     : fmt::format("write https:{}", rest));
  }
  if (scheme != "http" && scheme != "https") {
    const auto near = nearest(scheme, {"https", "http"});
    return bad("only http and https can be asked",
               near && parts.authority
                   ? fmt::format("did you mean `{}{}`?", *near, text.substr(parts.scheme->size()))
                   : "write one that begins with https://");
  }
  if (!parts.authority) return bad("`//` is missing", "write it as in https://example.org/");
  if (host_of(text).empty()) return bad("it has no host", "write one such as https://example.org/");
  const auto colon = parts.authority->rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        parts.authority->find(']', colon) == std::string_view::npos &&
                        parts.authority->find('@', colon) == std::string_view::npos;
  if (has_port && colon + 1 < parts.authority->size() && (port_of(text) < 1 || port_of(text) > 65535)) {
    return bad("its port is no number from 1 to 65535", "mend or leave out the port");
  }
  return {};
}

Verdict check_listen(std::string_view text) {
  const auto bad = [&](std::string_view why, std::string mend) {
    return Verdict{.what = fmt::format("`{}` is no address to listen at: {}", text, why),
                   .mend = std::move(mend)};
  };
  constexpr std::string_view unix_prefix = "unix:";
  if (text.starts_with(unix_prefix)) {
    if (text.size() == unix_prefix.size())
      return bad("the socket's path is missing", "write e.g. unix:/run/tributary.sock");
    return {};
  }
  if (text.find("://") != std::string_view::npos) {
    return bad("it is a URL", "write HOST:PORT such as 127.0.0.1:8080");
  }
  if (all_digits(text))
    return bad("the host is missing",
               fmt::format("write 127.0.0.1:{}, or 0.0.0.0:{} for every address of the machine", text, text));
  if (is_v6(text)) return bad("the port is missing", fmt::format("write [{}]:8080", text));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad("the port is missing", fmt::format("write {}:8080", text));
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  const auto number = whole_number(port);
  if (!number || *number > 65535)
    return bad("the port is no number from 0 to 65535", "write HOST:PORT such as 127.0.0.1:8080");
  if (host.empty() || host == "*")
    return bad("the host is missing", fmt::format("write 0.0.0.0:{} for every address of the machine", port));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    return is_v6(host) ? Verdict{} : bad("no IPv6 address stands in the brackets", "write e.g. [::1]:8080");
  }
  if (is_v6(host)) return bad("an IPv6 address needs brackets", fmt::format("write [{}]:{}", host, port));
  const bool numbers = host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (numbers ? !is_v4(host) : !is_host_name(host))
    return bad("the host can't be one", "write HOST:PORT such as 127.0.0.1:8080");
  return {};
}

Verdict check_cidr(std::string_view text, std::string& out) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const int family = is_v4(address) ? AF_INET : is_v6(address) ? AF_INET6 : 0;
  if (family == 0) {
    return {.what = fmt::format("`{}` is no address range", text),
            .mend = "write e.g. 127.0.0.0/8, 10.1.2.3/32 or fd00::/8"};
  }
  const std::uint64_t width = family == AF_INET ? 32 : 128;
  std::uint64_t bits = width;
  if (slash != std::string_view::npos) {
    const auto given = whole_number(text.substr(slash + 1));
    if (!given || *given > width) {
      return {.what = fmt::format("`{}` is no address range: behind `/` stands no number from 0 to {}", text,
                                  width),
              .mend = "write how many leading bits the range shares, e.g. 127.0.0.0/8"};
    }
    bits = *given;
  }
  std::array<unsigned char, 16> bytes{};
  inet_pton(family, std::string(address).c_str(), bytes.data());
  auto masked = bytes;
  for (std::size_t bit = bits; bit < width; ++bit)
    masked[bit / 8] &= static_cast<unsigned char>(~(0x80U >> (bit % 8)));
  std::array<char, INET6_ADDRSTRLEN> written{};
  inet_ntop(family, masked.data(), written.data(), written.size());
  out = fmt::format("{}/{}", written.data(), bits);
  if (masked != bytes) {
    return {.what = fmt::format("`{}` names an address inside the range, not its beginning", text),
            .mend = fmt::format("write {} for the range, or {}/{} for the one address", out, address, width)};
  }
  return {};
}

Verdict check_environment_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const bool good = !text.empty() && letter(text.front()) &&
                    std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
  if (good) return {};
  // It may be the secret itself: it is not repeated.
  return {.what = "this is no name of an environment variable",
          .mend = text.starts_with('$') ? "write the name without `$`"
                                        : "write a name such as EXAMPLE_PASSWORD, never the secret itself"};
}

bool holds_password(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts.authority) return false;
  const auto at = parts.authority->rfind('@');
  if (at == std::string_view::npos) return false;
  return parts.authority->substr(0, at).find(':') != std::string_view::npos;
}

}  // namespace tributary::config
