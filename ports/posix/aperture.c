/* SPDX-License-Identifier: Apache-2.0 */
#include "aperture.h"

#include <assert.h>
#include <stdbool.h>

#include "machine.h"

/* Bit 29 is in every address and never in DW0, and memories and `next` lie elsewhere: a descriptor
 * word with such a value is an address of a window (descriptor.md, DW0). */
#define APERTURE_LOW UINT32_C(0xA0000000)

enum {
    WINDOW_COUNT = 65536,
    WINDOW_STRIDE = 8192,
    WINDOW_BYTES = 4096, /* at least an item's 4095 */
    PAGE_MASK = 4095,
    WORD_BYTES = 4,
    DESCRIPTOR_BYTES = 12,
    SRAM_BYTES_MAX = 512 * 1024,
};

_Static_assert(WINDOW_COUNT > SRAM_BYTES_MAX / DESCRIPTOR_BYTES + 1000,
               "all descriptors there can be, and many to come, must find a window");
_Static_assert(UINT32_MAX - APERTURE_LOW >= (uint32_t)WINDOW_COUNT * WINDOW_STRIDE,
               "the windows must fit");

struct window {
    uintptr_t pointer;
    uint32_t holders; /* descriptor words that name it */
};

static struct window windows[WINDOW_COUNT];
static uint32_t next_window;

/* For each word of the SRAM the number of the window that it names, and 1 more; 0: none. */
static uint32_t named_by[SRAM_BYTES_MAX / WORD_BYTES];
static uintptr_t sram_low;
static size_t sram_words;

/* Returns the window that an address lies in, or NULL. */
static struct window *window_at(uint32_t address)
{
    uint32_t offset = address - APERTURE_LOW;
    return offset / WINDOW_STRIDE < WINDOW_COUNT ? &windows[offset / WINDOW_STRIDE] : NULL;
}

static uint32_t address_of(const struct window *window)
{
    return APERTURE_LOW + (uint32_t)(window - windows) * WINDOW_STRIDE +
           (uint32_t)(window->pointer & PAGE_MASK);
}

static void *resolve(uint32_t address, uint32_t bytes)
{
    const struct window *window = window_at(address);
    if (window == NULL || window->pointer == 0) {
        return NULL;
    }
    uint32_t offset = address - address_of(window);
    if (offset >= WINDOW_BYTES || bytes > WINDOW_BYTES - offset) {
        return NULL;
    }
    return (void *)(window->pointer + offset);
}

void aperture_power_on(void)
{
    const struct machine_description *machine = machine_description();
    for (size_t i = 0; i < machine->memory_count; i++) {
        if (machine->memories[i].kind == MACHINE_SRAM) {
            sram_low = machine->memories[i].base;
            sram_words = machine->memories[i].size_bytes / WORD_BYTES;
        }
    }
    assert(sram_words != 0 && sram_words <= SRAM_BYTES_MAX / WORD_BYTES);
    machine_set_aperture(resolve);
}

uint32_t aperture_open(const void *pointer)
{
    uint32_t tries = WINDOW_COUNT;
    while (windows[next_window].holders != 0) {
        next_window = (next_window + 1) % WINDOW_COUNT;
        tries--;
        assert(tries != 0);
    }
    struct window *window = &windows[next_window];
    next_window = (next_window + 1) % WINDOW_COUNT;
    window->pointer = (uintptr_t)pointer;
    return address_of(window);
}

/* Returns where it is kept what a word names; NULL if it is not in the SRAM. */
static uint32_t *name_of(const uint32_t *word)
{
    size_t index = ((uintptr_t)word - sram_low) / WORD_BYTES;
    return index < sram_words ? &named_by[index] : NULL;
}

static void set_name(uint32_t *name, const struct window *window)
{
    if (*name != 0) {
        windows[*name - 1].holders--;
    }
    *name = window == NULL ? 0 : (uint32_t)(window - windows) + 1;
    if (*name != 0) {
        windows[*name - 1].holders++;
    }
}

void aperture_note_store(const uint32_t *word, uint32_t value)
{
    uint32_t *name = name_of(word);
    if (name != NULL) {
        set_name(name, window_at(value));
    }
}

void aperture_forget(const void *block, size_t size_bytes)
{
    const uint32_t *word = block;
    for (size_t i = 0; i < size_bytes / WORD_BYTES; i++) {
        aperture_note_store(&word[i], 0);
    }
}
