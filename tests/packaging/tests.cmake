add_test(NAME Package.IsInstalledStartedReloadedUpgradedAndRemoved
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packaging/package-test ${CMAKE_BINARY_DIR})
set_tests_properties(Package.IsInstalledStartedReloadedUpgradedAndRemoved PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)

add_test(NAME Package.TheSampleFrontsServeTheSite
         COMMAND python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/packaging/fronts.py $<TARGET_FILE:tributary> ${PROJECT_SOURCE_DIR})
set_tests_properties(Package.TheSampleFrontsServeTheSite PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)

# What can be seen in the program of how it was built. Sanitizers come with flags of their own.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT TRIBUTARY_SANITIZE)
  add_test(NAME Hardening.TheProgramHasWhatTheCompilerOffers
           COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/packaging/hardening.py $<TARGET_FILE:tributary>)
endif()
