/* SPDX-License-Identifier: Apache-2.0 */
/* memfd_create, madvise and MAP_FIXED_NOREPLACE are not in POSIX. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#include "memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine_internal.h"

/* What a word reads after power-on: silicon's content is undefined, and this is no address. */
enum { MEMORY_POISON = 0xA5 };

/* A store that a bus master may still see undone. */
struct delayed_store {
    uintptr_t address;
    uint32_t old;
};

enum { DELAYED_STORES_MAX = 128 };

static struct delayed_store delayed[DELAYED_STORES_MAX];
static size_t delayed_count;
static const struct machine_description *mapped;

/* The one place where an address becomes a pointer. */
static void *memory_at(uint32_t address)
{
    return (void *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

static void memory_unmap(const struct machine_description *description, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct machine_memory *memory = &description->memories[i];
        (void)munmap(memory_at(memory->base), memory->size_bytes);
    }
}

/* Returns a file of `bytes` that holds the pattern, or -1. */
static int memory_create_poison(uint32_t bytes)
{
    int file = memfd_create("poison", MFD_CLOEXEC);
    uint8_t page[4096];
    memset(page, MEMORY_POISON, sizeof(page));
    for (uint32_t done = 0; file >= 0 && done < bytes; done += (uint32_t)sizeof(page)) {
        if (write(file, page, sizeof(page)) != (ssize_t)sizeof(page)) {
            (void)close(file);
            file = -1;
        }
    }
    return file;
}

/* A private mapping of a file of the pattern: giving the dirtied pages back restores the pattern,
 * which costs as much as a run has touched. */
static bool memory_map_one(const struct machine_memory *memory)
{
    int file = memory_create_poison(memory->size_bytes);
    if (file < 0) {
        return false;
    }
    void *at = mmap(memory_at(memory->base), memory->size_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_FIXED_NOREPLACE, file, 0);
    int error = errno;
    (void)close(file);
    if (at == MAP_FAILED) {
        errno = error;
        return false;
    }
    if (at != memory_at(memory->base)) {
        /* A kernel without MAP_FIXED_NOREPLACE takes the address as a hint. */
        (void)munmap(at, memory->size_bytes);
        errno = EEXIST;
        return false;
    }
    return true;
}

static bool memory_map(const struct machine_description *description)
{
    if (mapped != NULL) {
        memory_unmap(mapped, mapped->memory_count);
        mapped = NULL;
    }
    for (size_t i = 0; i < description->memory_count; i++) {
        if (!memory_map_one(&description->memories[i])) {
            int error = errno;
            memory_unmap(description, i);
            errno = error;
            return false;
        }
    }
    mapped = description;
    return true;
}

bool memory_power_on(const struct machine_description *description)
{
    delayed_count = 0;
    if (mapped != description && !memory_map(description)) {
        return false;
    }
    for (size_t i = 0; i < mapped->memory_count; i++) {
        const struct machine_memory *memory = &mapped->memories[i];
        if (madvise(memory_at(memory->base), memory->size_bytes, MADV_DONTNEED) != 0) {
            return false;
        }
    }
    return true;
}

static bool memory_contains(uint32_t address, uint32_t bytes)
{
    for (size_t i = 0; mapped != NULL && i < mapped->memory_count; i++) {
        const struct machine_memory *memory = &mapped->memories[i];
        uint32_t offset = address - memory->base;
        if (offset < memory->size_bytes && bytes <= memory->size_bytes - offset) {
            return true;
        }
    }
    return false;
}

static bool delayed_overlaps(const struct delayed_store *store, uint32_t address, uint32_t bytes)
{
    return store->address < (uintptr_t)address + bytes &&
           address < store->address + sizeof(uint32_t);
}

static void delayed_drop(size_t index)
{
    delayed[index] = delayed[--delayed_count];
}

/* Puts the old value of a store into what a bus master reads. */
static void delayed_show_old(const struct delayed_store *store, uint32_t address, uint8_t *to,
                             uint32_t bytes)
{
    uint8_t old[sizeof(uint32_t)];
    memcpy(old, &store->old, sizeof(old));
    for (uint32_t i = 0; i < bytes; i++) {
        uintptr_t offset = (uintptr_t)address + i - store->address;
        if (offset < sizeof(old)) {
            to[i] = old[offset];
        }
    }
}

bool memory_bus_read(uint32_t address, void *to, uint32_t bytes)
{
    if (!memory_contains(address, bytes)) {
        return false;
    }
    memcpy(to, memory_at(address), bytes);
    for (size_t i = delayed_count; i-- > 0;) {
        if (!delayed_overlaps(&delayed[i], address, bytes)) {
            continue;
        }
        if (machine_random(2) == 0) {
            delayed_show_old(&delayed[i], address, to, bytes);
        } else {
            /* Once seen, a store stays seen. */
            delayed_drop(i);
        }
    }
    return true;
}

bool memory_bus_write(uint32_t address, const void *from, uint32_t bytes)
{
    if (!memory_contains(address, bytes)) {
        return false;
    }
    memcpy(memory_at(address), from, bytes);
    for (size_t i = delayed_count; i-- > 0;) {
        if (delayed_overlaps(&delayed[i], address, bytes)) {
            delayed_drop(i);
        }
    }
    return true;
}

static bool delayed_is_known(uintptr_t address)
{
    for (size_t i = 0; i < delayed_count; i++) {
        if (delayed[i].address == address) {
            return true;
        }
    }
    return false;
}

void memory_store_word(uint32_t *word, uint32_t value)
{
    uintptr_t address = (uintptr_t)word;
    if (machine_has_variant(MACHINE_STORES_DELAYED) && !delayed_is_known(address)) {
        if (delayed_count == DELAYED_STORES_MAX) {
            delayed_drop(0);
        }
        delayed[delayed_count++] = (struct delayed_store){address, *word};
    }
    *word = value;
}

void memory_publish(void)
{
    delayed_count = 0;
}
