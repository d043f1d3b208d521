# What tests of more than one folder share: a scriptable HTTP server on the loopback.
add_library(test_support STATIC support/http_server.cpp support/postgresql.cpp support/process.cpp support/replies.cpp)
target_compile_definitions(test_support PRIVATE TRIBUTARY_PROGRAM="${CMAKE_BINARY_DIR}/tributary")
target_link_libraries(test_support PUBLIC tributary_options Threads::Threads PRIVATE PostgreSQL::PostgreSQL GTest::gtest OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB)
