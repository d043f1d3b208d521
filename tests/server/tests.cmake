tributary_test(server SOURCES server/wire.cpp server/address_test.cpp server/files_test.cpp LIBRARIES tributary_server Boost::headers Threads::Threads)
