# tributary-bench: one subcommand a stage, each ending with a line of JSON (README.md).
add_executable(tributary_bench throughput/main.cpp throughput/clocks.cpp throughput/parse.cpp throughput/poll.cpp
               throughput/publish.cpp throughput/serve.cpp throughput/store.cpp)
set_target_properties(tributary_bench PROPERTIES OUTPUT_NAME tributary-bench)
target_link_libraries(tributary_bench PRIVATE tributary_options tributary_app tributary_parser tributary_publisher tributary_server
                                              tributary_store SQLite::SQLite3 Boost::headers Boost::json CLI11::CLI11)
