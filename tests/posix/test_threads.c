/* SPDX-License-Identifier: Apache-2.0 */
/* Drivers that several threads use at a time. Every test looks at every byte. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 60, SIZE_MAX_BYTES = 9000 };

/* A source with its pattern and a destination, both of a thread's own. */
struct job {
    uint8_t *source;
    uint8_t *destination;
};

static struct job job_open(size_t size, uint32_t pattern)
{
    struct job job = {malloc(size), malloc(size)};
    CHECK(job.source != NULL && job.destination != NULL);
    suite_fill(job.source, size, pattern);
    memset(job.destination, 0, size);
    return job;
}

static void job_close(struct job *job)
{
    free(job->source);
    free(job->destination);
}

static size_t random_size(struct rng *rng)
{
    return 1 + rng_below(rng, rng_below(rng, 4) == 0 ? SIZE_MAX_BYTES : 300);
}

/* Several copies in flight from each thread, one completion counted for each. */
static void submit_many(void *driver, unsigned index)
{
    enum { IN_FLIGHT = 3 };
    struct rng rng;
    struct job jobs[IN_FLIGHT];
    rng_seed(&rng, suite_seed() + index);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct suite_counter counter = {0};
        size_t size = random_size(&rng);
        for (unsigned i = 0; i < IN_FLIGHT; i++) {
            jobs[i] = job_open(size, index + round * IN_FLIGHT + i);
            suite_submit(driver, jobs[i].destination, jobs[i].source, size, &counter);
        }
        suite_await(&counter, IN_FLIGHT);
        for (unsigned i = 0; i < IN_FLIGHT; i++) {
            suite_check(jobs[i].destination, size, index + round * IN_FLIGHT + i);
            job_close(&jobs[i]);
        }
    }
}

static void threads_submit_to_one_driver(void)
{
    async_memcpy_handle_t driver = suite_install(4);
    suite_run_threads(THREADS, submit_many, driver);
    suite_uninstall(driver);
}

static void submit_many_to_own(void *unused, unsigned index)
{
    (void)unused;
    async_memcpy_handle_t driver = suite_install(2);
    submit_many(driver, index);
    suite_uninstall(driver);
}

static void threads_with_drivers_of_their_own(void)
{
    suite_run_threads(3, submit_many_to_own, NULL);
}

static void block_many(void *driver, unsigned index)
{
    struct rng rng;
    rng_seed(&rng, suite_seed() * 31 + index);
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t size = random_size(&rng);
        struct job job = job_open(size, index * ROUNDS + round);
        CHECK_EQ(esp_memcpy_blocking(driver, job.destination, job.source, size, -1), ESP_OK);
        suite_check(job.destination, size, index * ROUNDS + round);
        job_close(&job);
    }
}

/* With more threads than slots: they wait for one another. */
static void blocking_copies(void)
{
    async_memcpy_handle_t driver = suite_install(2);
    suite_run_threads(6, block_many, driver);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
}

/* A chain of copies, each submitted by the callback of the one before. */
struct chain {
    uint8_t *bytes; /* of links + 1 blocks */
    size_t size;
    unsigned links;
    unsigned ended;
    atomic_bool broken;
    struct suite_counter chains;
};

static bool go_on(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument);

static esp_err_t submit_link(async_memcpy_handle_t driver, struct chain *chain)
{
    uint8_t *source = chain->bytes + chain->ended * chain->size;
    return esp_async_memcpy(driver, source + chain->size, source, chain->size, go_on, chain);
}

static bool go_on(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    struct chain *chain = argument;
    chain->ended++;
    if (event->status == ESP_OK && chain->ended < chain->links) {
        if (submit_link(driver, chain) == ESP_OK) {
            return false;
        }
        atomic_store(&chain->broken, true);
    }
    return suite_count_done(driver, event, &chain->chains);
}

static void run_chain(void *driver, unsigned index)
{
    struct chain chain = {.size = 700 + index * 1300, .links = ROUNDS};
    chain.bytes = calloc(chain.links + 1, chain.size);
    CHECK(chain.bytes != NULL);
    suite_fill(chain.bytes, chain.size, index);
    CHECK_EQ(submit_link(driver, &chain), ESP_OK);
    suite_await(&chain.chains, 1);
    CHECK(!atomic_load(&chain.broken));
    suite_check(chain.bytes + chain.links * chain.size, chain.size, index);
    free(chain.bytes);
}

/* With as many slots as chains a callback always finds the one that it left. */
static void callbacks_submit(void)
{
    async_memcpy_handle_t driver = suite_install(THREADS);
    suite_run_threads(THREADS, run_chain, driver);
    suite_uninstall(driver);
}

/* A lock that is held while submitting, and taken in callbacks. */
struct ledger {
    async_memcpy_handle_t driver;
    pthread_mutex_t mutex;
    unsigned submitted;
    unsigned ended;
    struct suite_counter counter;
};

static bool enter_end(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    struct ledger *ledger = argument;
    CHECK_EQ(pthread_mutex_lock(&ledger->mutex), 0);
    ledger->ended++;
    CHECK(ledger->ended <= ledger->submitted);
    CHECK_EQ(pthread_mutex_unlock(&ledger->mutex), 0);
    return suite_count_done(driver, event, &ledger->counter);
}

static void submit_under_lock(void *argument, unsigned index)
{
    struct ledger *ledger = argument;
    struct job job = job_open(ROUNDS, index);
    for (unsigned i = 0; i < ROUNDS;) {
        CHECK_EQ(pthread_mutex_lock(&ledger->mutex), 0);
        esp_err_t error = esp_async_memcpy(ledger->driver, job.destination + i, job.source + i, 1,
                                           enter_end, ledger);
        if (error == ESP_OK) {
            i++;
            ledger->submitted++;
        }
        CHECK_EQ(pthread_mutex_unlock(&ledger->mutex), 0);
        if (error != ESP_OK) {
            CHECK_EQ(error, ESP_ERR_INVALID_STATE);
            (void)async_memcpy_host_wait_for_interrupt();
        }
    }
    while (atomic_load(&ledger->counter.done) < THREADS * ROUNDS) {
        (void)async_memcpy_host_wait_for_interrupt();
    }
    suite_check(job.destination, ROUNDS, index);
    job_close(&job);
}

static void locks_in_callbacks(void)
{
    struct ledger ledger = {.driver = suite_install(3), .mutex = PTHREAD_MUTEX_INITIALIZER};
    suite_run_threads(THREADS, submit_under_lock, &ledger);
    CHECK_EQ(ledger.ended, THREADS * ROUNDS);
    suite_uninstall(ledger.driver);
}

/* More threads than channel pairs: some find none. */
static void install_and_uninstall(void *installed, unsigned index)
{
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    struct job job = job_open(5000, index);
    for (unsigned round = 0; round < ROUNDS; round++) {
        async_memcpy_handle_t driver = NULL;
        esp_err_t error = esp_async_memcpy_install(&config, &driver);
        if (error != ESP_OK) {
            CHECK_EQ(error, ESP_ERR_NOT_FOUND);
            CHECK(driver == NULL);
            continue;
        }
        atomic_fetch_add((atomic_uint *)installed, 1);
        memset(job.destination, 0, 5000);
        CHECK_EQ(esp_memcpy_blocking(driver, job.destination, job.source, 5000, -1), ESP_OK);
        suite_check(job.destination, 5000, index);
        CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    }
    job_close(&job);
}

static void install_storm(void)
{
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);
    atomic_uint installed = 0;
    suite_run_threads(6, install_and_uninstall, &installed);
    CHECK(atomic_load(&installed) > ROUNDS);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
}

/* Uninstalling is refused until the last copy has ended, and its callback returned; nothing is
 * lost, and nothing comes after. */
static void uninstall_while_copies_run(void)
{
    for (unsigned round = 0; round < ROUNDS / 2; round++) {
        async_memcpy_handle_t driver = suite_install(8);
        struct suite_counter counter = {0};
        struct job job = job_open(8 * 3000, round);
        for (size_t i = 0; i < 8; i++) {
            suite_submit(driver, job.destination + i * 3000, job.source + i * 3000, 3000, &counter);
        }
        while (esp_async_memcpy_uninstall(driver) != ESP_OK) {
            (void)async_memcpy_host_wait_for_interrupt();
        }
        CHECK_EQ(atomic_load(&counter.done), 8);
        CHECK_EQ(atomic_load(&counter.failed), 0);
        suite_check(job.destination, 8 * 3000, round);
        job_close(&job);
    }
}

/* A blocking copy returns when the interrupt has ended, so the driver is at rest. */
static void uninstall_after_a_blocking_copy(void)
{
    struct job job = job_open(10, 1);
    for (unsigned round = 0; round < ROUNDS * 4; round++) {
        async_memcpy_handle_t driver = suite_install(1);
        CHECK_EQ(esp_memcpy_blocking(driver, job.destination, job.source, 10, -1), ESP_OK);
        CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
    }
    job_close(&job);
}

/* What a callback tried that is for tasks only. */
struct attempts {
    atomic_int blocking;
    atomic_int uninstall;
    atomic_bool waited;
    atomic_bool is_other_thread;
    pthread_t submitter;
    struct suite_counter counter;
};

static bool attempt(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    struct attempts *attempts = argument;
    uint8_t bytes[2] = {1, 0};
    atomic_store(&attempts->blocking, esp_memcpy_blocking(driver, bytes, bytes + 1, 1, -1));
    atomic_store(&attempts->uninstall, esp_async_memcpy_uninstall(driver));
    atomic_store(&attempts->waited, async_memcpy_host_wait_for_interrupt());
    atomic_store(&attempts->is_other_thread,
                 pthread_equal(pthread_self(), attempts->submitter) == 0);
    return suite_count_done(driver, event, &attempts->counter);
}

static void callbacks_are_interrupts(void)
{
    async_memcpy_handle_t driver = suite_install(1);
    struct attempts attempts = {.waited = true, .submitter = pthread_self()};
    async_memcpy_host_stats_t before;
    async_memcpy_host_stats_t after;
    uint8_t bytes[2] = {7, 0};
    async_memcpy_host_get_stats(&before);
    CHECK_EQ(esp_async_memcpy(driver, bytes + 1, bytes, 1, attempt, &attempts), ESP_OK);
    suite_await(&attempts.counter, 1);
    suite_uninstall(driver);
    async_memcpy_host_get_stats(&after);
    CHECK_EQ(bytes[1], 7);
    CHECK_EQ(atomic_load(&attempts.blocking), ESP_ERR_INVALID_STATE);
    CHECK_EQ(atomic_load(&attempts.uninstall), ESP_ERR_INVALID_STATE);
    CHECK(!atomic_load(&attempts.waited));
    CHECK(atomic_load(&attempts.is_other_thread));
    CHECK_EQ(after.interrupts - before.interrupts, 1);
    CHECK_EQ(after.yields - before.yields, 1);
}

/* Two threads that only ever go on when the other's interrupt wakes them. */
struct rally {
    async_memcpy_handle_t driver;
    atomic_uint ball;
};

static bool return_ball(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    struct rally *rally = argument;
    (void)driver;
    (void)event;
    atomic_fetch_add(&rally->ball, 1);
    return true;
}

static void play(void *argument, unsigned index)
{
    struct rally *rally = argument;
    uint8_t bytes[2] = {1, 0};
    for (unsigned turn = 0; turn < ROUNDS * 4; turn++) {
        while (atomic_load(&rally->ball) != 2 * turn + index) {
            (void)async_memcpy_host_wait_for_interrupt();
        }
        CHECK_EQ(esp_async_memcpy(rally->driver, bytes + 1, bytes, 1, return_ball, rally), ESP_OK);
    }
    while (atomic_load(&rally->ball) < 8 * ROUNDS) {
        (void)async_memcpy_host_wait_for_interrupt();
    }
}

static void no_wake_up_is_lost(void)
{
    struct rally rally = {.driver = suite_install(2)};
    suite_run_threads(2, play, &rally);
    CHECK_EQ(atomic_load(&rally.ball), 8 * ROUNDS);
    suite_uninstall(rally.driver);
}

static void waiting_for_nothing(void)
{
    async_memcpy_handle_t driver = suite_install(1);
    uint8_t bytes[2] = {3, 0};
    CHECK_EQ(esp_memcpy_blocking(driver, bytes + 1, bytes, 1, -1), ESP_OK);
    CHECK(async_memcpy_host_wait_for_interrupt());
    CHECK(!async_memcpy_host_wait_for_interrupt());
    CHECK(!async_memcpy_host_wait_for_interrupt());
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
}

/* A copy that is submitted anew by its callback until somebody has seen another one end. */
struct treadmill {
    uint8_t bytes[2000];
    atomic_bool stop;
    struct suite_counter ends;
};

static bool tread(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    struct treadmill *treadmill = argument;
    if (event->status == ESP_OK && !atomic_load(&treadmill->stop) &&
        esp_async_memcpy(driver, treadmill->bytes + 1000, treadmill->bytes, 1000, tread,
                         treadmill) == ESP_OK) {
        return false;
    }
    return suite_count_done(driver, event, &treadmill->ends);
}

static void waiting_while_there_is_always_work(void)
{
    struct treadmill treadmill = {.bytes = {1}};
    async_memcpy_handle_t driver = suite_install(1);
    async_memcpy_handle_t other = suite_install(1);
    uint8_t bytes[2] = {5, 0};
    CHECK_EQ(
        esp_async_memcpy(driver, treadmill.bytes + 1000, treadmill.bytes, 1000, tread, &treadmill),
        ESP_OK);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct suite_counter counter = {0};
        bytes[1] = 0;
        suite_submit(other, bytes + 1, bytes, 1, &counter);
        suite_await(&counter, 1);
        CHECK_EQ(bytes[1], 5);
    }
    CHECK_EQ(atomic_load(&treadmill.ends.done), 0);
    atomic_store(&treadmill.stop, true);
    suite_await(&treadmill.ends, 1);
    suite_uninstall(driver);
    suite_uninstall(other);
}

/* Without callbacks nothing interrupts; calls alone find what has ended. */
static void submit_silently(void *driver, unsigned index)
{
    struct job job = job_open(ROUNDS * 100, index);
    for (size_t i = 0; i < ROUNDS;) {
        esp_err_t error = esp_async_memcpy(driver, job.destination + i * 100, job.source + i * 100,
                                           100, NULL, NULL);
        CHECK(error == ESP_OK || error == ESP_ERR_INVALID_STATE);
        i += error == ESP_OK ? 1 : 0;
    }
    CHECK_EQ(esp_memcpy_blocking(driver, job.destination, job.source, 1, -1), ESP_OK);
    suite_check(job.destination, ROUNDS * 100, index);
    job_close(&job);
}

static void threads_that_poll(void)
{
    async_memcpy_handle_t driver = suite_install(4);
    suite_run_threads(3, submit_silently, driver);
    CHECK_EQ(esp_async_memcpy_uninstall(driver), ESP_OK);
}

static const struct test_case tests[] = {
    {"threads submit to one driver", threads_submit_to_one_driver},
    {"threads with drivers of their own", threads_with_drivers_of_their_own},
    {"blocking copies, more than slots", blocking_copies},
    {"callbacks submit", callbacks_submit},
    {"locks in callbacks", locks_in_callbacks},
    {"install storm", install_storm},
    {"uninstall while copies run", uninstall_while_copies_run},
    {"uninstall after a blocking copy", uninstall_after_a_blocking_copy},
    {"callbacks are interrupts", callbacks_are_interrupts},
    {"no wake-up is lost", no_wake_up_is_lost},
    {"waiting for nothing", waiting_for_nothing},
    {"waiting while there is always work", waiting_while_there_is_always_work},
    {"threads that poll", threads_that_poll},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return suite_main(argc, argv, SUITE_CHIP, tests);
}
