/* SPDX-License-Identifier: Apache-2.0 */
/* The linked size of a program by where its parts come from, out of the linker's map. */
#ifndef BENCH_LINKED_H
#define BENCH_LINKED_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of code and constants. */
struct linked {
    uint32_t driver; /* src/ */
    uint32_t port;   /* ports/ */
    uint32_t others; /* startup, the program itself, libraries, gaps */
};

/* Reads a map of GNU ld. False: it cannot be read, or says nothing of a driver. */
bool linked_read(const char *map_path, struct linked *linked);

#endif
