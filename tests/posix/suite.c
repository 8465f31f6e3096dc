/* SPDX-License-Identifier: Apache-2.0 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 16, USAGE_EXIT = 2 };

struct options {
    bool list;
    const char *pattern;
};

/* One of several threads. */
struct worker {
    pthread_t thread;
    void (*body)(void *argument, unsigned index);
    void *argument;
    unsigned index;
};

static uint64_t seed = 1;
static const char *test_name;

_Noreturn void check_failed(const char *file, int line, const char *text)
{
    (void)printf("# %s:%d: %s\n", file, line, text);
    (void)fflush(stdout);
    _Exit(EXIT_FAILURE);
}

uint64_t suite_seed(void)
{
    return seed;
}

const char *suite_test_name(void)
{
    return test_name;
}

static bool read_options(struct options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            options->list = true;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            seed = strtoull(argv[++i], NULL, 0);
        } else if (argv[i][0] != '-' && options->pattern == NULL) {
            options->pattern = argv[i];
        } else if (strcmp(argv[i], "--full") != 0) {
            return false;
        }
    }
    return true;
}

int suite_main(int argc, char **argv, const char *chip, const struct test_case *tests)
{
    struct options options = {false, NULL};
    if (!read_options(&options, argc, argv)) {
        (void)fprintf(stderr, "usage: %s [--list] [--full] [--seed N] [PATTERN]\n", argv[0]);
        return USAGE_EXIT;
    }
    unsigned number = 0;
    CHECK_EQ(async_memcpy_host_select_chip(chip), ESP_OK);
    for (; tests->name != NULL; tests++) {
        if (options.pattern != NULL && strstr(tests->name, options.pattern) == NULL) {
            continue;
        }
        if (options.list) {
            (void)puts(tests->name);
        } else {
            test_name = tests->name;
            tests->body();
            number++;
            (void)printf("ok %u - %s\n", number, tests->name);
            (void)fflush(stdout);
        }
    }
    if (!options.list) {
        (void)printf("1..%u\n", number);
    }
    return EXIT_SUCCESS;
}

static void *work(void *argument)
{
    const struct worker *worker = argument;
    worker->body(worker->argument, worker->index);
    return NULL;
}

void suite_run_threads(unsigned count, void (*body)(void *argument, unsigned index), void *argument)
{
    struct worker workers[THREADS_MAX];
    CHECK(count <= THREADS_MAX);
    for (unsigned i = 0; i < count; i++) {
        workers[i] = (struct worker){.body = body, .argument = argument, .index = i};
        CHECK_EQ(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQ(pthread_join(workers[i].thread, NULL), 0);
    }
}

static uint8_t pattern_byte(uint32_t pattern, size_t index)
{
    uint32_t x = ((uint32_t)index + 1u) * 2654435761u + pattern * 40503u;
    x ^= x >> 15;
    x *= 2246822519u;
    return (uint8_t)(x >> 24);
}

void suite_fill(void *memory, size_t size, uint32_t pattern)
{
    uint8_t *bytes = memory;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = pattern_byte(pattern, i);
    }
}

void suite_check(const void *memory, size_t size, uint32_t pattern)
{
    const uint8_t *bytes = memory;
    size_t right = 0;
    while (right < size && bytes[right] == pattern_byte(pattern, right)) {
        right++;
    }
    CHECK_EQ(right, size);
}

async_memcpy_handle_t suite_install(uint32_t backlog)
{
    async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    async_memcpy_handle_t driver = NULL;
    config.backlog = backlog;
    CHECK_EQ(esp_async_memcpy_install(&config, &driver), ESP_OK);
    return driver;
}

void suite_uninstall(async_memcpy_handle_t driver)
{
    esp_err_t error = esp_async_memcpy_uninstall(driver);
    while (error == ESP_ERR_INVALID_STATE && async_memcpy_host_wait_for_interrupt()) {
        error = esp_async_memcpy_uninstall(driver);
    }
    if (error == ESP_ERR_INVALID_STATE) {
        error = esp_async_memcpy_uninstall(driver); /* now that nothing is under way */
    }
    CHECK_EQ(error, ESP_OK);
}

bool suite_count_done(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    struct suite_counter *counter = argument;
    (void)driver;
    if (event->status != ESP_OK) {
        atomic_fetch_add(&counter->failed, 1);
    }
    atomic_fetch_add(&counter->done, 1);
    return true;
}

void suite_await(struct suite_counter *counter, unsigned count)
{
    while (atomic_load(&counter->done) < count && async_memcpy_host_wait_for_interrupt()) {
    }
    CHECK_EQ(atomic_load(&counter->done), count);
    CHECK_EQ(atomic_load(&counter->failed), 0);
}

void suite_submit(async_memcpy_handle_t driver, void *destination, const void *source, size_t size,
                  struct suite_counter *counter)
{
    esp_err_t error = ESP_ERR_INVALID_STATE;
    while (error == ESP_ERR_INVALID_STATE) {
        error = esp_async_memcpy(driver, destination, source, size, suite_count_done, counter);
        if (error == ESP_ERR_INVALID_STATE) {
            (void)async_memcpy_host_wait_for_interrupt();
        }
    }
    CHECK_EQ(error, ESP_OK);
}
