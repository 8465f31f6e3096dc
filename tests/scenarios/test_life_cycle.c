/* SPDX-License-Identifier: Apache-2.0 */
/* S22 to S25, S29 and S30: install and uninstall, and the resources behind them. */
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "check.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "fault.h"
#include "fixture.h"
#include "platform.h"
#include "port.h"
#include "runner.h"

enum {
    SMALL_BYTES = 40,
    PAIR_COUNT_MAX = 8,
    ID_COUNT_MAX = 16,
    LINES_MAX = 40,
    SPI2_ID = 0,
    OWNED_PATTERN = 77,
    WATCHED_BYTES = 1024
};

static const async_memcpy_config_t default_config = ASYNC_MEMCPY_DEFAULT_CONFIG();

static unsigned pair_count(void)
{
    CHECK(platform_chip()->pair_count <= PAIR_COUNT_MAX);
    return platform_chip()->pair_count;
}

static void drain(void)
{
    while (machine_wait_for_interrupt()) {
    }
}

/* Installs, expects an error, and that it left nothing behind. */
static void expect_refusal(const async_memcpy_config_t *config, esp_err_t error)
{
    static char not_a_handle;
    async_memcpy_handle_t handle = (async_memcpy_handle_t)(void *)&not_a_handle;
    size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);

    CHECK_EQ(esp_async_memcpy_install(config, &handle), error);
    CHECK(handle == NULL);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
}

/* Takes the free memory, at whose beginning the driver was, and sees that nothing writes to it. */
static void check_that_nothing_writes(void)
{
    size_t size = heap_caps_get_largest_free_block(MALLOC_CAP_DMA);
    uint8_t *memory = heap_caps_malloc(size, MALLOC_CAP_DMA);

    CHECK(memory != NULL);
    for (size_t i = 0; i < WATCHED_BYTES && i < size; i++) {
        memory[i] = pattern_byte(OWNED_PATTERN, i);
    }
    machine_advance(20000);
    drain();
    for (size_t i = 0; i < WATCHED_BYTES && i < size; i++) {
        CHECK_EQ(memory[i], pattern_byte(OWNED_PATTERN, i));
    }
    heap_caps_free(memory);
}

/* Uninstall meets the end of the copies, everywhere: it succeeds only when all was called back, and
 * then the driver's memory is nobody's. */
static void s22_uninstall_while_copies_run(void)
{
    struct buffer source;
    struct buffer destinations[2];
    struct copy copies[2];
    async_memcpy_handle_t handle;

    buffer_open(&source, SMALL_BYTES, 1);
    pattern_fill(source.bytes, SMALL_BYTES, 3);
    for (size_t i = 0; i < 2; i++) {
        buffer_open(&destinations[i], SMALL_BYTES, i);
        copies[i] = copy_of(destinations[i].bytes, source.bytes, SMALL_BYTES);
    }
    handle = driver_install(2, 0);
    copy_start(handle, &copies[0]);
    copy_start(handle, &copies[1]);
    driver_uninstall(handle);
    CHECK_EQ(copies[0].calls, 1);
    CHECK_EQ(copies[1].calls, 1);
    check_that_nothing_writes();
    for (size_t i = 0; i < 2; i++) {
        pattern_check(destinations[i].bytes, SMALL_BYTES, 3);
        buffer_close(&destinations[i]);
    }
    buffer_close(&source);
}

/* Nobody is called back, so uninstall itself must find out. */
static void s22_uninstall_without_callbacks(void)
{
    struct buffer source;
    struct buffer destination;
    async_memcpy_handle_t handle;

    buffer_open(&source, SMALL_BYTES, 1);
    buffer_open(&destination, SMALL_BYTES, 2);
    pattern_fill(source.bytes, SMALL_BYTES, 3);
    handle = driver_install(2, 0);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(esp_async_memcpy(handle, destination.bytes, source.bytes, SMALL_BYTES, NULL, NULL),
                 ESP_OK);
    }
    driver_uninstall(handle);
    check_that_nothing_writes();
    pattern_check(destination.bytes, SMALL_BYTES, 3);
    buffer_close(&destination);
    buffer_close(&source);
}

static esp_err_t uninstall_result;

static void uninstall_here(struct copy *copy)
{
    uninstall_result = esp_async_memcpy_uninstall(copy->handle);
}

static void s22_uninstall_in_a_callback(void)
{
    async_memcpy_handle_t handle = driver_install(1, 0);
    struct buffer source;
    struct buffer destination;
    struct copy copy;

    buffer_open(&source, SMALL_BYTES, 1);
    buffer_open(&destination, SMALL_BYTES, 2);
    copy = copy_of(destination.bytes, source.bytes, SMALL_BYTES);
    copy.in_callback = uninstall_here;
    uninstall_result = ESP_OK;
    copy_start(handle, &copy);
    copy_wait(&copy);
    CHECK_EQ(uninstall_result, ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

static void s23_no_memory(void)
{
    async_memcpy_handle_t handle = NULL;
    uint64_t skip = 0;

    for (;; skip++) {
        size_t free_bytes = heap_caps_get_free_size(MALLOC_CAP_DMA);

        fault_plan(FAULT_ALLOCATION, skip, 1);
        if (esp_async_memcpy_install(&default_config, &handle) == ESP_OK) {
            break;
        }
        CHECK_EQ(fault_count(FAULT_ALLOCATION), 1);
        CHECK(handle == NULL);
        CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_bytes);
        fault_plan(FAULT_ALLOCATION, skip, 1);
        expect_refusal(&default_config, ESP_ERR_NO_MEM);
    }
    CHECK(skip > 0);
    CHECK_EQ(fault_count(FAULT_ALLOCATION), 0);
    fault_forget_all();
    copy_pattern(handle, SMALL_BYTES, 0, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* With all pairs held by others, and with all but one. */
static void s23_no_pair(void)
{
    const struct chip_engine *engine = port_chip()->ahb;

    const int count = (int)pair_count();

    for (int spare = 0; spare < count; spare++) {
        async_memcpy_handle_t handle;

        for (int i = 0; i < count; i++) {
            CHECK(port_claim_pair(engine) >= 0);
        }
        CHECK_EQ(port_claim_pair(engine), -1);
        expect_refusal(&default_config, ESP_ERR_NOT_FOUND);
        port_release_pair(engine, spare);
        handle = driver_install(1, 0);
        copy_pattern(handle, SMALL_BYTES, 0, 0);
        CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        for (int i = 0; i < count; i++) {
            if (i != spare) {
                port_release_pair(engine, i);
            }
        }
    }
}

static void ignore(void *argument)
{
    (void)argument;
}

/* Opens interrupts of idle sources until no line is left; returns how many. */
static size_t take_all_lines(struct port_interrupt *interrupts)
{
    size_t count = 0;

    while (count < LINES_MAX &&
           port_interrupt_open(&interrupts[count], (unsigned)count, 0, ignore, NULL) == ESP_OK) {
        count++;
    }
    CHECK(count < LINES_MAX);
    return count;
}

static void s23_no_interrupt_line(void)
{
    static struct port_interrupt interrupts[LINES_MAX];
    async_memcpy_handle_t handle;
    size_t count = take_all_lines(interrupts);

    CHECK(count > 0);
    expect_refusal(&default_config, ESP_ERR_NOT_FOUND);
    expect_refusal(&default_config, ESP_ERR_NOT_FOUND);
    count--;
    port_interrupt_close(&interrupts[count]);
    handle = driver_install(1, 0);
    expect_refusal(&default_config, ESP_ERR_NOT_FOUND);
    copy_pattern(handle, SMALL_BYTES, 0, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    while (count != 0) {
        count--;
        port_interrupt_close(&interrupts[count]);
    }
    handle = driver_install(1, 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* Installs, uninstalls and copies in random order, more handles than pairs. */
static void s24_storm(void)
{
    enum { STEPS = 120 };
    async_memcpy_handle_t handles[PAIR_COUNT_MAX + 1] = {NULL};
    const unsigned count = pair_count();
    unsigned installed = 0;

    for (unsigned step = 0; step < STEPS; step++) {
        async_memcpy_handle_t *handle = &handles[platform_random(count + 1)];

        if (*handle == NULL) {
            esp_err_t error = esp_async_memcpy_install(&default_config, handle);

            CHECK_EQ(error, installed < count ? ESP_OK : ESP_ERR_NOT_FOUND);
            installed += error == ESP_OK ? 1 : 0;
        } else if (platform_random(3) != 0) {
            copy_pattern(*handle, 1 + platform_random(500), platform_random(4), platform_random(4));
        } else {
            CHECK_EQ(esp_async_memcpy_uninstall(*handle), ESP_OK);
            *handle = NULL;
            installed--;
        }
    }
    for (unsigned i = 0; i <= count; i++) {
        CHECK(handles[i] == NULL || esp_async_memcpy_uninstall(handles[i]) == ESP_OK);
    }
}

/* Storms with copies in flight on other handles, and nobody waiting for them. */
static void s24_storm_beside_copies(void)
{
    async_memcpy_handle_t busy = driver_install(4, 0);
    struct buffer source;
    struct buffer destination;
    struct copy copies[4];

    buffer_open(&source, 9000, 1);
    buffer_open(&destination, 9000, 2);
    pattern_fill(source.bytes, 9000, 6);
    for (unsigned round = 0; round < 5; round++) {
        for (size_t i = 0; i < 4; i++) {
            copies[i] = copy_of(destination.bytes, source.bytes, 9000);
            copy_start(busy, &copies[i]);
        }
        for (unsigned i = 0; i < 4; i++) {
            async_memcpy_handle_t handle = driver_install(1 + i, 0);

            copy_pattern(handle, 33, 1, 2);
            CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
        }
        copy_finish(copies, 4);
        pattern_check(destination.bytes, 9000, 6);
    }
    CHECK_EQ(esp_async_memcpy_uninstall(busy), ESP_OK);
    buffer_close(&destination);
    buffer_close(&source);
}

/* The trigger id that a channel pair is connected with, or PLATFORM_PERI_SEL_NONE. */
static uint32_t connected_id(unsigned pair)
{
    const struct platform_registers *registers = &platform_chip()->registers;
    uint32_t address = registers->channel + PLATFORM_CHANNEL_STRIDE * pair + registers->in_peri_sel;
    uint32_t in = machine_read32(address);

    CHECK_EQ(machine_read32(address + PLATFORM_OUT_FROM_IN), in);
    return in;
}

/* SPI2 uses id 0 most of all: it is borrowed last. */
static void s25_id_of_spi2_is_last(void)
{
    const struct chip_engine *engine = port_chip()->ahb;
    uint32_t seen = 0;
    int last = -1;
    int id;

    for (id = port_claim_trigger_id(engine); id >= 0; id = port_claim_trigger_id(engine)) {
        CHECK((seen & 1u << (unsigned)id) == 0);
        seen |= 1u << (unsigned)id;
        last = id;
    }
    CHECK_EQ(last, SPI2_ID);
    CHECK_EQ(seen, platform_chip()->trigger_id_mask);
    expect_refusal(&default_config, ESP_ERR_NOT_FOUND);
    for (unsigned bit = 0; bit < 32; bit++) {
        if ((seen & 1u << bit) != 0) {
            port_release_trigger_id(engine, (int)bit);
        }
    }
}

/* Other drivers hold ids: ours are free ones, and no two handles share one. */
static void s25_ids_held_by_others(void)
{
    const uint32_t mask = platform_chip()->trigger_id_mask;
    const struct chip_engine *engine = port_chip()->ahb;
    int held[ID_COUNT_MAX] = {0};
    size_t count = 0;
    uint32_t held_mask = 0;

    for (;;) {
        async_memcpy_handle_t handles[PAIR_COUNT_MAX] = {NULL};
        uint32_t used = held_mask;

        for (unsigned i = 0; i < pair_count(); i++) {
            uint32_t id;

            if (esp_async_memcpy_install(&default_config, &handles[i]) != ESP_OK) {
                CHECK_EQ(used, mask);
                break;
            }
            id = connected_id(i);
            CHECK(id < 32 && (mask & 1u << id) != 0);
            CHECK((used & 1u << id) == 0);
            used |= 1u << id;
            copy_pattern(handles[i], SMALL_BYTES, 0, 0);
        }
        CHECK((used & 1u << SPI2_ID) == 0 || used == mask);
        for (unsigned i = 0; i < pair_count() && handles[i] != NULL; i++) {
            CHECK_EQ(esp_async_memcpy_uninstall(handles[i]), ESP_OK);
            CHECK_EQ(connected_id(i), PLATFORM_PERI_SEL_NONE);
        }
        held[count] = port_claim_trigger_id(engine);
        if (held[count] < 0) {
            break;
        }
        held_mask |= 1u << (unsigned)held[count];
        count++;
        CHECK(count < ID_COUNT_MAX);
    }
    CHECK_EQ(held_mask, mask);
    expect_refusal(&default_config, ESP_ERR_NOT_FOUND);
    while (count != 0) {
        count--;
        port_release_trigger_id(engine, held[count]);
    }
}

static void s29_odd_arguments(void)
{
    async_memcpy_config_t config = default_config;
    async_memcpy_handle_t handle;
    struct buffer buffer;

    config.backlog = UINT32_MAX;
    expect_refusal(&config, ESP_ERR_NO_MEM);
    config.backlog = UINT32_MAX / sizeof(void *) + 2;
    expect_refusal(&config, ESP_ERR_NO_MEM);
    config.backlog = 0;
    config.sram_trans_align = 3;
    expect_refusal(&config, ESP_ERR_INVALID_ARG);
    config.sram_trans_align = 0;
    config.flags = 2;
    expect_refusal(&config, ESP_ERR_INVALID_ARG);
    expect_refusal(NULL, ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_install(&default_config, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy_uninstall(NULL), ESP_ERR_INVALID_ARG);
    config.flags = 0;
    CHECK_EQ(esp_async_memcpy_install(&config, &handle), ESP_OK);
    buffer_open(&buffer, 200, 0);
    CHECK_EQ(esp_async_memcpy(handle, buffer.bytes, buffer.bytes + 100, 0, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(handle, NULL, buffer.bytes, 4, NULL, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(handle, buffer.bytes, NULL, 4, NULL, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_async_memcpy(NULL, buffer.bytes, buffer.bytes + 100, 4, NULL, NULL),
             ESP_ERR_INVALID_ARG);
    CHECK_EQ(machine_stats()->dma_bursts, 0);
    buffer_close(&buffer);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

/* A frame of 1.5 MB in the largest pieces that the chip's memory holds, with one slot and no byte
 * of heap left. */
static void s30_frame_with_little_memory(void)
{
    enum { PIECE_BYTES = 160 * 1024, FRAME_BYTES = 1536 * 1024 };
    async_memcpy_handle_t handle = driver_install(1, 0);
    uint8_t *source = heap_caps_malloc(PIECE_BYTES, MALLOC_CAP_DMA);
    uint8_t *destination = heap_caps_malloc(PIECE_BYTES, MALLOC_CAP_DMA);
    size_t left = heap_caps_get_largest_free_block(MALLOC_CAP_DMA);
    void *rest = heap_caps_malloc(left, MALLOC_CAP_DMA);
    uint64_t written = machine_stats()->dma_written_bytes;

    CHECK(source != NULL && destination != NULL && rest != NULL);
    left = heap_caps_get_free_size(MALLOC_CAP_DMA);
    pattern_fill(source, PIECE_BYTES, 8);
    for (size_t done = 0; done < FRAME_BYTES; done += PIECE_BYTES) {
        struct copy copy = copy_of(destination, source, PIECE_BYTES);

        destination[PIECE_BYTES - 1] ^= 0xFF;
        copy_start(handle, &copy);
        CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), left);
        copy_finish(&copy, 1);
        CHECK_EQ(destination[PIECE_BYTES - 1], source[PIECE_BYTES - 1]);
    }
    pattern_check(destination, PIECE_BYTES, 8);
    CHECK(machine_stats()->dma_written_bytes - written >= FRAME_BYTES / 2);
    heap_caps_free(rest);
    heap_caps_free(destination);
    heap_caps_free(source);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
}

static const struct test_case races[] = {
    {"S22 uninstall while copies run", s22_uninstall_while_copies_run},
    {"S22 uninstall without callbacks", s22_uninstall_without_callbacks},
    {"S22 uninstall in a callback", s22_uninstall_in_a_callback},
    {NULL, NULL},
};

static const struct test_case resources[] = {
    {"S23 install without memory", s23_no_memory},
    {"S23 install without channel pair", s23_no_pair},
    {"S23 install without interrupt line", s23_no_interrupt_line},
    {"S24 install and uninstall storm", s24_storm},
    {"S24 storm beside copies", s24_storm_beside_copies},
    {"S25 trigger id of SPI2 is taken last", s25_id_of_spi2_is_last},
    {"S25 trigger ids held by others", s25_ids_held_by_others},
    {"S29 odd arguments", s29_odd_arguments},
    {"S30 frame with little memory", s30_frame_with_little_memory},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {
        {races, RUNNER_TIMINGS},
        {races, RUNNER_POINTS},
        {resources, RUNNER_VARIANTS},
        {NULL, RUNNER_BARE},
    };
    const struct runner_chip chips[] = {{NULL, suites}, {"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "life cycle", chips);
}
