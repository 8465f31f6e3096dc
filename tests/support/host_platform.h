/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_PLATFORM_H
#define HOST_PLATFORM_H

#include <stdint.h>

/* Begins the sequence of platform_random() anew. */
void host_platform_seed(uint64_t seed);

#endif
