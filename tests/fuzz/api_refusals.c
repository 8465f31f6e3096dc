/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls with arguments that the API refuses, each answered with the error that is documented for
 * it; and installations with any configuration, into any memory. What is right is said here a
 * second time, from the header and the machine's description.
 */
#include <string.h>

#include "api.h"
#include "esp_heap_caps.h"
#include "machine.h"
#include "memory.h"
#include "port.h"
#include "program.h"

enum {
    EXTERNAL_KEPT_BYTES = 64, /* port_external_barrier() */
    STALL_MS_MAX = 65535,
    THRESHOLD_MAX = 4095,
    BACKLOG_ORDINARY_MAX = 40,
    STATIC_ALIGN = 8,
};

/* Internal RAM of every chip, which nobody uses here. */
#define ORDINARY_ADDRESS UINT32_C(0x3FCC0000)

static unsigned installing;

bool api_is_installing(void)
{
    return installing != 0;
}

static void *at_address(uint32_t address)
{
    return (void *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
}

/* Takes any number, mostly one near a power of two. */
static uint32_t any_number(void)
{
    uint32_t power = UINT32_C(1) << program_random(32);
    switch (program_random(4)) {
    case 0:
        return program_random(UINT32_MAX);
    case 1:
        return power - 1 - program_random(8);
    default:
        return power + program_random(4) % 3;
    }
}

/* Takes any address, mostly one near an end of a memory. */
static uint32_t any_address(void)
{
    const struct machine_description *machine = machine_description();
    const struct machine_memory *memory =
        &machine->memories[program_random((uint32_t)machine->memory_count)];
    switch (program_random(5)) {
    case 0:
        return 0;
    case 1:
        return program_random(UINT32_MAX);
    case 2:
        return memory->base + program_random(memory->size_bytes);
    case 3:
        return memory->base + memory->size_bytes - 40 + program_random(80);
    default:
        return memory->base - 40 + program_random(80);
    }
}

/* Takes an address at which so many bytes end, or begin, a little within or beyond a memory. */
static uint32_t edge_address(uint32_t bytes)
{
    const struct machine_description *machine = machine_description();
    const struct machine_memory *memory =
        &machine->memories[program_random((uint32_t)machine->memory_count)];
    uint32_t place = program_random(8);
    uint32_t kept = memory->kind == MACHINE_PSRAM ? EXTERNAL_KEPT_BYTES : 0;
    return place < 4 ? memory->base + place - 2
                     : memory->base + memory->size_bytes - kept - bytes + place - 6;
}

/* Whether a copy engine reaches a range, by the machine's description. */
static bool is_reachable(uint32_t address, uint32_t bytes)
{
    const struct machine_description *machine = machine_description();
    for (size_t i = 0; i < machine->memory_count; i++) {
        const struct machine_memory *memory = &machine->memories[i];
        bool external = memory->kind == MACHINE_PSRAM;
        uint64_t end = (uint64_t)memory->base + memory->size_bytes -
                       (external ? EXTERNAL_KEPT_BYTES : 0);
        if ((external || memory->kind == MACHINE_SRAM) && address >= memory->base &&
            (uint64_t)address + bytes <= end) {
            return true;
        }
    }
    return false;
}

/* Whether there is a reason to refuse a copy, whatever the driver demands. */
static bool is_wrong_copy(uint32_t to, uint32_t from, uint32_t bytes)
{
    bool overlap = (uint64_t)to < (uint64_t)from + bytes && (uint64_t)from < (uint64_t)to + bytes;
    return bytes == 0 || overlap || !is_reachable(to, bytes) || !is_reachable(from, bytes);
}

/* Returns a driver that can be called, by chance. NULL: there is none. */
static struct driver *any_driver(void)
{
    struct driver *driver = &program.drivers[program_random(DRIVERS_MAX)];
    return driver->installed && !driver->busy && !driver->dead ? driver : NULL;
}

static bool on_never(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *argument)
{
    (void)handle;
    (void)event;
    (void)argument;
    fuzz_fail("a copy that was refused has been called back");
}

/* Submits, one way or another. */
static esp_err_t submit(async_memcpy_handle_t handle, void *to, const void *from, size_t bytes)
{
    async_memcpy_ticket_t ticket;
    switch (program_random(4)) {
    case 0:
        return esp_async_memcpy_with_ticket(handle, to, from, bytes, &ticket);
    case 1:
        return esp_async_memcpy_with_ticket(handle, to, from, bytes, NULL);
    case 2:
        if (!port_in_interrupt()) {
            return esp_memcpy_blocking(handle, to, from, bytes, (int32_t)program_random(20) - 1);
        }
        break;
    default:
        break;
    }
    return esp_async_memcpy(handle, to, from, bytes, on_never, NULL);
}

static void check_refused(esp_err_t error)
{
    if (error != ESP_ERR_INVALID_ARG) {
        fuzz_fail_numbers("a wrong copy was answered wrongly", error, ESP_ERR_INVALID_ARG);
    }
}

static void refuse_copy(struct driver *driver)
{
    static const uint32_t sizes[] = {0, 1, 2, 64, 4095, 4096, 70000};
    uint32_t kind = program_random(8);
    uint32_t bytes = kind < 7 ? sizes[kind] : any_number();
    uint32_t to = any_address();
    uint32_t from = any_address();
    switch (program_random(4)) {
    case 0:
        from = to + program_random(256) - 128;
        break;
    case 1:
        to = edge_address(bytes);
        from = ORDINARY_ADDRESS;
        break;
    case 2:
        from = edge_address(bytes);
        to = ORDINARY_ADDRESS;
        break;
    default:
        break;
    }
    if (driver == NULL || program_random(8) == 0) {
        check_refused(submit(NULL, at_address(to), at_address(from), bytes));
    } else if (is_wrong_copy(to, from, bytes)) {
        driver->users++;
        check_refused(submit(driver->handle, at_address(to), at_address(from), bytes));
        driver->users--;
    }
}

/* Calls without a handle, or without the place for an answer. */
static void refuse_null(struct driver *driver)
{
    async_memcpy_stats_t stats;
    async_memcpy_info_t info;
    async_memcpy_ticket_t ticket = {{0}};
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    FUZZ_CHECK(esp_async_memcpy_install(&config, NULL) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_install_gdma_ahb(&config, NULL) == ESP_ERR_INVALID_ARG,
               "installed without a place for the handle");
    FUZZ_CHECK(esp_async_memcpy_uninstall(NULL) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_drain(NULL, 0) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_cancel(NULL) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_poll(NULL) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_get_stats(NULL, &stats) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_get_info(NULL, &info) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_set_cpu_threshold(NULL, 0) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_ticket_cancel(NULL, &ticket) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_ticket_wait(NULL, &ticket, 0) == ESP_ERR_INVALID_ARG,
               "a call without a handle was answered wrongly");
    if (driver == NULL) {
        return;
    }
    driver->users++;
    FUZZ_CHECK(esp_async_memcpy_get_stats(driver->handle, NULL) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_get_info(driver->handle, NULL) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_ticket_cancel(driver->handle, NULL) == ESP_ERR_INVALID_ARG &&
                   esp_async_memcpy_ticket_wait(driver->handle, NULL, 0) == ESP_ERR_INVALID_ARG,
               "a call without a place was answered wrongly");
    driver->users--;
}

static void refuse_number(struct driver *driver)
{
    uint32_t number = any_number();
    if (driver == NULL) {
        return;
    }
    driver->users++;
    if (number > THRESHOLD_MAX) {
        FUZZ_CHECK(esp_async_memcpy_set_cpu_threshold(driver->handle, number) ==
                       ESP_ERR_INVALID_ARG,
                   "a threshold that is too high was not refused");
    }
    if (number > (uint32_t)INT32_MAX && number != UINT32_MAX && !port_in_interrupt()) {
        int32_t timeout_ms = (int32_t)number;
        FUZZ_CHECK(esp_async_memcpy_drain(driver->handle, timeout_ms) == ESP_ERR_INVALID_ARG,
                   "a timeout below -1 was not refused");
    }
    driver->users--;
}

static bool is_power_of_two_or_zero(size_t number)
{
    return (number & (number - 1)) == 0;
}

static bool is_external_align(size_t number)
{
    return number == 0 || number == 16 || number == 32 || number == 64;
}

/* As the header has it. */
static bool is_good_config(const async_memcpy_config_t *config)
{
    size_t align = config->psram_trans_align;
    size_t burst = config->dma_burst_size;
    bool good = is_power_of_two_or_zero(config->sram_trans_align) &&
                (config->flags & ~ASYNC_MEMCPY_REPORT_ERRORS) == 0 &&
                config->stall_ms <= STALL_MS_MAX;
    if (program_cores() == 1) {
        return good; /* a chip without external RAM */
    }
    return good && is_external_align(align) && is_power_of_two_or_zero(burst) && burst <= 64 &&
           (align == 0 || burst == 0 || align == burst);
}

static async_memcpy_config_t any_config(void)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    uint32_t odd = program_random(256);
    config.backlog = program_random(BACKLOG_ORDINARY_MAX);
    if ((odd & 1) != 0) {
        config.sram_trans_align = any_number();
    }
    if ((odd & 2) != 0) {
        config.psram_trans_align = (odd & 64) != 0 ? UINT32_C(16) << (odd >> 7) : any_number();
    }
    if ((odd & 4) != 0) {
        config.dma_burst_size = (odd & 64) != 0 ? UINT32_C(1) << program_random(8) : any_number();
    }
    if ((odd & 8) != 0) {
        config.flags = (odd & 64) != 0 ? ASYNC_MEMCPY_REPORT_ERRORS : any_number();
    }
    if ((odd & 16) != 0) {
        config.stall_ms = any_number();
    }
    if ((odd & 32) != 0) {
        config.backlog = any_number();
    }
    config.weight = odd;
    return config;
}

/* Whether so large a backlog may or may not find room in the heap. */
static bool is_doubtful(const async_memcpy_config_t *config)
{
    size_t bytes = esp_async_memcpy_static_bytes(config->backlog);
    size_t most = ASYNC_MEMCPY_STATIC_BYTES(config->backlog);
    FUZZ_CHECK(bytes <= most, "the size of a static driver is above its bound");
    return config->backlog > BACKLOG_ORDINARY_MAX && bytes < (1 << 20);
}

/* A driver that was installed beside the program's own is what was asked for, and goes at once. */
static void check_installed(async_memcpy_handle_t handle, const async_memcpy_config_t *config)
{
    async_memcpy_info_t info;
    uint32_t backlog = config->backlog == 0 ? ASYNC_MEMCPY_BACKLOG_DEFAULT : config->backlog;
    FUZZ_CHECK(esp_async_memcpy_get_info(handle, &info) == ESP_OK, "no information");
    FUZZ_CHECK(info.backlog == backlog && info.free == backlog && !info.dead,
               "a new driver has another backlog");
    FUZZ_CHECK(is_reachable((uint32_t)info.internal_low, (uint32_t)info.internal_bytes),
               "the driver claims to reach more than there is");
    FUZZ_CHECK(esp_async_memcpy_drain(handle, -1) == ESP_OK &&
                   esp_async_memcpy_poll(handle) == ESP_OK,
               "a new driver has something to do");
    FUZZ_CHECK(esp_async_memcpy_uninstall(handle) == ESP_OK, "a new driver cannot be uninstalled");
}

static void check_install(esp_err_t error, async_memcpy_handle_t handle,
                          const async_memcpy_config_t *config)
{
    bool good = is_good_config(config);
    bool in_interrupt = port_in_interrupt();
    FUZZ_CHECK(good || error == ESP_ERR_INVALID_ARG ||
                   (in_interrupt && error == ESP_ERR_INVALID_STATE),
               "a wrong configuration was answered wrongly");
    FUZZ_CHECK(!good || in_interrupt == (error == ESP_ERR_INVALID_STATE),
               "a right configuration was answered wrongly");
    if (error == ESP_OK) {
        check_installed(handle, config);
        return;
    }
    FUZZ_CHECK(handle == NULL, "a handle after a failed installation");
    FUZZ_CHECK(!good || in_interrupt || error == ESP_ERR_NO_MEM || error == ESP_ERR_NOT_FOUND,
               "an installation failed with an error that it does not have");
}

static void any_install(struct driver *driver)
{
    (void)driver;
    async_memcpy_config_t config = any_config();
    async_memcpy_handle_t handle = (async_memcpy_handle_t)&config;
    if (is_doubtful(&config)) {
        return;
    }
    /* A driver at rest need not notice that its engine does not stop. */
    uint64_t kills = faults_count(FAULT_NEVER_PARKS);
    installing++;
    esp_err_t error = esp_async_memcpy_install(&config, &handle);
    check_install(error, handle, &config);
    installing--;
    program.kills_unseen += faults_count(FAULT_NEVER_PARKS) - kills;
}

/* Memory that a driver may not be installed into, and what must come of it. */
static void refuse_static(struct driver *driver)
{
    (void)driver;
    async_memcpy_config_t config = any_config();
    async_memcpy_handle_t handle = (async_memcpy_handle_t)&config;
    uint32_t memory = any_address();
    size_t needed = esp_async_memcpy_static_bytes(config.backlog);
    size_t bytes = program_random(2) == 0 ? needed + program_random(256) : any_number();
    if (program_random(4) == 0 && needed < 0x10000) {
        memory = ORDINARY_ADDRESS;
        bytes = needed - 1 - program_random(64);
    }
    bool room = needed != 0 && bytes >= needed;
    bool placed = memory % STATIC_ALIGN == 0 && needed <= UINT32_MAX &&
                  is_reachable(memory, (uint32_t)needed) &&
                  memory >= machine_description()->memories[0].base; /* internal RAM comes first */
    if (placed && room) {
        return; /* the heap's, by chance */
    }
    esp_err_t error = esp_async_memcpy_install_static(&config, at_address(memory), bytes, &handle);
    esp_err_t expected = room ? ESP_ERR_INVALID_ARG : ESP_ERR_INVALID_SIZE;
    FUZZ_CHECK(error != ESP_OK && handle == NULL, "installed into memory that cannot be used");
    if (is_good_config(&config) && !port_in_interrupt() && error != expected &&
        !(!room && !placed && error == ESP_ERR_INVALID_ARG)) {
        fuzz_fail_numbers("a wrong static installation was answered wrongly", error, expected);
    }
}

void api_refusal(void)
{
    static void (*const refusals[])(struct driver * driver) = {
        refuse_copy, refuse_copy, refuse_copy,   refuse_null,
        any_install, any_install, refuse_static, refuse_number,
    };
    uint32_t choice = program_random(sizeof(refusals) / sizeof(refusals[0]));
    refusals[choice](any_driver());
}
