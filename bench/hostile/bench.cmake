add_executable(hostile_documents hostile/measure.cpp)
target_link_libraries(hostile_documents PRIVATE tributary_options)
add_dependencies(hostile_documents tributary)
target_compile_definitions(hostile_documents PRIVATE TRIBUTARY_BINARY="$<TARGET_FILE:tributary>")
