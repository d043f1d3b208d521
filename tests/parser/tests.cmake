tributary_test(parser
  SOURCES parser/bases_test.cpp parser/dates_test.cpp parser/discover_test.cpp parser/feed_test.cpp parser/html_text_test.cpp parser/places_test.cpp parser/sanitiser_test.cpp
  LIBRARIES tributary_parser)

# malloc is this program's own, which the sanitizers' would be too.
if(NOT TRIBUTARY_SANITIZE)
  tributary_test(allocations SOURCES parser/allocations_test.cpp LIBRARIES tributary_parser)
endif()

tributary_test(corpus SOURCES parser/corpus_test.cpp LIBRARIES tributary_parser)

# Attacks in a real browser, where there is one.
find_program(NODE node)
if(NODE)
  add_test(NAME Parser.PayloadsInABrowser
           COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/parser/browser/payloads.mjs $<TARGET_FILE:tributary>)
  add_test(NAME Parser.ReadsTagsAsABrowserDoes
           COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/parser/browser/trees.mjs $<TARGET_FILE:tributary> ${PROJECT_SOURCE_DIR}/fuzz/corpus/sanitise)
  set_tests_properties(Parser.PayloadsInABrowser Parser.ReadsTagsAsABrowserDoes PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()

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

# The corpus beside the repository, compared with other parsers. Debian's own Python, as python3-feedparser is Debian's.
find_program(DEBIAN_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
function(corpus_test name script)
  add_test(NAME ParserCorpus.${name}
    COMMAND ${DEBIAN_PYTHON} -B ${CMAKE_CURRENT_SOURCE_DIR}/parser/corpus/${script} $<TARGET_FILE:tributary> ${PROJECT_SOURCE_DIR}/../shared/corpus)
  set_tests_properties(ParserCorpus.${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2)
endfunction()
corpus_test(AgreesWithFeedparser agrees_with_feedparser.py)
corpus_test(MatchesWhatOtherProjectsExpect matches_expected.py)

# The fuzz targets, from their kept corpora: a build of their own, with clang.
find_program(FUZZ_COMPILER clang++-19)
if(FUZZ_COMPILER AND NOT TRIBUTARY_SANITIZE)
  add_test(NAME Fuzz.Build COMMAND ${PROJECT_SOURCE_DIR}/fuzz/run --test build)
  set_tests_properties(Fuzz.Build PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1800 FIXTURES_SETUP fuzz_targets)
  foreach(target charset dates json sanitise xml)
    add_test(NAME Fuzz.${target} COMMAND ${PROJECT_SOURCE_DIR}/fuzz/run --test ${target})
    set_tests_properties(Fuzz.${target} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900 FIXTURES_REQUIRED fuzz_targets)
  endforeach()
endif()
