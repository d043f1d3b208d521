#include "parser/vocabulary.hpp"

#include <array>
#include <bit>
#include <string_view>

#include "parser/ascii.hpp"

namespace tributary::parser {
namespace {

struct Row {
  Ns ns;
  std::string_view name;  // lower case for plain names
  Meaning meaning;
};

using enum Member;

constexpr std::array rows{
    // RSS of all versions, and CDF, whose names are the same but for their case.
    Row{Ns::plain, "title", {title}},
    Row{Ns::plain, "link", {link}},
    Row{Ns::plain, "description", {description}},
    Row{Ns::plain, "tagline", {subtitle}},
    Row{Ns::plain, "subtitle", {subtitle}},
    Row{Ns::plain, "abstract", {description}},  // CDF: its description, under another name
    Row{Ns::plain, "summary", {summary}},
    Row{Ns::plain, "content", {content}},
    Row{Ns::plain, "fullitem", {content}},
    Row{Ns::plain, "body", {content}},  // XHTML whose namespace was forgotten
    Row{Ns::plain, "guid", {id}},
    Row{Ns::plain, "id", {id}},
    Row{Ns::plain, "comments", {comments}},
    Row{Ns::plain, "source", {source}},
    Row{Ns::plain, "author", {author}},
    Row{Ns::plain, "managingeditor", {author}},
    Row{Ns::plain, "contributor", {contributor}},
    Row{Ns::plain, "webmaster", {publisher}},
    Row{Ns::plain, "pubdate", {published}},
    Row{Ns::plain, "published", {published}},
    Row{Ns::plain, "issued", {published}},
    Row{Ns::plain, "lastbuilddate", {updated}},
    Row{Ns::plain, "updated", {updated}},
    Row{Ns::plain, "modified", {updated}},
    Row{Ns::plain, "created", {created}},
    Row{Ns::plain, "expirationdate", {expires}},
    Row{Ns::plain, "category", {category}},
    Row{Ns::plain, "categories", {category}},  // seen around category elements
    Row{Ns::plain, "copyright", {rights}},
    Row{Ns::plain, "rights", {rights}},
    Row{Ns::plain, "language", {language}},
    Row{Ns::plain, "generator", {generator}},
    Row{Ns::plain, "image", {image}},
    Row{Ns::plain, "icon", {icon}},
    Row{Ns::plain, "logo", {logo}},
    Row{Ns::plain, "enclosure", {enclosure}},
    Row{Ns::plain, "ttl", {ttl}},
    Row{Ns::plain, "skiphours", {skip_hours}},
    Row{Ns::plain, "skipdays", {skip_days}},
    Row{Ns::plain, "item", {item}},
    Row{Ns::plain, "entry", {item}},
    Row{Ns::plain, "channel", {channel}},
    Row{Ns::plain, "items", {items}},

    Row{Ns::atom, "title", {title}},
    Row{Ns::atom, "link", {link}},
    Row{Ns::atom, "subtitle", {subtitle}},
    Row{Ns::atom, "tagline", {subtitle}},
    Row{Ns::atom, "summary", {summary}},
    Row{Ns::atom, "content", {content}},
    Row{Ns::atom, "id", {id}},
    Row{Ns::atom, "source", {source}},
    Row{Ns::atom, "author", {author}},
    Row{Ns::atom, "contributor", {contributor}},
    Row{Ns::atom, "published", {published}},
    Row{Ns::atom, "issued", {published}},
    Row{Ns::atom, "updated", {updated}},
    Row{Ns::atom, "modified", {updated}},
    Row{Ns::atom, "created", {created}},
    Row{Ns::atom, "category", {category}},
    Row{Ns::atom, "rights", {rights}},
    Row{Ns::atom, "copyright", {rights}},
    Row{Ns::atom, "generator", {generator}},
    Row{Ns::atom, "icon", {icon}},
    Row{Ns::atom, "logo", {logo}},
    Row{Ns::atom, "entry", {item}},

    Row{Ns::dc, "title", {title, 1}},
    Row{Ns::dc, "description", {description, 1}},
    Row{Ns::dc, "creator", {author, 1}},
    Row{Ns::dc, "author", {author, 1}},
    Row{Ns::dc, "contributor", {contributor, 1}},
    Row{Ns::dc, "publisher", {publisher, 1}},
    Row{Ns::dc, "subject", {category, 1}},
    Row{Ns::dc, "date", {updated, 2}},  // of what, it leaves open
    Row{Ns::dc, "rights", {rights, 1}},
    Row{Ns::dc, "language", {language, 1}},
    Row{Ns::dcterms, "issued", {published, 1}},
    Row{Ns::dcterms, "modified", {updated, 1}},
    Row{Ns::dcterms, "created", {created, 1}},
    Row{Ns::dcterms, "license", {license, 1}},
    // The newer of the two Dublin Core vocabularies repeats the names of the older.
    Row{Ns::dcterms, "title", {title, 1}},
    Row{Ns::dcterms, "description", {description, 1}},
    Row{Ns::dcterms, "creator", {author, 1}},
    Row{Ns::dcterms, "contributor", {contributor, 1}},
    Row{Ns::dcterms, "publisher", {publisher, 1}},
    Row{Ns::dcterms, "subject", {category, 1}},
    Row{Ns::dcterms, "date", {updated, 3}},
    Row{Ns::dcterms, "rights", {rights, 1}},
    Row{Ns::dcterms, "language", {language, 1}},

    Row{Ns::content, "encoded", {content, 1}},
    Row{Ns::xhtml, "body", {body, 1}},

    Row{Ns::itunes, "title", {title, 2}},
    Row{Ns::itunes, "subtitle", {itunes_subtitle, 2}},
    Row{Ns::itunes, "summary", {summary, 2}},
    Row{Ns::itunes, "author", {author, 2}},
    Row{Ns::itunes, "owner", {owner, 2}},
    Row{Ns::itunes, "category", {itunes_category, 2}},
    Row{Ns::itunes, "keywords", {keywords, 2}},
    Row{Ns::itunes, "image", {itunes_image, 1}},
    Row{Ns::itunes, "link", {link, 1}},
    Row{Ns::itunes, "duration", {duration}},

    Row{Ns::media, "title", {title, 3}},
    Row{Ns::media, "description", {description, 4}},
    Row{Ns::media, "category", {media_category, 3}},
    Row{Ns::media, "keywords", {keywords, 3}},
    Row{Ns::media, "group", {media_group}},
    Row{Ns::media, "content", {media_content}},
    Row{Ns::media, "thumbnail", {thumbnail, 2}},

    Row{Ns::creative_commons, "license", {license, 1}},
    Row{Ns::admin, "generatorAgent", {generator, 1}},
    Row{Ns::sy, "updatePeriod", {update_period}},
    Row{Ns::sy, "updateFrequency", {update_frequency}},
    Row{Ns::fh, "complete", {complete}},
    Row{Ns::fh, "archive", {archive}},
    Row{Ns::at, "deleted-entry", {deleted_entry}},
};

// The table as a hash, made once by the compiler: asked for every element of every feed.
constexpr std::size_t slots = 512;  // 2^9

constexpr std::size_t hash(Ns ns, std::string_view name) {
  std::uint64_t value = static_cast<std::uint64_t>(ns) + 1;
  // Letters of both cases are the same here; a comparison decides.
  for (const char c : name) value = std::rotl(value, 5) ^ (static_cast<unsigned char>(c) | 0x20U);
  return (value * 0x9E3779B97F4A7C15ULL) >> 55U;
}

constexpr auto index = [] {
  std::array<std::uint8_t, slots> table{};  // row number + 1; 0: free
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::size_t slot = hash(rows[i].ns, rows[i].name);
    while (table[slot] != 0) slot = (slot + 1) % slots;
    table[slot] = static_cast<std::uint8_t>(i + 1);
  }
  return table;
}();
static_assert(rows.size() < 255 && rows.size() * 2 < slots);

constexpr std::size_t longest_name = 32;

Meaning find(Ns ns, std::string_view name) {
  for (std::size_t slot = hash(ns, name); index[slot] != 0; slot = (slot + 1) % slots) {
    const Row& row = rows[index[slot] - 1U];
    if (row.ns == ns && (ns == Ns::plain ? same_word(row.name, name) : row.name == name)) return row.meaning;
  }
  return {};
}

}  // namespace

Meaning meaning_of(const Element& element) {
  if (element.ns == Ns::unknown || element.local.size() > longest_name) return {};
  if (element.ns != Ns::plain) {
    const Meaning meaning = find(element.ns, element.local);
    if (meaning.member != none || element.ns != Ns::atom) return meaning;
  }
  Meaning meaning = find(Ns::plain, element.local);
  if (element.ns == Ns::atom && meaning.member != none) {
    // A name of RSS that took on Atom's namespace from the document around it says what it says in RSS, where
    // Atom's own elements do not. One of Atom's in another letter case is none.
    if (find(Ns::atom, lowered(element.local)).member != none) return {};
    ++meaning.rank;
  }
  return meaning;
}

}  // namespace tributary::parser
