# SPDX-License-Identifier: Apache-2.0
#
# How everything here is compiled: async_memcpy_flags is linked by every target of this build and
# is not installed.

set(ASYNC_MEMCPY_SANITIZE
    ""
    CACHE STRING "Sanitizers to build with, such as address,undefined")

get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT multi_config AND NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE
      RelWithDebInfo
      CACHE STRING "Kind of build" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# assert() states what cannot happen; it stays in every kind of build.
foreach(kind IN ITEMS RELEASE RELWITHDEBINFO MINSIZEREL)
  string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${kind} "${CMAKE_C_FLAGS_${kind}}")
endforeach()

add_library(async_memcpy_flags INTERFACE)
target_compile_options(
  async_memcpy_flags
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Werror
            -Wshadow
            -Wconversion
            -Wsign-conversion
            -Wstrict-prototypes
            -Wmissing-prototypes
            -Wundef
            -Wcast-qual
            -Wwrite-strings
            -ffunction-sections
            -fdata-sections)

set(async_memcpy_sanitize_options "")
if(ASYNC_MEMCPY_SANITIZE)
  set(async_memcpy_sanitize_options -fsanitize=${ASYNC_MEMCPY_SANITIZE}
                                    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(async_memcpy_flags INTERFACE ${async_memcpy_sanitize_options})
endif()
