tributary_test(model SOURCES model/url_test.cpp model/timestamp_test.cpp LIBRARIES tributary_model)
