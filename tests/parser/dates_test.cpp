#include "parser/dates.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

using namespace tributary;
using namespace tributary::parser;

namespace {

std::string read(std::string_view text, const DateContext& context = {}) {
  const auto when = parse_date(text, context);
  return when ? to_rfc3339(*when) : "none";
}

struct Example {
  const char* text;
  const char* expected;
};

}  // namespace

TEST(Dates, Rfc822AndItsRelatives) {
  for (const auto& [text, expected] : std::initializer_list<Example>{
           {"Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"Thu, 01 Jan 2004 19:48:21 +0130", "2004-01-01T18:18:21Z"},
           {"Thu, 01 Jan 2004 19:48:21 -05:00", "2004-01-02T00:48:21Z"},
           {"01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"1 Jan 04 19:48 EST", "2004-01-02T00:48:00Z"},
           {"Thursday, 01 January 2004 19:48:21 PDT", "2004-01-02T02:48:21Z"},
           {"Thursday, 01-Jan-04 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"Mon, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"Xxx, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"Thu,01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"Thu 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"Thu, 01 Jan 2004", "2004-01-01T00:00:00Z"},
           {"Jan 1, 2004", "2004-01-01T00:00:00Z"},
           {"January 1st, 2004 7:48 PM", "2004-01-01T19:48:00Z"},
           {"Thu, Jan 01 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"},
           {"Thu, 01 Jan 2004 24:00:00 GMT", "2004-01-02T00:00:00Z"},
           {"Thu, 31 Dec 1998 23:59:60 GMT", "1999-01-01T00:00:00Z"},
           {"Thu, 01 Jan 2004 19:48:21 A", "2004-01-01T20:48:21Z"},
           {"Thu, 01 Jan 2004 19:48:21 Y", "2004-01-01T07:48:21Z"},
           {"Thu, 01 Jan 2004 19:48:21 GMT+01:00", "2004-01-01T18:48:21Z"},
           {"Thu, 01 Jan 2004 19:48:21 Etc/GMT", "2004-01-01T19:48:21Z"},
           {"Thu, 01 Jan 2004 19:48:21 Europe/Paris", "2004-01-01T18:48:21Z"},
           {"Thu, 01 Jan 2004 19:48:21 -0800 (PST)", "2004-01-02T03:48:21Z"},
           {"Thu Jan  1 19:48:21 2004", "2004-01-01T19:48:21Z"},
           {"Thu Jan  1 19:48:21 EST 2004", "2004-01-02T00:48:21Z"},
           {"Thu Jan 01 19:48:21 +0100 2004", "2004-01-01T18:48:21Z"},
           {"Thu, 2004/01/01 19:48:21 EST", "2004-01-02T00:48:21Z"},
           {"1/2/2004 3:04:05 PM", "2004-01-02T15:04:05Z"},
           {"01 Jan 99", "1999-01-01T00:00:00Z"},
           {"Thu, 01 Jan 104 00:00:00 GMT", "2004-01-01T00:00:00Z"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(Dates, Iso8601AndItsRelatives) {
  for (const auto& [text, expected] : std::initializer_list<Example>{
           {"2004-01-01T19:48:21Z", "2004-01-01T19:48:21Z"},
           {"2004-01-01T19:48:21.75Z", "2004-01-01T19:48:21Z"},
           {"2004-01-01T19:48:21+01:00", "2004-01-01T18:48:21Z"},
           {"2004-01-01T19:48+01", "2004-01-01T18:48:00Z"},
           {"2004-01-01t19:48:21z", "2004-01-01T19:48:21Z"},
           {"2004-01-01 19:48:21", "2004-01-01T19:48:21Z"},
           {"2004-07-08 23:56:58.0", "2004-07-08T23:56:58Z"},
           {"2004-01-01 19:48:21 EST", "2004-01-02T00:48:21Z"},
           {"20040101T194821Z", "2004-01-01T19:48:21Z"},
           {"20040101", "2004-01-01T00:00:00Z"},
           {"20040101194821", "2004-01-01T19:48:21Z"},
           {"2004", "2004-01-01T00:00:00Z"},
           {"2004-05", "2004-05-01T00:00:00Z"},
           {"2004-5-6", "2004-05-06T00:00:00Z"},
           {"2004-060", "2004-02-29T00:00:00Z"},
           {"2004060", "2004-02-29T00:00:00Z"},
           {"03-12-31", "2003-12-31T00:00:00Z"},
           {"031231", "2003-12-31T00:00:00Z"},
           {"03-335", "2003-12-01T00:00:00Z"},
           {"03335", "2003-12-01T00:00:00Z"},
           {"-03-12", "2003-12-01T00:00:00Z"},
           {"-0312", "2003-12-01T00:00:00Z"},
           {"-03", "2003-01-01T00:00:00Z"},
           {"-03-12-31", "2003-12-31T00:00:00Z"},
           {"-031231", "2003-12-31T00:00:00Z"},
           {"2003-12-31T25:14:55Z", "2004-01-01T01:14:55Z"},
           {"2003-12-31T10:61:55Z", "2003-12-31T11:01:55Z"},
           {"2003-12-31T10:14:61Z", "2003-12-31T10:15:01Z"},
           {"1998-12-31T23:59:60Z", "1999-01-01T00:00:00Z"},
           {"2004-W01-1", "2003-12-29T00:00:00Z"},
           {"2004W537", "2005-01-02T00:00:00Z"},
           {"2003-12-31T24:00:00Z", "2004-01-01T00:00:00Z"},
           {"2003-12-31T10", "2003-12-31T10:00:00Z"},
           {"1072986501", "2004-01-01T19:48:21Z"},
           {"31.12.2003 10:30", "2003-12-31T10:30:00Z"},
           {"31/12/2003", "2003-12-31T00:00:00Z"},
           {"2003/12/31 10:30", "2003-12-31T10:30:00Z"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(Dates, WhatIsNoDateIsNone) {
  for (const char* text :
       {"", " ", "yesterday", "2004-13-01", "2004-02-30", "2004-01-01T48:00:00Z", "2004-01-01T100:00:00Z",
        "0000-00-00 00:00:00", "Thu, 32 Jan 2004", "Jan", "Thu", "12:30", "--01-02", "2004-367",
        "issue 12 of May", "1.0", "v2.10.3", "01 Foo 2004 10:00:00 GMT"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(Dates, NamesOfMonthsInManyLanguages) {
  struct Local {
    const char* language;
    const char* text;
    const char* expected;
  };
  for (const auto& [language, text, expected] : std::initializer_list<Local>{
           {"fr", "jeu. 1 janv. 2004 19:48:21 +0100", "2004-01-01T18:48:21Z"},
           {"fr", "jeudi 12 août 2004 à 10h30", "2004-08-12T10:30:00Z"},
           {"de", "Donnerstag, 4. März 2004 10:30 Uhr", "2004-03-04T10:30:00Z"},
           {"de", "Do, 04 Mai 2004 10:30:00 MESZ", "2004-05-04T08:30:00Z"},
           {"es", "mar, 06 ene 2004 10:30:00 GMT", "2004-01-06T10:30:00Z"},
           {"es", "6 de enero de 2004", "2004-01-06T00:00:00Z"},
           {"it", "dom, 02 ott 2005 10:30:00 +0200", "2005-10-02T08:30:00Z"},
           {"pt", "qua, 04 fev 2004 10:30:00 -0300", "2004-02-04T13:30:00Z"},
           {"nl", "do 04 mrt 2004 10:30:00 +0100", "2004-03-04T09:30:00Z"},
           {"pl", "czw, 01 sty 2004 10:30:00 +0100", "2004-01-01T09:30:00Z"},
           {"pl", "12 października 2004", "2004-10-12T00:00:00Z"},
           {"ru", "Чт, 01 янв 2004 10:30:00 +0300", "2004-01-01T07:30:00Z"},
           {"ru", "12 октября 2004 г. 10:30", "2004-10-12T10:30:00Z"},
           {"sv", "tor, 06 maj 2004 10:30:00 +0200", "2004-05-06T08:30:00Z"},
           {"el", "Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"},
           {"el", "Δευ, 12 Ιουλ 2004 10:30:00 μ.μ.", "2004-07-12T22:30:00Z"},
           {"hu", "2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"},
           {"hu", "2004. július 13. 9:15", "2004-07-13T09:15:00Z"},
           {"ko", "2004년 05월 28일  01:31:15", "2004-05-27T16:31:15Z"},
           {"ko", "2004-05-25 오후 11:23:17", "2004-05-25T14:23:17Z"},
           {"ja", "2004年5月28日(金) 10時30分", "2004-05-28T10:30:00Z"},
           {"ja", "2004年5月28日 午後3時15分", "2004-05-28T15:15:00Z"},
           {"zh", "2004年5月28日 下午3:15", "2004-05-28T15:15:00Z"},
           {"", "12 października 2004", "2004-10-12T00:00:00Z"},
           {"", "Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"},
       }) {
    EXPECT_EQ(read(text, {.language = language}), expected) << language << ": " << text;
  }
}

TEST(Dates, EveryMonthIsKnownByItsNamesInItsLanguage) {
  struct Names {
    const char* language;
    const char* months;  // twelve, in order
  };
  for (const auto& [language, months] : std::initializer_list<Names>{
           {"en", "January February March April May June July August September October November December"},
           {"en", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"},
           {"en", "Jan. Feb. Mar. Apr. May. Jun. Jul. Aug. Sept. Oct. Nov. Dec."},
           {"fr", "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"},
           {"fr", "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."},
           {"fr", "jan fév mar avr mai jun jul aoû sep oct nov déc"},
           {"fr", "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"},
           {"de", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"},
           {"de", "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez."},
           {"de", "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez"},
           {"de", "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez"},
           {"de", "Jänner Feber März April Mai Juni Juli August September Oktober November Dezember"},
           {"de", "Januar Februar Maerz April Mai Juni Juli August September Oktober November Dezember"},
           {"es", "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"},
           {"es", "ene feb mar abr may jun jul ago sep oct nov dic"},
           {"es", "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic."},
           {"es", "Enero Febrero Marzo Abril Mayo Junio Julio Agosto Setiembre Octubre Noviembre Diciembre"},
           {"it",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"},
           {"it", "gen feb mar apr mag giu lug ago set ott nov dic"},
           {"it", "gen. feb. mar. apr. mag. giu. lug. ago. set. ott. nov. dic."},
           {"pt", "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"},
           {"pt", "jan fev mar abr mai jun jul ago set out nov dez"},
           {"pt", "Jan. Fev. Mar. Abr. Mai. Jun. Jul. Ago. Set. Out. Nov. Dez."},
           {"nl", "januari februari maart april mei juni juli augustus september oktober november december"},
           {"nl", "jan feb mrt apr mei jun jul aug sep okt nov dec"},
           {"nl", "jan. feb. maa. apr. mei jun. jul. aug. sept. okt. nov. dec."},
           {"pl",
            "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada "
            "grudnia"},
           {"pl",
            "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad "
            "grudzień"},
           {"pl", "sty lut mar kwi maj cze lip sie wrz paź lis gru"},
           {"ru", "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"},
           {"ru", "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"},
           {"ru", "янв фев мар апр май июн июл авг сен окт ноя дек"},
           {"ru", "янв. февр. марта апр. мая июня июля авг. сент. окт. нояб. дек."},
           {"ru", "Янв Фев Мар Апр Мая Июн Июл Авг Сен Окт Ноя Дек"},
           {"sv", "januari februari mars april maj juni juli augusti september oktober november december"},
           {"sv", "jan feb mar apr maj jun jul aug sep okt nov dec"},
           {"sv", "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec."},
           {"hu",
            "január február március április május június július augusztus szeptember október november "
            "december"},
           {"hu", "jan. febr. márc. ápr. máj. jún. júl. aug. szept. okt. nov. dec."},
           {"el",
            "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου "
            "Νοεμβρίου Δεκεμβρίου"},
           {"el", "Ιαν Φεβ Μαρ Απρ Μαϊ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ"},
           {"el", "Ιαν Φεβ Μάρ Απρ Μάι Ιούν Ιούλ Αύγ Σεπ Οκτ Νοέ Δεκ"},
           {"el",
            "Ιανουάριος Φεβρουάριος Μάρτιος Απρίλιος Μάιος Ιούνιος Ιούλιος Αύγουστος Σεπτέμβριος Οκτώβριος "
            "Νοέμβριος Δεκέμβριος"},
           {"el", "Ιαν Φεβ Μαρ Απρ Μαΐ Ιον Ιολ Αυγ Σεπ Οκτ Νοε Δεκ"},
           {"da", "januar februar marts april maj juni juli august september oktober november december"},
           {"da", "jan feb mar apr maj jun jul aug sep okt nov dec"},
           {"nb", "januar februar mars april mai juni juli august september oktober november desember"},
           {"nb", "jan feb mar apr mai jun jul aug sep okt nov des"},
           {"fi",
            "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta "
            "lokakuuta marraskuuta joulukuuta"},
           {"fi", "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu"},
           {"cs", "ledna února března dubna května června července srpna září října listopadu prosince"},
           {"cs", "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec"},
           {"tr", "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"},
           {"tr", "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara"},
           {"ro",
            "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie "
            "decembrie"},
           {"ro", "ian feb mar apr mai iun iul aug sep oct noi dec"},
           {"uk", "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"},
           {"uk", "січ лют бер кві тра чер лип сер вер жов лис гру"},
       }) {
    std::istringstream names(months);
    int number = 0;
    for (std::string name; names >> name;) {
      ++number;
      const std::string expected =
          "2004-" + std::string(number < 10 ? "0" : "") + std::to_string(number) + "-13";
      EXPECT_EQ(read("13 " + name + " 2004 10:30:00 +0000", {.language = language}), expected + "T10:30:00Z")
          << language;
      EXPECT_EQ(read("13 " + name + " 2004", {.language = language}), expected + "T00:00:00Z") << language;
    }
    EXPECT_EQ(number, 12) << months;
  }
}

TEST(Dates, ADateWithoutAZoneIsReadInTheFeedsOwn) {
  EXPECT_EQ(read("2004-07-01 10:00:00", {.timezone = "Europe/Paris"}), "2004-07-01T08:00:00Z");
  EXPECT_EQ(read("2004-01-01 10:00:00", {.timezone = "Europe/Paris"}), "2004-01-01T09:00:00Z");
  EXPECT_EQ(read("2004-07-01T10:00:00Z", {.timezone = "Europe/Paris"}), "2004-07-01T10:00:00Z");
  EXPECT_EQ(read("2004-07-01 10:00:00", {.timezone = "No/Such"}), "2004-07-01T10:00:00Z");
  // The hour that summer time skips, and the one that comes twice.
  EXPECT_EQ(read("2004-03-28 02:30:00", {.timezone = "Europe/Paris"}), "2004-03-28T01:30:00Z");
  EXPECT_EQ(read("2004-10-31 02:30:00", {.timezone = "Europe/Paris"}), "2004-10-31T00:30:00Z");
}
