#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <stdexcept>

#include "tests/support/http_server.hpp"

namespace tributary::test {
namespace {

std::string value_of(const Headers& headers, std::string_view name) {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

std::string compressed(std::string_view bytes, int window_bits) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 65536> chunk{};
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = ::deflate(&stream, Z_FINISH);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

}  // namespace

Handler conditional(Reply reply) {
  return [reply = std::move(reply)](const Seen& request) -> Reply {
    const auto etag = value_of(reply.headers, "ETag");
    const auto modified = value_of(reply.headers, "Last-Modified");
    // If-None-Match outranks If-Modified-Since (RFC 9110 section 13.1.3).
    const bool unchanged = request.has("If-None-Match")
                               ? !etag.empty() && request.header("If-None-Match") == etag
                               : !modified.empty() && request.header("If-Modified-Since") == modified;
    if (!unchanged) return reply;
    return Reply{.status = 304, .headers = reply.headers};
  };
}

Reply redirect(int status, std::string location) {
  return Reply{.status = status, .headers = {{"Location", std::move(location)}}, .body = "moved\n"};
}

Reply feed(std::string body, std::string content_type) {
  return Reply{.headers = {{"Content-Type", std::move(content_type)}}, .body = std::move(body)};
}

std::string rss(std::string_view title, int items, std::string_view extra_channel_elements) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>";
  out.append(title).append("</title><link>https://example.org/</link><description>News</description>");
  out.append(extra_channel_elements);
  for (int i = 1; i <= items; ++i) {
    const auto number = std::to_string(i);
    out.append("\n<item><title>")
        .append(title)
        .append(" ")
        .append(number)
        .append("</title><link>https://example.org/");
    out.append(number).append("</link><guid isPermaLink=\"false\">").append(title).append("-").append(number);
    out.append("</guid><description>Text of item ").append(number).append(".</description></item>");
  }
  return out + "\n</channel></rss>\n";
}

std::string gzipped(std::string_view bytes) {
  return compressed(bytes, 15 + 16);
}

std::string deflated(std::string_view bytes) {
  return compressed(bytes, 15);
}

Certificate::Certificate() {
  auto name = (std::filesystem::temp_directory_path() / "tributary-tls-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  folder_ = name;

  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("Loopback test partner"), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  const auto extend = [&](int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_basic_constraints, "critical,CA:TRUE");
  extend(NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  X509_sign(certificate, key, EVP_sha256());

  if (FILE* file = std::fopen(this->certificate().c_str(), "wb")) {
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }
  if (FILE* file = std::fopen(this->key().c_str(), "wb")) {
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tributary::test
