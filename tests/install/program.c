/* SPDX-License-Identifier: Apache-2.0 */
/* A program outside the tree, valid C and C++: a copy with a callback from memory of the chip to
 * memory of its own, and a blocking one in a second thread. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <async_memcpy_host.h>
#include <esp_async_memcpy.h>
#include <esp_heap_caps.h>

enum { SIZE = 10001 };

/* What the callback's thread and the program share. */
struct completion {
    pthread_mutex_t mutex;
    bool good;
};

struct job {
    async_memcpy_handle_t driver;
    char bytes[2 * SIZE];
};

static bool on_done(async_memcpy_handle_t driver, async_memcpy_event_t *event, void *argument)
{
    struct completion *completion = (struct completion *)argument;
    (void)driver;
    pthread_mutex_lock(&completion->mutex);
    completion->good = event->status == ESP_OK;
    pthread_mutex_unlock(&completion->mutex);
    return false;
}

static bool is_good(struct completion *completion)
{
    pthread_mutex_lock(&completion->mutex);
    bool good = completion->good;
    pthread_mutex_unlock(&completion->mutex);
    return good;
}

static void *copy_in_thread(void *argument)
{
    struct job *job = (struct job *)argument;
    esp_err_t error = esp_memcpy_blocking(job->driver, job->bytes + SIZE, job->bytes, SIZE, -1);
    return error == ESP_OK ? job : NULL;
}

static bool copy_with_callback(async_memcpy_handle_t driver, char *destination, const char *source)
{
    struct completion completion = {PTHREAD_MUTEX_INITIALIZER, false};
    if (esp_async_memcpy(driver, destination, source, SIZE, on_done, &completion) != ESP_OK) {
        return false;
    }
    while (!is_good(&completion) && async_memcpy_host_wait_for_interrupt()) {
    }
    return is_good(&completion) && memcmp(destination, source, SIZE) == 0;
}

int main(void)
{
    static struct job job;
    const async_memcpy_config_t config = ASYNC_MEMCPY_DEFAULT_CONFIG();
    char *source = (char *)heap_caps_malloc(SIZE, MALLOC_CAP_DMA);
    char *destination = (char *)malloc(SIZE);
    pthread_t thread;
    void *result = NULL;
    if (source == NULL || destination == NULL ||
        esp_async_memcpy_install(&config, &job.driver) != ESP_OK) {
        return 1;
    }
    memset(source, 0x5A, SIZE);
    memset(job.bytes, 0xA5, SIZE);
    bool good = pthread_create(&thread, NULL, copy_in_thread, &job) == 0;
    good = copy_with_callback(job.driver, destination, source) && good;
    good = pthread_join(thread, &result) == 0 && result == &job && good;
    good = memcmp(job.bytes, job.bytes + SIZE, SIZE) == 0 && good;
    while (esp_async_memcpy_uninstall(job.driver) == ESP_ERR_INVALID_STATE &&
           async_memcpy_host_wait_for_interrupt()) {
    }
    heap_caps_free(source);
    free(destination);
    puts(good ? "copied" : "wrong");
    return good ? 0 : 1;
}
