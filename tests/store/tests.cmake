tributary_test(store
  SOURCES store/contract_test.cpp store/identity_test.cpp store/sqlite_test.cpp
  LIBRARIES tributary_store test_support)
