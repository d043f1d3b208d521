# Minutes of work, so in full only; what was clean before costs nothing (BUILD/tidy).
add_test(NAME Tidy.OurSourcesHaveNoFinding
         COMMAND sh -c "test \"$TRIBUTARY_LONG\" = 1 || exit 77; exec python3 ${CMAKE_CURRENT_SOURCE_DIR}/tidy/tidy.py ${CMAKE_BINARY_DIR}")
set_tests_properties(Tidy.OurSourcesHaveNoFinding PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 7200)
