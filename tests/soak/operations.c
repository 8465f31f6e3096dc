/* SPDX-License-Identifier: Apache-2.0 */
/* What tasks and interrupts do with drivers, and what each answer tells. */
#include <string.h>

#include "machine_internal.h"
#include "port.h"
#include "program.h"

enum {
    BURST_MAX = 8,
    CPU_BELOW_LARGE_MAX = 4095,
    /* After a timeout: a stop after an error takes up to 1.7 ms in an interrupt, and the other core
     * may submit what fails all the while, so that a dozen of these come before the task goes on.
     */
    LATE_US_MAX = 60000,
    US_PER_MS = 1000,
    NOTICE_CALLS = 3,
    NOTICE_CYCLES = 1 << 18, /* for the longest copy */
    NOTICE_POINTS = 100,     /* to take an interrupt */
};

static uint32_t now_us(void)
{
    return (uint32_t)(machine_cycles_to_ns(machine_now_cycles()) / 1000);
}

enum soak_status soak_status_of(esp_err_t status)
{
    switch (status) {
    case ESP_OK:
        return SOAK_OK;
    case ESP_FAIL:
        return SOAK_FAILED;
    case ESP_ERR_NOT_FINISHED:
        return SOAK_WITHDRAWN;
    case ESP_ERR_INVALID_STATE:
        return SOAK_ABANDONED;
    case ESP_ERR_TIMEOUT:
        return SOAK_TIMED_OUT;
    default:
        soak_fail_numbers("a copy ended with a status that there is not", status, ESP_OK);
    }
}

/* Around every call into a driver: while one is under way nobody uninstalls it. */
static async_memcpy_handle_t enter(struct driver *driver)
{
    driver->users++;
    program.totals->calls++;
    return driver->handle;
}

static void leave(struct driver *driver)
{
    driver->users--;
}

/* Returns a driver that can be used, by chance; NULL if there is none. */
static struct driver *any_driver(void)
{
    struct driver *driver = &program.drivers[program_random(DRIVERS_MAX)];
    bool usable = driver->installed && !driver->busy && !driver->dead && !program.ending;
    return usable ? driver : NULL;
}

void operation_died(struct driver *driver)
{
    if (!driver->dead) {
        SOAK_CHECK(faults_count(FAULT_NEVER_PARKS) != 0,
                   "a driver is dead though its engine parks");
        driver->dead = true;
        program.dead++;
        program.totals->dead++;
    }
    oracle_lose(driver);
}

/* Fails unless the program gave a reason for a copy to end like this. */
static void check_reason(const struct request *request, esp_err_t status)
{
    const struct driver *driver = request->driver;
    if (status == ESP_ERR_NOT_FINISHED) {
        SOAK_CHECK(driver->cancelling != 0 || driver->cancelled > request->began ||
                       request->cancelled,
                   "a copy was withdrawn that nobody cancelled");
    } else if (status == ESP_FAIL) {
        /* There, each append to a list that has ended is an error of its own. */
        bool usual = machine_has_variant(MACHINE_RESTART_USES_ADDR);
        bool reports = (driver->config.flags & ASYNC_MEMCPY_REPORT_ERRORS) != 0;
        uint64_t needed = 2;
        if (usual || reports) {
            needed = usual && reports ? 0 : 1;
        }
        SOAK_CHECK(faults_count_errors() >= needed, "a copy failed for no reason");
    }
}

/* A request has told how it ended. */
static void learn(struct request *request, esp_err_t status)
{
    struct driver *driver = request->driver;
    check_reason(request, status);
    oracle_tell(request, status);
    if (status == ESP_ERR_INVALID_STATE) {
        operation_died(driver);
    }
}

static void learn_by_wait(struct request *request, esp_err_t status)
{
    if (!request->told) {
        program.totals->waits[soak_status_of(status)]++;
    }
    learn(request, status);
}

/* Asks after a ticket that is certainly done. */
static void harvest(struct request *request)
{
    struct driver *driver = request->driver;
    request->waiters++;
    async_memcpy_handle_t handle = enter(driver);
    SOAK_CHECK(esp_async_memcpy_ticket_is_done(handle, &request->ticket),
               "a ticket is not done though a later copy is");
    esp_err_t status = esp_async_memcpy_ticket_wait(handle, &request->ticket, 0);
    leave(driver);
    learn_by_wait(request, status);
    oracle_release(request);
}

/* Nothing is written any more for the requests of a driver whose submission had returned before a
 * tick. called: their callbacks have been called, too. */
static void conclude(struct driver *driver, uint32_t before, bool called)
{
    struct request *request;
    uint32_t after = 0;
    while ((request = oracle_next_between(driver, after, before)) != NULL) {
        after = request->began;
        if (called && request->kind == REQUEST_CALLBACK) {
            SOAK_CHECK(request->told, "a callback is missing, or comes out of order");
        } else if (called && request->kind == REQUEST_TICKET && !request->told) {
            harvest(request);
        } else {
            oracle_over(request);
        }
    }
    oracle_settle(driver);
}

/* Likewise, and they take up no slots any more. */
static void conclude_ended(struct driver *driver, uint32_t before, bool called)
{
    oracle_slots_are_free(driver, before);
    conclude(driver, before, called);
}

static bool on_done(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *cb_args)
{
    struct request *request = cb_args;
    struct driver *driver = request->driver;
    uint32_t began = request->began;
    SOAK_CHECK(request->live && request->kind == REQUEST_CALLBACK && !request->told,
               "a callback was called twice, or for nothing");
    SOAK_CHECK(port_in_interrupt(), "a callback was not called in interrupt context");
    SOAK_CHECK(driver->installed && handle == driver->handle && event->data == NULL &&
                   event->destination == oracle_real(request->to) &&
                   event->source == oracle_real(request->from) &&
                   event->size == request->size_bytes,
               "a callback was told of another copy");
    driver->callbacks++;
    program.totals->callbacks[soak_status_of(event->status)]++;
    learn(request, event->status);
    conclude_ended(driver, began, true);
    if (program_random(256) < program.nested) {
        operation_in_interrupt();
    }
    driver->callbacks--;
    return program_random(2) == 0;
}

/* Finds out whether a driver that refuses everything is dead. */
static void ask_whether_dead(struct driver *driver)
{
    async_memcpy_info_t info;
    esp_err_t error = esp_async_memcpy_get_info(enter(driver), &info);
    leave(driver);
    SOAK_CHECK(error == ESP_OK, "no information");
    if (info.dead) {
        operation_died(driver);
    }
}

static enum request_kind choose_kind(void)
{
    uint32_t sum = (uint32_t)program.kinds[0] + program.kinds[1] + program.kinds[2];
    uint32_t choice = program_random(sum);
    if (choice < program.kinds[0]) {
        return REQUEST_SILENT;
    }
    return choice < (uint32_t)program.kinds[0] + program.kinds[1] ? REQUEST_CALLBACK
                                                                  : REQUEST_TICKET;
}

static void end_submission(struct request *request, esp_err_t error)
{
    struct driver *driver = request->driver;
    if (error == ESP_OK) {
        oracle_accept(request);
        if (driver->dead) {
            oracle_lose(driver);
        }
        oracle_settle(driver);
        return;
    }
    if (error != ESP_ERR_INVALID_STATE) {
        soak_fail_numbers("a submission was answered wrongly", error, ESP_ERR_INVALID_STATE);
    }
    if (faults_count(FAULT_NEVER_PARKS) != 0) {
        ask_whether_dead(driver);
    }
    oracle_refuse(request);
}

static void submit(struct driver *driver)
{
    struct request *request = oracle_begin(driver, choose_kind());
    if (request == NULL) {
        return;
    }
    async_memcpy_handle_t handle = enter(driver);
    uint8_t *to = oracle_real(request->to);
    uint8_t *from = oracle_real(request->from);
    esp_err_t error;
    if (request->kind == REQUEST_TICKET) {
        error = esp_async_memcpy_with_ticket(handle, to, from, request->size_bytes,
                                             &request->ticket);
    } else {
        error = esp_async_memcpy(handle, to, from, request->size_bytes,
                                 request->kind == REQUEST_CALLBACK ? on_done : NULL, request);
    }
    leave(driver);
    end_submission(request, error);
}

static void do_submit(struct driver *driver)
{
    if (!port_in_interrupt() || program.submitted < program.limit) {
        submit(driver);
    }
}

static void do_burst(struct driver *driver)
{
    for (uint32_t left = 2 + program_random(BURST_MAX - 1); left != 0 && !driver->dead; left--) {
        submit(driver);
    }
}

static int32_t choose_timeout_ms(void)
{
    static const int32_t timeouts[] = {-1, -1, -1, 0, 0, 1, 2, 30};
    return timeouts[program_random(sizeof(timeouts) / sizeof(timeouts[0]))];
}

/* A wait was over neither too early nor too late. */
static void check_time(uint32_t began_us, int32_t timeout_ms, esp_err_t status)
{
    if (timeout_ms < 0) {
        SOAK_CHECK(status != ESP_ERR_TIMEOUT, "a wait for ever timed out");
        return;
    }
    uint32_t timeout_us = (uint32_t)timeout_ms * US_PER_MS;
    uint32_t took_us = now_us() - began_us;
    if (took_us > timeout_us + LATE_US_MAX) {
        soak_fail_numbers("a wait took too long; microseconds", took_us, timeout_us);
    }
    if (status == ESP_ERR_TIMEOUT && took_us + 1 < timeout_us) {
        soak_fail_numbers("a wait timed out too early; microseconds", took_us, timeout_us);
    }
}

static void do_block(struct driver *driver)
{
    struct request *request = oracle_begin(driver, REQUEST_BLOCKING);
    if (request == NULL) {
        return;
    }
    int32_t timeout_ms = choose_timeout_ms();
    uint32_t began = request->began;
    uint32_t began_us = now_us();
    esp_err_t status = esp_memcpy_blocking(enter(driver), oracle_real(request->to),
                                           oracle_real(request->from), request->size_bytes,
                                           timeout_ms);
    leave(driver);
    check_time(began_us, timeout_ms, status);
    request->waiters++;
    learn_by_wait(request, status);
    oracle_accept(request);
    oracle_release(request);
    if (status == ESP_OK || status == ESP_FAIL) {
        conclude_ended(driver, began, true);
    }
}

static void do_ticket_wait(struct driver *driver)
{
    struct request *request = oracle_any_ticket(driver);
    if (request == NULL) {
        return;
    }
    int32_t timeout_ms = choose_timeout_ms();
    uint32_t began = request->began;
    uint32_t began_us = now_us();
    request->waiters++;
    esp_err_t status = esp_async_memcpy_ticket_wait(enter(driver), &request->ticket, timeout_ms);
    leave(driver);
    check_time(began_us, timeout_ms, status);
    if (status != ESP_ERR_TIMEOUT) {
        learn_by_wait(request, status);
    }
    oracle_release(request);
    if (status == ESP_OK || status == ESP_FAIL) {
        conclude_ended(driver, began, true);
    }
}

static void do_ticket_done(struct driver *driver)
{
    struct request *request = oracle_any_ticket(driver);
    if (request == NULL) {
        return;
    }
    request->waiters++;
    async_memcpy_handle_t handle = enter(driver);
    if (esp_async_memcpy_ticket_is_done(handle, &request->ticket)) {
        learn_by_wait(request, esp_async_memcpy_ticket_wait(handle, &request->ticket, 0));
    }
    leave(driver);
    oracle_release(request);
}

static void do_ticket_cancel(struct driver *driver)
{
    struct request *request = oracle_any_ticket(driver);
    if (request == NULL) {
        return;
    }
    request->waiters++;
    request->cancelled = true;
    esp_err_t error = esp_async_memcpy_ticket_cancel(enter(driver), &request->ticket);
    leave(driver);
    program_trace("ticket cancel", driver, request, error);
    if (error == ESP_OK) {
        oracle_over(request);
    } else {
        SOAK_CHECK(error == ESP_ERR_INVALID_STATE, "cancelling a ticket was answered wrongly");
        operation_died(driver);
    }
    oracle_release(request);
}

/* Nothing of a driver is in flight: its counters must say what the requests have said. */
static void check_counters(struct driver *driver)
{
    uint32_t accepted = driver->accepted;
    uint32_t begun = driver->begun;
    async_memcpy_stats_t stats;
    if (oracle_count_in_flight(driver) != 0) {
        return;
    }
    SOAK_CHECK(esp_async_memcpy_get_stats(enter(driver), &stats) == ESP_OK, "no statistics");
    leave(driver);
    if (driver->accepted != accepted || driver->begun != begun || driver->submitting != 0 ||
        driver->dead) {
        return;
    }
    uint32_t bad = stats.failed + stats.withdrawn;
    SOAK_CHECK(stats.in_flight == 0, "copies are counted in flight that have ended");
    if (bad < driver->bad_certain || bad > driver->bad_possible) {
        soak_fail_numbers("so many are counted that ended badly, and so many have said so", bad,
                          driver->bad_certain);
    }
    driver->bad_certain = bad;
    driver->bad_possible = bad;
}

static esp_err_t drain(struct driver *driver, int32_t timeout_ms)
{
    uint32_t tick = oracle_tick();
    uint32_t began_us = now_us();
    esp_err_t error = esp_async_memcpy_drain(enter(driver), timeout_ms);
    leave(driver);
    program_trace("drain", driver, NULL, error);
    check_time(began_us, timeout_ms, error);
    if (error == ESP_OK) {
        conclude_ended(driver, tick, true);
        check_counters(driver);
    } else if (error == ESP_ERR_INVALID_STATE) {
        operation_died(driver);
    } else {
        SOAK_CHECK(error == ESP_ERR_TIMEOUT, "draining was answered wrongly");
    }
    return error;
}

static void do_drain(struct driver *driver)
{
    (void)drain(driver, choose_timeout_ms());
}

static void do_poll(struct driver *driver)
{
    uint32_t tick = oracle_tick();
    uint32_t before = oracle_count_in_flight(driver);
    uint32_t begun = driver->begun;
    esp_err_t error = esp_async_memcpy_poll(enter(driver));
    leave(driver);
    if (error == ESP_OK) {
        conclude_ended(driver, tick, false);
    } else if (error == ESP_ERR_INVALID_STATE) {
        operation_died(driver);
    } else {
        SOAK_CHECK(error == ESP_ERR_NOT_FINISHED, "polling was answered wrongly");
        SOAK_CHECK(before + driver->begun - begun != 0, "unfinished, but nothing is in flight");
    }
}

static void do_cancel(struct driver *driver)
{
    bool delivering = driver->callbacks != 0 || program_cores() > 1;
    bool all_called = !port_in_interrupt() || !delivering;
    uint32_t tick = oracle_tick();
    driver->cancelling++;
    esp_err_t error = esp_async_memcpy_cancel(enter(driver));
    leave(driver);
    program_trace("cancel", driver, NULL, error);
    driver->cancelling--;
    driver->cancelled = oracle_tick();
    if (error == ESP_OK && all_called) {
        conclude_ended(driver, tick, true);
    } else if (error == ESP_OK) {
        oracle_linger(driver, tick);
        conclude(driver, tick, false);
    } else {
        SOAK_CHECK(error == ESP_ERR_INVALID_STATE, "cancelling was answered wrongly");
        operation_died(driver);
    }
}

static void do_scribble(struct driver *driver)
{
    (void)driver;
    oracle_scribble();
}

static void do_verify(struct driver *driver)
{
    (void)driver;
    oracle_verify();
}

static void do_uninstall(struct driver *driver)
{
    if (driver->users == 0) {
        program_uninstall(driver, false);
    }
}

/* What a lost interrupt has left behind must be noticed by the next call: with one core nobody else
 * makes one. Three, since the first may find that an append was lost, too. */
static void do_notice(struct driver *driver)
{
    const struct request *oldest = oracle_next_between(driver, 0, oracle_tick());
    faults_forget();
    if (oldest == NULL || oldest->kind != REQUEST_CALLBACK || program_cores() > 1 ||
        faults_count(FAULT_STALL) != 0) {
        return;
    }
    uint32_t began = oldest->began;
    for (int i = 0; i < NOTICE_CALLS; i++) {
        machine_advance(NOTICE_CYCLES);
        submit(driver);
        for (int points = 0; points < NOTICE_POINTS; points++) {
            machine_point();
        }
    }
    oldest = oracle_next_between(driver, began - 1, oracle_tick());
    SOAK_CHECK(oldest == NULL || oldest->began != began || oldest->told || driver->dead,
               "the driver is called, and does not notice that a copy has ended");
}

static void do_threshold(struct driver *driver)
{
    static const uint16_t thresholds[] = {0, 0, 8, 30, 300, CPU_BELOW_LARGE_MAX};
    size_t bytes = thresholds[program_random(sizeof(thresholds) / sizeof(thresholds[0]))];
    SOAK_CHECK(esp_async_memcpy_set_cpu_threshold(enter(driver), bytes) == ESP_OK,
               "a threshold was refused");
    leave(driver);
}

static void do_pass_time(struct driver *driver)
{
    (void)driver;
    machine_advance(program_random(program_random(8) == 0 ? 60000 : 500));
    for (uint32_t left = program_random(8); left != 0; left--) {
        machine_point();
    }
}

static void do_info(struct driver *driver)
{
    async_memcpy_info_t info;
    SOAK_CHECK(esp_async_memcpy_get_info(enter(driver), &info) == ESP_OK, "no information");
    leave(driver);
    SOAK_CHECK(info.backlog == driver->backlog && info.free <= driver->backlog,
               "the backlog is wrong");
    if (info.dead) {
        operation_died(driver);
    }
}

static void do_refused_argument(struct driver *driver)
{
    uint8_t *margin = oracle_real(0);
    uint8_t *flash = (uint8_t *)(uintptr_t)0x3C000100; /* NOLINT(performance-no-int-to-ptr) */
    size_t half = (size_t)ORACLE_MARGIN_BYTES / 2;
    const struct {
        uint8_t *to;
        uint8_t *from;
        size_t size_bytes;
    } wrong[] = {
        {NULL, margin, half},       {margin, NULL, half},
        {margin, margin + half, 0}, {margin, margin + 1, 64},
        {flash, margin, half},      {margin, flash, half},
        {margin, margin, half},     {margin, margin + half, SIZE_MAX},
    };
    uint32_t i = program_random(sizeof(wrong) / sizeof(wrong[0]));
    esp_err_t error = esp_async_memcpy(enter(driver), wrong[i].to, wrong[i].from,
                                       wrong[i].size_bytes, on_done, NULL);
    leave(driver);
    SOAK_CHECK(error == ESP_ERR_INVALID_ARG, "a wrong argument was not refused");
}

/* Calls that are for tasks only. */
static void do_refused_context(struct driver *driver)
{
    if (!port_in_interrupt()) {
        return;
    }
    async_memcpy_handle_t handle = enter(driver);
    async_memcpy_handle_t other = NULL;
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    uint8_t *margin = oracle_real(0);
    size_t half = (size_t)ORACLE_MARGIN_BYTES / 2;
    SOAK_CHECK(
        esp_memcpy_blocking(handle, margin, margin + half, half, -1) == ESP_ERR_INVALID_STATE &&
            esp_async_memcpy_drain(handle, -1) == ESP_ERR_INVALID_STATE &&
            esp_async_memcpy_uninstall(handle) == ESP_ERR_INVALID_STATE &&
            esp_async_memcpy_install(&config, &other) == ESP_ERR_INVALID_STATE && other == NULL,
        "an interrupt may do what only tasks may");
    leave(driver);
}

static void do_fault(struct driver *driver)
{
    (void)driver;
    faults_plan();
}

static void in_interrupt(void *argument)
{
    (void)argument;
    operation_in_interrupt();
}

static void do_interrupt(struct driver *driver)
{
    (void)driver;
    port_call_as_interrupt(in_interrupt, NULL);
}

static void (*const operations[OPERATION_COUNT])(struct driver *driver) = {
    [OPERATION_SUBMIT] = do_submit,
    [OPERATION_POLL] = do_poll,
    [OPERATION_CANCEL] = do_cancel,
    [OPERATION_TICKET_DONE] = do_ticket_done,
    [OPERATION_TICKET_CANCEL] = do_ticket_cancel,
    [OPERATION_SCRIBBLE] = do_scribble,
    [OPERATION_REFUSED_ARGUMENT] = do_refused_argument,
    [OPERATION_REFUSED_CONTEXT] = do_refused_context,
    [OPERATION_BURST] = do_burst,
    [OPERATION_BLOCK] = do_block,
    [OPERATION_TICKET_WAIT] = do_ticket_wait,
    [OPERATION_DRAIN] = do_drain,
    [OPERATION_UNINSTALL] = do_uninstall,
    [OPERATION_NOTICE] = do_notice,
    [OPERATION_THRESHOLD] = do_threshold,
    [OPERATION_PASS_TIME] = do_pass_time,
    [OPERATION_VERIFY] = do_verify,
    [OPERATION_INFO] = do_info,
    [OPERATION_FAULT] = do_fault,
    [OPERATION_INTERRUPT] = do_interrupt,
};

/* Does one of the first operations, by their weights. */
static void do_one_of(unsigned count)
{
    if (program.intrude != NULL && program.intrude()) {
        return;
    }
    struct driver *driver = any_driver();
    uint32_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        sum += program.weights[i];
    }
    uint32_t choice = program_random(sum);
    unsigned i = 0;
    while (choice >= program.weights[i]) {
        choice -= program.weights[i];
        i++;
    }
    if (driver != NULL) {
        operations[i](driver);
    }
}

void operation_in_interrupt(void)
{
    do_one_of(OPERATION_INTERRUPT_COUNT);
}

void operation_step(void)
{
    struct driver *driver = &program.drivers[program_random(DRIVERS_MAX)];
    if (!driver->installed && !driver->busy && program_random(4) == 0) {
        program_install(driver);
    }
    do_one_of(OPERATION_COUNT);
}

/* A dead driver has given up all that was in flight, and says so at every call. */
static void check_dead(struct driver *driver)
{
    async_memcpy_handle_t handle = enter(driver);
    uint8_t *to = oracle_real(0);
    uint8_t *from = to + ORACLE_MARGIN_BYTES / 2;
    bool demanding = driver->config.sram_trans_align > 1;
    esp_err_t error = esp_async_memcpy_poll(handle);
    SOAK_CHECK(error == ESP_ERR_INVALID_STATE, "a dead driver can be polled");
    error = esp_async_memcpy(handle, to, from, 1, NULL, NULL);
    SOAK_CHECK(error == ESP_ERR_INVALID_STATE || demanding, "a dead driver takes copies");
    error = esp_async_memcpy_drain(handle, -1);
    SOAK_CHECK(error == ESP_ERR_INVALID_STATE, "a dead driver can be drained");
    error = esp_async_memcpy_cancel(handle);
    SOAK_CHECK(error == ESP_ERR_INVALID_STATE, "a dead driver can cancel");
    error = esp_async_memcpy_uninstall(handle);
    SOAK_CHECK(error == ESP_ERR_INVALID_STATE, "a dead driver can be uninstalled");
    leave(driver);
    conclude_ended(driver, oracle_tick(), true);
}

void operation_finish(struct driver *driver)
{
    if (!driver->dead) {
        esp_err_t error = drain(driver, -1);
        SOAK_CHECK(error == ESP_OK || driver->dead, "draining was answered wrongly");
    }
    if (driver->dead) {
        check_dead(driver);
    } else {
        program_uninstall(driver, true);
    }
}
