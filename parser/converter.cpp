#include "parser/converter.hpp"

#include <iconv.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Labels that ICU lacks, or reads as a smaller charset than the Encoding Standard does.
constexpr std::array aliases{
    std::pair{std::string_view("gb2312"), std::string_view("gb18030")},
    std::pair{std::string_view("gb_2312"), std::string_view("gb18030")},
    std::pair{std::string_view("gb_2312-80"), std::string_view("gb18030")},
    std::pair{std::string_view("gb2312-80"), std::string_view("gb18030")},
    std::pair{std::string_view("csgb2312"), std::string_view("gb18030")},
    std::pair{std::string_view("chinese"), std::string_view("gb18030")},
    std::pair{std::string_view("gbk"), std::string_view("gb18030")},
    std::pair{std::string_view("x-gbk"), std::string_view("gb18030")},
    std::pair{std::string_view("936"), std::string_view("gb18030")},
    std::pair{std::string_view("hz-gb"), std::string_view("hz")},
    std::pair{std::string_view("hz_gb"), std::string_view("hz")},
    std::pair{std::string_view("hzgb"), std::string_view("hz")},
    std::pair{std::string_view("big5"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("csbig5"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("cn-big5"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("x-x-big5"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("big5-tw"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("hkscs"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("932"), std::string_view("shift_jis")},
    std::pair{std::string_view("euc-kr"), std::string_view("windows-949")},
    std::pair{std::string_view("cseuckr"), std::string_view("windows-949")},
    std::pair{std::string_view("ksc5601"), std::string_view("windows-949")},
    std::pair{std::string_view("ks_c_5601-1987"), std::string_view("windows-949")},
    std::pair{std::string_view("uhc"), std::string_view("windows-949")},
    std::pair{std::string_view("cp949"), std::string_view("windows-949")},
    std::pair{std::string_view("ms949"), std::string_view("windows-949")},
    std::pair{std::string_view("949"), std::string_view("windows-949")},
    std::pair{std::string_view("cp950"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("ms950"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("950"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("win-1250"), std::string_view("windows-1250")},
    std::pair{std::string_view("win-1251"), std::string_view("windows-1251")},
    std::pair{std::string_view("dos-866"), std::string_view("ibm866")},
    std::pair{std::string_view("tis-620"), std::string_view("windows-874")},
    std::pair{std::string_view("iso-8859-11"), std::string_view("windows-874")},
    std::pair{std::string_view("thai"), std::string_view("windows-874")},
    std::pair{std::string_view("dos-874"), std::string_view("windows-874")},
    std::pair{std::string_view("csiso88596e"), std::string_view("iso-8859-6")},
    std::pair{std::string_view("csiso88596i"), std::string_view("iso-8859-6")},
    std::pair{std::string_view("csiso88598e"), std::string_view("iso-8859-8")},
    std::pair{std::string_view("csiso88598i"), std::string_view("iso-8859-8")},
    std::pair{std::string_view("visual"), std::string_view("iso-8859-8")},
    std::pair{std::string_view("logical"), std::string_view("iso-8859-8")},
    std::pair{std::string_view("koi"), std::string_view("koi8-r")},
    std::pair{std::string_view("koi8-ru"), std::string_view("koi8-u")},
    std::pair{std::string_view("x-mac-ukrainian"), std::string_view("x-mac-cyrillic")},
    std::pair{std::string_view("mac-greek"), std::string_view("x-mac-greek")},
    std::pair{std::string_view("mac-turkish"), std::string_view("x-mac-turkish")},
    std::pair{std::string_view("mac-latin2"), std::string_view("x-mac-centraleurroman")},
    std::pair{std::string_view("mac-centeuro"), std::string_view("x-mac-centraleurroman")},
    std::pair{std::string_view("unicodefffe"), std::string_view("utf-16be")},
    std::pair{std::string_view("unicodefeff"), std::string_view("utf-16le")},
    std::pair{std::string_view("utf"), std::string_view("utf-8")},
    std::pair{std::string_view("u8"), std::string_view("utf-8")},
    std::pair{std::string_view("cp65001"), std::string_view("utf-8")},
    std::pair{std::string_view("u16"), std::string_view("utf-16")},
    std::pair{std::string_view("u32"), std::string_view("utf-32")},
    std::pair{std::string_view("ptcp154"), std::string_view("pt154")},
    std::pair{std::string_view("csptcp154"), std::string_view("pt154")},
    std::pair{std::string_view("cp154"), std::string_view("pt154")},
    std::pair{std::string_view("cyrillic-asian"), std::string_view("pt154")},
    std::pair{std::string_view("kz-1048"), std::string_view("rk1048")},
    std::pair{std::string_view("kz1048"), std::string_view("rk1048")},
    std::pair{std::string_view("strk1048-2002"), std::string_view("rk1048")},
    std::pair{std::string_view("ms1361"), std::string_view("johab")},
    std::pair{std::string_view("cp1361"), std::string_view("johab")},
    std::pair{std::string_view("gb2312-1980"), std::string_view("gb18030")},
    std::pair{std::string_view("iso-ir-58"), std::string_view("gb18030")},
    std::pair{std::string_view("csiso58gb231280"), std::string_view("gb18030")},
    std::pair{std::string_view("eucgb2312-cn"), std::string_view("gb18030")},
    std::pair{std::string_view("euccn"), std::string_view("gb18030")},
    std::pair{std::string_view("x-mac-simp-chinese"), std::string_view("gb18030")},
    std::pair{std::string_view("gb18030-2000"), std::string_view("gb18030")},
    std::pair{std::string_view("x-mac-trad-chinese"), std::string_view("big5-hkscs")},
    std::pair{std::string_view("x-mac-korean"), std::string_view("windows-949")},
    std::pair{std::string_view("x-mac-japanese"), std::string_view("shift_jis")},
    std::pair{std::string_view("ksx1001"), std::string_view("windows-949")},
    std::pair{std::string_view("ks-x-1001"), std::string_view("windows-949")},
    std::pair{std::string_view("tis-620-0"), std::string_view("windows-874")},
    std::pair{std::string_view("tis-620-2529-0"), std::string_view("windows-874")},
    std::pair{std::string_view("tis-620-2529-1"), std::string_view("windows-874")},
    std::pair{std::string_view("iso-8859-16-2001"), std::string_view("iso-8859-16")},
    std::pair{std::string_view("macgreek"), std::string_view("x-mac-greek")},
    std::pair{std::string_view("macturkish"), std::string_view("x-mac-turkish")},
    std::pair{std::string_view("maclatin2"), std::string_view("x-mac-centraleurroman")},
    std::pair{std::string_view("cp1051"), std::string_view("hp-roman8")},
    std::pair{std::string_view("csibm858"), std::string_view("cp858")},
    std::pair{std::string_view("iso-2022-jp-2004"), std::string_view("iso-2022-jp-3")},
    std::pair{std::string_view("iso2022-jp-2004"), std::string_view("iso-2022-jp-3")},
    std::pair{std::string_view("iso2022jp-2004"), std::string_view("iso-2022-jp-3")},
    std::pair{std::string_view("iso2022-jp-3"), std::string_view("iso-2022-jp-3")},
    std::pair{std::string_view("iso2022jp-3"), std::string_view("iso-2022-jp-3")},
    std::pair{std::string_view("iso2022-jp-ext"), std::string_view("iso-2022-jp-2")},
    std::pair{std::string_view("iso2022jp-ext"), std::string_view("iso-2022-jp-2")},
    std::pair{std::string_view("iso-2022-jp-ext"), std::string_view("iso-2022-jp-2")},
    std::pair{std::string_view("euc-jis-2004"), std::string_view("euc-jisx0213")},
    std::pair{std::string_view("euc-jis2004"), std::string_view("euc-jisx0213")},
    std::pair{std::string_view("eucjis2004"), std::string_view("euc-jisx0213")},
    std::pair{std::string_view("jisx0213"), std::string_view("euc-jisx0213")},
    std::pair{std::string_view("eucjisx0213"), std::string_view("euc-jisx0213")},
    std::pair{std::string_view("shift-jis-2004"), std::string_view("shift_jisx0213")},
    std::pair{std::string_view("shift-jisx0213"), std::string_view("shift_jisx0213")},
    std::pair{std::string_view("shiftjis2004"), std::string_view("shift_jisx0213")},
    std::pair{std::string_view("sjis-2004"), std::string_view("shift_jisx0213")},
    std::pair{std::string_view("s-jis-2004"), std::string_view("shift_jisx0213")},
    std::pair{std::string_view("sjisx0213"), std::string_view("shift_jisx0213")},
    std::pair{std::string_view("s-jisx0213"), std::string_view("shift_jisx0213")},
    std::pair{std::string_view("ibm039"), std::string_view("ibm037")},
};

constexpr std::array windows_1252_labels{"windows-1252",
                                         "cp1252",
                                         "x-cp1252",
                                         "1252",
                                         "iso-8859-1",
                                         "iso8859-1",
                                         "iso8859",
                                         "iso88591",
                                         "iso_8859-1",
                                         "iso_8859-1:1987",
                                         "iso8859_1",
                                         "iso_8859_1",
                                         "8859",
                                         "8859-1",
                                         "latin1",
                                         "latin-1",
                                         "latin_1",
                                         "latin",
                                         "l1",
                                         "cp819",
                                         "ibm819",
                                         "819",
                                         "csisolatin1",
                                         "iso-ir-100",
                                         "us-ascii",
                                         "us_ascii",
                                         "ascii",
                                         "ansi_x3.4-1968",
                                         "ansi_x3.4-1986",
                                         "iso646-us",
                                         "iso_646.irv:1991",
                                         "iso-ir-6",
                                         "csascii",
                                         "us",
                                         "646",
                                         "ibm367",
                                         "cp367"};

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using IcuConverter = std::unique_ptr<UConverter, CloseConverter>;

class Iconv {
 public:
  explicit Iconv(const std::string& name) : handle_(iconv_open("UTF-8", name.c_str())) {
    // Else it would pass for a charset that nobody knows.
    if (!is_open() && errno == ENOMEM) throw std::bad_alloc();
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  ~Iconv() {
    if (is_open()) iconv_close(handle_);
  }
  [[nodiscard]] bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  [[nodiscard]] iconv_t get() const { return handle_; }

 private:
  iconv_t handle_;
};

/// The label as the tables have it; empty when no charset could have such a name.
std::string normalised(std::string_view label) {
  std::string name = lowered(trimmed(label));
  const bool plausible = !name.empty() && name.size() < 64 &&
                         std::ranges::all_of(
                             name,
                             [](char c) {
                               return is_alpha(c) || is_digit(c) ||
                                      std::string_view("-_.:+()").find(c) != std::string_view::npos;
                             });
  if (!plausible) return {};
  for (const auto& [from, to] : aliases) {
    std::string dashed = name;
    std::ranges::replace(dashed, '_', '-');
    if (name == from || dashed == from) return std::string(to);
  }
  return name;
}

IcuConverter open_icu(const std::string& name) {
  UErrorCode fault = U_ZERO_ERROR;
  IcuConverter converter(ucnv_open(name.c_str(), &fault));
  if (fault == U_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
  if (U_SUCCESS(fault) && converter) return converter;
  // "1140" and "858" are code pages by their bare number.
  if (std::ranges::all_of(name, is_digit)) {
    fault = U_ZERO_ERROR;
    converter.reset(ucnv_open(("cp" + name).c_str(), &fault));
    if (fault == U_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
    if (U_SUCCESS(fault) && converter) return converter;
  }
  return nullptr;
}

/// The C library's names have no "cp" for some, and differ in '-' and '_'.
std::unique_ptr<Iconv> open_iconv(const std::string& name) {
  std::string dashed = name;
  std::ranges::replace(dashed, '_', '-');
  for (const std::string& spelling : {name, dashed, "cp" + name}) {
    auto handle = std::make_unique<Iconv>(spelling);
    if (handle->is_open()) return handle;
  }
  return nullptr;
}

/// What ICU calls for each sequence that it can't read.
struct Count {
  std::size_t invalid = 0;
  bool at_end = false;
};
void U_CALLCONV count_and_replace(const void* context, UConverterToUnicodeArgs* args, const char*,
                                  std::int32_t, UConverterCallbackReason reason, UErrorCode* fault) {
  if (reason > UCNV_IRREGULAR) return;
  ++static_cast<Count*>(const_cast<void*>(context))->invalid;
  *fault = U_ZERO_ERROR;
  constexpr UChar mark = 0xFFFD;
  ucnv_cbToUWriteUChars(args, &mark, 1, 0, fault);
}

Converted convert_by_icu(std::string_view bytes, UConverter* source) {
  Converted out;
  Count count;
  UErrorCode fault = U_ZERO_ERROR;
  ucnv_setToUCallBack(source, count_and_replace, &count, nullptr, nullptr, &fault);
  std::array<UChar, 4096> units{};
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  out.text.reserve(bytes.size() + bytes.size() / 4);
  std::uint32_t lead = 0;  // a surrogate pair may be cut by the buffer
  do {
    UChar* to = units.data();
    fault = U_ZERO_ERROR;
    ucnv_toUnicode(source, &to, units.data() + units.size(), &from, end, nullptr, true, &fault);
    for (const UChar* unit = units.data(); unit != to; ++unit) {
      const std::uint32_t code = *unit;
      if (code >= 0xD800 && code < 0xDC00) {
        lead = code;
      } else if (code >= 0xDC00 && code < 0xE000 && lead != 0) {
        append_utf8(out.text, 0x10000 + ((lead - 0xD800) << 10U) + (code - 0xDC00));
        lead = 0;
      } else {
        append_utf8(out.text, code);
        lead = 0;
      }
    }
  } while (fault == U_BUFFER_OVERFLOW_ERROR);
  out.invalid = count.invalid;
  // A document that was cut off ends inside a letter: that is no sign of another charset.
  if (out.invalid == 1 && out.text.ends_with(replacement)) {
    out.invalid = 0;
    out.text.resize(out.text.size() - replacement.size());
  }
  return out;
}

/// `second` reads the pairs of bytes that `source` has no letter for; it may be null.
Converted convert_by_iconv(std::string_view bytes, const Iconv& source, UConverter* second = nullptr) {
  Converted out;
  std::array<char, 4096> buffer{};
  // iconv never writes through this pointer; its type is older than const.
  char* from = const_cast<char*>(bytes.data());
  std::size_t left = bytes.size();
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t done = iconv(source.get(), &from, &left, &to, &room);
    out.text.append(buffer.data(), buffer.size() - room);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    if (errno == EINVAL) break;  // cut off inside a letter
    if (second != nullptr && left >= 2) {
      if (const Converted pair = convert_by_icu({from, 2}, second); pair.invalid == 0 && !pair.text.empty()) {
        out.text += pair.text;
        from += 2;
        left -= 2;
        continue;
      }
    }
    ++out.invalid;
    out.text += replacement;
    ++from;
    --left;
  }
  return out;
}

Converted convert_windows_1252(std::string_view bytes) {
  Converted out;
  out.text.reserve(bytes.size() + bytes.size() / 8);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto end = std::find_if(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const auto stop = static_cast<std::size_t>(end - bytes.begin());
    out.text += bytes.substr(at, stop - at);
    at = stop;
    for (; at < bytes.size() && static_cast<unsigned char>(bytes[at]) >= 0x80; ++at) {
      append_utf8(out.text, windows_1252(static_cast<unsigned char>(bytes[at])));
    }
  }
  return out;
}

/// Encoding Standard section 14.5.
Converted convert_user_defined(std::string_view bytes) {
  Converted out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(out.text, byte < 0x80 ? byte : 0xF700U + byte);
  }
  return out;
}

/// ICU's KOI8-U is RFC 2319's; the Encoding Standard has Belarusian's letter in place of two box drawings.
void put_short_u(std::string& text) {
  for (const auto& [box, letter] : {std::pair{"\u255D", "\u045E"}, std::pair{"\u256C", "\u040E"}}) {
    for (auto at = text.find(box); at != std::string::npos; at = text.find(box, at))
      text.replace(at, 3, letter);
  }
}

bool is_windows_1252(std::string_view name) {
  return std::ranges::find(windows_1252_labels, name) != windows_1252_labels.end();
}

}  // namespace

std::optional<Converted> convert(std::string_view bytes, std::string_view label) {
  const std::string name = normalised(label);
  if (name.empty()) return std::nullopt;
  if (is_windows_1252(name)) return convert_windows_1252(bytes);
  if (name == "x-user-defined") return convert_user_defined(bytes);
  if (const auto icu = open_icu(name)) {
    // ICU's Big5 has letters for private use where Unicode has real ones since; the C library's lacks some.
    if (name == "big5-hkscs") {
      if (const auto newer = open_iconv(name)) return convert_by_iconv(bytes, *newer, icu.get());
    }
    Converted out = convert_by_icu(bytes, icu.get());
    if (name == "koi8-u" || name == "koi8u") put_short_u(out.text);
    return out;
  }
  if (const auto other = open_iconv(name)) return convert_by_iconv(bytes, *other);
  return std::nullopt;
}

bool is_known_charset(std::string_view label) {
  const std::string name = normalised(label);
  return !name.empty() &&
         (is_windows_1252(name) || name == "x-user-defined" || open_icu(name) || open_iconv(name));
}

}  // namespace tributary::parser
