find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME Architecture.StagesIncludeTheModelAndNoOtherStage
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/architecture/arrows.py ${PROJECT_SOURCE_DIR})
add_test(NAME Architecture.AWrongArrowIsFound
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/architecture/wrong_arrow.sh ${PROJECT_SOURCE_DIR})
