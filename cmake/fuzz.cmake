# SPDX-License-Identifier: Apache-2.0
#
# The fuzzed programs of tests/fuzz: with libFuzzer in a build with its coverage (scripts/fuzz.sh),
# otherwise with a main() that replays the committed corpus, as tests.

# add_fuzz_target(NAME SOURCE...)
function(add_fuzz_target name)
  if(ASYNC_MEMCPY_SANITIZE MATCHES "fuzzer")
    set(target fuzz_${name})
    add_executable(${target} ${ARGN} tests/fuzz/fuzz.c)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz ${target})
  else()
    set(target replay_${name})
    add_executable(${target} ${ARGN} tests/fuzz/fuzz.c tests/fuzz/replay.c)
    target_compile_definitions(
      ${target} PRIVATE FUZZ_CORPUS="${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}.hex")
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               ${CMAKE_BINARY_DIR}/tests/fuzz)
    set(test_list
        "${test_list}fuzz/${name} $<TARGET_FILE:${target}>\n"
        PARENT_SCOPE)
  endif()
  target_include_directories(
    ${target} PRIVATE tests/fuzz tests/soak tests/support ${public_include} ${driver_include}
                      ${port_include} ${sim_include})
  target_link_libraries(${target} PRIVATE async_memcpy_deterministic async_memcpy_flags)
  if(name STREQUAL "api")
    target_link_options(${target} PRIVATE LINKER:--wrap=port_allocate)
  endif()
endfunction()

add_custom_target(fuzz)
file(GLOB api_sources CONFIGURE_DEPENDS tests/fuzz/api*.c)
file(GLOB items_sources CONFIGURE_DEPENDS tests/fuzz/items*.c)
file(GLOB corruption_sources CONFIGURE_DEPENDS tests/fuzz/corruption*.c)
add_fuzz_target(api ${api_sources} tests/soak/program.c tests/soak/operations.c
                tests/soak/oracle.c tests/soak/faults.c)
if(items_sources)
  add_fuzz_target(items ${items_sources})
endif()
if(corruption_sources)
  add_fuzz_target(corruption ${corruption_sources})
endif()
