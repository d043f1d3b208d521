#pragma once
#include <cstddef>
#include <cstdint>

#include "parser/walk.hpp"

namespace tributary::parser {

/// What an element says, whatever its vocabulary calls it. One row of the table in vocabulary.cpp joins a
/// name to one of these; the readers of feeds and items switch over them.
enum class Member : std::uint8_t {
  none,
  title,
  subtitle,
  description,
  summary,
  itunes_subtitle,
  content,
  body,
  link,
  license,
  id,
  comments,
  source,
  author,
  contributor,
  publisher,
  owner,
  published,
  updated,
  created,
  expires,
  category,
  itunes_category,
  keywords,
  media_category,
  rights,
  language,
  generator,
  image,
  itunes_image,
  icon,
  logo,
  enclosure,
  media_group,
  media_content,
  thumbnail,
  duration,
  ttl,
  skip_hours,
  skip_days,
  update_period,
  update_frequency,
  complete,
  archive,
  deleted_entry,
  item,
  channel,
  items,
};
inline constexpr std::size_t member_count = static_cast<std::size_t>(Member::items) + 1;

/// Which of several elements for one member wins: the lower rank. 0 is the feed's own vocabulary (plain names
/// and Atom's).
struct Meaning {
  Member member = Member::none;
  std::uint8_t rank = 0;
};

[[nodiscard]] Meaning meaning_of(const Element& element);

}  // namespace tributary::parser
