tributary_test(store
  SOURCES store/canonical_url_test.cpp store/contract_test.cpp store/dates_test.cpp store/identity_test.cpp
          store/sqlite_test.cpp support/process.cpp
  LIBRARIES tributary_store)
target_compile_definitions(store_test PRIVATE TRIBUTARY_PROGRAM="$<TARGET_FILE_DIR:store_test>/tributary")
