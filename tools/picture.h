/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans as a picture: an SVG file that needs nothing besides itself.
 *
 * Each kind of span has a lane for each core or channel. A lane keeps its first spans, and of all
 * of them how much of the time they took, in a fixed number of bins that grow wider with the copy;
 * so memory does not grow.
 */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "output.h"
#include "span.h"

/* What stands above the lanes. Plain text. */
struct picture_caption {
    char title[96];
    char lines[2][192];
};

struct picture;

/* Nothing before start_ns is shown. NULL: no memory. */
struct picture *picture_create(uint64_t start_ns);
void picture_free(struct picture *picture);

void picture_add(struct picture *picture, const struct span *span);

/* Draws what happened up to end_ns. Returns whether all has been written; if not, that was said. */
bool picture_draw(struct picture *picture, struct output *output,
                  const struct picture_caption *caption, uint64_t end_ns);

#endif
