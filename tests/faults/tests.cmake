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

add_test(NAME Faults.AStoreThatCannotBeUsedIsSaidWithAWayOut
         COMMAND python3 ${faults}/stores.py $<TARGET_FILE:tributary>)
set_tests_properties(Faults.AStoreThatCannotBeUsedIsSaidWithAWayOut PROPERTIES TIMEOUT 300)

# Three processes on one PostgreSQL; in full four, with 2,000 feeds asked every 20 seconds and ten kills.
add_test(NAME Faults.ProcessesThatShareAStoreAskEachFeedOnceAndPublishTheSame
         COMMAND sh -c "test \"$TRIBUTARY_LONG\" = 1 && set -- 2000 10 4 20 || set -- 40 1; exec ${CMAKE_CURRENT_SOURCE_DIR}/support/with-postgresql \
python3 ${faults}/workers.py $<TARGET_FILE:tributary> \"$@\"")
set_tests_properties(Faults.ProcessesThatShareAStoreAskEachFeedOnceAndPublishTheSame PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 3600)

# A network that breaks, delays and mixes its answers: short with 6 passes over 48 partners, in full with 300.
add_test(NAME Faults.ANetworkThatBreaksItsAnswersLeavesNoTraceInTheStore
         COMMAND sh -c "python3 ${faults}/network.py $<TARGET_FILE:tributary> $(test \"$TRIBUTARY_LONG\" = 1 && echo 300 || echo 6)")
set_tests_properties(Faults.ANetworkThatBreaksItsAnswersLeavesNoTraceInTheStore PROPERTIES TIMEOUT 3600)

# A store that nobody can write to for longer than a lease: more than a minute of waiting, so in full runs only.
add_test(NAME Faults.AFeedThatIsBeingVisitedIsAskedByNobodyElseWhileTheStoreIsBusy
         COMMAND sh -c "test \"$TRIBUTARY_LONG\" = 1 || { echo 'skipped: takes more than a minute (./test --long)'; exit 77; }; \
exec ${CMAKE_CURRENT_SOURCE_DIR}/support/with-postgresql python3 -B ${faults}/leases.py $<TARGET_FILE:tributary>")
set_tests_properties(Faults.AFeedThatIsBeingVisitedIsAskedByNobodyElseWhileTheStoreIsBusy PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
