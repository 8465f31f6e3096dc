/* SPDX-License-Identifier: Apache-2.0 */
/* esp_heap_caps.h over the regions that the port gives. */
#include "esp_heap_caps.h"

#include <stdbool.h>
#include <string.h>

#include "common.h"
#include "port_types.h"

static port_lock_t heap_lock;
static bool initialised;

/* The regions, and the lock's state while they are in use. */
struct heap_use {
    const struct heap_region *regions;
    size_t region_count;
    port_lock_state_t state;
};

static struct heap_use begin_use(void)
{
    struct heap_use use;
    use.regions = port_heap_regions(&use.region_count);
    use.state = port_lock(&heap_lock);
    if (!initialised) {
        for (size_t i = 0; i < use.region_count; i++) {
            if (!use.regions[i].ready) {
                heap_init(&use.regions[i]);
            }
        }
        initialised = use.region_count != 0;
    }
    return use;
}

static void end_use(const struct heap_use *use)
{
    port_unlock(&heap_lock, use->state);
}

static bool has_caps(const struct heap_region *region, uint32_t caps)
{
    return (caps & ~region->caps) == 0;
}

static void *allocate(size_t alignment, size_t size, uint32_t caps)
{
    void *memory = NULL;
    struct heap_use use = begin_use();
    for (size_t i = 0; i < use.region_count && memory == NULL; i++) {
        if (has_caps(&use.regions[i], caps)) {
            memory = heap_allocate(&use.regions[i], alignment, size);
        }
    }
    end_use(&use);
    return memory;
}

void *heap_caps_malloc(size_t size, uint32_t caps)
{
    return allocate(1, size, caps);
}

void *heap_caps_calloc(size_t count, size_t size, uint32_t caps)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    void *memory = allocate(1, count * size, caps);
    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

void *heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t caps)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return NULL;
    }
    return allocate(alignment, size, caps);
}

void heap_caps_free(void *memory)
{
    if (memory == NULL) {
        return;
    }
    bool released = false;
    struct heap_use use = begin_use();
    for (size_t i = 0; i < use.region_count && !released; i++) {
        released = heap_release(&use.regions[i], memory);
    }
    end_use(&use);
    if (!released) {
        port_report_mistake("heap_caps_free: never allocated, or freed already", memory);
    }
}

static struct heap_room measure(uint32_t caps)
{
    struct heap_room sum = {0, 0};
    struct heap_use use = begin_use();
    for (size_t i = 0; i < use.region_count; i++) {
        if (has_caps(&use.regions[i], caps)) {
            struct heap_room room = heap_measure(&use.regions[i]);
            sum.total_bytes += room.total_bytes;
            if (sum.largest_bytes < room.largest_bytes) {
                sum.largest_bytes = room.largest_bytes;
            }
        }
    }
    end_use(&use);
    return sum;
}

size_t heap_caps_get_free_size(uint32_t caps)
{
    return measure(caps).total_bytes;
}

size_t heap_caps_get_largest_free_block(uint32_t caps)
{
    return measure(caps).largest_bytes;
}

/* Memory that was not ready at first may not even be there now. */
void heap_caps_forget_all(void)
{
    size_t region_count = 0;
    const struct heap_region *regions = port_heap_regions(&region_count);
    for (size_t i = 0; i < region_count; i++) {
        if (regions[i].ready) {
            heap_init(&regions[i]);
        }
    }
    initialised = false;
    heap_lock = (port_lock_t){0};
}
