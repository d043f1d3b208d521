#include "model/timestamp.hpp"

#include <gtest/gtest.h>

using namespace tributary;
using namespace std::chrono;

TEST(Timestamp, Rfc3339ReadsWhatItWrites) {
  const Timestamp when = sys_days{2004y / 1 / 1} + 19h + 48min + 21s;
  EXPECT_EQ(to_rfc3339(when), "2004-01-01T19:48:21Z");
  EXPECT_EQ(from_rfc3339("2004-01-01T19:48:21Z"), when);
  EXPECT_EQ(from_rfc3339("2004-01-01T20:48:21.99+01:00"), when);
  EXPECT_EQ(from_rfc3339("2004-01-01t14:18:21-05:30"), when);
}

TEST(Timestamp, Rfc3339RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "2004-01-01", "2004-13-01T00:00:00Z", "2004-02-30T00:00:00Z", "2004-01-01T24:00:00Z",
        "2004-01-01T00:00:00", "2004-01-01T00:00:00Zx", "2004-01-01T00:00:00.Z"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

TEST(Timestamp, HttpDatesOfAllThreeFormsOfRfc9110AreOneMoment) {
  const Timestamp when = sys_days{1994y / 11 / 6} + 8h + 49min + 37s;
  EXPECT_EQ(to_http_date(when), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(from_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), when);
  EXPECT_EQ(from_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), when);
  EXPECT_EQ(from_http_date("Sun Nov  6 08:49:37 1994"), when);
  EXPECT_FALSE(from_http_date("tomorrow"));
  EXPECT_FALSE(from_http_date("0"));
}

TEST(Timestamp, YearsOutsideFourDigitsAreClamped) {
  EXPECT_EQ(to_rfc3339(Timestamp::max()), "9999-12-31T23:59:59Z");
  EXPECT_EQ(to_rfc3339(Timestamp::min()), "0000-01-01T00:00:00Z");
}
