/* SPDX-License-Identifier: Apache-2.0 */
/* The public API around the choice of a chip, which only a PC has, and the names of errors. */
#define _POSIX_C_SOURCE 200809L /* setenv */

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "async_memcpy_host.h"
#include "check.h"
#include "esp_async_memcpy.h"
#include "esp_heap_caps.h"
#include "port_sim.h"
#include "runner.h"

static const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();

/* As at the start of a program, with or without a chip in the environment. */
static void begin(const char *chip)
{
    machine_power_off();
    port_sim_reset();
    if (chip == NULL) {
        CHECK_EQ(unsetenv("ASYNC_MEMCPY_CHIP"), 0);
    } else {
        CHECK_EQ(setenv("ASYNC_MEMCPY_CHIP", chip, 1), 0);
    }
}

static void copy_once_on(const char *chip)
{
    async_memcpy_handle_t handle = NULL;
    char *source = heap_caps_malloc(32, MALLOC_CAP_DMA);
    char *destination = heap_caps_calloc(1, 32, MALLOC_CAP_DMA);
    async_memcpy_host_stats_t stats;

    memset(source, 'x', 32);
    CHECK_EQ(esp_async_memcpy_install(&config, &handle), ESP_OK);
    CHECK_EQ(esp_memcpy_blocking(handle, destination, source, 32, -1), ESP_OK);
    CHECK(memcmp(source, destination, 32) == 0);
    CHECK_EQ(esp_async_memcpy_uninstall(handle), ESP_OK);
    async_memcpy_host_get_stats(&stats);
    CHECK(strcmp(stats.chip, chip) == 0);
    CHECK_EQ(stats.dma_bytes, 32);
    CHECK(stats.interrupts > 0 && stats.time_ns > 0);
    heap_caps_free(destination);
    heap_caps_free(source);
    machine_power_off();
}

static void default_chip(void)
{
    begin(NULL);
    copy_once_on("esp32s3");
}

static void chip_from_the_environment(void)
{
    begin("esp32c3");
    copy_once_on("esp32c3");
    begin(NULL);
}

static void check_unknown_chip(esp_err_t (*install)(const async_memcpy_config_t *,
                                                    async_memcpy_handle_t *))
{
    static char not_a_handle;
    async_memcpy_handle_t handle = (async_memcpy_handle_t)(void *)&not_a_handle;

    CHECK_EQ(install(&config, &handle), ESP_ERR_NOT_SUPPORTED);
    CHECK(handle == NULL);
}

static void unknown_chip_in_the_environment(void)
{
    begin("esp32");
    check_unknown_chip(esp_async_memcpy_install);
    check_unknown_chip(esp_async_memcpy_install_gdma_ahb);
    begin(NULL);
    copy_once_on("esp32s3");
}

static void errors_have_names(void)
{
    static const struct {
        esp_err_t code;
        esp_err_t value;
        const char *name;
    } table[] = {
        {ESP_OK, 0, "ESP_OK"},
        {ESP_FAIL, -1, "ESP_FAIL"},
        {ESP_ERR_NO_MEM, 0x101, "ESP_ERR_NO_MEM"},
        {ESP_ERR_INVALID_ARG, 0x102, "ESP_ERR_INVALID_ARG"},
        {ESP_ERR_INVALID_STATE, 0x103, "ESP_ERR_INVALID_STATE"},
        {ESP_ERR_INVALID_SIZE, 0x104, "ESP_ERR_INVALID_SIZE"},
        {ESP_ERR_NOT_FOUND, 0x105, "ESP_ERR_NOT_FOUND"},
        {ESP_ERR_NOT_SUPPORTED, 0x106, "ESP_ERR_NOT_SUPPORTED"},
        {ESP_ERR_TIMEOUT, 0x107, "ESP_ERR_TIMEOUT"},
        {0x1234, 0x1234, "UNKNOWN ERROR"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        CHECK_EQ(table[i].code, table[i].value);
        CHECK(strcmp(esp_err_to_name(table[i].code), table[i].name) == 0);
    }
}

static const struct test_case tests[] = {
    {"default chip", default_chip},
    {"chip from the environment", chip_from_the_environment},
    {"unknown chip in the environment", unknown_chip_in_the_environment},
    {"errors have names", errors_have_names},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    const struct runner_suite suites[] = {{tests, RUNNER_BARE}, {NULL, RUNNER_BARE}};

    return runner_main(argc, argv, "API on a PC", suites);
}
