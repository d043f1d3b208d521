#include "app/secrets.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace tributary::app {
namespace {

Result<std::string> from_environment(const std::string& name, const std::string& where) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return std::unexpected(
        Error{ErrorKind::config, where, "the environment variable " + name + " is not set"});
  }
  return std::string(value);
}

Result<std::string> from_file(const std::filesystem::path& file, const std::string& where) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open()) {
    return std::unexpected(
        Error{ErrorKind::config, where, "the password file " + file.string() + " cannot be read"});
  }
  // Editors end a file with a line end that is no part of the password.
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace

Result<void> authorise(fetcher::Request& request, const Partner& partner) {
  const Authentication& auth = partner.auth;
  if (!auth.username.empty()) {
    const auto password = auth.password_env.empty() ? from_file(auth.password_file, partner.url)
                                                    : from_environment(auth.password_env, partner.url);
    if (!password) return std::unexpected(password.error());
    request.user_password = auth.username + ":" + *password;
  }
  if (!auth.bearer_env.empty()) {
    const auto token = from_environment(auth.bearer_env, partner.url);
    if (!token) return std::unexpected(token.error());
    request.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  if (!auth.header.empty()) {
    const auto value = from_environment(auth.value_env, partner.url);
    if (!value) return std::unexpected(value.error());
    request.headers.emplace_back(auth.header, *value);
  }
  return {};
}

}  // namespace tributary::app
