#pragma once
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace tributary::fetcher {

/// Undoes Content-Encoding (RFC 9110 section 8.4): gzip, deflate, br, zstd, also one over another. It is done
/// here and not by curl, because curl doesn't notice a compressed stream that stops in the middle, and a body
/// that was compressed without being labelled so, or labelled without being compressed, is one that readers
/// would rather have read.
class Decoding {
 public:
  /// Takes decoded bytes; false stops.
  using Sink = std::function<bool(std::string_view)>;
  enum class Outcome { good, damaged, stopped };

  /// `content_encoding` as sent; codings that nobody asked for make everything `damaged`.
  Decoding(std::string_view content_encoding, Sink sink);
  ~Decoding();
  Decoding(Decoding&&) noexcept;
  Decoding& operator=(Decoding&&) noexcept;

  [[nodiscard]] Outcome take(std::string_view bytes);

  /// At the end of the body: `damaged` when a stream has not come to its own end. Nothing at all is good.
  [[nodiscard]] Outcome finish();

  class Layer;

 private:
  std::vector<std::unique_ptr<Layer>> layers_;  ///< the first takes what comes from the wire
  Sink sink_;
  bool unknown_ = false;
  bool began_ = false;

  [[nodiscard]] Outcome give(std::size_t layer, std::string_view bytes, bool last);
};

}  // namespace tributary::fetcher
