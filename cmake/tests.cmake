# SPDX-License-Identifier: Apache-2.0
#
# One program for each tests/unit|engine|scenarios/test_*.c and each tests/conformance/host_*.c.
# Their names and places go to tests.txt in the build directory, where scripts/run_tests.py finds
# them.

find_library(CMOCKA_LIBRARY cmocka REQUIRED)
find_path(CMOCKA_INCLUDE_DIR cmocka.h REQUIRED)

set(tests_include tests/support ${public_include} ${driver_include} ${port_include}
                  ${sim_include})

file(GLOB support_sources CONFIGURE_DEPENDS tests/support/*.c)
add_library(test_support STATIC ${support_sources})
target_include_directories(test_support PUBLIC ${tests_include} ${CMOCKA_INCLUDE_DIR})
target_link_libraries(test_support PUBLIC async_memcpy_deterministic ${CMOCKA_LIBRARY}
                      PRIVATE async_memcpy_flags)

file(GLOB body_sources CONFIGURE_DEPENDS tests/conformance/*.c)
list(FILTER body_sources EXCLUDE REGEX "/host_[^/]*$")
if(body_sources)
  # No cmocka here: firmware links the same bodies.
  add_library(conformance_bodies STATIC ${body_sources})
  target_include_directories(conformance_bodies PUBLIC tests/conformance tests/support
                                                       ${public_include} ${port_include} src/chip)
  target_link_libraries(conformance_bodies PRIVATE async_memcpy_flags)
endif()

set(test_list "")
# add_test_program(SUITE SOURCE SUPPORT-LIBRARY [SUFFIX-OF-NAME])
function(add_test_program suite source support)
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "^(test|host)_" "" name ${name}${ARGN})
  set(target ${suite}_${name})
  add_executable(${target} ${source})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                             ${CMAKE_BINARY_DIR}/tests/${suite})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
  if(suite STREQUAL "conformance")
    target_link_libraries(${target} PRIVATE conformance_bodies)
  endif()
  target_link_libraries(${target} PRIVATE ${support} async_memcpy_flags)
  add_test(NAME ${suite}/${name} COMMAND ${target})
  set(test_list
      "${test_list}${suite}/${name} $<TARGET_FILE:${target}>\n"
      PARENT_SCOPE)
endfunction()

foreach(suite IN ITEMS unit engine conformance scenarios)
  file(GLOB sources CONFIGURE_DEPENDS tests/${suite}/test_*.c tests/${suite}/host_*.c)
  foreach(source IN LISTS sources)
    add_test_program(${suite} ${source} test_support)
  endforeach()
endforeach()

# The library that a user links, with real threads; nothing of ports/sim may come in here.
file(GLOB suite_sources CONFIGURE_DEPENDS tests/posix/suite.c)
file(GLOB posix_tests CONFIGURE_DEPENDS tests/posix/test_*.c)
add_library(posix_suite STATIC ${suite_sources} tests/support/check.c tests/support/rng.c)
target_include_directories(posix_suite PUBLIC tests/posix tests/support ${public_include}
                                              ${posix_include} ${sim_include} src/chip)
target_link_libraries(
  posix_suite
  PUBLIC async_memcpy_static Threads::Threads
  PRIVATE async_memcpy_flags)
add_custom_target(posix_tests)
foreach(source IN LISTS posix_tests)
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "^test_" "posix_" name ${name})
  foreach(chip IN ITEMS esp32c3 esp32s3)
    add_test_program(posix ${source} posix_suite _${chip})
    target_compile_definitions(${name}_${chip} PRIVATE SUITE_CHIP="${chip}")
    add_dependencies(posix_tests ${name}_${chip})
  endforeach()
endforeach()

include(cmake/fuzz.cmake)

file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/tests.txt CONTENT "${test_list}")

# Random programs for a time (scripts/soak.sh).
file(GLOB soak_sources CONFIGURE_DEPENDS tests/soak/*.c)
if(soak_sources)
  add_executable(soak ${soak_sources} tests/support/rng.c)
  target_include_directories(soak PRIVATE tests/soak tests/support ${public_include} ${port_include}
                                          src/chip src/engine ${sim_include})
  target_link_libraries(soak PRIVATE async_memcpy_deterministic async_memcpy_flags)
endif()

# What the facts check reads: the driver's facts without any header of the model, and the model's
# without any header of the driver.
file(GLOB driver_dump CONFIGURE_DEPENDS tests/facts/dump_driver.c)
file(GLOB model_dump CONFIGURE_DEPENDS tests/facts/dump_model.c)
if(driver_dump)
  add_executable(dump_driver ${driver_dump})
  target_include_directories(dump_driver PRIVATE ${public_include} ${driver_include}
                                                 ${port_include})
  target_link_libraries(dump_driver PRIVATE async_memcpy_deterministic async_memcpy_flags)
endif()
if(model_dump)
  add_executable(dump_model ${model_dump})
  target_include_directories(dump_model PRIVATE ${sim_include})
  target_link_libraries(dump_model PRIVATE async_memcpy_deterministic async_memcpy_flags)
endif()

# The examples use the public headers and the shared library only.
file(GLOB example_sources CONFIGURE_DEPENDS examples/*.c)
foreach(source IN LISTS example_sources)
  get_filename_component(name ${source} NAME_WE)
  add_executable(example_${name} ${source})
  target_link_libraries(example_${name} PRIVATE async_memcpy::async_memcpy async_memcpy_flags)
endforeach()
