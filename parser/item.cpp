#include "parser/item.hpp"

#include <memory>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/categories.hpp"
#include "parser/details.hpp"
#include "parser/media.hpp"
#include "parser/numbers.hpp"
#include "parser/shared_members.hpp"

namespace tributary::parser {
namespace {

class ItemReader {
 public:
  ItemReader(Reading& reading, Walk& walk, Item& item)
      : shared_(reading, walk, item), reading_(reading), walk_(walk), item_(item) {}

  void read(const Element& element) {
    const Meaning meaning = meaning_of(element);
    switch (meaning.member) {
      case Member::none:
        notes_.read(reading_, element);
        return;
      case Member::description:
      case Member::summary:
        read_summary(element, meaning);
        return;
      case Member::content:
      case Member::body:
        read_content(element, meaning);
        return;
      case Member::subtitle:
      case Member::itunes_subtitle:
        shared_.read_text_member(item_.subtitle, element, {Member::subtitle, meaning.rank}, Seen::Keep::last);
        return;
      case Member::comments:
        read_comments(element);
        return;
      case Member::expires:
        read_expires(element);
        return;
      case Member::source:
        // What a source takes comes on top of what its item takes.
        if (!reading_.may_hold(reading_.feed.items.size(), sizeof(Item) + sizeof(FeedDetails))) return;
        // Atom's says more than RSS's name and address: it wins, in either order.
        if (item_.source && element.ns != Ns::atom) return;
        item_.source = std::make_shared<const FeedDetails>(read_source(reading_, walk_, element));
        return;
      case Member::enclosure:
        add_one(element);
        return;
      case Member::media_content:
      case Member::media_group:
        add_media(element);
        return;
      case Member::thumbnail:
        add_thumbnail(element, meaning);
        return;
      case Member::duration:
        read_duration(element);
        return;
      default:
        shared_.read(element, meaning);
    }
  }

  void finish(const Element& element) {
    shared_.read_about(element);
    shared_.finish();
    for (const Link& link : item_.links) {
      if (link.href.empty() || !has_relation(link, "enclosure")) continue;
      add_enclosure(
          reading_, item_.enclosures,
          {.url = link.href, .type = link.type, .length = whole_number(link.length), .title = link.title});
    }
    for (Enclosure& enclosure : item_.enclosures) notes_.give_to(enclosure);
    if (!item_.title) item_.title = std::move(media_title_);
    if (!item_.summary) item_.summary = std::move(media_description_);
    finish_item(reading_, item_, element.node);
  }

 private:
  /// The best of the description-like elements is the summary, and every further one is content.
  void read_summary(const Element& element, Meaning meaning) {
    if (element.ns == Ns::media) notes_.read(reading_, element);
    auto text = read_text(reading_, walk_, element, rule_for(reading_, element, meaning.member));
    if (!text) return;
    const Meaning as{Member::summary, meaning.rank};
    if (shared_.seen().take(reading_, element, as, Seen::Keep::first)) std::swap(item_.summary, text);
    if (text && reading_.may_grow(item_.content.size())) item_.content.push_back(std::move(*text));
  }

  void read_content(const Element& element, Meaning meaning) {
    if (!reading_.may_grow(item_.content.size(), element.node)) return;
    if (auto text = read_text(reading_, walk_, element, rule_for(reading_, element, meaning.member))) {
      item_.content.push_back(std::move(*text));
    }
  }

  void read_comments(const Element& element) {
    std::string scratch;
    const std::string_view reference = text_inside(element, scratch);
    // A remark in words is no address, and no base makes it one.
    if (reference.find(' ') != std::string_view::npos) return;
    item_.comments = reading_.url(reference, base_of(reading_, element.scope), element.node);
  }

  void read_expires(const Element& element) {
    std::string scratch;
    if (const auto when = reading_.date(text_inside(element, scratch), element.node)) item_.expires = when;
  }

  void read_duration(const Element& element) {
    std::string scratch;
    item_.duration = duration(text_inside(element, scratch));
  }

  void add_one(const Element& element) {
    if (auto enclosure = read_enclosure(reading_, element))
      add_enclosure(reading_, item_.enclosures, std::move(*enclosure));
  }

  void add_thumbnail(const Element& element, Meaning meaning) {
    auto thumbnail = read_thumbnail(reading_, element);
    if (thumbnail && reading_.may_grow(item_.thumbnails.size(), element.node))
      item_.thumbnails.push_back(std::move(*thumbnail));
    shared_.read(element, meaning);
  }

  void add_media(const Element& element) {
    Media media = read_media(reading_, walk_, element);
    for (auto& enclosure : media.enclosures) add_enclosure(reading_, item_.enclosures, std::move(enclosure));
    for (auto& thumbnail : media.thumbnails) {
      if (item_.image.empty()) item_.image.url = thumbnail.url;
      if (reading_.may_grow(item_.thumbnails.size())) item_.thumbnails.push_back(std::move(thumbnail));
    }
    for (auto& category : media.categories) add_category(reading_, item_.categories, std::move(category));
    if (!media_title_) media_title_ = std::move(media.title);
    if (!media_description_) media_description_ = std::move(media.description);
  }

  SharedMembers<Item> shared_;
  Reading& reading_;
  Walk& walk_;
  Item& item_;
  MediaNotes notes_;
  std::optional<Text> media_title_;
  std::optional<Text> media_description_;
};

}  // namespace

void read_item(Reading& reading, Walk& walk, const Element& element, Item& item) {
  ItemReader reader(reading, walk, item);
  walk.children(element, [&](const Element& child) { reader.read(child); });
  reader.finish(element);
}

void add_item(Reading& reading, Walk& walk, const Element& element) {
  auto& items = reading.feed.items;
  if (!reading.may_hold(items.size(), sizeof(Item))) return;
  // An empty item is an item, a thousand of them are not.
  constexpr std::size_t most_empty = 1000;
  if (!element.node.first_child() && items.size() > most_empty) return;
  read_item(reading, walk, element, items.emplace_back());
}

void finish_item(Reading& reading, Item& item, Node where) {
  // A name in a scheme of its own (tag:, urn:) is no address, whatever isPermaLink claims.
  const bool is_address = is_http_url(item.id) || !split_url(item.id).scheme;
  if (item.link.empty() && item.id_is_permalink.value_or(false) && is_address) item.link = item.id;
  if (item.id.empty()) reading.warn("missing-id", "an item has no id", where);
}

}  // namespace tributary::parser
