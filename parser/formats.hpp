#pragma once
#include <array>
#include <expected>
#include <string>
#include <string_view>

#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// A document once its charset is known: text that is no XML, or the root of a tree.
struct Body {
  std::string_view text = {};  ///< UTF-8; only for documents that are no XML
  Node root = {};              ///< null for documents that are no XML
};

/// Reads the whole body into Reading::feed; the error is the reason in words why it is no feed after all.
using Read = std::expected<void, std::string> (*)(Reading& reading, const Body& body);

struct Format {
  std::string_view name;
  bool (*is)(const Body& body);
  Read read;
};

[[nodiscard]] bool is_json_feed(const Body& body);
[[nodiscard]] std::expected<void, std::string> read_json_feed(Reading& reading, const Body& body);
[[nodiscard]] bool is_atom(const Body& body);
[[nodiscard]] std::expected<void, std::string> read_atom(Reading& reading, const Body& body);
[[nodiscard]] bool is_cdf(const Body& body);
[[nodiscard]] std::expected<void, std::string> read_cdf(Reading& reading, const Body& body);
[[nodiscard]] bool is_rss(const Body& body);
[[nodiscard]] std::expected<void, std::string> read_rss(Reading& reading, const Body& body);

/// Asked in this order. A new format is a file of its own and a row here.
inline constexpr std::array formats{
    Format{"JSON Feed", is_json_feed, read_json_feed},
    Format{"Atom", is_atom, read_atom},
    Format{"CDF", is_cdf, read_cdf},
    Format{"RSS", is_rss, read_rss},
};

}  // namespace tributary::parser
