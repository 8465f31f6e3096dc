/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine may write: the memory that descriptors which it has read name, rounded to what it
 * writes at a time, and DW0 of those descriptors. All else must be as after power-on.
 *
 * Of external RAM, which is large, only the beginning and the end are looked at when it comes to
 * what has changed; every write of the engine is looked at wherever it is.
 */
#include <string.h>

#include "items.h"
#include "machine.h"
#include "memory.h"
#include "trace.h"

enum {
    POISON = 0xA5, /* memory_power_on() */
    SRAM_BYTES_MAX = 0x78000,
    EXTERNAL_BYTES_MAX = 0x800000,
    GRAIN_BYTES = 64, /* of external RAM: the largest block */
    LOOKED_AT_BYTES = 0x10000,
    BURST_BYTES = 4,
    FIELD_MAX = 4095,
    /* In a time: a transfer takes three cycles at least, and an interrupt point eight. */
    EVENTS_BESIDE = 4096,
    STORES_MAX = 1024,
    PAGE_BYTES = 4096,
};

static uint8_t sram_allowed[SRAM_BYTES_MAX];
static uint8_t external_allowed[EXTERNAL_BYTES_MAX / GRAIN_BYTES];
static const struct machine_memory *sram;
static const struct machine_memory *external; /* NULL: there is none */
static uint64_t transfers;
static uint64_t accesses;

/* Stores that the engine may not have seen when it reads. */
static struct {
    uint32_t address;
    uint32_t before;
} stores[STORES_MAX];
static unsigned store_count;

static bool in_window; /* of external RAM: some item names what is there, but is not RAM */

static const uint8_t *at_address(uint32_t address)
{
    return (const uint8_t *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

static const struct machine_memory *find(enum machine_memory_kind kind)
{
    const struct machine_description *machine = machine_description();
    for (size_t i = 0; i < machine->memory_count; i++) {
        if (machine->memories[i].kind == kind) {
            return &machine->memories[i];
        }
    }
    return NULL;
}

/* Returns how much of [address, address + bytes) lies in a memory, and where in it that begins. */
static uint32_t clip(uint32_t address, uint32_t bytes, const struct machine_memory *memory,
                     uint32_t *offset)
{
    uint64_t low = address > memory->base ? address : memory->base;
    uint64_t high = (uint64_t)address + bytes;
    uint64_t end = (uint64_t)memory->base + memory->size_bytes;
    high = high < end ? high : end;
    *offset = (uint32_t)(low - memory->base);
    return high > low ? (uint32_t)(high - low) : 0;
}

void items_watch_allow(uint32_t address, uint32_t bytes)
{
    uint32_t offset;
    uint32_t count = clip(address, bytes, sram, &offset);
    if (count != 0) {
        memset(&sram_allowed[offset], 1, count);
    }
    count = external == NULL ? 0 : clip(address, bytes, external, &offset);
    if (count != 0) {
        uint32_t last = (offset + count - 1) / GRAIN_BYTES;
        memset(&external_allowed[offset / GRAIN_BYTES], 1, last - offset / GRAIN_BYTES + 1);
    }
}

/* Ranges wrap round nowhere: no memory ends with the address space. */
static bool is_allowed(uint32_t address, uint32_t bytes)
{
    uint32_t offset;
    if (clip(address, bytes, sram, &offset) == bytes) {
        return memchr(&sram_allowed[offset], 0, bytes) == NULL;
    }
    if (external == NULL || clip(address, bytes, external, &offset) != bytes) {
        return false;
    }
    uint32_t last = (offset + bytes - 1) / GRAIN_BYTES;
    return memchr(&external_allowed[offset / GRAIN_BYTES], 0, last - offset / GRAIN_BYTES + 1) ==
           NULL;
}

void items_watch_store(uint32_t address, uint32_t before)
{
    if (store_count < STORES_MAX) {
        stores[store_count].address = address;
        stores[store_count].before = before;
        store_count++;
    }
}

static void allow_buffer(uint32_t buffer, uint32_t bytes)
{
    uint32_t begin = buffer & ~(uint32_t)(BURST_BYTES - 1);
    items_watch_allow(begin, bytes + BURST_BYTES);
    in_window = in_window || (buffer >> 25) == (UINT32_C(0x3C000000) >> 25);
}

/* A descriptor has been read: the engine may now write where it says, or where it said before a
 * store that the engine has not seen. DW0 is that of the event. */
static void on_fetch(const struct trace_event *event)
{
    uint32_t words[3];
    if (event->address - sram->base > sram->size_bytes - sizeof(words)) {
        return;
    }
    memcpy(words, at_address(event->address), sizeof(words));
    uint32_t bytes = event->value & FIELD_MAX;
    items_watch_allow(event->address, 4);
    allow_buffer(words[1], bytes);
    for (unsigned i = 0; i < store_count; i++) {
        if (stores[i].address == event->address + 4) {
            allow_buffer(stores[i].before, bytes);
        }
    }
}

static void check_write(const struct trace_event *event)
{
    bool window = external != NULL && event->address >> 25 == UINT32_C(0x3C000000) >> 25 &&
                  event->address - external->base >= external->size_bytes;
    if (window) {
        FUZZ_CHECK(in_window, "the engine writes to what no item names");
        return; /* refused: no RAM is there (EXTMEM_REJECT) */
    }
    if (!is_allowed(event->address, event->value)) {
        fuzz_fail_numbers("the engine writes to what no item names; address, bytes", event->address,
                          event->value);
    }
}

static void on_event(const struct trace_event *event, void *context)
{
    (void)context;
    switch (event->kind) {
    case TRACE_DESCRIPTOR_FETCH:
        on_fetch(event);
        transfers++;
        break;
    case TRACE_DATA_WRITE:
        check_write(event);
        transfers++;
        break;
    case TRACE_WRITE_BACK:
        FUZZ_CHECK(is_allowed(event->address, 4), "a descriptor is given back that was not read");
        transfers++;
        break;
    case TRACE_DATA_READ:
        transfers++;
        break;
    default:
        accesses++;
        break;
    }
    if (transfers + accesses > machine_now_cycles() + EVENTS_BESIDE) {
        fuzz_fail_numbers("more happens than there is time for; events, cycles",
                          (int64_t)(transfers + accesses), (int64_t)machine_now_cycles());
    }
}

uint64_t items_watch_transfers(void)
{
    return transfers;
}

void items_watch_begin(void)
{
    memset(sram_allowed, 0, sizeof(sram_allowed));
    memset(external_allowed, 0, sizeof(external_allowed));
    transfers = 0;
    accesses = 0;
    store_count = 0;
    in_window = false;
    sram = find(MACHINE_SRAM);
    external = find(MACHINE_PSRAM);
    items_watch_allow(ITEMS_AT, ITEMS_SLOTS * ITEMS_SLOT_BYTES);
    trace_listen(on_event, NULL);
}

static void check_page(const uint8_t *bytes, uint32_t address)
{
    static uint8_t poison[PAGE_BYTES];
    if (poison[0] == 0) {
        memset(poison, POISON, sizeof(poison));
    }
    if (memcmp(bytes, poison, PAGE_BYTES) == 0) {
        return;
    }
    for (uint32_t i = 0; i < PAGE_BYTES; i++) {
        if (bytes[i] != POISON && !is_allowed(address + i, 1)) {
            fuzz_fail_numbers("a byte has changed that no item names; address, value", address + i,
                              bytes[i]);
        }
    }
}

static void check_poison(const uint8_t *bytes, uint32_t count, uint32_t address)
{
    for (uint32_t i = 0; i < count; i += PAGE_BYTES) {
        check_page(bytes + i, address + i);
    }
}

void items_watch_check(void)
{
    const struct machine_memory *slow = find(MACHINE_RTC_RAM);
    const uint8_t *store = memory_external()->store;
    check_poison(at_address(sram->base), sram->size_bytes, sram->base);
    check_poison(at_address(slow->base), slow->size_bytes, slow->base);
    if (external != NULL) {
        uint32_t tail = external->size_bytes - LOOKED_AT_BYTES;
        check_poison(store, LOOKED_AT_BYTES, external->base);
        check_poison(store + tail, LOOKED_AT_BYTES, external->base + tail);
    }
}
