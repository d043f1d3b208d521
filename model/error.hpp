#pragma once
#include <expected>
#include <string>

namespace tributary {

/// What a caller branches on. Everything a person needs to act is in Error::where and Error::detail.
enum class ErrorKind {
  usage,          ///< the command line or an argument is wrong
  config,         ///< feeds.yaml is wrong
  network,        ///< no connection, name not found, connection lost, TLS refused
  timeout,        ///< a deadline passed
  too_large,      ///< a body or header block over its limit
  forbidden,      ///< an address or scheme that the guard does not allow
  http,           ///< an HTTP status that is no success
  not_a_feed,     ///< the bytes are no feed
  blocked,        ///< a challenge or login page came instead of a feed
  store_busy,     ///< another process owns the store
  store_damaged,  ///< the store is truncated or damaged: nothing was changed
  store_missing,  ///< nothing was stored there yet
  store,          ///< any other failure of the store
  io,             ///< a file cannot be read or written
  unavailable,    ///< a command or feature that is not there yet
};

/// A failure as a value. It crosses folder borders as it is: no rewrapping.
struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string where = {};   ///< the feed's URL, the file or the table a person would go and look at
  std::string detail = {};  ///< what was seen, in words; never a secret, never a whole body
};

template <typename T>
using Result = std::expected<T, Error>;

/// "where: detail", or only one of them when the other is empty.
[[nodiscard]] std::string to_string(const Error& error);

}  // namespace tributary
