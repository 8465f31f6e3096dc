/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target "items": hostile items and registers on the simulated machine itself, without a
 * driver. First any sequence of register accesses, descriptors and time (items_access.c); then a
 * reset of the block, after which all must be as new (items_reset.c); then two lists on one
 * channel, whose outcome a model of a few lines knows from the datasheet (items_lists.c).
 *
 * Demanded all the while: no crash and nothing undefined; the engine writes only to memory that an
 * item which it has read names, and to that item's DW0; nothing else of any memory changes; it does
 * no more in a time than the time allows; and every sequence ends.
 */
#include "items.h"

#include <stdio.h>

#include "machine.h"
#include "memory.h"

enum { LISTS_BYTES_MAX = 80, CHIPS = 2 };

static bool traces;

uint32_t *items_word(unsigned slot, unsigned index)
{
    uint32_t address = items_address(slot) + 4 * index;
    return (uint32_t *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

uint32_t items_address(unsigned slot)
{
    return ITEMS_AT + slot * ITEMS_SLOT_BYTES;
}

bool items_has_external(void)
{
    return memory_external()->size_bytes != 0;
}

/* Hostile use is complained of; it is to have no other effect than that. */
static void on_complaint(enum machine_complaint kind, const char *text, void *context)
{
    (void)kind;
    (void)context;
    if (traces) {
        (void)fprintf(stderr, "complaint: %s\n", text);
    }
}

static void on_interrupt(unsigned line)
{
    (void)line;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const chips[CHIPS] = {"esp32c3", "esp32s3"};
    struct fuzz_input input = {bytes, size};
    fuzz_begin();
    traces = fuzz_traces();
    struct machine_config config = {.chip = chips[fuzz_below(&input, CHIPS)]};
    config.cache_line_bytes = 16u << fuzz_below(&input, 3);
    config.seed = fuzz_take(&input, 1);
    config.variants = fuzz_take(&input, 2) & ((1u << MACHINE_VARIANT_COUNT) - 1);
    struct fuzz_input lists = input;
    lists.left = lists.left < LISTS_BYTES_MAX ? lists.left : LISTS_BYTES_MAX;
    input.bytes += lists.left;
    input.left -= lists.left;
    FUZZ_CHECK(machine_power_on(&config), "the machine cannot be switched on");
    machine_on_complaint(on_complaint, NULL);
    machine_set_interrupt_entry(on_interrupt);
    items_watch_begin();
    items_access(&input);
    items_watch_check();
    items_reset();
    items_lists(&lists);
    if (fuzz_spoils) {
        ++*items_word(ITEMS_SLOTS + 1, 0);
    }
    items_watch_check();
    machine_set_interrupt_entry(NULL);
    machine_on_complaint(NULL, NULL);
    return 0;
}
