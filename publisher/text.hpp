#pragma once
#include <string>
#include <string_view>

// Text from anywhere, made fit for a document. Everything that a renderer puts out has passed one of these,
// because a single byte that XML forbids makes the whole feed unreadable for a strict reader.
namespace tributary::publisher {

/// Valid UTF-8 of characters that XML 1.0 allows (section 2.2): malformed sequences become U+FFFD, forbidden
/// characters go.
[[nodiscard]] std::string clean(std::string_view text);

/// clean(), with runs of white space (of Unicode too) as one space, and none at the ends: for titles and
/// excerpts.
[[nodiscard]] std::string one_line(std::string_view text);

/// Escaped for HTML and XML, text and attributes alike. The text must have been cleaned.
[[nodiscard]] std::string escape(std::string_view text);

/// An address fit for an href: http or https, what may not stand in an attribute percent-encoded, everything
/// else as it was sent. Empty when it is anything else, whatever its disguise.
[[nodiscard]] std::string web_address(std::string_view url);

/// web_address without user and password: for addresses of feeds, which an admin may have configured with
/// them.
[[nodiscard]] std::string public_address(std::string_view url);

/// An absolute IRI (RFC 3987) of any scheme that can't run code, without white space; empty for anything
/// else.
[[nodiscard]] std::string identifier(std::string_view iri);

/// A type/subtype (RFC 9110 section 8.3.1), lower case, parameters kept; empty for anything else.
[[nodiscard]] std::string media_type(std::string_view type);

/// A well-formed language tag of XML Schema's xs:language; empty for anything else.
[[nodiscard]] std::string language_tag(std::string_view tag);

/// An e-mail address as Atom asks for it (something@something, no white space); empty for anything else.
[[nodiscard]] std::string email_address(std::string_view text);

/// Lower-case ASCII words joined by '-', as DESIGN.md makes slugs of names.
[[nodiscard]] std::string slug_of(std::string_view name);

}  // namespace tributary::publisher
