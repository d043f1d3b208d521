add_test(NAME Package.IsInstalledStartedReloadedUpgradedAndRemoved
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packaging/package-test ${CMAKE_BINARY_DIR})
set_tests_properties(Package.IsInstalledStartedReloadedUpgradedAndRemoved PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)

add_test(NAME Package.TheSampleFrontsServeTheSite
         COMMAND python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/packaging/fronts.py $<TARGET_FILE:tributary> ${PROJECT_SOURCE_DIR})
set_tests_properties(Package.TheSampleFrontsServeTheSite PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
