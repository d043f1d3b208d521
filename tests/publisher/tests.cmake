tributary_test(publisher
  SOURCES publisher/excerpt_test.cpp publisher/licence_test.cpp publisher/digest_test.cpp publisher/feeds_test.cpp publisher/pages_test.cpp
          publisher/write_test.cpp
  LIBRARIES tributary_publisher)

add_executable(publisher_sample publisher/sample_site.cpp)
target_link_libraries(publisher_sample PRIVATE tributary_publisher)
target_compile_definitions(publisher_sample PRIVATE TRIBUTARY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# What other programs make of a sample site. Each ends with 77 when what it needs is not installed.
find_program(PYTHON3_OF_DEBIAN python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(NODE node)
if(PYTHON3_OF_DEBIAN)
  add_test(NAME Feeds.EveryDocumentKeepsEveryMustAndPlantedFaultsAreFound
           COMMAND ${PYTHON3_OF_DEBIAN} ${CMAKE_CURRENT_SOURCE_DIR}/publisher/check_sample.py $<TARGET_FILE:publisher_sample>)
  add_test(NAME Feeds.OtherReadersReadTheSame
           COMMAND ${PYTHON3_OF_DEBIAN} ${CMAKE_CURRENT_SOURCE_DIR}/publisher/read_by_others.py $<TARGET_FILE:publisher_sample>)
  set_tests_properties(Feeds.EveryDocumentKeepsEveryMustAndPlantedFaultsAreFound Feeds.OtherReadersReadTheSame
                       PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endif()
if(NODE)
  add_test(NAME Digest.InABrowserIsAccessibleAndNeedsNoScript
           COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/publisher/browser/pages.mjs $<TARGET_FILE:publisher_sample>)
  set_tests_properties(Digest.InABrowserIsAccessibleAndNeedsNoScript PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endif()
