tributary_test(server
  SOURCES server/wire.cpp server/address_test.cpp server/codings_test.cpp server/conditions_test.cpp
          server/connections_test.cpp server/delta_test.cpp server/files_test.cpp server/headers_test.cpp server/hub_test.cpp server/listen_test.cpp
          server/requests_test.cpp server/routes_test.cpp
  LIBRARIES tributary_server Boost::headers ZLIB::ZLIB Threads::Threads)
