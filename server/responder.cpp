#include "server/responder.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

#include "server/head.hpp"
#include "server/path.hpp"

namespace tributary::server {
namespace {

struct Bytes {
  std::string head = {}, body = {};
};

Answer made_of(int status, Bytes bytes, bool without_body) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  return {.status = status,
          .head = owner->head,
          .body = without_body ? std::string_view{} : std::string_view(owner->body),
          .owner = owner};
}

std::string first_line(int status) {
  const std::string_view line = status_line(status);
  return "HTTP/1.1 " + (line.empty() ? std::to_string(status) + " Answer" : std::string(line)) + "\r\n";
}

// The part of a target before '?', and after it.
void split_target(std::string_view target, std::string_view& path, std::string_view& query) {
  const auto mark = target.find('?');
  path = target.substr(0, mark);
  query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

// RFC 9112 section 3.2.2: the absolute form must be accepted; what host it names does not matter here.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto end = target.find_first_of("/?", scheme.size());
    if (end == std::string_view::npos) return "/";
    return target[end] == '/' ? target.substr(end) : std::string_view{};
  }
  return target;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return result;
}

// A field that the application makes may carry what a stranger sent: a line break in it would begin another
// field.
std::string one_line(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

}  // namespace

std::string Incoming::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Responder::Responder(const Options& options, AdminHandler admin)
    : routes_(options.routes),
      clock_(options.clock),
      admin_(std::move(admin)),
      cache_bytes_(options.cache_bytes),
      files_({}) {
  reload(options.folder, options.site_url, options.hub_url);
}

void Responder::reload(const std::filesystem::path& folder, const std::string& site_url,
                       const std::string& hub_url) {
  prefix_ = split_url(site_url).path;
  while (prefix_.ends_with('/')) prefix_.pop_back();
  files_.change({folder, site_url, hub_url, cache_bytes_});
}

Timestamp Responder::now() const {
  if (clock_) return clock_();
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Answer Responder::refusal(int status, std::string_view why, std::string_view more_fields,
                          bool without_body) const {
  const std::string_view line = status_line(status);
  Bytes bytes;
  bytes.body = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>" + std::string(line) +
               "</title>\n<h1>" + std::string(line.substr(4)) + "</h1>\n<p>" + std::string(why) +
               ".</p>\n</html>\n";
  bytes.head = first_line(status) + "Content-Type: text/html; charset=utf-8\r\nContent-Length: " +
               std::to_string(bytes.body.size()) + "\r\nCache-Control: no-cache\r\n";
  bytes.head += more_fields;
  bytes.head += careful_fields;
  bytes.head += closed_policy;
  return made_of(status, std::move(bytes), without_body);
}

Answer Responder::not_allowed(const Request& request, std::string_view methods) const {
  return refusal(405, "This address knows other methods only", "Allow: " + std::string(methods) + "\r\n",
                 request.method == Method::head);
}

Answer Responder::options(const Request& request, std::string_view methods) const {
  Bytes bytes;
  bytes.head = first_line(204) + "Allow: " + std::string(methods) + "\r\n";
  if (!request.requested_method.empty()) {
    // What a partner's script asks before it sends a conditional request.
    bytes.head +=
        "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: " + std::string(methods) +
        "\r\nAccess-Control-Allow-Headers: A-IM, If-Match, If-Modified-Since, If-None-Match, If-Range, "
        "If-Unmodified-Since, Range\r\nAccess-Control-Max-Age: 86400\r\n";
  }
  bytes.head += careful_fields;
  return made_of(204, std::move(bytes), true);
}

const Route* Responder::route_of(std::string_view path) const {
  for (const Route& route : routes_) {
    if (route.path == path || (route.path.ends_with('/') && path.starts_with(route.path))) return &route;
  }
  return nullptr;
}

std::size_t Responder::body_limit(const Request& request, Door door) const {
  if (door != Door::visitors || request.method != Method::post) return 0;
  std::string_view path, query;
  split_target(origin_form(request.target), path, query);
  std::string decoded;
  if (decode_path(path, decoded) != PathVerdict::fine) return 0;
  const Route* const route = route_of('/' + decoded);
  if (route == nullptr || std::ranges::find(route->methods, "POST") == route->methods.end()) return 0;
  return route->max_body;
}

Answer Responder::answer(const Request& request, Door door, const std::function<std::string()>& client) {
  try {
    if (door == Door::admin) return from_admin(request);
    if (request.method == Method::options && request.target == "*")
      return options(request, "GET, HEAD, OPTIONS");
    std::string_view path, query;
    split_target(origin_form(request.target), path, query);
    switch (decode_path(path, path_)) {
      case PathVerdict::malformed:
        return refusal(400, "The address is malformed", {}, request.method == Method::head);
      case PathVerdict::hidden:
        return refusal(404, "There is no such page", {}, request.method == Method::head);
      case PathVerdict::fine:
        break;
    }
    if (!routes_.empty()) {
      const std::string whole = '/' + path_;
      if (const Route* const route = route_of(whole))
        return from_route(request, *route, whole, query, client());
    }
    return from_folder(request, path, query);
  } catch (const std::exception&) {
    // A handler of the application that throws, or memory that ran out, costs this one request.
    return refusal(500, "Something went wrong here", {}, request.method == Method::head);
  }
}

Answer Responder::from_folder(const Request& request, std::string_view path, std::string_view query) {
  constexpr std::string_view methods = "GET, HEAD, OPTIONS";
  if (request.method == Method::options) return options(request, methods);
  if (request.method != Method::get && request.method != Method::head) return not_allowed(request, methods);
  const bool folder = path_.empty() || path_.ends_with('/');
  if (folder) path_ += "index.html";
  const Timestamp time = now();
  auto found = files_.find(path_, time);
  if (found.what == FileCache::What::folder && !folder &&
      files_.find(path_ + "/index.html", time).what == FileCache::What::file) {
    return to_folder(request, path, query);
  }
  switch (found.what) {
    case FileCache::What::file:
      return from_file(request, found.file);
    case FileCache::What::trouble:
      return refusal(503, "This page cannot be read now", "Retry-After: 5\r\n",
                     request.method == Method::head);
    case FileCache::What::folder:
    case FileCache::What::nothing:
      break;
  }
  return refusal(404, "There is no such page", {}, request.method == Method::head);
}

Answer Responder::to_folder(const Request& request, std::string_view path, std::string_view query) const {
  // Below a site that lives on a path of its host a proxy may or may not have cut that path off: there the
  // place is said relative to the address that the client sees.
  std::string location =
      prefix_.empty() ? std::string(path) : "./" + std::string(path.substr(path.rfind('/') + 1));
  location += '/';
  if (!query.empty()) location += '?' + std::string(query);
  return refusal(301, "The page is at the same address with a slash at its end",
                 "Location: " + location + "\r\n", request.method == Method::head);
}

Answer Responder::from_file(const Request& request, const std::shared_ptr<File>& file) {
  const Coding selected =
      request.range.empty() ? files_.select(*file, acceptable(request.accept_encoding)) : Coding::plain;
  const Verdict verdict = judge_conditions(request, file->validators(), selected);
  const bool head_only = request.method == Method::head;
  if (verdict.condition == Condition::failed) {
    return refusal(412, "The page is another one by now", {}, head_only);
  }
  if (verdict.condition == Condition::not_modified) {
    return {
        .status = 304, .head = file->form(verdict.matched.value_or(selected)).unchanged_head, .owner = file};
  }
  if (!request.a_im.empty() && request.range.empty()) {
    if (auto answer = delta(request, *file, selected)) return std::move(*answer);
  }
  Range range;
  switch (judge_range(request, file->validators(), file->size, range)) {
    case RangeVerdict::whole:
      break;
    case RangeVerdict::unsatisfiable:
      return refusal(416, "There are not so many bytes",
                     "Content-Range: bytes */" + std::to_string(file->size) + "\r\n", head_only);
    case RangeVerdict::part: {
      const std::uint64_t length = range.last - range.first + 1;
      struct Part {
        std::string head;
        std::shared_ptr<const File> file;
      };
      const auto part = std::make_shared<const Part>(Part{
          head_of(*file, Coding::plain, length, 206) + "Content-Range: bytes " + std::to_string(range.first) +
              "-" + std::to_string(range.last) + "/" + std::to_string(file->size) + "\r\n",
          file});
      Answer answer{.status = 206, .head = part->head, .owner = part};
      if (file->stream.open()) {
        answer.file = file->stream.get();
        answer.from = range.first;
        answer.length = length;
      } else {
        answer.body = std::string_view(file->form(Coding::plain).bytes).substr(range.first, length);
      }
      return answer;
    }
  }
  const auto& form = file->form(selected);
  Answer answer{.status = 200, .head = form.head, .owner = file};
  if (head_only) return answer;
  answer.file = file->stream.open() ? file->stream.get() : files_.pages(*file, selected);
  if (answer.file >= 0) {
    answer.length = file->stream.open() ? file->size : form.bytes.size();
  } else {
    answer.body = form.bytes;
  }
  return answer;
}

// RFC 3229 with the instance manipulation "feed": only the entries that the client's version has not.
std::optional<Answer> Responder::delta(const Request& request, File& file, Coding selected) {
  if (weight_of(request.a_im, "feed") <= 0) return std::nullopt;
  std::shared_ptr<const File::Delta> made;
  for_each_tag(request.if_none_match, [&](std::string_view opaque, bool) {
    if (!made) made = files_.delta(file, hash_of_tag(opaque), selected);
  });
  if (!made) return std::nullopt;
  return Answer{.status = 226,
                .head = made->head,
                .body = request.method == Method::head ? std::string_view{} : std::string_view(made->bytes),
                .owner = made};
}

Answer Responder::from_route(const Request& request, const Route& route, const std::string& path,
                             std::string_view query, const std::string& client) {
  std::string methods;
  for (const auto& method : route.methods) methods += method + ", ";
  methods += "OPTIONS";
  if (request.method == Method::options) return options(request, methods);
  if (std::ranges::find(route.methods, request.method_name) == route.methods.end())
    return not_allowed(request, methods);
  Incoming incoming{.method = std::string(request.method_name),
                    .path = path,
                    .query = std::string(query),
                    .body = request.body,
                    .client = client};
  for (const Field& field : request.fields) incoming.headers.emplace_back(lower(field.name), field.value);
  // A proxy on this machine says for whom it asks; from elsewhere anyone could say anything.
  const bool from_here = client.empty() || client.starts_with("127.") || client == "::1";
  if (const auto forwarded = incoming.header("x-forwarded-for"); from_here && !forwarded.empty()) {
    const auto last = forwarded.find_last_of(", ");
    incoming.client = last == std::string::npos ? forwarded : forwarded.substr(last + 1);
  }
  Made made = route.handle(incoming);
  Bytes bytes{.head = first_line(made.status), .body = std::move(made.body)};
  if (!made.content_type.empty()) bytes.head += "Content-Type: " + one_line(made.content_type) + "\r\n";
  if (made.status != 204) bytes.head += "Content-Length: " + std::to_string(bytes.body.size()) + "\r\n";
  bool cached = false;
  for (const auto& [name, value] : made.headers) {
    bytes.head += one_line(name) + ": " + one_line(value) + "\r\n";
    cached |= lower(name) == "cache-control";
  }
  if (!cached) bytes.head += "Cache-Control: no-store\r\n";
  bytes.head += careful_fields;
  bytes.head += closed_policy;
  return made_of(made.status, std::move(bytes), request.method == Method::head || made.status == 204);
}

Answer Responder::from_admin(const Request& request) {
  constexpr std::string_view methods = "GET, HEAD";
  if (request.method != Method::get && request.method != Method::head) return not_allowed(request, methods);
  const bool head_only = request.method == Method::head;
  const std::string_view target = origin_form(request.target);
  if (!target.starts_with('/')) return refusal(400, "The address is malformed", {}, head_only);
  if (!admin_) return refusal(404, "There is no such page", {}, head_only);
  Made made = admin_(std::string(target));
  if (made.status == 404 && made.body.empty()) return refusal(404, "There is no such page", {}, head_only);
  Bytes bytes{.head = first_line(made.status), .body = std::move(made.body)};
  bytes.head += "Content-Type: " + one_line(made.content_type) +
                "\r\nContent-Length: " + std::to_string(bytes.body.size()) +
                "\r\nCache-Control: no-store\r\n";
  for (const auto& [name, value] : made.headers)
    bytes.head += one_line(name) + ": " + one_line(value) + "\r\n";
  bytes.head += careful_fields;
  // The health page is ours and may style itself; it runs nothing either.
  bytes.head +=
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n";
  return made_of(made.status, std::move(bytes), head_only);
}

}  // namespace tributary::server
