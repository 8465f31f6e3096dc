/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PERCENT = 100, BAR_WIDTH = 40, UNKNOWN_STEP_SHIFT = 20 };

static struct {
    bool active;
    uint64_t total_bytes;
    uint64_t step_shown; /* 1 + the last step drawn; 0: none */
} progress;

void progress_begin(uint64_t total_bytes)
{
    progress.active = isatty(STDERR_FILENO) == 1;
    progress.total_bytes = total_bytes;
    progress.step_shown = 0;
}

static void draw_bar(uint64_t percent)
{
    char bar[BAR_WIDTH + 1];
    size_t filled = (size_t)(percent * BAR_WIDTH / PERCENT);
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', filled);
    bar[BAR_WIDTH] = '\0';
    (void)fprintf(stderr, "\r[%s] %3u %%", bar, (unsigned)percent);
}

/* Draws when a whole percent, or mebibyte, has been added. A file may grow while it is read. */
void progress_show(uint64_t done_bytes)
{
    if (!progress.active) {
        return;
    }
    bool known = progress.total_bytes != 0 && done_bytes <= progress.total_bytes;
    uint64_t step = known ? done_bytes * PERCENT / progress.total_bytes
                          : done_bytes >> UNKNOWN_STEP_SHIFT;
    if (step + 1 == progress.step_shown) {
        return;
    }
    progress.step_shown = step + 1;
    if (known) {
        draw_bar(step);
    } else {
        (void)fprintf(stderr, "\r%llu MiB\033[K", (unsigned long long)step);
    }
}

void progress_erase(void)
{
    if (progress.active) {
        progress.active = false;
        (void)fputs("\r\033[K", stderr);
    }
}
