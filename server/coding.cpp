#include "server/coding.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>

namespace tributary::server {
namespace {

constexpr std::size_t small = 256 * 1024;
constexpr std::size_t large = 4 * 1024 * 1024;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view cut(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view piece = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return trimmed(piece);
}

bool same_name(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower,
                            [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

// qvalue: "0" or "1" with up to three decimals. What is malformed counts as 0: better a larger answer than an
// unreadable one.
int weight(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = cut(parameters, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    parameter.remove_prefix(2);
    if (parameter.empty() || parameter.size() > 5 || (parameter[0] != '0' && parameter[0] != '1')) return 0;
    int value = (parameter[0] - '0') * 1000;
    if (parameter.size() > 1 && parameter[1] != '.') return 0;
    for (std::size_t i = 2, unit = 100; i < parameter.size(); ++i, unit /= 10) {
      if (parameter[i] < '0' || parameter[i] > '9') return 0;
      value += (parameter[i] - '0') * static_cast<int>(unit);
    }
    return std::min(value, 1000);
  }
  return 1000;
}

bool worth_it(std::size_t coded, std::size_t plain) {
  return coded < plain - plain / 20;
}

}  // namespace

int weight_of(std::string_view list, std::string_view name) {
  int found = -1;
  while (!list.empty()) {
    std::string_view item = cut(list, ',');
    if (same_name(cut(item, ';'), name)) found = weight(item);
  }
  return found;
}

Acceptable acceptable(std::string_view accept_encoding) {
  if (accept_encoding.empty()) return {};
  const int rest = weight_of(accept_encoding, "*");
  const int brotli = weight_of(accept_encoding, "br");
  const int gzip = std::max(weight_of(accept_encoding, "gzip"), weight_of(accept_encoding, "x-gzip"));
  const int plain = weight_of(accept_encoding, "identity");
  // Without a word on it the plain form is allowed, but comes after whatever is named.
  return {brotli >= 0 ? brotli : std::max(rest, 0), gzip >= 0 ? gzip : std::max(rest, 0),
          plain >= 0 ? plain : (rest == 0 ? 0 : 1)};
}

std::string gzip(std::string_view bytes) {
  const int level = bytes.size() <= small ? 9 : bytes.size() <= large ? 6 : 1;
  z_stream stream = {};
  // 15 + 16: the gzip wrapper, whose header zlib writes without name and time.
  if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string coded(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(coded.data());
  stream.avail_out = static_cast<uInt>(coded.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  coded.resize(stream.total_out);
  deflateEnd(&stream);
  if (!done || !worth_it(coded.size(), bytes.size())) return {};
  coded.shrink_to_fit();
  return coded;
}

std::string brotli(std::string_view bytes) {
  const int quality = bytes.size() <= small ? 9 : bytes.size() <= large ? 5 : 2;
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  if (size == 0) return {};
  std::string coded(size, '\0');
  const bool done = BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.size(),
                                          reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                          reinterpret_cast<std::uint8_t*>(coded.data())) == BROTLI_TRUE;
  coded.resize(size);
  if (!done || !worth_it(coded.size(), bytes.size())) return {};
  coded.shrink_to_fit();
  return coded;
}

}  // namespace tributary::server
