add_test(NAME Package.IsInstalledStartedReloadedUpgradedAndRemoved
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packaging/package-test ${CMAKE_BINARY_DIR})
set_tests_properties(Package.IsInstalledStartedReloadedUpgradedAndRemoved PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
