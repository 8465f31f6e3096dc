/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a program begins and ends: its own process for each test, which must end with status 0 and
 * without a word, be it of a sanitizer.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_OPTION "--child"

/* In a forked child the leak check of gcc 12 waits for locks and threads of the parent. */
#define NO_LEAK_CHECK "ASAN_OPTIONS", "detect_leaks=0"

enum { SIZE = 4000000, COPIES = 8 };

static const char *program;

static uint8_t source[SIZE];
static uint8_t destination[SIZE];

_Noreturn static void sleep_for_ever(void)
{
    for (;;) {
        (void)pause();
    }
}

/* Leaves a driver with copies under way. */
static async_memcpy_handle_t begin_copies(async_memcpy_isr_cb_t callback, void *argument)
{
    async_memcpy_handle_t driver = suite_install(COPIES);
    for (size_t i = 0; i < COPIES; i++) {
        size_t part = SIZE / COPIES;
        CHECK_EQ(esp_async_memcpy(driver, destination + i * part, source + i * part, part, callback,
                                  argument),
                 ESP_OK);
    }
    return driver;
}

static atomic_uint calls;

static bool note_call(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    (void)driver;
    (void)event;
    (void)argument;
    atomic_fetch_add(&calls, 1);
    return false;
}

/* Runs behind the library's end. No more callbacks may come than the interrupt that was running
 * then had to call: not all, as if the program went on. */
static void check_at_exit(void)
{
    enum { A_LONG_TIME = 100000, CALLS_IN_ONE_INTERRUPT = 3 };
    unsigned before = atomic_load(&calls);
    for (unsigned i = 0; i < A_LONG_TIME && atomic_load(&calls) < COPIES; i++) {
        CHECK_EQ(sched_yield(), 0);
    }
    CHECK(atomic_load(&calls) <= before + CALLS_IN_ONE_INTERRUPT);
}

static int exit_while_copies_run(void)
{
    CHECK_EQ(atexit(check_at_exit), 0);
    (void)begin_copies(note_call, NULL);
    return EXIT_SUCCESS;
}

static bool exit_now(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    (void)driver;
    (void)event;
    (void)argument;
    exit(EXIT_SUCCESS);
}

static int exit_in_a_callback(void)
{
    (void)begin_copies(exit_now, NULL);
    sleep_for_ever();
}

static bool never_return(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    const int *pipe_ends = argument;
    (void)driver;
    (void)event;
    CHECK_EQ(write(pipe_ends[1], "x", 1), 1);
    sleep_for_ever();
}

/* A callback that never returns must not keep the program from ending. */
static int exit_while_a_callback_waits(void)
{
    static int ends[2];
    char byte = 0;
    CHECK_EQ(pipe(ends), 0);
    (void)begin_copies(never_return, ends);
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    return EXIT_SUCCESS;
}

static void *block(void *driver)
{
    (void)esp_memcpy_blocking(driver, destination, source, SIZE, -1);
    return NULL;
}

static int exit_while_a_thread_waits(void)
{
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, block, suite_install(1)), 0);
    CHECK_EQ(pthread_detach(thread), 0);
    return EXIT_SUCCESS;
}

/* Forks while copies run. The machine's thread has begun by then: while a thread begins, a
 * sanitizer holds locks that the child would find locked for ever. */
static pid_t fork_while_copies_run(void)
{
    async_memcpy_handle_t driver = suite_install(1);
    CHECK_EQ(esp_memcpy_blocking(driver, destination, source, 1, -1), ESP_OK);
    (void)begin_copies(note_call, NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    return child;
}

static int status_of(pid_t child)
{
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The child has no thread of the machine; it may end, and it may use a driver of its own. What the
 * parent has submitted calls back in the parent only. */
static int driver_in_a_forked_child(void)
{
    pid_t child = fork_while_copies_run();
    if (child == 0) {
        unsigned calls_before = atomic_load(&calls);
        async_memcpy_handle_t driver = suite_install(1);
        uint8_t *bytes = calloc(2, SIZE);
        CHECK(bytes != NULL);
        suite_fill(bytes, SIZE, 3);
        CHECK_EQ(esp_memcpy_blocking(driver, bytes + SIZE, bytes, SIZE, -1), ESP_OK);
        suite_check(bytes + SIZE, SIZE, 3);
        CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
        CHECK_EQ(atomic_load(&calls), calls_before);
        free(bytes);
        return EXIT_SUCCESS;
    }
    return status_of(child);
}

static int fork_and_exit(void)
{
    pid_t child = fork_while_copies_run();
    if (child == 0) {
        exit(EXIT_SUCCESS);
    }
    return status_of(child);
}

/* Signals go to the program's threads, never to the machine's: it would take some of these. */
static void ignore_signal(int number)
{
    (void)number;
}

static int signals_stay_away(void)
{
    enum { SIGNALS = 2000 };
    const struct sigaction action = {.sa_handler = ignore_signal};
    sigset_t signals;
    (void)suite_install(1);
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_EQ(sigemptyset(&signals), 0);
    CHECK_EQ(sigaddset(&signals, SIGUSR1), 0);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &signals, NULL), 0);
    for (unsigned i = 0; i < SIGNALS; i++) {
        int number = 0;
        CHECK_EQ(kill(getpid(), SIGUSR1), 0);
        CHECK_EQ(sigwait(&signals, &number), 0);
        CHECK_EQ(number, SIGUSR1);
    }
    return EXIT_SUCCESS;
}

static int strict_from_the_environment(void)
{
    async_memcpy_handle_t driver = suite_install(1);
    CHECK_EQ(esp_memcpy_blocking(driver, destination, source, 1, -1), ESP_ERR_INVALID_ARG);
    async_memcpy_host_set_strict(false);
    CHECK_EQ(esp_memcpy_blocking(driver, destination, source, 1, -1), ESP_OK);
    return EXIT_SUCCESS;
}

static int choice_of_the_chip(void)
{
    async_memcpy_host_stats_t stats;
    CHECK(!async_memcpy_host_wait_for_interrupt());
    async_memcpy_host_get_stats(&stats);
    CHECK(stats.chip == NULL && stats.time_ns == 0);
    CHECK_EQ(async_memcpy_host_select_chip(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(async_memcpy_host_select_chip(SUITE_CHIP), ESP_OK);
    (void)suite_install(1);
    async_memcpy_host_get_stats(&stats);
    CHECK(strcmp(stats.chip, SUITE_CHIP) == 0);
    CHECK_EQ(async_memcpy_host_select_chip(SUITE_CHIP), ESP_OK);
    for (size_t i = 0; async_memcpy_host_chip_name(i) != NULL; i++) {
        const char *name = async_memcpy_host_chip_name(i);
        CHECK_EQ(async_memcpy_host_select_chip(name),
                 strcmp(name, SUITE_CHIP) == 0 ? ESP_OK : ESP_ERR_INVALID_STATE);
    }
    return EXIT_SUCCESS;
}

/* The line on stderr is expected, so it is looked at here. */
static int unknown_chip(void)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    char text[200] = "";
    int ends[2];
    int stderr_before = dup(STDERR_FILENO);
    async_memcpy_handle_t driver = NULL;
    CHECK_EQ(pipe(ends), 0);
    CHECK(stderr_before >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_ERR_NOT_SUPPORTED);
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_ERR_NOT_SUPPORTED);
    CHECK(heap_caps_malloc(1, MALLOC_CAP_DMA) == NULL);
    CHECK(dup2(stderr_before, STDERR_FILENO) >= 0);
    ssize_t length = read(ends[0], text, sizeof text - 1);
    CHECK(length > 0 && text[length - 1] == '\n' && strchr(text, '\n') == text + length - 1);
    CHECK(strstr(text, "\"esp33\"") != NULL && strstr(text, " " SUITE_CHIP) != NULL);
    CHECK_EQ(async_memcpy_host_select_chip(SUITE_CHIP), ESP_OK);
    (void)suite_install(1);
    return EXIT_SUCCESS;
}

static const struct child {
    const char *name;
    int (*body)(void);
    const char *variable; /* set in the environment; NULL: none is */
    const char *value;
} children[] = {
    {"exit while copies run", exit_while_copies_run, NULL, NULL},
    {"exit in a callback", exit_in_a_callback, NULL, NULL},
    {"exit while a callback waits", exit_while_a_callback_waits, NULL, NULL},
    {"exit while a thread waits", exit_while_a_thread_waits, NULL, NULL},
    {"a driver in a forked child", driver_in_a_forked_child, NO_LEAK_CHECK},
    {"fork and exit", fork_and_exit, NO_LEAK_CHECK},
    {"signals stay away", signals_stay_away, NULL, NULL},
    {"strict from the environment", strict_from_the_environment, "ASYNC_MEMCPY_STRICT", "1"},
    {"choice of the chip", choice_of_the_chip, NULL, NULL},
    {"unknown chip", unknown_chip, "ASYNC_MEMCPY_CHIP", "esp33"},
};
enum { CHILD_COUNT = sizeof children / sizeof children[0] };

static const struct child *child_of(const char *name)
{
    for (size_t i = 0; i < CHILD_COUNT; i++) {
        if (strcmp(children[i].name, name) == 0) {
            return &children[i];
        }
    }
    check_failed(__FILE__, __LINE__, name);
}

/* Reads until all who hold the other end are gone. Returns false if there was anything; the child
 * has a minute. */
static bool is_silent(int end)
{
    enum { LONG_MS = 60000 };
    bool silent = true;
    char text[1000];
    ssize_t length = 1;
    while (length > 0) {
        struct pollfd poller = {.fd = end, .events = POLLIN};
        CHECK(poll(&poller, 1, LONG_MS) == 1);
        length = read(end, text, sizeof text - 1);
        if (length > 0) {
            text[length] = '\0';
            (void)printf("# %s\n", text);
            silent = false;
        }
    }
    return silent;
}

_Noreturn static void become_child(const struct child *child, const int *ends)
{
    CHECK_EQ(setenv("ASYNC_MEMCPY_CHIP", SUITE_CHIP, 1), 0);
    if (child->variable != NULL) {
        CHECK_EQ(setenv(child->variable, child->value, 1), 0);
    }
    CHECK(dup2(ends[1], STDOUT_FILENO) >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)execl(program, program, CHILD_OPTION, child->name, (char *)NULL);
    _exit(EXIT_FAILURE);
}

static void run_in_process(void)
{
    const struct child *child = child_of(suite_test_name());
    int ends[2];
    int status = -1;
    (void)fflush(stdout);
    CHECK_EQ(pipe(ends), 0);
    pid_t process = fork();
    CHECK(process >= 0);
    if (process == 0) {
        become_child(child, ends);
    }
    (void)close(ends[1]);
    CHECK(is_silent(ends[0]));
    (void)close(ends[0]);
    CHECK_EQ(waitpid(process, &status, 0), process);
    CHECK_EQ(status, 0);
}

int main(int argc, char **argv)
{
    struct test_case tests[CHILD_COUNT + 1] = {{NULL, NULL}};
    program = argv[0];
    if (argc == 3 && strcmp(argv[1], CHILD_OPTION) == 0) {
        const struct child *child = child_of(argv[2]);
        return child->body();
    }
    for (size_t i = 0; i < CHILD_COUNT; i++) {
        tests[i] = (struct test_case){children[i].name, run_in_process};
    }
    return suite_main(argc, argv, SUITE_CHIP, tests);
}
