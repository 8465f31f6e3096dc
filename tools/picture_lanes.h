/* SPDX-License-Identifier: Apache-2.0 */
/* What a picture keeps: shared by the part that gathers and the part that draws. */
#ifndef PICTURE_LANES_H
#define PICTURE_LANES_H

#include "picture.h"

enum {
    PICTURE_LANES_MAX = 48,
    PICTURE_MARKS_MAX = 600, /* more on one lane are drawn as the share of time that they took */
    PICTURE_BINS = 2048,
};

struct picture_mark {
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t number;
    uint32_t count;
    uint32_t row; /* within the lane; chosen when the picture is drawn */
};

struct picture_lane {
    enum span_kind kind;
    unsigned index;
    uint64_t count;
    struct picture_mark marks[PICTURE_MARKS_MAX]; /* the first ones */
    uint64_t bins_ns[PICTURE_BINS];               /* time taken in each bin; more than the bin if
                                                     several spans were there at a time */
};

struct picture {
    uint64_t start_ns;
    uint64_t bin_ns; /* width */
    unsigned lane_count;
    struct picture_lane lanes[PICTURE_LANES_MAX];
};

#endif
