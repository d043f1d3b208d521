tributary_test(publisher
  SOURCES publisher/excerpt_test.cpp publisher/licence_test.cpp publisher/digest_test.cpp publisher/feeds_test.cpp publisher/pages_test.cpp
          publisher/write_test.cpp
  LIBRARIES tributary_publisher)

add_executable(publisher_sample publisher/sample_site.cpp)
target_link_libraries(publisher_sample PRIVATE tributary_publisher)
target_compile_definitions(publisher_sample PRIVATE TRIBUTARY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
