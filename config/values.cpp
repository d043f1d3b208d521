#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/format.h>

#include "config/checks.hpp"
#include "model/url.hpp"

namespace tributary::config {
namespace {

using namespace std::chrono;
using std::optional;
using std::string;
using std::string_view;

constexpr string_view http_pattern =
    R"("type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s]+$")";
// Longest path of a Unix socket on Linux, sockaddr_un without its closing NUL.
constexpr std::size_t longest_socket_path = 107;

string show_string(const string& value) {
  return json_string(value);
}

void tell(const Node& node, Reader& reader, string code, Verdict verdict) {
  auto span = node.span;
  // A place inside the value is exact only where the value stands in the file as it is.
  if (verdict.offset > 0 && !node.quoted &&
      span.begin + static_cast<std::size_t>(verdict.offset) < span.end) {
    span.begin += static_cast<std::size_t>(verdict.offset);
  }
  reader.fault(span, std::move(code), std::move(verdict.what), std::move(verdict.mend));
}

// A kind whose text only has to pass a check.
Value<string> checked(string schema, string kind, string code, Verdict (*check)(string_view)) {
  return {
      .schema = std::move(schema),
      .kind = kind,
      .read = [kind, code = std::move(code), check](const Node& node, Reader& reader) -> optional<string> {
        const auto* given = scalar(node, reader, kind);
        if (given == nullptr) return std::nullopt;
        if (auto verdict = check(*given); !verdict) {
          tell(node, reader, code, std::move(verdict));
          return std::nullopt;
        }
        return *given;
      },
      .show = show_string};
}

bool tell_password(const Node& node, Reader& reader, string_view url, string mend) {
  if (!holds_password(url)) return false;
  reader.secret(node, "secret-in-file", "a password stands in this address", std::move(mend));
  return true;
}

string_view named(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
  }
  return "";
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

string json_string(string_view text) {
  string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  return out + '"';
}

string Writer::path(const std::filesystem::path& absolute) const {
  const auto inside = absolute.lexically_relative(folder);
  return inside.empty() || *inside.begin() == ".." ? absolute.string() : inside.string();
}

string yaml_string(string_view text) {
  constexpr string_view never_first = "-?:,[]{}#&*!|>'\"%@`~=<. \t";
  constexpr string_view numeric = "0123456789abcdefABCDEFxXoO_.:+-";
  constexpr std::array<string_view, 9> words = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool number = !text.empty() && (text[0] == '+' || (text[0] >= '0' && text[0] <= '9')) &&
                      text.find_first_not_of(numeric) == string_view::npos;
  bool plain = !text.empty() && never_first.find(text.front()) == string_view::npos && text.back() != ' ' &&
               text.back() != ':' && text.find_first_of(",[]{}") == string_view::npos &&
               text.find(": ") == string_view::npos && text.find(" #") == string_view::npos && !number &&
               std::ranges::find(words, string_view(lower)) == words.end();
  string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const auto after = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0U;
    if (byte < 0x20 || byte == 0x7F) {
      plain = false;
      quoted += byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : fmt::format("\\x{:02X}", byte);
    } else if (byte == 0xC2 && next < 0xA0) {
      plain = false;  // C1 controls, among them NEL, which ends a line
      quoted += fmt::format("\\x{:02X}", next);
      ++i;
    } else if ((byte == 0xE2 && next == 0x80 && (after == 0xA8 || after == 0xA9)) ||
               (byte == 0xEF && next == 0xBB && after == 0xBF)) {
      plain = false;  // line and paragraph separator, byte order mark
      quoted += byte == 0xEF ? "\\uFEFF" : after == 0xA8 ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      if (byte == '"' || byte == '\\') quoted += '\\';
      quoted += text[i];
    }
  }
  return plain ? string(text) : quoted + '"';
}

string yaml_of(const string& value, const Writer&) {
  return value.empty() ? value : yaml_string(value);
}
string yaml_of(const std::filesystem::path& value, const Writer& writer) {
  return value.empty() ? string() : yaml_string(writer.path(value));
}
string yaml_of(const bool& value, const Writer&) {
  return value ? "true" : "false";
}
string yaml_of(const std::int64_t& value, const Writer&) {
  return std::to_string(value);
}
string yaml_of(const std::uint64_t& value, const Writer&) {
  constexpr std::uint64_t mebi = 1ULL << 20;
  return value % mebi == 0 ? fmt::format("{}MiB", value / mebi) : fmt::format("{}B", value);
}
string yaml_of(const seconds& value, const Writer&) {
  const auto count = value.count();
  for (const auto& [factor, unit] : {std::pair{86400, 'd'}, {3600, 'h'}, {60, 'm'}}) {
    if (count > 0 && count % factor == 0) return fmt::format("{}{}", count / factor, unit);
  }
  return fmt::format("{}s", count);
}
string yaml_of(const Timestamp& value, const Writer&) {
  return yaml_string(to_rfc3339(value));
}

void wrong_kind(const Node& node, Reader& reader, string_view expected) {
  string mend = fmt::format("write {}", expected);
  if (node.kind == Node::Kind::null) {
    reader.fault(node, "empty-entry", "the list entry is empty",
                 "write something behind its `-`, or delete it");
    return;
  }
  if (expected == "a list") {
    mend =
        node.kind == Node::Kind::scalar ? fmt::format("write [{}]", node.text) : "begin each entry with `- `";
  } else if (expected == "a mapping") {
    mend = node.kind == Node::Kind::sequence ? "write `key: value` lines without `- `"
                                             : "write `key: value` lines below the key";
  } else {
    mend = fmt::format("write one value instead of {}", named(node.kind));
  }
  reader.fault(node, "wrong-type", fmt::format("{} is expected here, not {}", expected, named(node.kind)),
               std::move(mend));
}

const string* scalar(const Node& node, Reader& reader, string_view kind) {
  if (node.kind == Node::Kind::scalar) return &node.text;
  wrong_kind(node, reader, kind);
  return nullptr;
}

Value<string> text() {
  return {.schema = R"("type": "string")",
          .kind = "text",
          .read = [](const Node& node, Reader& reader) -> optional<string> {
            const auto* given = scalar(node, reader, "text");
            return given == nullptr ? std::nullopt : optional(*given);
          },
          .show = show_string};
}

Value<string> http_url() {
  auto value = checked(string(http_pattern), "a web address (http or https)", "bad-url", check_http_url);
  value.read = [check = value.read](const Node& node, Reader& reader) -> optional<string> {
    if (tell_password(node, reader, node.text,
                      "take it out, and write `auth: {username: …, password_env: …}`"))
      return std::nullopt;
    return check(node, reader);
  };
  return value;
}

Value<string> url_or_file() {
  return {.schema = R"("type": "string")",
          .kind = "a file beside feeds.yaml, or a web address",
          .read = [web = http_url()](const Node& node, Reader& reader) -> optional<string> {
            const auto* given = scalar(node, reader, "a file or a web address");
            if (given == nullptr) return std::nullopt;
            if (split_url(*given).authority) return web.read(node, reader);
            const auto path = reader.absolute(*given);
            if (!is_there(path)) {
              reader.warn(node, "missing-file", fmt::format("the photo `{}` is not there", path.string()),
                          "put the file there, or mend its name");
            }
            return path.string();
          },
          .write =
              [](const string& value, const Writer& writer) {
                return value.starts_with('/') ? yaml_of(std::filesystem::path(value), writer)
                                              : yaml_of(value, writer);
              }};
}

Value<string> url_or(std::vector<string> words) {
  string list;
  for (const auto& word : words) list += word + ", ";
  string constants;
  for (const auto& word : words) constants += (constants.empty() ? "" : ", ") + json_string(word);
  return {.schema = "\"anyOf\": [{\"enum\": [" + constants + "]}, {" + string(http_pattern) + "}]",
          .kind = list + "or a web address",
          .read = [words, web = http_url(), list](const Node& node, Reader& reader) -> optional<string> {
            const auto* given = scalar(node, reader, "a word or a web address");
            if (given == nullptr) return std::nullopt;
            if (std::ranges::find(words, *given) != words.end()) return *given;
            if (split_url(*given).scheme) return web.read(node, reader);
            const auto near = nearest(*given, words);
            reader.fault(node, "unknown-word",
                         fmt::format("`{}` is not one of {}or a web address", *given, list),
                         near ? fmt::format("did you mean `{}`?", *near) : "write one of them");
            return std::nullopt;
          },
          .show = show_string};
}

Value<string> slug() {
  return checked(R"("type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80)",
                 "lower-case ASCII words joined by `-`", "bad-slug", [](string_view given) -> Verdict {
                   if (is_slug(given)) return {};
                   const auto meant = slug_of(given);
                   return {
                       .what = fmt::format("`{}` is no slug: lower-case ASCII words joined by `-`", given),
                       .mend = meant.empty() ? "write e.g. small-business" : fmt::format("write {}", meant)};
                 });
}

Value<string> time_zone() {
  return checked(R"("type": "string")", "an IANA time zone such as Europe/Paris or UTC", "bad-timezone",
                 check_time_zone);
}

Value<string> language() {
  return checked(R"("type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")",
                 "a language tag such as en or fr-CA", "bad-language", check_language);
}

Value<string> regex() {
  return checked(R"("type": "string")", "a regular expression", "bad-regex", check_regex);
}

Value<string> environment_name() {
  auto value = checked(R"("type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$")",
                       "the name of an environment variable", "bad-environment-name", check_environment_name);
  value.read = [](const Node& node, Reader& reader) -> optional<string> {
    const auto* given = scalar(node, reader, "the name of an environment variable");
    if (given == nullptr) return std::nullopt;
    if (auto verdict = check_environment_name(*given); !verdict) {
      reader.secret(node, "bad-environment-name", std::move(verdict.what), std::move(verdict.mend));
      return std::nullopt;
    }
    return *given;
  };
  return value;
}

Value<string> header_name() {
  return checked(R"("type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")",
                 "the name of a header field", "bad-header", [](string_view given) -> Verdict {
                   // RFC 9110 section 5.1: a token.
                   constexpr string_view marks = "!#$%&'*+-.^_`|~";
                   const bool token = !given.empty() && std::ranges::all_of(given, [&](unsigned char c) {
                     return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            marks.find(static_cast<char>(c)) != string_view::npos;
                   });
                   if (token) return {};
                   return {.what = "this is no name of a header field",
                           .mend = "write the name alone, e.g. X-Api-Key; its value comes from `value_env`"};
                 });
}

Value<string> cidr() {
  return {.schema = R"("type": "string")",
          .kind = "an address range such as 127.0.0.0/8",
          .read = [](const Node& node, Reader& reader) -> optional<string> {
            const auto* given = scalar(node, reader, "an address range");
            if (given == nullptr) return std::nullopt;
            string range;
            if (auto verdict = check_cidr(*given, range); !verdict) {
              tell(node, reader, "bad-address-range", std::move(verdict));
              return std::nullopt;
            }
            return range;
          }};
}

Value<string> listen(bool may_be_off) {
  auto value =
      checked(R"("type": "string")", may_be_off ? "HOST:PORT, unix:PATH or off" : "HOST:PORT or unix:PATH",
              "bad-listen", check_listen);
  value.read = [check = value.read, may_be_off](const Node& node, Reader& reader) -> optional<string> {
    if (may_be_off && node.kind == Node::Kind::scalar && node.text == "off") return string();
    auto given = check(node, reader);
    constexpr string_view unix_prefix = "unix:";
    if (!given || !given->starts_with(unix_prefix)) return given;
    const auto path = reader.absolute(given->substr(unix_prefix.size())).string();
    if (path.size() > longest_socket_path) {
      reader.fault(
          node, "bad-listen",
          fmt::format("the socket's path has {} bytes, Linux takes {}", path.size(), longest_socket_path),
          "choose a shorter one");
      return std::nullopt;
    }
    return string(unix_prefix) + path;
  };
  return value;
}

Value<string> store_place() {
  return {.schema = R"("type": "string")",
          .kind = "a path, sqlite:PATH, or postgresql://USER@HOST/DATABASE",
          .read = [](const Node& node, Reader& reader) -> optional<string> {
            const auto* given = scalar(node, reader, "the place of the store");
            if (given == nullptr) return std::nullopt;
            if (given->starts_with("postgresql://") || given->starts_with("postgres://")) {
              const auto query = split_url(*given).query.value_or("");
              if (holds_password(*given) || query.starts_with("password=") ||
                  query.find("&password=") != string_view::npos) {
                reader.secret(node, "secret-in-file", "a password stands in this address",
                              "take it out; PGPASSWORD in the environment or ~/.pgpass holds it");
                return std::nullopt;
              }
              return *given;
            }
            string path = *given;
            if (path.starts_with("sqlite:")) {
              path.erase(0, 7);
              if (path.starts_with("//")) path.erase(0, 2);
            } else if (const auto scheme = split_url(path).scheme; scheme && scheme->size() > 1) {
              reader.fault(node, "bad-store", fmt::format("there is no store of the kind `{}:`", *scheme),
                           "write sqlite:PATH or postgresql://USER@HOST/DATABASE");
              return std::nullopt;
            }
            if (path.empty() || path == ":memory:" || path.ends_with('/')) {
              reader.fault(node, "bad-store", fmt::format("`{}` names no file to keep the store in", *given),
                           "write e.g. sqlite:data/tributary.db");
              return std::nullopt;
            }
            return "sqlite:" + reader.absolute(path).string();
          }};
}

Value<string> proxy() {
  return {.schema = R"("type": "string")",
          .kind = "http://HOST:PORT or socks5h://HOST:PORT",
          .read = [](const Node& node, Reader& reader) -> optional<string> {
            const auto* given = scalar(node, reader, "a proxy");
            if (given == nullptr) return std::nullopt;
            if (tell_password(node, reader, *given, "let the proxy know this machine without one"))
              return std::nullopt;
            constexpr std::array<string_view, 6> schemes = {"http",    "https",  "socks4",
                                                            "socks4a", "socks5", "socks5h"};
            const auto scheme = split_url(*given).scheme;
            if (!scheme || std::ranges::find(schemes, *scheme) == schemes.end() || host_of(*given).empty()) {
              reader.fault(node, "bad-proxy", fmt::format("`{}` is no proxy", *given),
                           "write e.g. http://127.0.0.1:3128 or socks5h://127.0.0.1:1080");
              return std::nullopt;
            }
            return *given;
          }};
}

Value<std::filesystem::path> existing_file(string_view what) {
  return {.schema = R"("type": "string")",
          .kind = "a file; relative to feeds.yaml",
          .read = [what = string(what)](const Node& node, Reader& reader) -> optional<std::filesystem::path> {
            const auto* given = scalar(node, reader, "a file's name");
            if (given == nullptr) return std::nullopt;
            auto path = reader.absolute(*given);
            if (!is_there(path)) {
              reader.warn(node, "missing-file", fmt::format("{} `{}` is not there", what, path.string()),
                          "put the file there, or mend its name");
            }
            return path;
          }};
}

Value<std::filesystem::path> existing_folder() {
  return {.schema = R"("type": "string")",
          .kind = "a folder; relative to feeds.yaml",
          .read = [](const Node& node, Reader& reader) -> optional<std::filesystem::path> {
            const auto* given = scalar(node, reader, "a folder's name");
            if (given == nullptr) return std::nullopt;
            auto path = reader.absolute(*given);
            std::error_code ignored;
            if (!std::filesystem::is_directory(path, ignored)) {
              reader.fault(node, "missing-file", fmt::format("the folder `{}` is not there", path.string()),
                           "make it, or mend its name; without this line the built-in templates are used");
              return std::nullopt;
            }
            return path;
          }};
}

Value<std::filesystem::path> folder() {
  return {.schema = R"("type": "string")",
          .kind = "a folder; relative to feeds.yaml, made when missing",
          .read = [](const Node& node, Reader& reader) -> optional<std::filesystem::path> {
            const auto* given = scalar(node, reader, "a folder's name");
            if (given == nullptr) return std::nullopt;
            auto path = reader.absolute(given->empty() ? "." : *given);
            std::error_code ignored;
            if (std::filesystem::exists(path, ignored) && !std::filesystem::is_directory(path, ignored)) {
              reader.fault(node, "bad-output", fmt::format("`{}` is a file", path.string()), "name a folder");
              return std::nullopt;
            }
            return path;
          }};
}

Value<seconds> duration(seconds least) {
  return {.schema = R"("type": "string", "pattern": "^[0-9]+[smhd]$")",
          .kind = "a duration such as 30s, 15m, 1h or 1d",
          .read = [least](const Node& node, Reader& reader) -> optional<seconds> {
            const auto* given = scalar(node, reader, "a duration");
            if (given == nullptr) return std::nullopt;
            seconds read{};
            if (auto verdict = check_duration(*given, read); !verdict) {
              tell(node, reader, "bad-duration", std::move(verdict));
              return std::nullopt;
            }
            if (read < least) {
              reader.fault(node, "out-of-range", fmt::format("`{}` is too short", *given),
                           fmt::format("write at least {}s", least.count()));
              return std::nullopt;
            }
            return read;
          },
          .show = [](const seconds& value) { return json_string(yaml_of(value, {})); }};
}

Value<std::uint64_t> size(std::uint64_t least) {
  return {.schema = R"("type": "string", "pattern": "^[0-9]+(B|[KMG]i?B)$")",
          .kind = "a size such as 512KiB or 10MiB",
          .read = [least](const Node& node, Reader& reader) -> optional<std::uint64_t> {
            const auto* given = scalar(node, reader, "a size");
            if (given == nullptr) return std::nullopt;
            std::uint64_t read = 0;
            if (auto verdict = check_size(*given, read); !verdict) {
              tell(node, reader, "bad-size", std::move(verdict));
              return std::nullopt;
            }
            if (read < least) {
              reader.fault(node, "out-of-range", fmt::format("`{}` is too small", *given),
                           fmt::format("write at least {}B", least));
              return std::nullopt;
            }
            return read;
          },
          .show = [](const std::uint64_t& value) { return json_string(yaml_of(value, {})); }};
}

Value<std::int64_t> whole(std::int64_t least, std::int64_t greatest) {
  return {.schema = fmt::format(R"("type": "integer", "minimum": {}, "maximum": {})", least, greatest),
          .kind = fmt::format("a whole number from {} to {}", least, greatest),
          .read = [least, greatest](const Node& node, Reader& reader) -> optional<std::int64_t> {
            const auto* given = scalar(node, reader, "a whole number");
            if (given == nullptr) return std::nullopt;
            const bool minus = given->starts_with('-');
            const auto digits = string_view(*given).substr(minus ? 1 : 0);
            const auto number = whole_number(digits);
            const bool only_digits =
                !digits.empty() && digits.find_first_not_of("0123456789") == string_view::npos;
            if (node.quoted && only_digits) {
              reader.fault(node, "wrong-type", fmt::format("`{}` in quotes is text", *given),
                           "write it without quotes");
              return std::nullopt;
            }
            if (!only_digits) {
              reader.fault(node, "wrong-type", fmt::format("`{}` is no whole number", *given),
                           fmt::format("write one from {} to {}", least, greatest));
              return std::nullopt;
            }
            const auto value = number && *number <= 1ULL << 62
                                   ? static_cast<std::int64_t>(*number) * (minus ? -1 : 1)
                               : minus ? INT64_MIN
                                       : INT64_MAX;
            if (value < least || value > greatest) {
              reader.fault(node, "out-of-range",
                           fmt::format("`{}` is not from {} to {}", *given, least, greatest),
                           fmt::format("write a number from {} to {}", least, greatest));
              return std::nullopt;
            }
            return value;
          },
          .show = [](const std::int64_t& value) { return std::to_string(value); }};
}

Value<bool> boolean() {
  return {.schema = R"("type": "boolean")",
          .kind = "true or false",
          .read = [](const Node& node, Reader& reader) -> optional<bool> {
            const auto* given = scalar(node, reader, "true or false");
            if (given == nullptr) return std::nullopt;
            string word = *given;
            std::ranges::transform(word, word.begin(), [](char c) {
              return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            });
            // YAML 1.2 section 10.3.2; anything else is text.
            if (!node.quoted && (word == "true" || word == "false")) return word == "true";
            if (word == "true" || word == "false") {
              reader.fault(node, "wrong-type", fmt::format("`{}` in quotes is text", *given),
                           "write it without quotes");
              return std::nullopt;
            }
            const bool yes = word == "yes" || word == "on" || word == "1" || word == "y";
            const bool no = word == "no" || word == "off" || word == "0" || word == "n";
            reader.fault(node, "wrong-type", fmt::format("`{}` is neither true nor false", *given),
                         yes  ? "write true"
                         : no ? "write false"
                              : "write true or false");
            return std::nullopt;
          },
          .show = [](const bool& value) { return string(value ? "true" : "false"); }};
}

Value<Timestamp> moment() {
  return {.schema = R"("type": "string")",
          .kind = "a moment such as 2026-12-01T00:00:00Z, or a day",
          .read = [](const Node& node, Reader& reader) -> optional<Timestamp> {
            const auto* given = scalar(node, reader, "a moment");
            if (given == nullptr) return std::nullopt;
            if (auto when = from_rfc3339(*given)) return when;
            if (auto day = from_rfc3339(*given + "T00:00:00Z")) return day;
            reader.fault(node, "bad-date", fmt::format("`{}` is no date", *given),
                         "write e.g. 2026-12-01 or 2026-12-01T12:00:00Z");
            return std::nullopt;
          }};
}

Value<string> secret(string instead) {
  return {.read = [instead = std::move(instead)](const Node& node, Reader& reader) -> optional<string> {
    reader.secret(node, "secret-in-file", "a secret stands in the file", instead);
    return std::nullopt;
  }};
}

optional<string> synonym(string_view given, const std::vector<string>& known) {
  struct Pair {
    string_view said, meant;
  };
  // What other programs and other Englishes call it.
  static constexpr std::array pairs = {
      Pair{"link", "url"},
      Pair{"href", "url"},
      Pair{"uri", "url"},
      Pair{"feed", "url"},
      Pair{"xmlurl", "url"},
      Pair{"address", "url"},
      Pair{"title", "name"},
      Pair{"label", "name"},
      Pair{"name", "title"},
      Pair{"heading", "title"},
      Pair{"tags", "topics"},
      Pair{"categories", "topics"},
      Pair{"category", "topics"},
      Pair{"lang", "language"},
      Pair{"locale", "language"},
      Pair{"tz", "timezone"},
      Pair{"zone", "timezone"},
      Pair{"description", "intro"},
      Pair{"summary", "intro"},
      Pair{"introduction", "intro"},
      Pair{"image", "photo"},
      Pair{"picture", "photo"},
      Pair{"logo", "photo"},
      Pair{"database", "store"},
      Pair{"db", "store"},
      Pair{"storage", "store"},
      Pair{"out", "output"},
      Pair{"public", "output"},
      Pair{"bind", "listen"},
      Pair{"port", "listen"},
      Pair{"host", "listen"},
      Pair{"address", "listen"},
      Pair{"weight", "priority"},
      Pair{"disabled", "enabled"},
      Pair{"active", "enabled"},
      Pair{"every", "interval"},
      Pair{"poll", "interval"},
      Pair{"refresh", "interval"},
      Pair{"ttl", "interval"},
      Pair{"partners", "feeds"},
      Pair{"sources", "feeds"},
      Pair{"subscriptions", "feeds"},
      Pair{"channels", "feeds"},
      Pair{"caption", "alt"},
      Pair{"text", "alt"},
      Pair{"file", "src"},
      Pair{"url", "src"},
      Pair{"path", "src"},
      Pair{"copyright", "rights"},
      Pair{"rights", "licence"},
      Pair{"kind", "type"},
      Pair{"user", "username"},
      Pair{"login", "username"},
      Pair{"filter", "include"},
      Pair{"only", "include"},
      Pair{"skip", "exclude"},
      Pair{"limit", "items"},
      Pair{"count", "items"},
      Pair{"length", "excerpt"},
      Pair{"sort", "order"},
      Pair{"websub", "push"},
      Pair{"id", "slug"},
      Pair{"parallel", "concurrency"},
      Pair{"body_limit", "max_body"},
      Pair{"user_agent", "contact"},
      Pair{"mail", "email"},
      Pair{"website", "uri"},
      Pair{"url", "uri"},
  };
  string lower(given);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const auto& [said, meant] : pairs) {
    if (said == lower && std::ranges::find(known, meant) != known.end()) return string(meant);
  }
  return std::nullopt;
}

optional<string> unknown_key(const Node& key, const std::vector<string>& known, Reader& reader) {
  if (key.text == "<<") {
    // YAML 1.1's merge key; YAML 1.2 has none.
    reader.fault(key, "unknown-key", "`<<` does not merge here", "write the keys themselves");
    return std::nullopt;
  }
  auto meant = nearest(key.text, known);
  if (!meant) meant = synonym(key.text, known);
  string list;
  for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
  reader.fault(key, "unknown-key", fmt::format("unknown key `{}`", key.text),
               meant ? fmt::format("did you mean `{}`?", *meant) : fmt::format("known here are {}", list));
  return meant;
}

}  // namespace tributary::config
