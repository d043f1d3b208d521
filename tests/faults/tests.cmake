# Processes that are killed, and calls of the system that fail: short here, in full with TRIBUTARY_LONG=1 (./test --long).
add_library(interrupt MODULE faults/interrupt.cpp)
target_link_libraries(interrupt PRIVATE ${CMAKE_DL_LIBS})
set(faults ${CMAKE_CURRENT_SOURCE_DIR}/faults)

add_test(NAME Faults.AProcessThatIsKilledLosesDoublesAndTearsNothing
         COMMAND sh -c "python3 ${faults}/kills.py $<TARGET_FILE:tributary> $<TARGET_FILE:interrupt> $(test \"$TRIBUTARY_LONG\" = 1 && echo 1000 || echo 50)")
set_tests_properties(Faults.AProcessThatIsKilledLosesDoublesAndTearsNothing PROPERTIES TIMEOUT 3600)

add_test(NAME Faults.ACallThatFailsIsSaidAndCostsNothing
         COMMAND sh -c "python3 ${faults}/failures.py $<TARGET_FILE:tributary> $<TARGET_FILE:interrupt> $(test \"$TRIBUTARY_LONG\" = 1 && echo 100000 || echo 40)")
set_tests_properties(Faults.ACallThatFailsIsSaidAndCostsNothing PROPERTIES TIMEOUT 3600)
