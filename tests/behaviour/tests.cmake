tributary_test(behaviour
  SOURCES behaviour/commands_test.cpp
          behaviour/corpus_test.cpp
          behaviour/daemon_test.cpp
          behaviour/feeds_file_test.cpp
          behaviour/health_test.cpp
          behaviour/manners_test.cpp
          behaviour/move_store_test.cpp
          behaviour/partners_test.cpp
          behaviour/publication_test.cpp
          behaviour/push_test.cpp
          behaviour/shared_store_test.cpp
          behaviour/site.cpp
          behaviour/update_test.cpp
  LIBRARIES test_support Boost::json
  TEST_FILTER "-Postgresql*")
add_dependencies(behaviour_test tributary)

add_test(NAME Behaviour.PostgresqlServesAsTheStore
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/support/with-postgresql $<TARGET_FILE:behaviour_test>
                 --gtest_filter=Postgresql* --gtest_brief=1)
set_tests_properties(Behaviour.PostgresqlServesAsTheStore PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
