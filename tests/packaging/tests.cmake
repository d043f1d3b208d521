add_test(NAME Package.IsInstalledStartedReloadedUpgradedAndRemoved
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/packaging/package-test ${CMAKE_BINARY_DIR})
set_tests_properties(Package.IsInstalledStartedReloadedUpgradedAndRemoved PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)

# docs/keys.md is made of the schema; whoever changes a key makes it anew.
add_test(NAME Docs.ThePageOfKeysIsThatOfTheSchema
         COMMAND sh -c "$<TARGET_FILE:tributary> manual keys.md | diff -u ${PROJECT_SOURCE_DIR}/docs/keys.md -")
