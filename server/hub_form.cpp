#include "server/hub_form.hpp"

#include <algorithm>
#include <map>

#include "server/path.hpp"

namespace tributary::server {
namespace {

constexpr std::size_t longest_url = 2048;    // bytes
constexpr std::size_t longest_secret = 199;  // "MUST be less than 200 bytes in length"

std::unexpected<Made> refuse(const std::string& why) {
  return std::unexpected(plain(400, why));
}

bool is_form(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type == "application/x-www-form-urlencoded";
}

// What would change its meaning on the way into a request line or a header field.
bool is_clean(std::string_view url) {
  return std::ranges::all_of(url, [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '<' && c != '>' && c != '"' && c != '\\';
  });
}

}  // namespace

Made plain(int status, const std::string& text) {
  return {
      .status = status, .content_type = "text/plain; charset=utf-8", .body = text.empty() ? "" : text + "\n"};
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      encoded += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
  return encoded;
}

std::expected<HubWish, Made> read_hub_form(const Incoming& incoming) {
  if (!is_form(incoming.header("content-type"))) {
    return std::unexpected(plain(415, "send the request as application/x-www-form-urlencoded"));
  }
  std::map<std::string, std::string> form;
  std::string_view rest = incoming.body;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    std::string name, value;
    if (!percent_decode(pair.substr(0, equals), true, name) ||
        !percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true,
                        value)) {
      return refuse("an escape in the form is malformed");
    }
    if (!form.emplace(name, value).second && name.starts_with("hub.")) return refuse(name + " comes twice");
  }
  HubWish wish{.topic = form["hub.topic"], .callback = form["hub.callback"], .secret = form["hub.secret"]};
  const std::string& mode = form["hub.mode"];
  if (mode != "subscribe" && mode != "unsubscribe")
    return refuse("hub.mode must be subscribe or unsubscribe");
  wish.subscribe = mode == "subscribe";
  if (wish.topic.empty()) return refuse("hub.topic is missing");
  if (wish.topic.size() > longest_url || !is_clean(wish.topic)) return refuse("hub.topic is no URL");
  if (wish.callback.empty()) return refuse("hub.callback is missing");
  const auto parts = split_url(wish.callback);
  if (wish.callback.size() > longest_url || !is_clean(wish.callback) || !is_http_url(wish.callback) ||
      port_of(wish.callback) == 0) {
    return refuse("hub.callback is no http or https URL");
  }
  if (parts.fragment || parts.authority->find('@') != std::string_view::npos) {
    return refuse("hub.callback must have neither a fragment nor a user");
  }
  if (wish.secret.size() > longest_secret) return refuse("hub.secret must be shorter than 200 bytes");
  if (const auto lease = form.find("hub.lease_seconds"); lease != form.end() && !lease->second.empty()) {
    const std::string& digits = lease->second;
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }) ||
        digits.find_first_not_of('0') == std::string::npos) {
      return refuse("hub.lease_seconds must be a positive number");
    }
    wish.lease = std::chrono::seconds{digits.size() > 11 ? 99'999'999'999 : std::stoll(digits)};
  }
  return wish;
}

}  // namespace tributary::server
