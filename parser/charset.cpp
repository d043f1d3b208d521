#include "parser/charset.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/converter.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

/// What the first bytes prove (XML 1.0 appendix F; a JSON document starts with '{').
struct Start {
  std::string_view label = {};  // empty: nothing
  std::size_t mark = 0;         // bytes of byte order mark
};

bool begins(std::string_view bytes, std::string_view start) {
  return bytes.starts_with(start);
}

Start byte_order_mark(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (begins(bytes, "\xEF\xBB\xBF"sv)) return {"utf-8", 3};
  if (begins(bytes, "\xFF\xFE\0\0"sv)) return {"utf-32le", 4};
  if (begins(bytes, "\0\0\xFE\xFF"sv)) return {"utf-32be", 4};
  if (begins(bytes, "\xFF\xFE"sv)) return {"utf-16le", 2};
  if (begins(bytes, "\xFE\xFF"sv)) return {"utf-16be", 2};
  return {};
}

/// Wide charsets without a mark show by the zeros beside the first characters, which are ASCII.
std::string_view wide_by_zeros(std::string_view bytes) {
  if (bytes.size() < 4) return {};
  const auto zero = [&](std::size_t at) { return bytes[at] == '\0'; };
  if (zero(0) && zero(1) && zero(2) && !zero(3)) return "utf-32be";
  if (!zero(0) && zero(1) && zero(2) && zero(3)) return "utf-32le";
  if (zero(0) && !zero(1) && zero(2) && !zero(3)) return "utf-16be";
  if (!zero(0) && zero(1) && !zero(2) && zero(3)) return "utf-16le";
  return {};
}

bool is_ebcdic(std::string_view bytes) {
  return begins(bytes, "\x4C\x6F\xA7\x94");
}  // "<?xml"

bool is_wide(std::string_view label) {
  return label.starts_with("utf-16") || label.starts_with("utf-32") || label.starts_with("utf16") ||
         label.starts_with("utf32") || label == "u16" || label == "u32" || label.starts_with("ucs-") ||
         label.starts_with("iso-10646-ucs") || label == "unicode" || label == "csunicode" ||
         label.starts_with("unicodef");
}

bool is_utf8_label(std::string_view label) {
  constexpr std::array labels{
      "utf-8",           "utf8",   "u8", "utf", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8",
      "x-unicode20utf8", "cp65001"};
  return std::ranges::find(labels, label) != labels.end();
}

bool is_ascii_label(std::string_view label) {
  constexpr std::array labels{"us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "iso-ir-6", "646"};
  return std::ranges::find(labels, label) != labels.end();
}

bool is_gb2312(std::string_view label) {
  constexpr std::array labels{"gb2312",   "gb-2312", "gb-2312-80",      "gb2312-80", "gb2312-1980",
                              "csgb2312", "chinese", "csiso58gb231280", "iso-ir-58"};
  return std::ranges::find(labels, label) != labels.end();
}

/// Where UTF-8 is valid but for some bytes: those are read as windows-1252, one sequence at a time.
struct Mended {
  std::string text;
  std::size_t letters = 0;  // valid sequences above ASCII
  std::size_t mended = 0;
  Place first = {};
};

/// The surrogate that the three bytes at the start of `bytes` are, as UTF-8 must not have it; 0 for none.
std::uint32_t surrogate_at(std::string_view bytes) {
  if (bytes.size() < 3 || bytes[0] != '\xED') return 0;
  const auto second = static_cast<unsigned char>(bytes[1]);
  const auto third = static_cast<unsigned char>(bytes[2]);
  if (second < 0xA0 || second > 0xBF || third < 0x80 || third > 0xBF) return 0;
  return 0xD000U | ((second & 0x3FU) << 6U) | (third & 0x3FU);
}

/// Writes what the invalid bytes at the start of `bytes` mean, and returns how many they are. Java and some
/// databases write UTF-16's surrogates (two of them are one character) and NUL in forms of their own.
std::size_t append_mended(std::string_view bytes, Mended& out) {
  if (const std::uint32_t lead = surrogate_at(bytes); lead != 0) {
    ++out.letters;
    const std::uint32_t trail = surrogate_at(bytes.substr(3));
    if (lead < 0xDC00 && trail >= 0xDC00) {
      append_utf8(out.text, 0x10000 + ((lead - 0xD800) << 10U) + (trail - 0xDC00));
      return 6;
    }
    append_utf8(out.text, 0xFFFD);
    return 3;
  }
  if (bytes.starts_with("\xC0\x80")) {
    ++out.letters;
    append_utf8(out.text, 0xFFFD);
    return 2;
  }
  append_utf8(out.text, windows_1252(static_cast<unsigned char>(bytes.front())));
  return 1;
}

Mended mend(std::string_view bytes) {
  Mended out;
  out.text.reserve(bytes.size() + bytes.size() / 16);
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t bad = find_invalid_utf8(bytes, at);
    const std::string_view good = bytes.substr(at, bad == std::string_view::npos ? bad : bad - at);
    out.letters += static_cast<std::size_t>(
        std::ranges::count_if(good, [](char c) { return static_cast<unsigned char>(c) >= 0xC0; }));
    out.text += good;
    if (bad == std::string_view::npos) break;
    if (out.mended == 0) out.first = PlaceCounter().at(bytes, bad);
    ++out.mended;
    at = bad + append_mended(bytes.substr(bad), out);
  }
  return out;
}

/// The bytes that a cut left of the last letter.
std::string_view without_cut_letter(std::string_view bytes) {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const auto c = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if (c < 0x80) break;
    if (c < 0xC0) continue;
    const std::size_t whole = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    return whole > back ? bytes.substr(0, bytes.size() - back) : bytes;
  }
  return bytes;
}

DecodedText from_other(std::string text, std::string label) {
  const Letters letters = look_at_letters(text);
  return {.converted = std::move(text), .label = std::move(label), .letters = letters};
}

class Decoder {
 public:
  Decoder(Reading& reading, std::string_view bytes) : reading_(reading), bytes_(bytes) {}

  DecodedText decode() {
    const Start start = byte_order_mark(bytes_);
    bytes_.remove_prefix(start.mark);
    const std::string_view wide = start.label.empty() ? wide_by_zeros(bytes_) : std::string_view();

    if (!start.label.empty() &&
        (check_declared_beside(start.label), try_label(start.label, "the byte order mark")))
      return std::move(out_);
    const std::string sent = charset_parameter(reading_.document.content_type);
    if (!sent.empty() && try_label(sent, "Content-Type")) return std::move(out_);
    if (!wide.empty() && (check_declared_beside(wide), try_label(wide, "the first bytes")))
      return std::move(out_);
    const std::string declared = declared_label();
    if (!declared.empty() && declared != sent && try_label(declared, "the XML declaration"))
      return std::move(out_);
    return detect(declared.empty() && sent.empty());
  }

 private:
  /// True when the text was decoded by it.
  bool try_label(std::string_view sent, std::string_view from) {
    std::string label(sent);
    std::ranges::replace(label, '_', '-');
    return try_name(label, sent, from);
  }

  /// `label`: the one sent, with '-' for '_'.
  bool try_name(std::string_view label, std::string_view sent, std::string_view from) {
    if (is_utf8_label(label)) return try_utf8(label);
    if (is_ascii_label(label) &&
        !std::ranges::all_of(bytes_, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
      return contradicted(label, from);
    }
    std::string name(sent);
    if (is_wide(label)) {
      const std::string_view seen = wide_by_zeros(bytes_);
      if (seen.empty()) return contradicted(label, from);
      // A wide label without byte order: the zeros tell it.
      if (!label.ends_with("le") && !label.ends_with("be")) name = seen;
    } else if (!wide_by_zeros(bytes_).empty()) {
      return contradicted(label, from);
    }
    auto converted = convert(bytes_, name);
    if (!converted) {
      reading_.damaged(
          "bad-encoding",
          "the charset \"" + beginning_of(sent, 40) + "\" of " + std::string(from) + " is unknown",
          Place{.line = 1});
      return false;
    }
    // A charset's own document may hold a few broken letters; another charset's breaks everywhere.
    if (converted->invalid > 0) {
      const bool is_everywhere = converted->invalid > 2 + bytes_.size() / 500 && !is_wide(label);
      if (is_everywhere || is_utf8(without_cut_letter(bytes_))) return contradicted(sent, from);
      reading_.damaged("bad-encoding",
                       std::to_string(converted->invalid) + " sequences are not valid in " + name, Place{});
    }
    out_ = from_other(std::move(converted->text), is_gb2312(label) ? "gb18030" : std::move(name));
    return true;
  }

  bool contradicted(std::string_view label, std::string_view from) {
    reading_.damaged(
        "encoding-mismatch",
        "the bytes are not in the charset \"" + beginning_of(label, 40) + "\" of " + std::string(from),
        Place{.line = 1});
    return false;
  }

  /// A declaration that names an 8-bit charset in a document of 16 or 32 bits is contradicted by the bytes.
  void check_declared_beside(std::string_view used) {
    if (used == "utf-8") return;
    const auto head = convert(bytes_.substr(0, 4096), used);
    if (!head) return;
    std::string declared = declared_encoding(head->text);
    std::ranges::replace(declared, '_', '-');
    if (!declared.empty() && !is_wide(declared)) contradicted(declared, "the XML declaration");
  }

  bool try_utf8(std::string_view label) {
    const std::string_view whole = without_cut_letter(bytes_);
    const Letters letters = look_at_letters(whole);
    if (letters.invalid == std::string_view::npos) {
      if (!wide_by_zeros(bytes_).empty()) return contradicted(label, "the document");
      out_ = {.verbatim = whole, .label = "utf-8", .letters = letters};
      return true;
    }
    Mended mended = mend(whole);
    if (mended.letters < mended.mended) return contradicted(label, "the document");
    reading_.damaged("bad-encoding",
                     std::to_string(mended.mended) + " bytes that are no UTF-8 were read as windows-1252",
                     mended.first);
    out_ = from_other(std::move(mended.text), "utf-8");
    return true;
  }

  /// The XML declaration's encoding, in whatever the bytes are.
  std::string declared_label() {
    if (!is_ebcdic(bytes_)) return declared_encoding(bytes_.substr(0, 4096));
    // Letters and digits are the same in all of EBCDIC, the quotation mark is not.
    for (const std::string_view table : {"ibm037", "ibm1026"}) {
      const auto head = convert(bytes_.substr(0, 1024), table);
      if (head && !declared_encoding(head->text).empty()) return declared_encoding(head->text);
    }
    return {};
  }

  DecodedText detect(bool nothing_named) {
    const std::string_view whole = without_cut_letter(bytes_);
    const Letters letters = look_at_letters(whole);
    if (letters.invalid == std::string_view::npos)
      return {.verbatim = whole, .label = "utf-8", .letters = letters};
    Mended mended = mend(whole);
    const bool mostly_utf8 = mended.letters >= mended.mended;
    // XML without a declaration is UTF-8 (XML 1.0 section 4.3.3): other bytes break that promise.
    if (mostly_utf8) {
      reading_.damaged("bad-encoding",
                       std::to_string(mended.mended) + " bytes that are no UTF-8 were read as windows-1252",
                       mended.first);
      return from_other(std::move(mended.text), "utf-8");
    }
    if (nothing_named)
      reading_.damaged("encoding-mismatch", "no charset is named, and the bytes are no UTF-8", mended.first);
    auto converted = convert(bytes_, "windows-1252");
    return from_other(std::move(converted->text), "windows-1252");
  }

  Reading& reading_;
  std::string_view bytes_;
  DecodedText out_;
};

}  // namespace

std::string charset_parameter(std::string_view content_type) {
  for (auto at = content_type.find(';'); at != std::string_view::npos; at = content_type.find(';', at + 1)) {
    std::string_view rest = trimmed(content_type.substr(at + 1));
    if (!starts_with_word(rest, "charset")) continue;
    rest = trimmed(rest.substr(7));
    if (!rest.starts_with('=')) continue;
    rest = trimmed(rest.substr(1));
    const bool is_quoted = rest.starts_with('"') || rest.starts_with('\'');
    const char end = is_quoted ? rest.front() : ';';
    if (is_quoted) rest.remove_prefix(1);
    return lowered(trimmed(rest.substr(0, rest.find(end))));
  }
  return {};
}

std::string declared_encoding(std::string_view text) {
  const auto start = text.find("<?xml");
  // One behind a feed's root stands in an item's text.
  if (start == std::string_view::npos || start + 5 >= text.size() || !is_space(text[start + 5])) return {};
  for (const std::string_view root : {"<rss", "<feed", "<rdf:RDF", "<channel"}) {
    if (text.substr(0, start).find(root) != std::string_view::npos) return {};
  }
  std::string_view rest = text.substr(start + 5);
  rest = rest.substr(0, rest.find('>'));
  const auto name = rest.find("encoding");
  if (name == std::string_view::npos) return {};
  rest = trimmed(rest.substr(name + 8));
  if (!rest.starts_with('=')) return {};
  rest = trimmed(rest.substr(1));
  if (!rest.starts_with('"') && !rest.starts_with('\'')) return {};
  const char quote = rest.front();
  rest.remove_prefix(1);
  const auto end = rest.find(quote);
  return end == std::string_view::npos ? std::string() : lowered(trimmed(rest.substr(0, end)));
}

DecodedText decode_document(Reading& reading) {
  return Decoder(reading, reading.document.bytes).decode();
}

}  // namespace tributary::parser
