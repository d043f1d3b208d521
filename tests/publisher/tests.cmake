tributary_test(publisher
  SOURCES publisher/excerpt_test.cpp publisher/licence_test.cpp publisher/digest_test.cpp publisher/feeds_test.cpp
          publisher/write_test.cpp
  LIBRARIES tributary_publisher)
