tributary_test(model SOURCES model/feed_memory_test.cpp model/url_test.cpp model/timestamp_test.cpp LIBRARIES tributary_model)
