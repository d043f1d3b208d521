tributary_test(config SOURCES config/config_test.cpp config/edit_test.cpp config/faults_test.cpp config/opml_test.cpp config/schema_test.cpp LIBRARIES tributary_config)

# What an editor makes of the schema.
find_program(NODE node)
if(NODE)
  add_test(NAME Schema.EditorsCompleteKeysAndMarkWrongOnes COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/config/editor/editor.mjs)
  set_tests_properties(Schema.EditorsCompleteKeysAndMarkWrongOnes PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endif()
