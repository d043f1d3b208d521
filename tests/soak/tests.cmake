# `run` over partners that change, fail, move and lie, with readers: half a minute here, an hour over 2,000 feeds with TRIBUTARY_LONG=1.
# Only the long form asks how memory and latency develop; half a minute tells nothing of that.
add_test(NAME Soak.NothingIsLostDoubledTornOrLeaked
         COMMAND sh -c "test \"$TRIBUTARY_LONG\" = 1 && set -- --minutes 60 --steady || set -- --minutes 0.4 --feeds 200 --readers 50 --interval 5 --growth 10; \
exec python3 ${CMAKE_CURRENT_SOURCE_DIR}/soak/soak.py $<TARGET_FILE:tributary> \"$@\"")
set_tests_properties(Soak.NothingIsLostDoubledTornOrLeaked PROPERTIES TIMEOUT 7200)
