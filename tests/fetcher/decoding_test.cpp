#include "fetcher/decoding.hpp"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/support/http_server.hpp"

namespace tributary::fetcher {
namespace {

using Outcome = Decoding::Outcome;

const std::string text = test::rss("News", 200);

std::string brotli(std::string_view bytes) {
  std::string out(BrotliEncoderMaxCompressedSize(bytes.size()), '\0');
  std::size_t size = out.size();
  BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.size(),
                        reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

std::string zstandard(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

std::string raw_deflate(std::string_view bytes) {
  auto framed = test::deflated(bytes);
  return framed.substr(2, framed.size() - 6);
}

struct Decoded {
  std::string text = {};
  Outcome outcome = Outcome::good;
};

Decoded decode(std::string_view coding, std::string_view bytes, std::size_t piece,
               std::size_t most = std::string::npos) {
  Decoded out;
  Decoding decoding(coding, [&](std::string_view decoded) {
    out.text += decoded;
    return out.text.size() <= most;
  });
  while (!bytes.empty() && out.outcome == Outcome::good) {
    out.outcome = decoding.take(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  if (out.outcome == Outcome::good) out.outcome = decoding.finish();
  return out;
}

struct Coding {
  const char* name;
  std::string bytes;
};

std::vector<Coding> codings() {
  return {{"gzip", test::gzipped(text)},
          {"X-GZIP", test::gzipped(text)},
          {"deflate", test::deflated(text)},
          {"br", brotli(text)},
          {"zstd", zstandard(text)},
          {"br, gzip", test::gzipped(brotli(text))},
          {"identity", text},
          {"", text},
          {" , none", text}};
}

TEST(Decoding, UndoesEachCodingWhateverThePieces) {
  for (const auto& [name, bytes] : codings()) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
      const auto decoded = decode(name, bytes, piece);
      EXPECT_EQ(decoded.outcome, Outcome::good) << name << piece;
      EXPECT_EQ(decoded.text, text) << name << piece;
    }
  }
}

TEST(Decoding, AStreamThatStopsInTheMiddleIsDamaged) {
  for (const auto& [name, bytes] : codings()) {
    if (bytes == text) continue;
    EXPECT_EQ(decode(name, std::string_view(bytes).substr(0, bytes.size() / 2), 100).outcome,
              Outcome::damaged)
        << name;
    EXPECT_EQ(decode(name, std::string_view(bytes).substr(0, bytes.size() - 1), 100).outcome,
              Outcome::damaged)
        << name;
  }
}

TEST(Decoding, GarbageInAStreamIsDamaged) {
  for (auto [name, bytes] : codings()) {
    if (bytes == text) continue;
    for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 40; ++i)
      bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
    EXPECT_EQ(decode(name, bytes, 100).outcome, Outcome::damaged) << name;
  }
}

TEST(Decoding, APlainBodyThatIsLabelledCompressedIsRead) {
  for (const auto* name : {"gzip", "deflate", "zstd"}) {
    EXPECT_EQ(decode(name, text, 1).text, text) << name;
    EXPECT_EQ(decode(name, text, 1).outcome, Outcome::good) << name;
  }
}

TEST(Decoding, ACompressedBodyThatIsNotLabelledSoIsRead) {
  EXPECT_EQ(decode("", test::gzipped(text), 1).text, text);
  EXPECT_EQ(decode("gzip", test::gzipped(test::gzipped(text)), 1000).text, text);
}

TEST(Decoding, DeflateWithoutItsFrameIsRead) {
  EXPECT_EQ(decode("deflate", raw_deflate(text), 3).text, text);
  EXPECT_EQ(decode("deflate", test::gzipped(text), 3).text, text);
}

TEST(Decoding, MembersOfAGzipFileAreJoined) {
  EXPECT_EQ(decode("gzip", test::gzipped(text) + test::gzipped("more"), 13).text, text + "more");
  EXPECT_EQ(decode("gzip", test::gzipped(text) + std::string(20, '\0'), 13).text, text) << "padding";
}

TEST(Decoding, NothingAndLittleAreNoErrors) {
  for (const auto* name : {"gzip", "deflate", "br", "zstd", ""})
    EXPECT_EQ(decode(name, "", 1).outcome, Outcome::good) << name;
  EXPECT_EQ(decode("", "x", 1).text, "x");
  EXPECT_EQ(decode("gzip", "x", 1).text, "x");
}

TEST(Decoding, WhatNobodyAskedForIsDamaged) {
  for (const auto* name : {"compress", "exi", "gzip, gzip, gzip, gzip"})
    EXPECT_EQ(decode(name, text, 100).outcome, Outcome::damaged) << name;
}

TEST(Decoding, StopsWhenItHasEnough) {
  const std::string zeros(20'000'000, '\0');
  for (const auto& [name, bytes] : {Coding{"gzip", test::gzipped(zeros)}, Coding{"br", brotli(zeros)},
                                    Coding{"zstd", zstandard(zeros)}}) {
    const auto decoded = decode(name, bytes, 16384, 100'000);
    EXPECT_EQ(decoded.outcome, Outcome::stopped) << name;
    EXPECT_LT(decoded.text.size(), 400'000U) << name;
  }
}

}  // namespace
}  // namespace tributary::fetcher
