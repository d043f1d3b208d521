tributary_test(parser
  SOURCES parser/dates_test.cpp parser/discover_test.cpp parser/feed_test.cpp parser/html_text_test.cpp parser/sanitiser_test.cpp
  LIBRARIES tributary_parser)

# The fixtures: one program over all of them, one test of CTest a subject.
add_executable(fixtures_test parser/fixtures_test.cpp)
target_link_libraries(fixtures_test PRIVATE tributary_options tributary_parser Boost::json GTest::gtest)
target_compile_definitions(fixtures_test PRIVATE TRIBUTARY_FIXTURES="${CMAKE_CURRENT_SOURCE_DIR}/parser/fixtures")
file(GLOB subjects CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/parser/fixtures/*/)
foreach(subject ${subjects})
  get_filename_component(subject ${subject} NAME)
  if(NOT subject STREQUAL "README.md")
    # In a filter '-' begins what to leave out.
    string(REPLACE "-" "?" filter ${subject})
    add_test(NAME ParserFixtures.${subject} COMMAND fixtures_test --gtest_filter=${filter}.* --gtest_brief=1)
  endif()
endforeach()
