#include "tests/store/pairs.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string_view>

namespace tributary::test {
namespace {

using Words = std::vector<std::string>;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <typename Range>
  const auto& one_of(const Range& range) {
    return range[below(std::size(range))];
  }
  template <typename T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::mt19937 engine_;
};

// Sentences with slots: {town} {name} {house} {day} {month} {n} {big} {hour}. A topic's first sentences open
// a piece.
struct Topic {
  std::string_view name;
  std::vector<std::string_view> titles, openings, middles;
};

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all{
      {"workshop",
       {"Repair workshop in {town}", "{house} mends what is broken",
        "Bring your lamp: repair evening at {house}"},
       {"The {house} in {town} invites everybody to a free repair evening on {day} {n} {month}.",
        "On {day} {n} {month} volunteers will gather at the {house} in {town} to mend broken household "
        "things together."},
       {"Visitors may bring small lamps, radios, bicycles and torn clothes, and learn how to repair them "
        "themselves.",
        "About {n} volunteers with patient hands and good tools will help, among them the clockmaker {name}.",
        "Last year visitors carried {big} repaired objects home, and only a few had to be thrown away.",
        "The idea came from {name}, who could not find anybody willing to replace a simple switch.",
        "Whoever wants to help regularly can speak with {name} after the evening or write to the office.",
        "Spare parts are paid for by the visitors, while the work itself costs nothing at all.",
        "Coffee and cake will be offered in the garden, provided that the weather remains friendly.",
        "The organisers ask visitors to clean their objects before they bring them to the tables."}},
      {"funding",
       {"{big} euros for {town}'s libraries", "New grant supports {house}",
        "{house} receives support for young readers"},
       {"The {house} in {town} will receive a grant of {big} euros to build a programme for young readers.",
        "A grant of {big} euros allows the {house} in {town} to employ two additional teachers from {month} "
        "onwards."},
       {"Director {name} said that the money arrives at the right moment, because demand has grown "
        "considerably.",
        "Part of the sum will purchase {n} computers, which children may borrow during the school holidays.",
        "The foundation selected {n} projects from {big} applications after a long and careful discussion.",
        "Schools in the neighbourhood were consulted early and will choose the books together with the "
        "staff.",
        "An independent report will show after two years whether children really read more than before.",
        "Critics had complained that previous programmes ended quickly and left nothing behind.",
        "According to {name}, the programme shall continue with the town's own money after that period.",
        "The first courses begin in {month}, and parents can register their children at the counter."}},
      {"exhibition",
       {"{name}'s photographs at {house}", "Exhibition shows {town} as it was",
        "Forgotten pictures of {town}"},
       {"An exhibition at the {house} in {town} shows photographs by {name} that nobody has seen for "
        "decades.",
        "From {n} {month} the {house} presents pictures of everyday life in {town}, taken by {name} between "
        "the wars."},
       {"The negatives were discovered in a damp cellar and cleaned with great care over many months.",
        "Altogether {big} pictures survived, and {n} of them have been printed in large format for the "
        "walls.",
        "They show workers, children and market women, who look into the camera with astonishing confidence.",
        "Historian {name} has identified many of the persons with the help of old neighbours.",
        "A small catalogue explains how the camera worked and why the pictures were never published.",
        "Guided tours take place every {day} at {hour}, and admission is free for pupils.",
        "Visitors are encouraged to bring family albums, because several streets remain unidentified.",
        "The exhibition closes at the end of {month} and will afterwards travel to {town}."}},
      {"software",
       {"Version {n} of the catalogue is ready", "Catalogue software learns to share",
        "Faster search for {town}"},
       {"The working group around {name} has published version {n} of the open catalogue software used in "
        "{town}.",
        "Version {n} of the open catalogue, which the {house} develops together with partners, is available "
        "from {day}."},
       {"The new version finds misspelled titles, answers considerably faster and needs only half the "
        "memory.",
        "Administrators should make a complete copy of their data before they install the update.",
        "More than {big} libraries use the software, most of them without any support contract.",
        "Developer {name} rewrote the import of older records, which had caused frequent trouble.",
        "A security fault that allowed strangers to read reservations was repaired as well.",
        "Translations into {n} languages were contributed by volunteers during a weekend in {town}.",
        "The next version will appear in {month} and shall replace the outdated reporting module.",
        "Questions are answered in the public forum, where experienced users help newcomers patiently."}},
      {"garden",
       {"A garden for {town}", "{house} plants a reading garden", "Seeds to borrow in {town}"},
       {"Behind the {house} in {town} a public reading garden has been planted by {n} neighbours.",
        "The {house} in {town} now lends seeds as well as books, and {big} people have already taken some "
        "home."},
       {"Tomatoes, beans and old kinds of lettuce are particularly popular among the borrowers.",
        "Whoever harvests in autumn returns a handful of seeds, so that others can sow them next spring.",
        "Gardener {name} explains every {day} at {hour} how seeds are dried, cleaned and stored.",
        "The town council contributed the soil, while a carpenter built the benches from old shelves.",
        "Children painted wooden signs that tell the visitors which plant grows in which bed.",
        "During the dry summer {name} carried water from the river because the well had failed.",
        "The garden remains open until dusk, and reading aloud is expressly permitted there.",
        "Other towns have already asked for advice and want to imitate the project next year."}},
      {"strike",
       {"Branch in {town} stays closed", "{house} shortens its hours", "Protest against closure in {town}"},
       {"The branch library in {town} will remain closed until {month} because the roof has become "
        "dangerous.",
        "Because of missing staff the {house} in {town} shortens its opening hours from {day} {n} {month}."},
       {"Engineer {name} found {n} cracked beams during an ordinary inspection and stopped the operation at "
        "once.",
        "Reserved books can be collected at the counter of the town hall between nine and {hour}.",
        "Fines for late returns will not be charged during the closure, the director promised.",
        "Almost {big} citizens signed a petition that demands a quick and complete repair.",
        "The council will discuss the necessary expenses in a public meeting on {day} evening.",
        "Employees are helping in other branches meanwhile and nobody will lose employment.",
        "A mobile library visits the market square twice weekly with a selection of new titles.",
        "Councillor {name} described the situation as embarrassing and asked for patience."}},
      {"prize",
       {"Prize for {name}", "{town} honours a translator", "{name} receives the reading prize"},
       {"The translator {name} receives this year's reading prize of the {house} in {town}, worth {big} "
        "euros.",
        "For a lifetime of quiet work {name} has been awarded the reading prize of {town}."},
       {"The jury praised translations that sound natural and nevertheless preserve what is foreign.",
        "Among {n} suggestions the decision was unanimous, which has seldom happened before.",
        "The ceremony takes place in {month} in the large hall, and the public is welcome.",
        "In a short speech {name} thanked the librarians who had searched for rare dictionaries.",
        "The prize has existed for {n} years and is paid from the legacy of a bookseller.",
        "Earlier winners continue to support young translators with advice and small scholarships.",
        "A reading from the latest novel, about a ferryman and his daughters, follows on {day}.",
        "Tickets can be ordered at the counter or by telephone from {hour} onwards."}},
      {"study",
       {"Study: readers return", "What {town} reads", "Young people read differently, says study"},
       {"A study by {name} and the {house} in {town} concludes that young people read more than is commonly "
        "assumed.",
        "For the first time since {n} years the number of loans in {town} has increased, a study reports."},
       {"The researchers questioned {big} pupils about what they had read during the previous week.",
        "Long novels are read less frequently, while comics and instructions gained many readers.",
        "Surprisingly, the household's income mattered less than the distance to the nearest library.",
        "According to {name}, weekends matter most, because nobody assigns any reading then.",
        "The complete data can be downloaded by everybody, together with the questionnaires.",
        "Teachers warned against hasty conclusions and demanded a second survey with more schools.",
        "Libraries that open on Sundays recorded {n} percent more visits than all others.",
        "The authors will discuss their results at a public evening in {month}."}},
  };
  return all;
}

constexpr std::array<std::string_view, 16> towns{
    "Altwiek", "Birkenau", "Corvane",  "Dunmere",  "Eskholm", "Farnvale", "Greyhook", "Hallstrom",
    "Irvone",  "Jornby",   "Kestwick", "Lindmoor", "Marlowe", "Norrwick", "Ostberg",  "Pellworm"};
constexpr std::array<std::string_view, 16> first_names{"Agda",  "Bruno", "Celia", "Dario", "Edda",  "Falk",
                                                       "Greta", "Hugo",  "Ines",  "Joris", "Klara", "Lorenz",
                                                       "Mira",  "Nando", "Olga",  "Piet"};
constexpr std::array<std::string_view, 16> last_names{
    "Ansgar", "Bellmann", "Corvin", "Dreyer",    "Eklund", "Fernau",  "Grothe", "Hallwag",
    "Imhof",  "Jessen",   "Kolbe",  "Lindqvist", "Moreau", "Nygaard", "Oswin",  "Petrak"};
constexpr std::array<std::string_view, 10> houses{"Harbour Library",     "Mill Street Reading House",
                                                  "Old Customs House",   "Meadow Library",
                                                  "Lighthouse Archive",  "Weavers Hall",
                                                  "Orchard Library",     "Station Reading Room",
                                                  "Copper Lane Library", "Riverside Archive"};
constexpr std::array<std::string_view, 7> weekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};

// What an editor of another house writes instead. The first of a row stands in the sentences above.
const std::map<std::string, Words, std::less<>>& other_words() {
  static const std::map<std::string, Words, std::less<>> all{
      {"invites", {"welcomes", "calls"}},
      {"everybody", {"everyone", "all"}},
      {"free", {"gratis", "costless"}},
      {"volunteers", {"helpers", "supporters"}},
      {"gather", {"meet", "assemble"}},
      {"mend", {"fix", "restore"}},
      {"broken", {"damaged", "defective"}},
      {"household", {"domestic", "home"}},
      {"things", {"items", "goods"}},
      {"together", {"jointly", "side by side"}},
      {"visitors", {"guests", "people"}},
      {"bring", {"carry", "take along"}},
      {"small", {"little", "smaller"}},
      {"learn", {"discover", "see"}},
      {"repair", {"mending", "fixing"}},
      {"patient", {"calm", "steady"}},
      {"good", {"proper", "decent"}},
      {"tools", {"equipment", "instruments"}},
      {"help", {"assist", "lend a hand"}},
      {"carried", {"took", "brought"}},
      {"repaired", {"mended", "fixed"}},
      {"objects", {"items", "pieces"}},
      {"home", {"back", "homewards"}},
      {"idea", {"thought", "plan"}},
      {"find", {"discover", "locate"}},
      {"anybody", {"anyone", "somebody"}},
      {"willing", {"ready", "prepared"}},
      {"replace", {"exchange", "change"}},
      {"simple", {"plain", "ordinary"}},
      {"regularly", {"often", "permanently"}},
      {"speak", {"talk", "chat"}},
      {"office", {"bureau", "secretary"}},
      {"work", {"labour", "effort"}},
      {"nothing", {"no money", "not a cent"}},
      {"offered", {"served", "available"}},
      {"friendly", {"fine", "kind"}},
      {"weather", {"sky", "climate"}},
      {"organisers", {"hosts", "planners"}},
      {"clean", {"wash", "wipe"}},
      {"receive", {"get", "obtain"}},
      {"receives", {"gets", "obtains"}},
      {"grant", {"subsidy", "donation"}},
      {"build", {"create", "establish"}},
      {"programme", {"scheme", "project"}},
      {"young", {"youthful", "younger"}},
      {"allows", {"enables", "permits"}},
      {"employ", {"hire", "engage"}},
      {"additional", {"extra", "further"}},
      {"teachers", {"instructors", "educators"}},
      {"money", {"sum", "support"}},
      {"arrives", {"comes", "appears"}},
      {"moment", {"time", "point"}},
      {"demand", {"interest", "need"}},
      {"considerably", {"strongly", "noticeably"}},
      {"purchase", {"buy", "acquire"}},
      {"computers", {"devices", "machines"}},
      {"children", {"kids", "youngsters"}},
      {"borrow", {"take", "use"}},
      {"selected", {"chose", "picked"}},
      {"careful", {"thorough", "diligent"}},
      {"discussion", {"debate", "exchange"}},
      {"neighbourhood", {"area", "quarter"}},
      {"consulted", {"asked", "involved"}},
      {"choose", {"select", "pick"}},
      {"independent", {"separate", "neutral"}},
      {"report", {"account", "analysis"}},
      {"really", {"truly", "actually"}},
      {"complained", {"objected", "lamented"}},
      {"previous", {"earlier", "former"}},
      {"quickly", {"soon", "rapidly"}},
      {"continue", {"go on", "proceed"}},
      {"courses", {"lessons", "classes"}},
      {"begin", {"start", "commence"}},
      {"register", {"enrol", "sign up"}},
      {"counter", {"desk", "reception"}},
      {"exhibition", {"show", "display"}},
      {"shows", {"presents", "displays"}},
      {"photographs", {"photos", "images"}},
      {"pictures", {"images", "photos"}},
      {"nobody", {"no one", "hardly anyone"}},
      {"everyday", {"daily", "ordinary"}},
      {"discovered", {"found", "located"}},
      {"damp", {"wet", "mouldy"}},
      {"cleaned", {"washed", "restored"}},
      {"great", {"much", "enormous"}},
      {"survived", {"remain", "were saved"}},
      {"printed", {"enlarged", "reproduced"}},
      {"large", {"big", "generous"}},
      {"workers", {"labourers", "craftsmen"}},
      {"astonishing", {"surprising", "remarkable"}},
      {"confidence", {"calm", "pride"}},
      {"identified", {"recognised", "named"}},
      {"explains", {"describes", "tells"}},
      {"published", {"released", "shown"}},
      {"encouraged", {"asked", "invited"}},
      {"several", {"some", "various"}},
      {"closes", {"ends", "finishes"}},
      {"afterwards", {"then", "later"}},
      {"develops", {"builds", "writes"}},
      {"partners", {"colleagues", "friends"}},
      {"available", {"ready", "offered"}},
      {"finds", {"detects", "recognises"}},
      {"misspelled", {"mistyped", "misprinted"}},
      {"answers", {"responds", "replies"}},
      {"faster", {"quicker", "more swiftly"}},
      {"needs", {"requires", "uses"}},
      {"administrators", {"operators", "technicians"}},
      {"complete", {"full", "entire"}},
      {"install", {"apply", "load"}},
      {"libraries", {"houses", "institutions"}},
      {"rewrote", {"renewed", "rebuilt"}},
      {"older", {"ancient", "early"}},
      {"frequent", {"constant", "repeated"}},
      {"trouble", {"problems", "difficulties"}},
      {"strangers", {"outsiders", "others"}},
      {"contributed", {"provided", "given"}},
      {"appear", {"come", "follow"}},
      {"outdated", {"old", "obsolete"}},
      {"experienced", {"skilled", "seasoned"}},
      {"newcomers", {"beginners", "novices"}},
      {"patiently", {"kindly", "calmly"}},
      {"planted", {"created", "laid out"}},
      {"neighbours", {"residents", "locals"}},
      {"already", {"meanwhile", "so far"}},
      {"particularly", {"especially", "notably"}},
      {"popular", {"loved", "wanted"}},
      {"harvests", {"reaps", "gathers"}},
      {"handful", {"portion", "bag"}},
      {"stored", {"kept", "preserved"}},
      {"benches", {"seats", "chairs"}},
      {"painted", {"coloured", "decorated"}},
      {"remains", {"stays", "is kept"}},
      {"expressly", {"explicitly", "clearly"}},
      {"permitted", {"allowed", "welcome"}},
      {"imitate", {"copy", "repeat"}},
      {"remain", {"stay", "be kept"}},
      {"closed", {"shut", "locked"}},
      {"dangerous", {"unsafe", "risky"}},
      {"missing", {"lacking", "absent"}},
      {"shortens", {"reduces", "cuts"}},
      {"ordinary", {"routine", "regular"}},
      {"inspection", {"check", "examination"}},
      {"stopped", {"halted", "ended"}},
      {"collected", {"fetched", "picked up"}},
      {"charged", {"collected", "demanded"}},
      {"promised", {"assured", "announced"}},
      {"citizens", {"residents", "inhabitants"}},
      {"demands", {"requests", "wants"}},
      {"quick", {"rapid", "speedy"}},
      {"necessary", {"required", "needed"}},
      {"expenses", {"costs", "spending"}},
      {"meeting", {"session", "assembly"}},
      {"employees", {"workers", "staff"}},
      {"meanwhile", {"for now", "currently"}},
      {"selection", {"choice", "range"}},
      {"described", {"called", "criticised"}},
      {"embarrassing", {"awkward", "painful"}},
      {"patience", {"understanding", "calm"}},
      {"quiet", {"silent", "modest"}},
      {"awarded", {"given", "granted"}},
      {"praised", {"lauded", "commended"}},
      {"natural", {"lively", "fluent"}},
      {"nevertheless", {"still", "yet"}},
      {"preserve", {"keep", "maintain"}},
      {"unanimous", {"clear", "undisputed"}},
      {"seldom", {"rarely", "hardly ever"}},
      {"ceremony", {"celebration", "event"}},
      {"welcome", {"invited", "admitted"}},
      {"thanked", {"praised", "mentioned"}},
      {"searched", {"looked", "hunted"}},
      {"support", {"back", "assist"}},
      {"advice", {"guidance", "tips"}},
      {"latest", {"newest", "most recent"}},
      {"ordered", {"booked", "reserved"}},
      {"concludes", {"finds", "states"}},
      {"commonly", {"generally", "usually"}},
      {"assumed", {"believed", "thought"}},
      {"increased", {"risen", "grown"}},
      {"questioned", {"asked", "interviewed"}},
      {"pupils", {"students", "learners"}},
      {"frequently", {"often", "commonly"}},
      {"gained", {"won", "attracted"}},
      {"surprisingly", {"unexpectedly", "oddly"}},
      {"mattered", {"counted", "weighed"}},
      {"nearest", {"closest", "next"}},
      {"downloaded", {"fetched", "obtained"}},
      {"warned", {"cautioned", "advised"}},
      {"hasty", {"rash", "quick"}},
      {"recorded", {"counted", "noted"}},
      {"results", {"findings", "conclusions"}},
      {"discuss", {"debate", "present"}},
      {"evening", {"gathering", "night"}},
  };
  return all;
}

/// What the slots of one piece hold. The same slot may hold several values, in the order of use.
struct Facts {
  std::string town, house;
  Words names, days, months, numbers, bigs, hours, towns;
};

Facts facts(Dice& dice) {
  Facts made;
  made.town = dice.one_of(towns);
  made.house = dice.one_of(houses);
  for (int i = 0; i < 6; ++i) {
    made.names.push_back(std::string(dice.one_of(first_names)) + " " + std::string(dice.one_of(last_names)));
    made.days.emplace_back(dice.one_of(weekdays));
    made.months.emplace_back(dice.one_of(months));
    made.numbers.push_back(std::to_string(2 + dice.below(29)));
    made.bigs.push_back(std::to_string(120 + dice.below(9000)));
    made.hours.push_back(std::to_string(9 + dice.below(11)) + ".30");
  }
  return made;
}

std::string filled(std::string_view sentence, const Facts& facts, std::map<char, std::size_t>& used) {
  std::string out;
  for (std::size_t at = 0; at < sentence.size();) {
    if (sentence[at] != '{') {
      out += sentence[at++];
      continue;
    }
    const auto end = sentence.find('}', at);
    const auto slot = sentence.substr(at + 1, end - at - 1);
    const auto next = [&](char which, const Words& values) { return values[used[which]++ % values.size()]; };
    if (slot == "town") out += facts.town;
    if (slot == "house") out += facts.house;
    if (slot == "name") out += facts.names[used['p']++ % 2];  // a piece has two people
    if (slot == "day") out += next('d', facts.days);
    if (slot == "month") out += next('m', facts.months);
    if (slot == "n") out += next('n', facts.numbers);
    if (slot == "big") out += next('b', facts.bigs);
    if (slot == "hour") out += next('h', facts.hours);
    at = end + 1;
  }
  return out;
}

struct Plan {
  const Topic* topic = nullptr;
  std::size_t title = 0, opening = 0;
  std::vector<std::size_t> middles = {};
  Facts facts = {};
};

Plan plan(Dice& dice, const Topic& topic) {
  Plan made{.topic = &topic,
            .title = dice.below(topic.titles.size()),
            .opening = dice.below(topic.openings.size()),
            .facts = facts(dice)};
  for (std::size_t i = 0; i < topic.middles.size(); ++i) made.middles.push_back(i);
  dice.shuffle(made.middles);
  made.middles.resize(4 + dice.below(4));
  return made;
}

struct Written {
  std::string title = {};
  Words sentences = {};
  [[nodiscard]] Piece piece() const {
    Piece made{.title = title};
    for (const auto& sentence : sentences) made.body += (made.body.empty() ? "" : " ") + sentence;
    return made;
  }
};

Written write(const Plan& plan) {
  Written made;
  std::map<char, std::size_t> used;
  made.sentences.push_back(filled(plan.topic->openings[plan.opening], plan.facts, used));
  for (const auto at : plan.middles)
    made.sentences.push_back(filled(plan.topic->middles[at], plan.facts, used));
  std::map<char, std::size_t> of_title;
  made.title = filled(plan.topic->titles[plan.title], plan.facts, of_title);
  return made;
}

Words words_of(const std::string& text) {
  std::istringstream in(text);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// Share of words that one would have to touch: 1 - 2 * longest common subsequence / words of both.
double changed_share(const std::string& one, const std::string& other) {
  const auto a = words_of(one), b = words_of(other);
  std::vector<std::size_t> row(b.size() + 1), above(b.size() + 1);
  for (const auto& word : a) {
    std::swap(row, above);
    for (std::size_t j = 0; j < b.size(); ++j)
      row[j + 1] = word == b[j] ? above[j] + 1 : std::max(above[j + 1], row[j]);
  }
  return 1 - 2 * static_cast<double>(row.back()) / static_cast<double>(a.size() + b.size());
}

std::string reworded(Dice& dice, const std::string& sentence, int percent) {
  std::string out;
  for (auto word : words_of(sentence)) {
    std::string tail;
    while (!word.empty() && std::string_view(".,:;").find(word.back()) != std::string_view::npos) {
      tail.insert(tail.begin(), word.back());
      word.pop_back();
    }
    std::string lower = word;
    if (!lower.empty() && lower[0] >= 'A' && lower[0] <= 'Z')
      lower[0] = static_cast<char>(lower[0] - 'A' + 'a');
    const auto found = other_words().find(lower);
    if (found != other_words().end() && dice.chance(percent)) {
      auto other = dice.one_of(found->second);
      if (lower != word) other[0] = static_cast<char>(other[0] - 'a' + 'A');
      word = other;
    } else if (dice.chance(percent / 12) &&
               (lower == "very" || lower == "also" || lower == "already" || lower == "only")) {
      continue;
    }
    out += (out.empty() ? "" : " ") + word + tail;
  }
  return out;
}

constexpr std::array<std::string_view, 5> credits{
    "This text was first published by our partner.", "Source: press office.",
    "Read the whole article on the pages of the organisers.", "With kind permission of the authors.",
    "More about this on our website."};
constexpr std::array<std::string_view, 5> leads{
    "Good news from our partners:", "Our partners tell us the following.",
    "From the network:", "Worth knowing:", "We gladly pass this on."};
constexpr std::array<std::string_view, 6> asides{"That is what many had hoped for.",
                                                 "We shall report about it again.",
                                                 "A look at it is worthwhile.",
                                                 "The joy about it is great.",
                                                 "Details will follow in the next weeks.",
                                                 "Not everybody had expected that."};

Pair verbatim(Dice& dice, const Topic& topic) {
  auto made = plan(dice, topic);
  const auto one = write(made);
  made.title = dice.below(topic.titles.size());
  auto other = write(made);
  if (dice.chance(40)) other.sentences.emplace_back(dice.one_of(credits));
  if (dice.chance(30)) other.sentences.insert(other.sentences.begin(), std::string(dice.one_of(leads)));
  if (dice.chance(40)) other.sentences.resize(other.sentences.size() - 1);
  return {Pair::Kind::verbatim, one.piece(), other.piece(), true};
}

Pair reworded(Dice& dice, const Topic& topic) {
  auto made = plan(dice, topic);
  const auto one = write(made);
  made.title = dice.below(topic.titles.size());
  auto other = write(made);
  const int percent = 50 + static_cast<int>(dice.below(51));
  for (auto& sentence : other.sentences) sentence = reworded(dice, sentence, percent);
  if (dice.chance(50)) {
    const auto at = 1 + dice.below(other.sentences.size() - 2);
    std::swap(other.sentences[at], other.sentences[at + 1]);
  }
  if (dice.chance(40)) other.sentences.insert(other.sentences.begin() + 1, std::string(dice.one_of(asides)));
  if (dice.chance(40)) other.sentences.emplace_back(dice.one_of(credits));
  if (dice.chance(30))
    other.sentences.erase(other.sentences.begin() + 1 +
                          static_cast<std::ptrdiff_t>(dice.below(other.sentences.size() - 1)));
  return {Pair::Kind::reworded, one.piece(), other.piece(), true};
}

/// The same words with other facts: next week's notice, the next part of a series.
Pair series(Dice& dice, const Topic& topic) {
  auto made = plan(dice, topic);
  const auto one = write(made);
  const auto next = facts(dice);
  // A little changes, or much: at least a number or a date always does.
  made.facts.numbers = next.numbers;
  made.facts.bigs = next.bigs;
  made.facts.days = next.days;
  if (dice.chance(60)) made.facts.months = next.months;
  if (dice.chance(50)) made.facts.names = next.names;
  if (dice.chance(30)) made.facts.hours = next.hours;
  auto other = write(made);
  const auto a = one.piece(), b = other.piece();
  return {Pair::Kind::series, a, b, false};
}

Pair place(Dice& dice, const Topic& topic) {
  auto made = plan(dice, topic);
  const auto one = write(made);
  const auto next = facts(dice);
  made.facts.town = next.town;
  made.facts.house = next.house;
  made.facts.names = next.names;
  if (dice.chance(50)) made.facts.numbers = next.numbers;
  return {Pair::Kind::place, one.piece(), write(made).piece(), false};
}

/// Same house, same opening and closing words, another matter in between.
Pair opening(Dice& dice, const Topic& topic, const Topic& another) {
  auto made = plan(dice, topic);
  auto rest = plan(dice, another);
  rest.facts.town = made.facts.town;
  rest.facts.house = made.facts.house;
  if (dice.chance(50)) rest.facts.names = made.facts.names;
  auto one = write(made), other = write(rest);
  const std::string about = "The " + made.facts.house + " in " + made.facts.town +
                            " is a public house for everybody who likes to read, to learn and to meet. It "
                            "belongs to a network of " +
                            "libraries that share catalogues, courses and experience, and it is supported by "
                            "an association of friends.";
  one.sentences.insert(one.sentences.begin(), about);
  other.sentences.insert(other.sentences.begin(), about);
  const std::string contact =
      "Journalists may turn to the press office, which answers questions on weekdays and "
      "provides pictures that can be printed without a fee if the source is named.";
  one.sentences.push_back(contact);
  other.sentences.push_back(contact);
  return {Pair::Kind::opening, one.piece(), other.piece(), false};
}

}  // namespace

std::vector<Pair> labelled_pairs(unsigned seed) {
  Dice dice(seed);
  std::vector<Pair> pairs;
  const auto any = [&]() -> const Topic& { return topics()[dice.below(topics().size())]; };
  const auto another = [&](const Topic& topic) -> const Topic& {
    const Topic* other = &topic;
    while (other == &topic) other = &any();
    return *other;
  };
  const auto add = [&](int count, auto make) {
    for (int i = 0; i < count; ++i) {
      auto pair = make();
      if (pair.one.body == pair.other.body && !pair.same) {
        --i;  // no slot of it changed
        continue;
      }
      pair.changed = changed_share(pair.one.body, pair.other.body);
      pairs.push_back(std::move(pair));
    }
  };
  add(80, [&] { return verbatim(dice, any()); });
  add(240, [&] { return reworded(dice, any()); });
  add(120, [&] { return series(dice, any()); });
  add(80, [&] { return place(dice, any()); });
  add(80, [&] {
    const auto& topic = any();
    return opening(dice, topic, dice.chance(50) ? topic : another(topic));
  });
  add(80, [&] {
    const auto& topic = any();
    return Pair{Pair::Kind::topic, write(plan(dice, topic)).piece(), write(plan(dice, topic)).piece(), false};
  });
  add(80, [&] {
    const auto& topic = any();
    return Pair{Pair::Kind::unrelated, write(plan(dice, topic)).piece(),
                write(plan(dice, another(topic))).piece(), false};
  });
  dice.shuffle(pairs);
  return pairs;
}

}  // namespace tributary::test
