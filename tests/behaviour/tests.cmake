tributary_test(behaviour
  SOURCES behaviour/commands_test.cpp behaviour/corpus_test.cpp behaviour/daemon_test.cpp behaviour/site.cpp behaviour/update_test.cpp
  LIBRARIES test_support Boost::json)
add_dependencies(behaviour_test tributary)
