#include "parser/xml.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/repair.hpp"
#include "parser/soundness.hpp"

namespace tributary::parser {
namespace {

// pugixml takes 64 bytes for an element, be it four bytes in the document. Its allocation goes through this
// budget, so that a document made of nothing but tags is noticed when it costs more than it should, and
// honest ones pay nothing.
thread_local std::size_t budget_left = SIZE_MAX;
// Told apart from a spent budget, as then no other way of reading the document helps.
thread_local bool out_of_memory = false;

void* allocate_within_budget(std::size_t size) {
  if (size > budget_left) return nullptr;
  if (budget_left != SIZE_MAX) budget_left -= size;
  void* memory = std::malloc(size);
  if (memory == nullptr) out_of_memory = true;
  return memory;
}

void release(void* memory) {
  std::free(memory);
}

const bool installed = [] {
  pugi::set_memory_management_functions(allocate_within_budget, release);
  return true;
}();

class Budget {
 public:
  explicit Budget(std::size_t bytes) { budget_left = installed ? bytes : SIZE_MAX; }
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  ~Budget() { budget_left = SIZE_MAX; }
};

std::size_t budget_for(std::size_t text) {
  return 4 * text + (std::size_t{1} << 20U);
}

}  // namespace

XmlTree::XmlTree(Reading& reading, DecodedText decoded, bool keep_space)
    : as_it_came_(reading.document),
      options_(reading.options),
      text_(std::move(decoded.text)),
      size_(reading.document.bytes.size()) {
  if (decoded.verbatim_from) original_ = reading.document.bytes.substr(*decoded.verbatim_from, text_.size());
  const bool sound = is_sound(text_);
  const Outcome outcome = sound ? parse(keep_space) : Outcome::broken;
  if (outcome == Outcome::whole) {
    const auto roots = std::ranges::count_if(
        document_.children(), [](pugi::xml_node node) { return node.type() == pugi::node_element; });
    if (roots > 1)
      reading.damaged("not-well-formed", "something stands beside the root element",
                      place_of(document_.document_element().next_sibling()));
    return;
  }
  if (sound) text_ = source();  // the failed parse wrote into the text
  repair(reading, keep_space, outcome == Outcome::too_large);
}

pugi::xml_node XmlTree::root() const {
  const pugi::xml_node first = document_.document_element();
  if (!first.next_sibling()) return first;
  for (const pugi::xml_node node : document_.children()) {
    const std::string_view name = node.name();
    if (name == "rss" || name == "feed" || name == "rdf:RDF") return node;
  }
  return first;
}

void XmlTree::repair(Reading& reading, bool keep_space, bool is_too_large) {
  const std::string broken = std::exchange(text_, {});
  // Half of the budget for elements: pugixml takes 64 bytes for one.
  const RepairLimits bounded{.nodes = size_ / 32 + 1000};
  for (const bool bound : {false, true}) {
    if (bound < is_too_large) continue;
    repaired_ = {};
    text_ = repair_xml(reading, broken, repaired_, bound ? bounded : RepairLimits{});
    if (parse(keep_space) != Outcome::too_large) return;
  }
}

XmlTree::Outcome XmlTree::parse(bool keep_space) {
  const Budget budget(budget_for(size_));
  unsigned flags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_wconv_attribute | pugi::parse_eol |
                   pugi::parse_embed_pcdata;
  if (keep_space) flags |= pugi::parse_ws_pcdata;
  const auto result = document_.load_buffer_inplace(text_.data(), text_.size(), flags, pugi::encoding_utf8);
  if (std::exchange(out_of_memory, false)) throw std::bad_alloc();
  if (result.status == pugi::status_out_of_memory) return Outcome::too_large;
  return result ? Outcome::whole : Outcome::broken;
}

/// The document's text before pugixml wrote into it.
std::string_view XmlTree::source() const {
  if (original_.data() != nullptr) return original_;
  if (decoded_.empty()) {
    Reading again{as_it_came_, options_};
    decoded_ = decode_document(again).text;
  }
  return decoded_;
}

Place XmlTree::place_of(pugi::xml_node node) const {
  const auto name = node.offset_debug();
  if (name < 1) return {};
  const auto tag = static_cast<std::size_t>(name) - 1;  // where its "<" is
  const auto offset = repaired_.before(tag);
  return offset ? counter_.at(source(), *offset) : Place{};
}

}  // namespace tributary::parser
