#include "publisher/licence.hpp"

#include <gtest/gtest.h>

using namespace tributary;
using namespace tributary::publisher;

TEST(LicenceTerms, OneLicenceInManySpellings) {
  for (const char* spelling : {"CC BY-NC-ND 2.0", "cc by-nc-nd 2.0",
                               "Creative Commons Attribution-NonCommercial-NoDerivs 2.0 Generic",
                               "https://creativecommons.org/licenses/by-nc-nd/2.0/",
                               "http://creativecommons.org/licenses/by-nc-nd/2.0",
                               "https://www.creativecommons.org/licenses/by-nc-nd/2.0/deed.fr"}) {
    const LicenceTerms terms = licence_terms(spelling);
    EXPECT_EQ(terms.name, "CC BY-NC-ND 2.0") << spelling;
    EXPECT_EQ(terms.address, "https://creativecommons.org/licenses/by-nc-nd/2.0/") << spelling;
    EXPECT_TRUE(terms.no_derivatives) << spelling;
  }
  EXPECT_EQ(licence_terms("CC0").address, "https://creativecommons.org/publicdomain/zero/1.0/");
}

TEST(LicenceTerms, AnythingElseStaysAsItWasGiven) {
  EXPECT_EQ(licence_terms("© 2026 Example Press. All rights reserved.").name,
            "© 2026 Example Press. All rights reserved.");
  EXPECT_EQ(licence_terms("© 2026 Example Press. All rights reserved.").address, "");
  EXPECT_EQ(licence_terms("https://example.org/terms").address, "https://example.org/terms");
  EXPECT_EQ(licence_terms("javascript:alert(1)").address, "");
  EXPECT_EQ(licence_terms("Not under a Creative Commons Attribution licence at all").address, "");
}

TEST(LicencePolicy, RowsAreFoundHoweverTheLicenceIsSpelled) {
  const LicencePolicy policy{
      Licence::link, {{"CC BY 4.0", Licence::full}, {"https://example.org/terms/", Licence::excerpt}}};
  EXPECT_EQ(allowed(policy, "http://creativecommons.org/licenses/by/4.0/"), Licence::full);
  EXPECT_EQ(allowed(policy, "CC BY 3.0"), Licence::link);
  EXPECT_EQ(allowed(policy, "http://example.org/terms"), Licence::excerpt);
  EXPECT_EQ(allowed(policy, ""), Licence::link);
}
