# Flags that every target of ours shares ride on one interface target, tributary_options.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(TRIBUTARY_FUZZ "Build the fuzz targets (clang only)" OFF)
set(TRIBUTARY_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined or thread")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(tributary_options INTERFACE)
target_include_directories(tributary_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(tributary_options INTERFACE TRIBUTARY_VERSION="${PROJECT_VERSION}")
target_compile_options(tributary_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees a maybe-uninitialized around std::expected of strings that isn't one.
  target_compile_options(tributary_options INTERFACE -Wno-maybe-uninitialized)
endif()
if(TRIBUTARY_SANITIZE)
  target_compile_options(tributary_options INTERFACE -fsanitize=${TRIBUTARY_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(tributary_options INTERFACE -fsanitize=${TRIBUTARY_SANITIZE})
else()
  target_compile_options(tributary_options INTERFACE -fstack-protector-strong)
  target_compile_definitions(tributary_options INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  target_link_options(tributary_options INTERFACE -Wl,-z,relro,-z,now)
endif()

# One library a folder: tributary_library(store PRIVATE_LIBRARIES SQLite::SQLite3 SOURCES store.cpp ...)
# Public dependencies are the model and what the public header shows; everything else is private.
function(tributary_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC_LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  add_library(tributary_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(tributary_${name} PUBLIC tributary_options ${ARG_PUBLIC_LIBRARIES}
                                          PRIVATE ${ARG_PRIVATE_LIBRARIES})
endfunction()
