tributary_test(fetcher
  SOURCES fetcher/address_test.cpp fetcher/decoding_test.cpp fetcher/fetch_test.cpp fetcher/http2_test.cpp fetcher/push_test.cpp fetcher/schedule_test.cpp fetcher/turns_test.cpp
          fetcher/verdict_test.cpp fetcher/wire_url_test.cpp
  LIBRARIES tributary_fetcher test_support Boost::headers PkgConfig::BROTLIENC PkgConfig::ZSTD)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME Fetcher.TheTableOfBehavioursNamesTestsThatAreThere
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/fetcher/check_table.py ${PROJECT_SOURCE_DIR})
