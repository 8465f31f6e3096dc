// SPDX-License-Identifier: Apache-2.0
// What a C++ program for any of these versions looks like: designated initialisers in the order of
// the fields, a lambda as callback, casts where C has none.
#include <cstdint>
#include <cstring>

#include "esp_async_memcpy.h"
#include "esp_attr.h"
#include "esp_err.h"
#include "esp_heap_caps.h"

#include "user_code.h"

extern "C" {
#include "platform.h"
[[noreturn]] void check_failed(const char *file, int line, const char *text);
}

namespace
{

constexpr std::size_t copy_bytes = 640;

void require(bool condition, int line, const char *text)
{
    if (!condition) {
        check_failed(__FILE__, line, text);
    }
}

#define REQUIRE(condition) require((condition), __LINE__, #condition)

class Copier
{
  public:
    explicit Copier(const async_memcpy_config_t &config)
    {
        REQUIRE(esp_async_memcpy_install(&config, &driver_) == ESP_OK);
    }
    Copier(const Copier &) = delete;
    Copier &operator=(const Copier &) = delete;
    ~Copier()
    {
        REQUIRE(esp_async_memcpy_uninstall(driver_) == ESP_OK);
    }

    void copy(void *destination, const void *source, std::size_t size)
    {
        done_ = false;
        REQUIRE(esp_async_memcpy(
                    driver_, destination, source, size,
                    [](async_memcpy_handle_t, async_memcpy_event_t *event, void *argument) {
                        auto *self = static_cast<Copier *>(argument);
                        self->done_ = event->status == ESP_OK;
                        return false;
                    },
                    this) == ESP_OK);
        REQUIRE(platform_wait_until([](void *self) { return static_cast<Copier *>(self)->done_; },
                                    this));
    }

  private:
    async_memcpy_handle_t driver_ = nullptr;
    bool done_ = false;
};

void copy_with(const async_memcpy_config_t &config)
{
    auto *from = static_cast<std::uint8_t *>(
        heap_caps_aligned_alloc(64, copy_bytes, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL));
    auto *to = static_cast<std::uint8_t *>(
        heap_caps_aligned_alloc(64, copy_bytes, MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL));
    REQUIRE(from != nullptr && to != nullptr);
    for (std::size_t i = 0; i < copy_bytes; i++) {
        from[i] = static_cast<std::uint8_t>(i * 7);
    }
    {
        Copier copier(config);
        copier.copy(to, from, copy_bytes);
    }
    REQUIRE(std::memcmp(to, from, copy_bytes) == 0);
    heap_caps_free(to);
    heap_caps_free(from);
}

} // namespace

extern "C" void user_code_cxx(void)
{
    async_memcpy_config_t of_the_macro = ASYNC_MEMCPY_DEFAULT_CONFIG();
    copy_with(of_the_macro);

    async_memcpy_config_t of_v44 = {};
    of_v44.backlog = 8;
    of_v44.sram_trans_align = 4;
    of_v44.psram_trans_align = 64;
    copy_with(of_v44);

    const async_memcpy_config_t of_v60 = {
        .backlog = 8,
        .sram_trans_align = 0,
        .psram_trans_align = 0,
        .weight = 2,
        .dma_burst_size = 16,
        .flags = 0,
    };
    copy_with(of_v60);
}
