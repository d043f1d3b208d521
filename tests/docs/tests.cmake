# docs/keys.md and docs/commands.md are made of the schema and of --help; whoever changes a key or a command makes them anew.
foreach(page keys commands)
  add_test(NAME Docs.ThePageOf_${page}_IsThatOfTheProgram
           COMMAND sh -c "$<TARGET_FILE:tributary> manual ${page}.md | diff -u ${PROJECT_SOURCE_DIR}/docs/${page}.md -")
endforeach()

# What the pages show is run, and prints what they say.
find_program(PYTHON3_FOR_DOCS python3 REQUIRED)
add_test(NAME Docs.EveryExampleDoesWhatThePageSays
         COMMAND ${PYTHON3_FOR_DOCS} -B ${CMAKE_CURRENT_SOURCE_DIR}/docs/examples.py $<TARGET_FILE:tributary> ${PROJECT_SOURCE_DIR})
set_tests_properties(Docs.EveryExampleDoesWhatThePageSays PROPERTIES TIMEOUT 300)

add_test(NAME Docs.EveryTestOfTheThreatModelExists
         COMMAND ${PYTHON3_FOR_DOCS} -B ${CMAKE_CURRENT_SOURCE_DIR}/docs/threats.py ${PROJECT_SOURCE_DIR})
