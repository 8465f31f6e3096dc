/* SPDX-License-Identifier: Apache-2.0 */
/* One program from its seed: the machine, drivers, tasks on all cores, interrupts at random times,
 * and what must be left in the end. */
#include "program.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "esp_heap_caps.h"
#include "machine_internal.h"
#include "memory.h"
#include "port.h"
#include "port_sim.h"
#include "rng.h"

enum {
    STEPS_MIN = 40,
    STEPS_SPREAD = 160,
    SUBMITTED_MAX = 600,
    STATIC_GUARD_BYTES = 64,
    STATIC_GUARD = 0x6B,
    ALARMS_MAX = 60,
    ALARM_SOURCE = 2,          /* FROM_CPU 2 and 3, whose registers nobody uses here */
    POISON = 0xA5,             /* of memory that nobody has touched */
    TOUCHED_BYTES = 1 << 16,   /* of each memory from its beginning, at most */
    LOOKED_AT_BYTES = 1 << 18, /* of external RAM behind that */
    SETTLE_CYCLES = 1 << 20,
};

struct program program;

static struct rng rng;

/* An interrupt of the program's own on each core, at random times. */
static struct alarm {
    struct port_interrupt interrupt;
    unsigned source;
    unsigned left; /* how often it still comes */
} alarms[CORES_MAX];

static uint8_t *arenas[ORACLE_ARENAS];
static size_t free_bytes[2];

uint32_t program_random(uint32_t bound)
{
    return rng_below(&rng, bound);
}

uint8_t program_random_byte(void)
{
    return (uint8_t)(rng_next(&rng) >> 24);
}

void program_trace(const char *what, const struct driver *driver, const struct request *request,
                   int64_t number)
{
    static const char *const kinds[] = {"silent", "callback", "ticket", "blocking"};
    if (!program.trace) {
        return;
    }
    (void)fprintf(stderr, "%10" PRIu64 " core %u%s driver %d %s", machine_now_cycles(),
                  machine_core(), machine_in_interrupt() ? " (interrupt)" : "",
                  driver == NULL ? -1 : (int)(driver - program.drivers), what);
    if (request != NULL) {
        (void)fprintf(stderr, " %s %u: %p from %p, %zu bytes", kinds[request->kind],
                      (unsigned)request->began, (void *)oracle_real(request->to),
                      (void *)oracle_real(request->from), request->size_bytes);
    }
    (void)fprintf(stderr, ": %" PRId64 "\n", number);
}

unsigned program_cores(void)
{
    return machine_description()->core_count;
}

static void on_complaint(enum machine_complaint kind, const char *text, void *context)
{
    char message[300];
    (void)context;
    (void)snprintf(message, sizeof(message), "%s: %s",
                   kind == MACHINE_MISTAKE ? "driver mistake" : "not modelled", text);
    soak_fail(message);
}

static const char *choose_chip(const struct soak_choice *choice)
{
    const char *by_seed = program_random(2) == 0 ? "esp32c3" : "esp32s3";
    return choice->chip != NULL ? choice->chip : by_seed;
}

const char *program_chip(const struct soak_choice *choice)
{
    rng_seed(&rng, choice->seed);
    return choose_chip(choice);
}

static uint32_t choose_variants(void)
{
    const uint32_t all = (1u << MACHINE_VARIANT_COUNT) - 1;
    switch (program_random(6)) {
    case 0:
        return 0;
    case 1:
        return all;
    case 2:
        return 1u << program_random(MACHINE_VARIANT_COUNT);
    default:
        return program_random(all + 1);
    }
}

/* Most weights of most operations; some are left out, so that others come in a row. */
static void choose_weights(void)
{
    static const uint8_t usual[OPERATION_COUNT] = {
        [OPERATION_SUBMIT] = 40,
        [OPERATION_POLL] = 4,
        [OPERATION_CANCEL] = 2,
        [OPERATION_TICKET_DONE] = 4,
        [OPERATION_TICKET_CANCEL] = 3,
        [OPERATION_SCRIBBLE] = 8,
        [OPERATION_REFUSED_ARGUMENT] = 1,
        [OPERATION_REFUSED_CONTEXT] = 1,
        [OPERATION_BURST] = 30,
        [OPERATION_BLOCK] = 8,
        [OPERATION_TICKET_WAIT] = 5,
        [OPERATION_DRAIN] = 4,
        [OPERATION_UNINSTALL] = 1,
        [OPERATION_THRESHOLD] = 1,
        [OPERATION_PASS_TIME] = 10,
        [OPERATION_VERIFY] = 2,
        [OPERATION_INFO] = 1,
        [OPERATION_NOTICE] = 2,
        [OPERATION_INTERRUPT] = 6,
    };
    for (int i = 0; i < OPERATION_COUNT; i++) {
        bool needed = i == OPERATION_SUBMIT;
        program.weights[i] = !needed && program_random(5) == 0 ? 0 : usual[i];
    }
    program.weights[OPERATION_FAULT] = (uint8_t)(program_random(4) == 0 ? 0 : program_random(50));
    for (int i = 0; i < 3; i++) {
        program.kinds[i] = (uint8_t)program_random(6);
    }
    program.kinds[REQUEST_CALLBACK] = (uint8_t)(program.kinds[REQUEST_CALLBACK] + 1);
    program.large = (uint8_t)(program_random(3) == 0 ? program_random(20) : 1);
    program.nested = (uint8_t)program_random(100);
    program.kills = program_random(8) == 0;
    program.limit = SUBMITTED_MAX / 2;
}

static async_memcpy_config_t choose_config(void)
{
    static const uint8_t internal[] = {0, 0, 0, 0, 1, 4, 16, 64};
    static const uint8_t external[] = {0, 0, 0, 0, 16, 32, 64};
    static const uint8_t stall_ms[] = {0, 5, 20};
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    config.backlog = program_random(10);
    config.sram_trans_align = internal[program_random(sizeof(internal))];
    config.psram_trans_align = external[program_random(sizeof(external))];
    if (config.psram_trans_align == 0 && program_cores() > 1) {
        config.dma_burst_size = external[program_random(sizeof(external))];
    }
    config.stall_ms = stall_ms[program_random(sizeof(stall_ms))];
    config.flags = program_random(4) == 0 ? ASYNC_MEMCPY_REPORT_ERRORS : 0;
    return config;
}

/* Allocates memory for a static installation, with guards before and behind it. NULL: there is
 * none. */
static uint8_t *allocate_static(struct driver *driver)
{
    size_t bytes = esp_async_memcpy_static_bytes(driver->config.backlog);
    SOAK_CHECK(bytes != 0 && bytes <= ASYNC_MEMCPY_STATIC_BYTES(driver->config.backlog),
               "the size of a static driver is wrong");
    driver->memory_bytes = bytes;
    uint8_t *memory = heap_caps_aligned_alloc(8, bytes + 2 * (size_t)STATIC_GUARD_BYTES,
                                              MALLOC_CAP_DMA);
    if (memory == NULL) {
        return NULL;
    }
    memset(memory, STATIC_GUARD, bytes + 2 * (size_t)STATIC_GUARD_BYTES);
    return memory;
}

static void free_static(struct driver *driver)
{
    const uint8_t *memory = driver->memory;
    for (size_t i = 0; i < STATIC_GUARD_BYTES; i++) {
        SOAK_CHECK(memory[i] == STATIC_GUARD &&
                       memory[STATIC_GUARD_BYTES + driver->memory_bytes + i] == STATIC_GUARD,
                   "a static driver has written beside its memory");
    }
    heap_caps_free(driver->memory);
    driver->memory = NULL;
}

static esp_err_t install(struct driver *driver)
{
    if (program_random(3) != 0) {
        return esp_async_memcpy_install(&driver->config, &driver->handle);
    }
    driver->memory = allocate_static(driver);
    if (driver->memory == NULL) {
        return ESP_ERR_NO_MEM;
    }
    uint8_t *inside = (uint8_t *)driver->memory + STATIC_GUARD_BYTES;
    return esp_async_memcpy_install_static(&driver->config, inside, driver->memory_bytes,
                                           &driver->handle);
}

/* Fails unless there is a reason for an installation to fail. */
static void check_refused_install(const struct driver *driver, esp_err_t error)
{
    SOAK_CHECK(driver->handle == NULL, "a handle after a failed installation");
    bool explained = (error == ESP_ERR_NO_MEM && driver->memory == NULL &&
                      faults_count(FAULT_ALLOCATION) != 0) ||
                     (error == ESP_ERR_NOT_FOUND && program.dead != 0);
    if (!explained) {
        soak_fail_numbers("installation fails for no reason", error, ESP_OK);
    }
}

void program_install(struct driver *driver)
{
    memset(driver, 0, sizeof(*driver));
    driver->config = choose_config();
    driver->backlog = driver->config.backlog == 0 ? ASYNC_MEMCPY_BACKLOG_DEFAULT
                                                  : driver->config.backlog;
    driver->busy = true;
    uint64_t kills = faults_count(FAULT_NEVER_PARKS);
    esp_err_t error = install(driver);
    program.kills_unseen += faults_count(FAULT_NEVER_PARKS) - kills;
    program_trace("install", driver, NULL, error);
    program_trace("  backlog", driver, NULL, driver->backlog);
    program_trace("  sram_trans_align", driver, NULL, (int64_t)driver->config.sram_trans_align);
    program_trace("  psram_trans_align", driver, NULL, (int64_t)driver->config.psram_trans_align);
    program_trace("  dma_burst_size", driver, NULL, (int64_t)driver->config.dma_burst_size);
    program_trace("  flags", driver, NULL, driver->config.flags);
    if (error == ESP_OK) {
        driver->installed = true;
    } else {
        check_refused_install(driver, error);
        if (driver->memory != NULL) {
            free_static(driver);
        }
    }
    driver->busy = false;
}

void program_uninstall(struct driver *driver, bool certain)
{
    driver->busy = true;
    program.totals->calls++;
    uint64_t kills = faults_count(FAULT_NEVER_PARKS);
    esp_err_t error = esp_async_memcpy_uninstall(driver->handle);
    program.kills_unseen += faults_count(FAULT_NEVER_PARKS) - kills;
    program_trace("uninstall", driver, NULL, error);
    if (error != ESP_OK) {
        driver->busy = false;
        SOAK_CHECK(error == ESP_ERR_INVALID_STATE && !certain, "uninstalling fails for no reason");
        return;
    }
    driver->installed = false;
    SOAK_CHECK(driver->callbacks == 0, "uninstalled while a callback is under way");
    oracle_conclude_all(driver);
    if (driver->memory != NULL) {
        memset((uint8_t *)driver->memory + STATIC_GUARD_BYTES, STATIC_GUARD, driver->memory_bytes);
        free_static(driver);
    }
    driver->busy = false; /* only now another core may install there */
}

static void alarm_rings(void *context, uint32_t argument)
{
    const struct alarm *alarm = context;
    (void)argument;
    machine_set_source(alarm->source, true);
}

static void set_alarm(struct alarm *alarm)
{
    uint32_t delay = program_random(program_random(4) == 0 ? 100000 : 4000);
    clock_schedule(delay, alarm_rings, alarm, 0);
}

static void on_alarm(void *argument)
{
    struct alarm *alarm = argument;
    machine_set_source(alarm->source, false);
    if (alarm->left != 0) {
        alarm->left--;
        set_alarm(alarm);
        operation_in_interrupt();
    }
}

static void run_task(void *argument)
{
    struct alarm *alarm = argument;
    alarm->left = program_random(ALARMS_MAX);
    SOAK_CHECK(port_interrupt_open(&alarm->interrupt, alarm->source, 0, on_alarm, alarm) == ESP_OK,
               "no interrupt line is left");
    set_alarm(alarm);
    for (uint32_t left = STEPS_MIN + program_random(STEPS_SPREAD);
         left != 0 && program.submitted < SUBMITTED_MAX; left--) {
        operation_step();
    }
    alarm->left = 0;
    port_interrupt_close(&alarm->interrupt);
}

static void open_arenas(void)
{
    for (size_t i = 0; i < ORACLE_ARENAS; i++) {
        bool external = i != 0 && program_cores() > 1;
        size_t offset = program_random(64);
        uint8_t *block = heap_caps_aligned_alloc(64, ORACLE_ARENA_BYTES + 64,
                                                 external ? MALLOC_CAP_SPIRAM : MALLOC_CAP_DMA);
        SOAK_CHECK(block != NULL, "the heap is full");
        arenas[i] = block + offset;
    }
    oracle_open(arenas);
    free_bytes[0] = heap_caps_get_free_size(MALLOC_CAP_DMA);
    free_bytes[1] = heap_caps_get_free_size(MALLOC_CAP_SPIRAM);
}

static void power_on(const struct soak_choice *choice)
{
    program.machine = (struct machine_config){.chip = program_chip(choice)};
    program.machine.seed = choice->seed;
    program.machine.variants = choose_variants();
    program.machine.cache_line_bytes = 16u << program_random(3);
    SOAK_CHECK(port_sim_power_on(&program.machine), "the machine cannot be switched on");
    machine_on_complaint(on_complaint, NULL);
    program_trace("variants", NULL, NULL, program.machine.variants);
    program_trace("cache line", NULL, NULL, program.machine.cache_line_bytes);
}

static void check_untouched(const uint8_t *memory, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i += 8) {
        uint64_t word;
        memcpy(&word, &memory[i], sizeof(word));
        if (word != UINT64_C(0x0101010101010101) * POISON) {
            soak_fail_numbers("memory was written that belongs to nobody", (int64_t)i, 0);
        }
    }
}

static const uint8_t *at_address(uint32_t address)
{
    return (const uint8_t *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

/* Looks at memory behind all that was ever allocated. */
static void check_rest_of_memory(void)
{
    const struct machine_description *machine = machine_description();
    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct machine_memory *memory = &machine->memories[i];
        const uint8_t *bytes = at_address(memory->base + TOUCHED_BYTES);
        if (memory->kind == MACHINE_SRAM) {
            check_untouched(bytes, memory->size_bytes - TOUCHED_BYTES);
        } else if (memory->kind == MACHINE_PSRAM) {
            check_untouched(bytes, LOOKED_AT_BYTES);
            check_untouched(memory_external()->store + TOUCHED_BYTES, LOOKED_AT_BYTES);
        }
    }
}

/* What a driver leaves that was not dead: everything as it was. */
static void check_nothing_is_held(void)
{
    const struct chip_engine *engine = port_chip()->ahb;
    uint32_t pairs = 0;
    int index;
    while ((index = port_claim_pair(engine)) >= 0) {
        pairs |= 1u << (unsigned)index;
    }
    SOAK_CHECK(pairs == engine->pair_mask, "a channel is held by nobody");
    SOAK_CHECK(heap_caps_get_free_size(MALLOC_CAP_DMA) == free_bytes[0] &&
                   heap_caps_get_free_size(MALLOC_CAP_SPIRAM) == free_bytes[1],
               "memory is held by nobody");
}

/* A core whose task has ended may still be in an interrupt. */
static void await_interrupts(void)
{
    for (size_t i = 0; i < DRIVERS_MAX; i++) {
        while (program.drivers[i].users != 0 || program.drivers[i].callbacks != 0) {
            machine_spin();
        }
    }
}

static void finish(void)
{
    program.ending = true;
    await_interrupts();
    if (program_random(2) == 0) {
        faults_forget();
    }
    for (size_t i = 0; i < DRIVERS_MAX; i++) {
        if (program.drivers[i].installed) {
            operation_finish(&program.drivers[i]);
        }
    }
    SOAK_CHECK(faults_count(FAULT_NEVER_PARKS) <= program.kills_unseen || program.dead != 0,
               "an engine has not stopped, and no driver says so");
    faults_forget();
    machine_advance(SETTLE_CYCLES);
    if (program.spoil_after != 0 && program.totals->requests >= program.spoil_after) {
        oracle_spoil();
    }
    oracle_verify();
    if (program_random(8) == 0) {
        check_rest_of_memory();
    }
    if (program.dead == 0) {
        check_nothing_is_held();
    }
}

void program_run(const struct soak_choice *choice, struct soak_totals *totals)
{
    memset(&program, 0, sizeof(program));
    memset(alarms, 0, sizeof(alarms));
    program.totals = totals;
    program.spoil_after = choice->spoil_after;
    program.trace = choice->trace;
    program.intrude = choice->intrude;
    power_on(choice);
    choose_weights();
    faults_open();
    open_arenas();
    for (unsigned core = 0; core < CORES_MAX; core++) {
        alarms[core].source = port_chip()->interrupts.software_source + ALARM_SOURCE + core;
    }
    if (program_cores() > 1 && program_random(4) != 0) {
        machine_start_core(1, run_task, &alarms[1]);
    }
    run_task(&alarms[0]);
    if (program_cores() > 1) {
        machine_join_core(1);
    }
    finish();
    totals->programs++;
    totals->interrupts += machine_stats()->interrupts;
    totals->core_switches += machine_stats()->core_switches;
}
