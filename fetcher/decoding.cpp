#include "fetcher/decoding.hpp"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tributary::fetcher {

using Outcome = Decoding::Outcome;

/// One coding. Pieces that it has undone go to `out`.
class Decoding::Layer {
 public:
  virtual ~Layer() = default;
  virtual Outcome take(std::string_view bytes, const Sink& out) = 0;
  /// Nothing comes after this.
  virtual Outcome finish(const Sink& out) = 0;
};

namespace {

constexpr std::size_t piece = 64 * 1024;

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

class Inflate : public Decoding::Layer {
 public:
  explicit Inflate(bool raw) { usable_ = inflateInit2(&stream_, raw ? -MAX_WBITS : MAX_WBITS + 32) == Z_OK; }
  ~Inflate() override {
    if (usable_) inflateEnd(&stream_);
  }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  Outcome take(std::string_view bytes, const Decoding::Sink& out) override {
    if (!usable_) return Outcome::damaged;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::array<char, piece> buffer;
    for (;;) {
      if (ended_) {
        // Another member may follow (RFC 1952 section 2.2); whatever else does is padding.
        if (stream_.avail_in == 0 || *stream_.next_in != 0x1f) return Outcome::good;
        if (inflateReset(&stream_) != Z_OK) return Outcome::damaged;
        ended_ = false;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      const int state = ::inflate(&stream_, Z_NO_FLUSH);
      if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return Outcome::damaged;
      const auto made = buffer.size() - stream_.avail_out;
      if (made > 0 && !out({buffer.data(), made})) return Outcome::stopped;
      ended_ = state == Z_STREAM_END;
      if (!ended_ && (state == Z_BUF_ERROR || (stream_.avail_in == 0 && stream_.avail_out > 0)))
        return Outcome::good;
    }
  }

  Outcome finish(const Decoding::Sink&) override { return ended_ ? Outcome::good : Outcome::damaged; }

 private:
  z_stream stream_{};
  bool usable_ = false;
  bool ended_ = false;
};

class Brotli : public Decoding::Layer {
 public:
  Brotli() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
  ~Brotli() override { BrotliDecoderDestroyInstance(state_); }
  Brotli(const Brotli&) = delete;
  Brotli& operator=(const Brotli&) = delete;

  Outcome take(std::string_view bytes, const Decoding::Sink& out) override {
    if (!state_) return Outcome::damaged;
    const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    std::array<std::uint8_t, piece> buffer;
    while (!BrotliDecoderIsFinished(state_)) {
      std::uint8_t* to = buffer.data();
      std::size_t room = buffer.size();
      const auto result = BrotliDecoderDecompressStream(state_, &left, &next, &room, &to, nullptr);
      if (result == BROTLI_DECODER_RESULT_ERROR) return Outcome::damaged;
      const auto made = buffer.size() - room;
      if (made > 0 && !out({reinterpret_cast<const char*>(buffer.data()), made})) return Outcome::stopped;
      if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) break;
    }
    return Outcome::good;
  }

  Outcome finish(const Decoding::Sink&) override {
    return (state_ && BrotliDecoderIsFinished(state_)) ? Outcome::good : Outcome::damaged;
  }

 private:
  BrotliDecoderState* state_;
};

class Zstandard : public Decoding::Layer {
 public:
  Zstandard() : stream_(ZSTD_createDStream()) {
    // RFC 8878 section 3.1.1.1.2 recommends to support windows of 8 MB, and nobody may make us take more.
    if (stream_) ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, 23);
  }
  ~Zstandard() override { ZSTD_freeDStream(stream_); }
  Zstandard(const Zstandard&) = delete;
  Zstandard& operator=(const Zstandard&) = delete;

  Outcome take(std::string_view bytes, const Decoding::Sink& out) override {
    if (!stream_) return Outcome::damaged;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::array<char, piece> buffer;
    for (;;) {
      ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
      const auto wants = ZSTD_decompressStream(stream_, &to, &in);
      if (ZSTD_isError(wants)) return Outcome::damaged;
      whole_ = wants == 0;
      if (to.pos > 0 && !out({buffer.data(), to.pos})) return Outcome::stopped;
      if (in.pos == in.size && to.pos < to.size) return Outcome::good;
    }
  }

  Outcome finish(const Decoding::Sink&) override { return whole_ ? Outcome::good : Outcome::damaged; }

 private:
  ZSTD_DStream* stream_;
  bool whole_ = false;
};

/// Looks at the first bytes before it decides what to do with the rest.
class Sniffed : public Decoding::Layer {
 public:
  using Choose = std::unique_ptr<Decoding::Layer> (*)(std::string_view first);
  Sniffed(std::size_t wanted, Choose choose) : wanted_(wanted), choose_(choose) {}

  Outcome take(std::string_view bytes, const Decoding::Sink& out) override {
    if (decided_) return pass(bytes, out);
    first_ += bytes;
    if (first_.size() < wanted_) return Outcome::good;
    decided_ = true;
    inner_ = choose_(first_);
    return pass(std::exchange(first_, {}), out);
  }

  Outcome finish(const Decoding::Sink& out) override {
    if (!decided_)
      return first_.empty() || out(first_) ? Outcome::good : Outcome::stopped;  // too short for any coding
    return inner_ ? inner_->finish(out) : Outcome::good;
  }

 private:
  Outcome pass(std::string_view bytes, const Decoding::Sink& out) {
    if (inner_) return inner_->take(bytes, out);
    return out(bytes) ? Outcome::good : Outcome::stopped;
  }

  std::size_t wanted_;
  Choose choose_;
  std::string first_;
  bool decided_ = false;
  std::unique_ptr<Decoding::Layer> inner_;
};

bool is_gzip(std::string_view first) {
  return first.starts_with("\x1f\x8b");
}

std::unique_ptr<Decoding::Layer> gunzip(std::string_view first) {
  return is_gzip(first) ? std::make_unique<Inflate>(false) : nullptr;
}

/// "deflate" is the zlib format (RFC 9110 section 8.4.1.2), but some send it without its frame.
std::unique_ptr<Decoding::Layer> undeflate(std::string_view first) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(first[i]));
  };
  if (is_gzip(first)) return std::make_unique<Inflate>(false);
  const bool markup =
      first[0] == '<' && (first[1] == '?' || first[1] == '!' || (first[1] >= 'a' && first[1] <= 'z'));
  if (markup || first == "{\"" || first == "{\n") return nullptr;
  const bool zlib = (byte(0) & 0x0f) == 8 && (byte(0) * 256 + byte(1)) % 31 == 0;
  return std::make_unique<Inflate>(!zlib);
}

std::unique_ptr<Decoding::Layer> unzstd(std::string_view first) {
  const bool frame = first.starts_with("\x28\xb5\x2f\xfd") ||
                     (first[0] >= 0x50 && first[0] <= 0x5f && first.substr(1) == "\x2a\x4d\x18");
  return frame ? std::make_unique<Zstandard>() : nullptr;
}

}  // namespace

Decoding::Decoding(std::string_view content_encoding, Sink sink) : sink_(std::move(sink)) {
  constexpr std::size_t most_layers = 3;
  while (!content_encoding.empty()) {
    const auto end = std::min(content_encoding.find(','), content_encoding.size());
    auto name = lowered(content_encoding.substr(0, end));
    std::erase_if(name, [](char c) { return c == ' ' || c == '\t'; });
    content_encoding.remove_prefix(std::min(content_encoding.size(), end + 1));
    if (name.empty() || name == "identity" || name == "none" || name == "utf-8") continue;
    std::unique_ptr<Layer> layer;
    if (name == "gzip" || name == "x-gzip") layer = std::make_unique<Sniffed>(2, gunzip);
    if (name == "deflate") layer = std::make_unique<Sniffed>(2, undeflate);
    if (name == "br") layer = std::make_unique<Brotli>();
    if (name == "zstd") layer = std::make_unique<Sniffed>(4, unzstd);
    if (!layer || layers_.size() == most_layers) {
      unknown_ = true;
      return;
    }
    layers_.insert(layers_.begin(), std::move(layer));  // the last one applied is the first undone
  }
  // A file that was compressed on the server's disk and sent as it lay there.
  layers_.push_back(std::make_unique<Sniffed>(2, gunzip));
}

Decoding::~Decoding() = default;
Decoding::Decoding(Decoding&&) noexcept = default;
Decoding& Decoding::operator=(Decoding&&) noexcept = default;

Decoding::Outcome Decoding::take(std::string_view bytes) {
  if (unknown_) return Outcome::damaged;
  if (bytes.empty()) return Outcome::good;
  began_ = true;
  return give(0, bytes, false);
}

Decoding::Outcome Decoding::finish() {
  if (!began_) return Outcome::good;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    if (const auto outcome = give(layer, {}, true); outcome != Outcome::good) return outcome;
  }
  return Outcome::good;
}

/// Layer i hands on to layer i + 1. What goes wrong further down is remembered, as a sink can only say
/// "stop".
Decoding::Outcome Decoding::give(std::size_t layer, std::string_view bytes, bool last) {
  if (layer == layers_.size()) return sink_(bytes) ? Outcome::good : Outcome::stopped;
  Outcome further = Outcome::good;
  const Sink next = [&](std::string_view decoded) {
    further = give(layer + 1, decoded, false);
    return further == Outcome::good;
  };
  const auto here = last ? layers_[layer]->finish(next) : layers_[layer]->take(bytes, next);
  return further == Outcome::good ? here : further;
}

}  // namespace tributary::fetcher
