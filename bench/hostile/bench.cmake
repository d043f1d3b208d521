add_executable(hostile_documents hostile/measure.cpp)
target_link_libraries(hostile_documents PRIVATE tributary_options)
add_dependencies(hostile_documents tributary)
target_compile_definitions(hostile_documents PRIVATE TRIBUTARY_BINARY="$<TARGET_FILE:tributary>")

# In full only: they take minutes, and a budget of seconds is no matter for a machine that does something else besides.
if(BUILD_TESTING)
  foreach(what budgets pairs)
    set(arguments_of_budgets "")
    set(arguments_of_pairs "--pairs")
    add_test(NAME Hostile.${what}
             COMMAND sh -c "test \"$TRIBUTARY_LONG\" = 1 || exit 77; exec $<TARGET_FILE:hostile_documents> ${arguments_of_${what}}")
    set_tests_properties(Hostile.${what} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 3600 RUN_SERIAL TRUE)
  endforeach()
endif()
