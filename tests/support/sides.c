/* SPDX-License-Identifier: Apache-2.0 */
#include "sides.h"

#include "check.h"
#include "machine.h"

void side_open(struct side *side, size_t count)
{
    side->count = count;
    buffer_open(&side->source, SIDE_BYTES, 1);
    pattern_fill(side->source.bytes, SIDE_BYTES, SIDE_PATTERN);
    for (size_t i = 0; i < count; i++) {
        buffer_open(&side->destinations[i], SIDE_BYTES, 7 * i + 3);
        side->copies[i] = copy_of(side->destinations[i].bytes, side->source.bytes, SIDE_BYTES - i);
    }
}

void side_close(struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        pattern_check(side->destinations[i].bytes, SIDE_BYTES - i, SIDE_PATTERN);
        buffer_close(&side->destinations[i]);
    }
    buffer_close(&side->source);
}

void sides_run(struct side sides[SIDE_COUNT], void (*there)(void *argument),
               void (*here)(void *argument))
{
    machine_start_core(1, there, &sides[1]);
    here(&sides[0]);
    machine_join_core(1);
}

void side_block(void *argument)
{
    const struct side *side = argument;

    for (size_t i = 0; i < side->count; i++) {
        const struct copy *copy = &side->copies[i];

        CHECK_EQ(esp_memcpy_blocking(side->handle, copy->destination, copy->source,
                                     copy->size_bytes, -1),
                 ESP_OK);
        pattern_check(copy->destination, copy->size_bytes, SIDE_PATTERN);
    }
}

void side_live_once(void *argument)
{
    struct side *side = argument;

    side->handle = driver_install(1, 0);
    side_block(side);
    driver_uninstall(side->handle);
}
