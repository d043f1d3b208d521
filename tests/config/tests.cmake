tributary_test(config SOURCES config/config_test.cpp config/edit_test.cpp config/faults_test.cpp config/opml_test.cpp config/schema_test.cpp LIBRARIES tributary_config)
