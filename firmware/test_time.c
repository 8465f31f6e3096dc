/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scenarios use of the machine's time on a PC, for an image: the system timer, and as
 * alarm, which the emulated chip does not have, another driver, whose copies follow each other
 * until it is time.
 */
#include "test_time.h"

#include "check.h"
#include "clock.h"
#include "copy.h"
#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "machine_internal.h"
#include "port.h"

/* The emulated chip's clock; an instruction takes one cycle. */
enum { CPU_HZ = 160000000, CYCLES_PER_US = CPU_HZ / 1000000, NS_PER_US = 1000 };
enum { TICK_BYTES = 4000 };

static struct {
    async_memcpy_handle_t handle;
    uint8_t *bytes;
    void (*run)(void *context, uint32_t argument); /* NULL: there is no alarm */
    void *context;
    uint32_t argument;
    uint64_t due_cycles;
} alarm;

const struct machine_description *machine_description(void)
{
    static const struct machine_description description = {.chip = "esp32c3", .cpu_hz = CPU_HZ};
    return &description;
}

uint64_t machine_now_cycles(void)
{
    return (uint64_t)port_now_us() * CYCLES_PER_US;
}

uint64_t machine_cycles_to_ns(uint64_t cycles)
{
    return cycles * NS_PER_US / CYCLES_PER_US;
}

/* Only the sources that software can assert. */
void machine_set_source(unsigned source, bool level)
{
    const struct chip_interrupts *chip = &port_chip()->interrupts;
    CHECK(source >= chip->software_source && source < chip->software_source + 4u);
    mmio_write32(chip->software_base + 4u * (source - chip->software_source), level ? 1 : 0);
}

static void tick(void);

static bool on_tick(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *argument)
{
    (void)handle;
    (void)event;
    (void)argument;
    if (alarm.run != NULL && machine_now_cycles() < alarm.due_cycles) {
        tick();
    } else if (alarm.run != NULL) {
        void (*run)(void *context, uint32_t argument) = alarm.run;
        alarm.run = NULL;
        run(alarm.context, alarm.argument);
    }
    return false;
}

static void tick(void)
{
    CHECK_EQ(esp_async_memcpy(alarm.handle, alarm.bytes + TICK_BYTES, alarm.bytes, TICK_BYTES,
                              on_tick, NULL),
             ESP_OK);
}

/* One alarm at a time. The first one comes from a task. */
void clock_schedule(uint64_t delay, void (*run)(void *context, uint32_t argument), void *context,
                    uint32_t argument)
{
    CHECK(alarm.run == NULL);
    if (alarm.handle == NULL) {
        alarm.handle = driver_install(2, 0);
        alarm.bytes = heap_caps_malloc(2 * TICK_BYTES, MALLOC_CAP_DMA);
        CHECK(alarm.bytes != NULL);
    }
    alarm.context = context;
    alarm.argument = argument;
    alarm.due_cycles = machine_now_cycles() + delay;
    alarm.run = run;
    tick();
}

void test_time_forget(void)
{
    alarm.run = NULL;
    if (alarm.handle != NULL) {
        CHECK_EQ(esp_async_memcpy_cancel(alarm.handle), ESP_OK);
        CHECK_EQ(esp_async_memcpy_uninstall(alarm.handle), ESP_OK);
        heap_caps_free(alarm.bytes);
    }
    alarm.handle = NULL;
}
