/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "picture_lanes.h"

struct picture *picture_create(uint64_t start_ns)
{
    struct picture *picture = calloc(1, sizeof *picture);
    if (picture != NULL) {
        picture->start_ns = start_ns;
        picture->bin_ns = 1;
    }
    return picture;
}

void picture_free(struct picture *picture)
{
    free(picture);
}

/* Returns the lane of a span, in the order of kinds and indexes; NULL: there are too many. */
static struct picture_lane *lane_of(struct picture *picture, const struct span *span)
{
    struct picture_lane *lanes = picture->lanes;
    for (unsigned i = 0; i < picture->lane_count; i++) {
        if (lanes[i].kind == span->kind && lanes[i].index == span->index) {
            return &lanes[i];
        }
    }
    if (picture->lane_count == PICTURE_LANES_MAX) {
        return NULL;
    }
    struct picture_lane *lane = &lanes[picture->lane_count++];
    lane->kind = span->kind;
    lane->index = span->index;
    return lane;
}

/* Makes every bin twice as wide. */
static void widen_bins(struct picture *picture)
{
    picture->bin_ns *= 2;
    for (unsigned i = 0; i < picture->lane_count; i++) {
        uint64_t *bins_ns = picture->lanes[i].bins_ns;
        for (size_t bin = 0; bin < PICTURE_BINS / 2; bin++) {
            bins_ns[bin] = bins_ns[2 * bin] + bins_ns[2 * bin + 1];
        }
        memset(&bins_ns[PICTURE_BINS / 2], 0, PICTURE_BINS / 2 * sizeof bins_ns[0]);
    }
}

static void fill_bins(struct picture_lane *lane, uint64_t bin_ns, uint64_t from_ns, uint64_t to_ns)
{
    while (from_ns < to_ns) {
        uint64_t bin = from_ns / bin_ns;
        uint64_t bin_end_ns = (bin + 1) * bin_ns;
        uint64_t until_ns = bin_end_ns < to_ns ? bin_end_ns : to_ns;
        lane->bins_ns[bin] += until_ns - from_ns;
        from_ns = until_ns;
    }
}

void picture_add(struct picture *picture, const struct span *span)
{
    struct picture_lane *lane = lane_of(picture, span);
    uint64_t shown_from_ns = span->start_ns > picture->start_ns ? span->start_ns
                                                                : picture->start_ns;
    if (lane == NULL || span->end_ns < shown_from_ns) {
        return;
    }
    if (lane->count < PICTURE_MARKS_MAX) {
        lane->marks[lane->count] = (struct picture_mark){.start_ns = shown_from_ns,
                                                         .end_ns = span->end_ns,
                                                         .number = span->number,
                                                         .count = span->counts[0]};
    }
    lane->count++;
    while ((span->end_ns - picture->start_ns) / picture->bin_ns >= PICTURE_BINS) {
        widen_bins(picture);
    }
    fill_bins(lane, picture->bin_ns, shown_from_ns - picture->start_ns,
              span->end_ns - picture->start_ns);
}
