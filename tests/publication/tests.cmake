tributary_test(publication
  SOURCES publication/chain_test.cpp
  LIBRARIES tributary_app tributary_publisher tributary_store test_support)
