/* SPDX-License-Identifier: Apache-2.0 */
/* A progress bar on stderr; nothing at all where stderr is not a terminal. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdint.h>

/* total_bytes 0: not known beforehand. */
void progress_begin(uint64_t total_bytes);
void progress_show(uint64_t done_bytes);
/* Takes the bar away; nothing is shown until progress_begin() comes again. */
void progress_erase(void);

#endif
