/* SPDX-License-Identifier: Apache-2.0 */
/* What a driver counts, and what it leaves behind. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "gdma_v1.h"
#include "machine_internal.h"
#include "platform.h"
#include "port.h"
#include "runner.h"
#include "trace.h"

enum {
    BYTES = 600,
    ITEM_BYTES = 4000,
    LONG_BYTES = 60000,
    BACKLOG = 4,
    QUEUE = 16,
    LINES_MAX = 32,
    SHORT_BYTES = 32,
    CHAIN_COUNT = 100,
    FAILING_CYCLES = 20000,
    NS_PER_MS = 1000000
};

static struct buffer source;
static struct buffer destination;

static void open_buffers(size_t size_bytes)
{
    copy_forget();
    buffer_open_in(&source, BUFFER_INTERNAL, size_bytes, 0);
    buffer_open_in(&destination, BUFFER_INTERNAL, size_bytes, 1);
    pattern_fill(source.bytes, size_bytes, 1);
}

static void close_buffers(void)
{
    buffer_close(&destination);
    buffer_close(&source);
}

static void submit(async_memcpy_handle_t handle, size_t size_bytes)
{
    CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, size_bytes, NULL, NULL),
             ESP_OK);
}

static uint32_t free_slots(async_memcpy_handle_t handle)
{
    async_memcpy_info_t info;

    CHECK_EQ(esp_async_memcpy_get_info(handle, &info), ESP_OK);
    return info.free;
}

static uint32_t backlog_of(async_memcpy_handle_t handle)
{
    async_memcpy_info_t info;

    CHECK_EQ(esp_async_memcpy_get_info(handle, &info), ESP_OK);
    return info.backlog;
}

/* Requests count that the engine was given, not only those that wait for it. */
static void slots_of_copies_at_work_are_not_free(void)
{
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);

    open_buffers(BYTES);
    for (uint32_t i = 0; i < BACKLOG; i++) {
        CHECK_EQ(free_slots(handle), BACKLOG - i);
        CHECK_EQ(backlog_of(handle), BACKLOG);
        submit(handle, BYTES);
    }
    CHECK_EQ(free_slots(handle), 0);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    CHECK_EQ(free_slots(handle), BACKLOG);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

/* Silent copies whose interrupts were lost do not keep a driver. */
static void uninstall_looks_by_itself(void)
{
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);

    open_buffers(BYTES);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, 1000);
    submit(handle, BYTES);
    submit(handle, BYTES);
    machine_advance(1000000);
    pattern_check(destination.bytes, BYTES, 1);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    fault_forget_all();
    close_buffers();
}

/* The next submission has an interrupt come that was lost, at once and not when it ends itself. */
static void lost_interrupt_comes_with_the_next_submission(void)
{
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);
    struct copy copies[2];

    open_buffers(ITEM_BYTES);
    copies[0] = copy_of(destination.bytes, source.bytes, BYTES);
    copies[1] = copy_of(destination.bytes, source.bytes, ITEM_BYTES);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, 1000);
    copy_start(handle, &copies[0]);
    machine_advance(1000000);
    fault_forget_all();
    pattern_check(destination.bytes, BYTES, 1);
    CHECK_EQ(copies[0].calls, 0);
    copy_start(handle, &copies[1]);
    CHECK(machine_wait_for_interrupt());
    CHECK_EQ(copies[0].calls, 1);
    CHECK_EQ(copies[1].calls, 0);
    copy_finish(copies, 2);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

/* What waits for a silent copy whose interrupts were lost is started by the next submission. */
static void lost_interrupt_strands_nobody(void)
{
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);
    uint8_t *third;

    open_buffers(ITEM_BYTES);
    third = &destination.bytes[2 * (size_t)BYTES];
    fault_plan(FAULT_LOSE_INTERRUPT, 0, 1000);
    submit(handle, BYTES);
    CHECK_EQ(esp_async_memcpy(handle, third, destination.bytes, BYTES, NULL, NULL), ESP_OK);
    machine_advance(1000000);
    CHECK(memcmp(third, source.bytes, BYTES) != 0); /* nobody has looked yet */
    fault_forget_all();
    CHECK_EQ(esp_async_memcpy(handle, &destination.bytes[BYTES], &source.bytes[BYTES], BYTES, NULL,
                              NULL),
             ESP_OK);
    while (machine_wait_for_interrupt()) {
    }
    CHECK_EQ(memcmp(third, source.bytes, BYTES), 0);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

/* What a poll calls back cannot tell it from an interrupt (copy_callback() looks). */
static void polled_callbacks_are_in_interrupts(void)
{
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);
    struct copy copy;

    open_buffers(BYTES);
    copy = copy_of(destination.bytes, source.bytes, BYTES);
    fault_plan(FAULT_LOSE_INTERRUPT, 0, 1000);
    copy_start(handle, &copy);
    machine_advance(1000000);
    CHECK_EQ(copy.calls, 0);
    CHECK_EQ(esp_async_memcpy_poll(handle), ESP_OK);
    CHECK_EQ(copy.calls, 1);
    fault_forget_all();
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

/* Silent copies end by themselves, also one that is lost since the engine comes to rest just as it
 * is given. */
static void silent_copies_need_nobody(void)
{
    async_memcpy_handle_t handle = driver_install(BACKLOG, 0);

    open_buffers(LONG_BYTES);
    submit(handle, LONG_BYTES); /* after it nothing interrupts any more */
    while (machine_wait_for_interrupt()) {
    }
    for (uint64_t delay = 0; delay < 1500; delay += 25) {
        memset(&destination.bytes[BYTES], 0, BYTES);
        submit(handle, BYTES);
        machine_advance(delay);
        CHECK_EQ(esp_async_memcpy(handle, &destination.bytes[BYTES], &source.bytes[BYTES], BYTES,
                                  NULL, NULL),
                 ESP_OK);
        while (machine_wait_for_interrupt()) {
        }
        CHECK_EQ(memcmp(&destination.bytes[BYTES], &source.bytes[BYTES], BYTES), 0);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

/* Behind silent copies, and before others, which are many. */
static void callback_does_not_wait_for_silent_copies(void)
{
    async_memcpy_handle_t handle = driver_install(QUEUE, 0);
    struct copy loud;
    async_memcpy_stats_t stats;

    open_buffers(LONG_BYTES);
    submit(handle, LONG_BYTES); /* after it nothing interrupts any more */
    while (machine_wait_for_interrupt()) {
    }
    submit(handle, BYTES);
    submit(handle, BYTES);
    loud = copy_of(destination.bytes, source.bytes, BYTES);
    copy_start(handle, &loud);
    for (unsigned i = 3; i < QUEUE; i++) {
        submit(handle, ITEM_BYTES);
    }
    while (loud.calls == 0) {
        CHECK(machine_wait_for_interrupt());
    }
    CHECK_EQ(esp_async_memcpy_get_stats(handle, &stats), ESP_OK);
    CHECK(stats.in_flight > QUEUE / 2);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

static uint32_t stalls(async_memcpy_handle_t handle)
{
    async_memcpy_stats_t stats;

    CHECK_EQ(esp_async_memcpy_get_stats(handle, &stats), ESP_OK);
    return stats.stalls;
}

/* An engine that was started anew gets its time anew. */
static void one_stall_is_one(void)
{
    const async_memcpy_config_t config = {.backlog = 1, .stall_ms = 5};
    const uint64_t ms_cycles = machine_description()->cpu_hz / 1000u;
    async_memcpy_handle_t handle = driver_install_with(&config);

    open_buffers(LONG_BYTES);
    fault_plan(FAULT_STALL, 20, 1);
    submit(handle, LONG_BYTES);
    machine_advance(ms_cycles);
    CHECK_EQ(esp_async_memcpy_poll(handle), ESP_ERR_NOT_FINISHED);
    machine_advance(6 * ms_cycles);
    CHECK_EQ(esp_async_memcpy_poll(handle), ESP_ERR_NOT_FINISHED);
    CHECK_EQ(stalls(handle), 1);
    (void)esp_async_memcpy_poll(handle);
    CHECK_EQ(stalls(handle), 1);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    CHECK_EQ(stalls(handle), 1);
    pattern_check(destination.bytes, LONG_BYTES, 1);
    fault_forget_all();
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

static uint64_t stops_at_ns;

static uint64_t now_ns(void)
{
    return machine_cycles_to_ns(machine_now_cycles());
}

static bool submit_again(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *argument)
{
    (void)event;
    if (now_ns() < stops_at_ns) {
        CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, BYTES, submit_again,
                                  argument),
                 ESP_OK);
    }
    return false;
}

/* A task that is woken by each copy, and callbacks that never let the driver come to rest. */
static void waits_that_are_woken_often_end(void)
{
    async_memcpy_handle_t handle = driver_install(2, 0);
    uint64_t began_ns = now_ns();

    open_buffers(BYTES);
    stops_at_ns = began_ns + 20 * (uint64_t)NS_PER_MS;
    CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, BYTES, submit_again, NULL),
             ESP_OK);
    CHECK_EQ(esp_async_memcpy_drain(handle, 3), ESP_ERR_TIMEOUT);
    CHECK(now_ns() - began_ns < 6 * (uint64_t)NS_PER_MS);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

static void ignore(void *argument)
{
    (void)argument;
}

/* The registers that tell whether a pair is configured, of all pairs. */
enum { REGISTERS = 4, PAIRS_MAX = 5 };

static void read_pairs(uint32_t values[PAIRS_MAX][REGISTERS])
{
    static const uint32_t offsets[][REGISTERS] = {
        {GDMA_V1_C3_IN_CONF0_REG, GDMA_V1_C3_IN_PERI_SEL_REG, GDMA_V1_C3_OUT_CONF0_REG,
         GDMA_V1_C3_OUT_PERI_SEL_REG},
        {GDMA_V1_S3_IN_CONF0_REG, GDMA_V1_S3_IN_PERI_SEL_REG, GDMA_V1_S3_OUT_CONF0_REG,
         GDMA_V1_S3_OUT_PERI_SEL_REG},
    };
    const struct chip_engine *engine = port_chip()->ahb;
    const uint32_t *layout = offsets[strcmp(port_chip()->name, "esp32s3") == 0 ? 1 : 0];

    for (uint32_t pair = 0; (engine->pair_mask >> pair & 1u) != 0; pair++) {
        for (size_t i = 0; i < REGISTERS; i++) {
            values[pair][i] = mmio_read32(engine->base + pair * GDMA_V1_C3_CHANNEL_STRIDE +
                                          layout[i]);
        }
    }
}

/* A channel that a failed installation left configured would answer to an id that others get. */
static void failed_installation_leaves_no_channel(void)
{
    static struct port_interrupt lines[LINES_MAX];
    static uint32_t before[PAIRS_MAX][REGISTERS];
    static uint32_t after[PAIRS_MAX][REGISTERS];
    const async_memcpy_config_t config = {.backlog = 1};
    async_memcpy_handle_t handle = driver_install(1, 0); /* switches the block on */
    size_t count = 0;

    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    while (count < LINES_MAX &&
           port_interrupt_open(&lines[count], port_chip()->interrupts.software_source + 3, 0,
                               ignore, NULL) == ESP_OK) {
        count++;
    }
    read_pairs(before);
    CHECK_EQ(esp_async_memcpy_install(&config, &handle), ESP_ERR_NOT_FOUND);
    read_pairs(after);
    CHECK_EQ(memcmp(before, after, sizeof before), 0);
    while (count != 0) {
        count--;
        port_interrupt_close(&lines[count]);
    }
}

/* Notes whether the clock was still off when the reset was let go. */
static void note_release(const struct trace_event *event, void *context)
{
    const struct chip_gate *gate = &port_chip()->ahb->gate;
    bool *clocked = context;

    if (event->kind == TRACE_REGISTER_WRITE && event->address == gate->clock_register) {
        clocked[0] = (event->value & gate->clock_mask) != 0;
    }
    if (event->kind == TRACE_REGISTER_WRITE && event->address == gate->reset_register &&
        (event->value & gate->reset_mask) == 0) {
        clocked[1] = clocked[0];
    }
}

static void clock_comes_before_reset(void)
{
    bool clocked[2] = {false, false};

    trace_listen(note_release, clocked);
    port_enable_engine(port_chip()->ahb);
    trace_listen(NULL, NULL);
    CHECK(clocked[1]);
}

/* Resets of a driver's channel, of which each recovery begins with one. */
struct resets {
    uint32_t address;
    unsigned now; /* since the last interrupt ended */
    unsigned most;
};

static void note_resets(const struct trace_event *event, void *context)
{
    struct resets *resets = context;

    if (event->kind == TRACE_REGISTER_WRITE && event->address == resets->address &&
        (event->value & GDMA_V1_IN_RST) != 0) {
        resets->now++;
    }
    if (event->kind == TRACE_INTERRUPT_LEAVE) {
        resets->most = resets->now > resets->most ? resets->now : resets->most;
        resets->now = 0;
    }
}

/* An engine that always fails, so that the CPU does it all: piece by piece, so that no interrupt
 * takes long, however many failures have gathered. */
static void interrupts_do_one_item_each(void)
{
    const bool is_s3 = strcmp(port_chip()->name, "esp32s3") == 0;
    async_memcpy_handle_t handle = driver_install(QUEUE, 0);
    struct copy copies[QUEUE];
    async_memcpy_stats_t stats;
    async_memcpy_info_t info;

    CHECK_EQ(esp_async_memcpy_get_info(handle, &info), ESP_OK);
    struct resets resets = {.address = port_chip()->ahb->base +
                                       info.channel * GDMA_V1_C3_CHANNEL_STRIDE +
                                       (is_s3 ? GDMA_V1_S3_IN_CONF0_REG : GDMA_V1_C3_IN_CONF0_REG)};
    open_buffers(sizeof copies / sizeof copies[0] * BYTES);
    fault_plan(FAULT_FLIP_OWNER, 0, UINT32_MAX);
    trace_listen(note_resets, &resets);
    machine_mask_interrupts();
    for (size_t i = 0; i < QUEUE; i++) {
        copies[i] = copy_of(&destination.bytes[i * BYTES], &source.bytes[i * BYTES], BYTES);
        copy_start(handle, &copies[i]);
        machine_advance(FAILING_CYCLES);
    }
    machine_unmask_interrupts();
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    trace_listen(NULL, NULL);
    fault_forget_all();
    copy_finish(copies, QUEUE);
    CHECK_EQ(esp_async_memcpy_get_stats(handle, &stats), ESP_OK);
    CHECK_EQ(stats.recoveries, QUEUE);
    CHECK_EQ(resets.most, 1);
    pattern_check(destination.bytes, (size_t)QUEUE * BYTES, 1);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

/* A copy that submits itself anew from its callback, and is short enough for the CPU. */
struct chain {
    uint32_t left;
    uint32_t writes; /* by the engine */
};

static bool submit_anew(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *argument)
{
    struct chain *chain = argument;

    CHECK_EQ(event->status, ESP_OK);
    if (chain->left != 0) {
        chain->left--;
        CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, SHORT_BYTES, submit_anew,
                                  chain),
                 ESP_OK);
    }
    return false;
}

static void count_writes(const struct trace_event *event, void *context)
{
    struct chain *chain = context;

    chain->writes += event->kind == TRACE_DATA_WRITE;
}

/* Else the interrupt would never end. */
static void chains_of_copies_by_cpu_need_the_engine(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct chain chain = {.left = CHAIN_COUNT};

    open_buffers(BYTES);
    CHECK_EQ(esp_async_memcpy_set_cpu_threshold(handle, BYTES), ESP_OK);
    trace_listen(count_writes, &chain);
    CHECK_EQ(
        esp_async_memcpy(handle, destination.bytes, source.bytes, SHORT_BYTES, submit_anew, &chain),
        ESP_OK);
    CHECK_EQ(esp_async_memcpy_drain(handle, -1), ESP_OK);
    trace_listen(NULL, NULL);
    CHECK_EQ(chain.left, 0);
    CHECK(chain.writes >= CHAIN_COUNT);
    pattern_check(destination.bytes, SHORT_BYTES, 1);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    close_buffers();
}

static void calloc_clears_all_elements(void)
{
    static const uint8_t zeroes[3 * BYTES];
    void *memory = heap_caps_malloc(sizeof zeroes, MALLOC_CAP_DMA);

    CHECK(memory != NULL);
    memset(memory, UINT8_MAX, sizeof zeroes);
    heap_caps_free(memory);
    memory = heap_caps_calloc(3, BYTES, MALLOC_CAP_DMA);
    CHECK(memory != NULL);
    CHECK_EQ(memcmp(memory, zeroes, sizeof zeroes), 0);
    heap_caps_free(memory);
}

static const struct test_case still[] = {
    {"slots of copies at work are not free", slots_of_copies_at_work_are_not_free},
    {"a lost interrupt comes with the next submission",
     lost_interrupt_comes_with_the_next_submission},
    {"a lost interrupt strands nobody", lost_interrupt_strands_nobody},
    {"a callback does not wait for silent copies", callback_does_not_wait_for_silent_copies},
    {NULL, NULL},
};

static const struct test_case each_variant[] = {
    {"silent copies need nobody", silent_copies_need_nobody},
    {"interrupts do one item each", interrupts_do_one_item_each},
    {"chains of copies by CPU need the engine", chains_of_copies_by_cpu_need_the_engine},
    {NULL, NULL},
};

static const struct test_case cases[] = {
    {"polled callbacks are in interrupts", polled_callbacks_are_in_interrupts},
    {"uninstall looks by itself", uninstall_looks_by_itself},
    {"one stall is one", one_stall_is_one},
    {"waits that are woken often end", waits_that_are_woken_often_end},
    {"a failed installation leaves no channel", failed_installation_leaves_no_channel},
    {"the clock comes before the reset", clock_comes_before_reset},
    {"calloc clears all elements", calloc_clears_all_elements},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {{still, RUNNER_STILL},
                                          {each_variant, RUNNER_VARIANTS},
                                          {cases, RUNNER_MACHINE},
                                          {NULL, RUNNER_BARE}};
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "bookkeeping", chips);
}
