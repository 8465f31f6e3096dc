/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target "corruption": a running driver whose items and registers are changed from outside
 * (corruption_harm.c), beside another one on another channel that nobody harms.
 *
 * Demanded: every call ends, in bounded virtual time; each callback is called once and each ticket
 * and blocking copy is told once; a copy that ended well is right, unless somebody lied to the
 * engine; memory beside the destinations stays as it is (corruption_memory.c); the driver says that
 * it is dead only if the block could not confirm a stop; it can be uninstalled, whereupon nothing
 * moves; a driver that is installed then works; and the other driver has noticed nothing.
 */
#include <stdio.h>
#include <string.h>

#include "corruption.h"
#include "esp_heap_caps.h"
#include "machine.h"
#include "port.h"
#include "port_sim.h"

enum {
    STEPS_MAX = 120,
    CHIPS = 2,
    BACKLOG_MAX = 6,
    TIMEOUT_MS_MAX = 4,
    LATE_US_MAX = 30000,
    STALL_MS = 5,
    QUIET_POINTS = 200,
};

static async_memcpy_config_t config;
static async_memcpy_handle_t driver;
static async_memcpy_handle_t bystander;
static bool dead;
static bool ending;
static struct fuzz_input rest;
static bool traces;

void trace_step(const char *what, int64_t number)
{
    if (traces) {
        (void)fprintf(stderr, "%10llu %s%s: %lld\n", (unsigned long long)machine_now_cycles(),
                      machine_in_interrupt() ? "(interrupt) " : "", what, (long long)number);
    }
}

/* What the harm does counts as the driver's mistakes; they are not. But nobody may wait for ever.
 */
static void on_complaint(enum machine_complaint kind, const char *text, void *context)
{
    (void)context;
    trace_step(text, kind);
    if (!harm_done.any || strncmp(text, "deadlock", strlen("deadlock")) == 0) {
        fuzz_fail(text);
    }
}

static void died(bool bystands)
{
    dead = dead || !bystands;
    FUZZ_CHECK(harm_done.gated, "a driver is dead whose engine confirms that it stopped");
}

static void end(struct copy *copy, esp_err_t status)
{
    FUZZ_CHECK(!copy->told, "a copy was told of twice");
    FUZZ_CHECK(!copy->bystands || status == ESP_OK || harm_done.block,
               "harm to one driver had a copy of another one fail");
    FUZZ_CHECK(status == ESP_OK || status == ESP_FAIL || status == ESP_ERR_NOT_FINISHED ||
                   status == ESP_ERR_TIMEOUT || status == ESP_ERR_INVALID_STATE,
               "a copy ended with a status that there is not");
    trace_step("told", status);
    if (status == ESP_ERR_INVALID_STATE) {
        died(copy->bystands);
    }
    memory_end(copy, status);
}

static void submit(void);

static bool on_done(async_memcpy_handle_t handle, async_memcpy_event_t *event, void *argument)
{
    struct copy *copy = argument;
    FUZZ_CHECK(port_in_interrupt(), "a callback was not called in interrupt context");
    FUZZ_CHECK(copy->live && copy->kind == COPY_CALLBACK, "a callback was called for nothing");
    FUZZ_CHECK(handle == driver && event->destination == memory_at(copy->to) &&
                   event->size == copy->bytes,
               "a callback was told of another copy");
    end(copy, event->status);
    if (!ending && fuzz_take(&rest, 1) % 4 == 1) {
        submit();
    }
    return false;
}

/* Tickets are asked after; a silent copy is over when nothing is in flight. */
static void learn_tickets(void)
{
    for (size_t i = 0; i < COPIES_MAX; i++) {
        struct copy *copy = &copies[i];
        if (copy->live && !copy->told && copy->kind == COPY_TICKET &&
            esp_async_memcpy_ticket_is_done(driver, &copy->ticket)) {
            end(copy, esp_async_memcpy_ticket_wait(driver, &copy->ticket, 0));
        }
    }
}

/* Nothing of the copies up to a number is in flight: everyone has been told, and the silent ones'
 * places are free. */
static void conclude(bool good, uint32_t last)
{
    async_memcpy_stats_t stats;
    FUZZ_CHECK(esp_async_memcpy_get_stats(driver, &stats) == ESP_OK, "no statistics");
    learn_tickets();
    for (size_t i = 0; i < COPIES_MAX; i++) {
        struct copy *copy = &copies[i];
        if (!copy->live || copy->told || copy->number > last) {
            continue;
        }
        FUZZ_CHECK(copy->kind == COPY_SILENT, "nothing is in flight, and somebody was not told");
        bool well = good && stats.failed == 0 && stats.withdrawn == 0;
        memory_end(copy, well ? ESP_OK : ESP_ERR_TIMEOUT);
    }
    memory_check();
}

static void block(async_memcpy_handle_t handle, struct copy *copy, int32_t timeout_ms)
{
    uint32_t began_us = port_now_us();
    copy->kind = COPY_BLOCKING;
    esp_err_t status = esp_memcpy_blocking(handle, memory_at(copy->to), memory_at(copy->from),
                                           copy->bytes, timeout_ms);
    uint32_t took_us = port_now_us() - began_us;
    if (timeout_ms >= 0 && took_us > (uint32_t)timeout_ms * 1000 + LATE_US_MAX) {
        fuzz_fail_numbers("a wait took too long; microseconds", took_us, timeout_ms * 1000);
    }
    FUZZ_CHECK(status != ESP_ERR_TIMEOUT || timeout_ms >= 0, "a wait for ever timed out");
    end(copy, status);
}

static int32_t take_timeout(void)
{
    return (int32_t)fuzz_below(&rest, TIMEOUT_MS_MAX + 2) - 1;
}

static void submit(void)
{
    struct copy *copy = memory_begin(&rest, &config);
    if (copy == NULL) {
        return;
    }
    copy->kind = (enum copy_kind)fuzz_below(&rest, COPY_BLOCKING);
    void *to = memory_at(copy->to);
    void *from = memory_at(copy->from);
    esp_err_t error = copy->kind == COPY_TICKET
                          ? esp_async_memcpy_with_ticket(driver, to, from, copy->bytes,
                                                         &copy->ticket)
                          : esp_async_memcpy(driver, to, from, copy->bytes,
                                             copy->kind == COPY_CALLBACK ? on_done : NULL, copy);
    trace_step("submit", error);
    if (error != ESP_OK) {
        FUZZ_CHECK(error == ESP_ERR_INVALID_STATE, "a submission was answered wrongly");
        memory_undo(copy);
    }
}

static void block_once(void)
{
    struct copy *copy = memory_begin(&rest, &config);
    if (copy != NULL) {
        block(driver, copy, take_timeout());
    }
}

static void bystand(void)
{
    static const async_memcpy_config_t any = ASYNC_MEMCPY_DEFAULT_CONFIG();
    struct copy *copy = harm_done.block ? NULL : memory_begin(&rest, &any);
    if (copy != NULL) {
        copy->bystands = true;
        block(bystander, copy, -1);
    }
}

static void harm(void)
{
    harm_plan(&rest, driver);
}

static void pass_time(void)
{
    uint32_t time = fuzz_take(&rest, 1);
    machine_advance((uint64_t)time * time / 4);
    machine_point();
}

static void drain(int32_t timeout_ms)
{
    esp_err_t error = esp_async_memcpy_drain(driver, timeout_ms);
    trace_step("drain", error);
    if (error == ESP_ERR_INVALID_STATE) {
        died(false);
        return;
    }
    FUZZ_CHECK(error == ESP_OK || (error == ESP_ERR_TIMEOUT && timeout_ms >= 0),
               "draining was answered wrongly");
    if (error == ESP_OK) {
        conclude(true, memory_count());
    }
}

static void drain_some(void)
{
    drain(take_timeout());
}

static void cancel(void)
{
    uint32_t last = memory_count();
    esp_err_t error = esp_async_memcpy_cancel(driver);
    trace_step("cancel", error);
    if (error == ESP_ERR_INVALID_STATE) {
        died(false);
        return;
    }
    FUZZ_CHECK(error == ESP_OK, "cancelling was answered wrongly");
    conclude(false, last);
    if (!harm_done.lied && memory_count() == last) {
        memory_check_stillness();
    }
}

static void poll(void)
{
    esp_err_t error = esp_async_memcpy_poll(driver);
    if (error == ESP_ERR_INVALID_STATE) {
        died(false);
    }
    FUZZ_CHECK(error == ESP_OK || error == ESP_ERR_NOT_FINISHED || dead,
               "polling was answered wrongly");
    learn_tickets();
}

static void use_tickets(void)
{
    struct copy *copy = &copies[fuzz_below(&rest, COPIES_MAX)];
    if (!copy->live || copy->told || copy->kind != COPY_TICKET) {
        return;
    }
    if (fuzz_below(&rest, 2) == 0) {
        esp_err_t error = esp_async_memcpy_ticket_cancel(driver, &copy->ticket);
        FUZZ_CHECK(error == ESP_OK || error == ESP_ERR_INVALID_STATE,
                   "cancelling a ticket was answered wrongly");
        return;
    }
    esp_err_t status = esp_async_memcpy_ticket_wait(driver, &copy->ticket, take_timeout());
    if (status != ESP_ERR_TIMEOUT) {
        end(copy, status);
    }
}

static void set_threshold(void)
{
    (void)esp_async_memcpy_set_cpu_threshold(driver, fuzz_take(&rest, 1));
}

static void verify(void)
{
    memory_check();
}

static void (*const steps[])(void) = {
    submit, submit,     submit, submit, harm,        harm,          harm,   block_once, bystand,
    poll,   drain_some, cancel, submit, use_tickets, set_threshold, verify, pass_time,  pass_time,
};

static async_memcpy_config_t take_config(void)
{
    static const uint8_t aligns[] = {0, 0, 4, 16};
    async_memcpy_config_t taken = ASYNC_MEMCPY_DEFAULT_CONFIG();
    uint32_t flags = fuzz_take(&rest, 1);
    taken.backlog = 1 + fuzz_below(&rest, BACKLOG_MAX);
    taken.sram_trans_align = aligns[flags & 3];
    taken.psram_trans_align = (flags & 4) != 0 ? 16 : 0;
    taken.flags = (flags & 0x18) == 0x18 ? ASYNC_MEMCPY_REPORT_ERRORS : 0;
    taken.stall_ms = STALL_MS;
    return taken;
}

static async_memcpy_handle_t install(unsigned number, const async_memcpy_config_t *how)
{
    async_memcpy_handle_t handle;
    esp_err_t error = esp_async_memcpy_install(how, &handle);
    FUZZ_CHECK(error == ESP_OK, "a driver cannot be installed");
    memory_own(number, handle, esp_async_memcpy_static_bytes(how->backlog));
    return handle;
}

/* A dead driver has given up all, and says so. */
static void check_dead(void)
{
    async_memcpy_info_t info;
    FUZZ_CHECK(esp_async_memcpy_poll(driver) == ESP_ERR_INVALID_STATE &&
                   esp_async_memcpy_get_info(driver, &info) == ESP_OK && info.dead,
               "a driver was dead and is not any more");
    learn_tickets();
    for (size_t i = 0; i < COPIES_MAX; i++) {
        FUZZ_CHECK(!copies[i].live || copies[i].told || copies[i].kind == COPY_SILENT,
                   "a driver is dead, and has not told somebody");
    }
    FUZZ_CHECK(esp_async_memcpy_uninstall(driver) == ESP_ERR_INVALID_STATE,
               "a dead driver can be uninstalled");
}

/* Nothing is in flight: no interrupt comes, but for what is still being cleared. */
static void check_quiet(void)
{
    uint64_t before = 0;
    for (unsigned i = 0; i < QUIET_POINTS; i++) {
        if (i == QUIET_POINTS / 2) {
            before = machine_stats()->interrupts;
        }
        machine_advance(1);
        machine_point();
    }
    FUZZ_CHECK(machine_stats()->interrupts == before, "interrupts come though nothing happens");
}

/* Everything ends; then a new driver works as if nothing had happened. */
static void finish(void)
{
    ending = true;
    if (!dead) {
        drain(-1);
    }
    harm_forget();
    if (dead) {
        check_dead();
    } else {
        if (!harm_done.lied) {
            check_quiet();
        }
        esp_err_t error = esp_async_memcpy_uninstall(driver);
        if (error != ESP_OK) {
            fuzz_fail_numbers("uninstalling fails for no reason", error, ESP_OK);
        }
        memory_check_stillness();
        memory_check();
    }
    struct fuzz_input none = {NULL, 0};
    driver = install(0, &config);
    harm_done = (struct harm_done){.lied = harm_done.lied && dead, .any = true};
    struct copy *copy = memory_begin(&none, &config);
    if (copy != NULL) {
        block(driver, copy, -1);
        FUZZ_CHECK(copy->status == ESP_OK, "a new driver does not work");
    }
    FUZZ_CHECK(esp_async_memcpy_uninstall(driver) == ESP_OK, "a new driver cannot be uninstalled");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const chips[CHIPS] = {"esp32c3", "esp32s3"};
    static const async_memcpy_config_t any = ASYNC_MEMCPY_DEFAULT_CONFIG();
    fuzz_begin();
    rest = (struct fuzz_input){bytes, size};
    traces = fuzz_traces();
    dead = false;
    ending = false;
    struct machine_config machine = {.chip = chips[fuzz_below(&rest, CHIPS)]};
    machine.cache_line_bytes = 16u << fuzz_below(&rest, 3);
    machine.seed = fuzz_take(&rest, 1);
    machine.variants = fuzz_take(&rest, 2) & ((1u << MACHINE_VARIANT_COUNT) - 1);
    config = take_config();
    FUZZ_CHECK(port_sim_power_on(&machine), "the machine cannot be switched on");
    machine_on_complaint(on_complaint, NULL);
    harm_open();
    memory_open();
    bystander = install(1, &any);
    driver = install(0, &config);
    for (unsigned i = 0; i < STEPS_MAX && rest.left != 0 && !dead; i++) {
        steps[fuzz_below(&rest, sizeof(steps) / sizeof(steps[0]))]();
    }
    finish();
    machine_on_complaint(NULL, NULL);
    return 0;
}
