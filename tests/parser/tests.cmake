tributary_test(parser
  SOURCES parser/dates_test.cpp parser/discover_test.cpp parser/feed_test.cpp parser/html_text_test.cpp parser/sanitiser_test.cpp
  LIBRARIES tributary_parser)
