/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's memories as a port hands them out. */
#ifndef PORT_MEMORIES_H
#define PORT_MEMORIES_H

#include "heap.h"

enum { MEMORIES_MAX = 4 };

/* Lists, for port_heap_regions(), the memories of the machine that is on. Returns how many there
 * are; there is room for MEMORIES_MAX. */
size_t memories_list(struct heap_region *regions);

#endif
