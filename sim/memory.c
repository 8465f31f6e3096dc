/* SPDX-License-Identifier: Apache-2.0 */
/* memfd_create, madvise and MAP_FIXED_NOREPLACE are not in POSIX. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#include "memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine_internal.h"

enum { MEMORY_POISON = 0xA5, PAGE_BYTES = 4096, COPIES = 2 };

/* A store that a bus master may still see undone. */
struct delayed_store {
    uintptr_t address;
    uint32_t old;
};

enum { DELAYED_STORES_MAX = 128 };

/* A file of which memories are private mappings. */
struct content {
    int file;
    uint32_t bytes; /* 0: there is no file */
};

static struct content ram_content;
static struct content flash_content;

static struct delayed_store delayed[DELAYED_STORES_MAX];
static size_t delayed_count;
static const struct machine_description *mapped;
static void *(*aperture)(uint32_t address, uint32_t bytes);
static uint8_t *copies[COPIES]; /* of external RAM: what it holds, and what is clean */
static uint32_t copies_bytes;   /* 0: they are not mapped */
static struct memory_external external;

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

/* RAM: silicon's content is undefined, and this is no address. */
static void fill_poison(uint8_t *page, uint32_t address)
{
    (void)address;
    memset(page, MEMORY_POISON, PAGE_BYTES);
}

/* Flash: whoever reads it by mistake is to be noticed, and so is whoever is off by a few words. */
static void fill_flash(uint8_t *page, uint32_t address)
{
    for (uint32_t i = 0; i < PAGE_BYTES; i += (uint32_t)sizeof(uint32_t)) {
        uint32_t word = (address + i) * UINT32_C(0x9E3779B1) ^ UINT32_C(0xF1A5F1A5);
        memcpy(&page[i], &word, sizeof(word));
    }
}

/* Returns a new file with a content, or -1. */
static int create_content(void (*fill)(uint8_t *page, uint32_t address), uint32_t bytes)
{
    int file = memfd_create("memory", MFD_CLOEXEC);
    uint8_t page[PAGE_BYTES];
    for (uint32_t done = 0; file >= 0 && done < bytes; done += PAGE_BYTES) {
        fill(page, done);
        if (write(file, page, sizeof(page)) != (ssize_t)sizeof(page)) {
            (void)close(file);
            file = -1;
        }
    }
    return file;
}

/* Returns a file that begins with the content which a memory has after power-on, or -1. It is kept,
 * since filling it takes longer than all else that going from one chip to another takes. */
static int memory_content(const struct machine_memory *memory)
{
    bool flash = memory->kind == MACHINE_FLASH;
    struct content *content = flash ? &flash_content : &ram_content;
    if (content->bytes < memory->size_bytes) {
        if (content->bytes != 0) {
            (void)close(content->file);
        }
        content->file = create_content(flash ? fill_flash : fill_poison, memory->size_bytes);
        content->bytes = content->file < 0 ? 0 : memory->size_bytes;
    }
    return content->bytes == 0 ? -1 : content->file;
}

/* Maps a file at an address where nothing is. */
static bool memory_map_at(const struct machine_memory *memory, int file)
{
    int access = memory->kind == MACHINE_FLASH ? PROT_READ : PROT_READ | PROT_WRITE;
    void *at = mmap(memory_at(memory->base), memory->size_bytes, access,
                    MAP_PRIVATE | MAP_FIXED_NOREPLACE, file, 0);
    if (at == MAP_FAILED) {
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

/* Maps the two copies of external RAM that are not at the chip's address. They stay for good, since
 * their addresses bother nobody. */
static bool memory_map_copies(const struct machine_memory *memory, int file)
{
    if (copies_bytes == memory->size_bytes && copies[0] != NULL && copies[1] != NULL) {
        return true;
    }
    for (size_t i = 0; i < COPIES; i++) {
        if (copies[i] != NULL) {
            (void)munmap(copies[i], copies_bytes);
        }
        void *at = mmap(NULL, memory->size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
        copies[i] = at == MAP_FAILED ? NULL : at;
    }
    copies_bytes = memory->size_bytes;
    return copies[0] != NULL && copies[1] != NULL;
}

/* A private mapping of a file with the content: giving the dirtied pages back restores the content,
 * which costs as much as a run has touched. */
static bool memory_map_one(const struct machine_memory *memory)
{
    int file = memory_content(memory);
    if (file < 0 || !memory_map_at(memory, file)) {
        return false;
    }
    if (memory->kind == MACHINE_PSRAM && !memory_map_copies(memory, file)) {
        int error = errno;
        (void)munmap(memory_at(memory->base), memory->size_bytes);
        errno = error;
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

static bool memory_restore(void *at, uint32_t bytes)
{
    return madvise(at, bytes, MADV_DONTNEED) == 0;
}

/* Brings external RAM to its state after power-on. */
static bool external_power_on(const struct machine_memory *memory, bool coherent)
{
    for (size_t i = 0; i < COPIES; i++) {
        if (!memory_restore(copies[i], copies_bytes)) {
            return false;
        }
    }
    uint8_t *view = memory_at(memory->base);
    external = (struct memory_external){.base = memory->base,
                                        .size_bytes = memory->size_bytes,
                                        .view = view,
                                        .store = coherent ? view : copies[0],
                                        .clean = coherent ? view : copies[1]};
    return true;
}

bool memory_power_on(const struct machine_description *description, bool coherent)
{
    delayed_count = 0;
    aperture = NULL;
    external.size_bytes = 0;
    if (mapped != description && !memory_map(description)) {
        return false;
    }
    for (size_t i = 0; i < mapped->memory_count; i++) {
        const struct machine_memory *memory = &mapped->memories[i];
        if (!memory_restore(memory_at(memory->base), memory->size_bytes) ||
            (memory->kind == MACHINE_PSRAM && !external_power_on(memory, coherent))) {
            return false;
        }
    }
    return true;
}

const struct memory_external *memory_external(void)
{
    return &external;
}

void machine_set_aperture(void *(*resolve)(uint32_t address, uint32_t bytes))
{
    aperture = resolve;
}

bool memory_is_in_aperture(uint32_t address, uint32_t bytes)
{
    return aperture != NULL && aperture(address, bytes) != NULL;
}

/* Returns where a bus master finds [address, address + bytes); NULL: it does not. */
static uint8_t *memory_on_bus(uint32_t address, uint32_t bytes)
{
    for (size_t i = 0; mapped != NULL && i < mapped->memory_count; i++) {
        const struct machine_memory *memory = &mapped->memories[i];
        uint32_t offset = address - memory->base;
        if (offset >= memory->size_bytes || bytes > memory->size_bytes - offset) {
            continue;
        }
        if (memory->kind == MACHINE_PSRAM) {
            return external.store + offset;
        }
        return memory->kind == MACHINE_SRAM ? memory_at(address) : NULL;
    }
    return aperture == NULL ? NULL : aperture(address, bytes);
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
    const uint8_t *from = memory_on_bus(address, bytes);
    if (from == NULL) {
        return false;
    }
    memcpy(to, from, bytes);
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
    uint8_t *to = memory_on_bus(address, bytes);
    if (to == NULL) {
        return false;
    }
    memcpy(to, from, bytes);
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
