/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PRINT_H
#define BENCH_PRINT_H

#include "summary.h"

/* Print everything on stdout. */
void print_text(const struct summary *summary);
void print_json(const struct summary *summary);

#endif
