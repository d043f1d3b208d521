tributary_test(store
  SOURCES store/archive_test.cpp store/canonical_url_test.cpp store/contract_test.cpp store/dates_test.cpp
          store/explain_test.cpp
          store/identity_test.cpp store/likeness_test.cpp store/move_test.cpp store/pairs.cpp
          store/postgresql_test.cpp store/retention_test.cpp store/sqlite_test.cpp store/stories_test.cpp
  LIBRARIES tributary_store test_support
  TEST_FILTER "-Postgresql*")

# The same contract on PostgreSQL: one server for all of it, in one test of CTest.
add_test(NAME Store.ThePostgresqlBackendKeepsTheContract
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/support/with-postgresql $<TARGET_FILE:store_test>
                 --gtest_filter=Postgresql* --gtest_brief=1)
set_tests_properties(Store.ThePostgresqlBackendKeepsTheContract PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
