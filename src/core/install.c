/* SPDX-License-Identifier: Apache-2.0 */
#include "install.h"

#include "copy_plan.h"
#include "wait.h"

/* With two armed items a long copy is refilled while it runs. */
#define ITEM_COUNT_MIN 3u

static bool is_power_of_two_or_zero(size_t value)
{
    return (value & (value - 1)) == 0;
}

/* Whether an engine of a chip reaches external RAM. False is known at compile time on a chip
 * without any. */
static inline bool has_external(const struct chip_engine *engine)
{
    return port_has_external() && engine->block_bytes_max != 0;
}

static uint32_t backlog_of(uint32_t configured)
{
    return configured == 0 ? ASYNC_MEMCPY_BACKLOG_DEFAULT : configured;
}

static size_t item_count(uint32_t backlog)
{
    size_t count = (size_t)backlog + 1;
    return count < ITEM_COUNT_MIN ? ITEM_COUNT_MIN : count;
}

/* Returns the memory that a driver needs; 0: none is that large. */
static size_t needed_bytes(uint32_t backlog, bool external)
{
    const size_t per_request = sizeof(struct request) + sizeof(struct item);
    const size_t fixed = sizeof(struct async_memcpy_context) + sizeof(struct external) +
                         ITEM_COUNT_MIN * sizeof(struct item);
    if (backlog > (SIZE_MAX - fixed) / per_request) {
        return 0;
    }
    return sizeof(struct async_memcpy_context) + backlog * sizeof(struct request) +
           item_count(backlog) * sizeof(struct item) + (external ? sizeof(struct external) : 0);
}

/* Makes a context of zeroed memory, with all that belongs to it behind it. */
static struct async_memcpy_context *lay_out(void *memory, size_t bytes, uint32_t backlog)
{
    struct async_memcpy_context *context = memory;
    char *end = (char *)memory + bytes;
    if (has_external(port_chip()->ahb)) {
        end -= sizeof *context->external;
        context->external = (struct external *)(void *)end;
    }
    context->in_flight_max = backlog;
    context->requests_end = context_requests(context) + backlog;
    context->items_end = (struct item *)(void *)end;
    return context;
}

static void init(struct async_memcpy_context *context, const async_memcpy_config_t *config)
{
    size_t mask = config->sram_trans_align == 0 ? 0 : config->sram_trans_align - 1;
    context->sram.low = port_chip()->sram.low;
    context->sram.size_bytes = port_chip()->sram.size_bytes;
    context->sram_align_mask = mask;
    if (port_has_external() && context->external != NULL && context->external->edge_mask > mask) {
        mask = context->external->edge_mask;
    }
    context->item_bytes = plan_item_bytes(mask);
    context->item_oldest = context_items(context);
    context->item_free = context_items(context);
    context->item_last = context->items_end - 1; /* zero, so it is done */
    context->oldest = context_requests(context);
    context->arming = context_requests(context);
    context->free = context_requests(context);
    context->stall_ms = (uint16_t)config->stall_ms;
    context->reports_errors = (config->flags & ASYNC_MEMCPY_REPORT_ERRORS) != 0;
    port_signal_init(&context->slot_free);
}
/* Claims all that is shared with others, and opens the channel. Holds nothing after an error. */
static esp_err_t claim(struct async_memcpy_context *context, bool burst, size_t block_bytes)
{
    const struct chip_engine *row = context_engine(context);
    const struct chip_engine *engine = context->engine;
    esp_err_t error = ESP_ERR_NOT_FOUND;
    int id = -1;
    int pair = port_claim_pair(engine);
    if (pair >= 0) {
        id = port_claim_trigger_id(engine);
    }
    if (id < 0) {
        goto fail;
    }
    context->channel.index = (uint8_t)pair;
    context->channel.trigger_id = (uint8_t)id;
    port_enable_engine(engine);
    context_ops(context)->open(&context->channel, row->base, burst, block_bytes);
    unsigned out_source = row->out_interrupt_source == 0
                              ? 0
                              : row->out_interrupt_source + (unsigned)pair;
    error = port_interrupt_open(&context->interrupt, row->interrupt_source + (unsigned)pair,
                                out_source, complete_isr, context);
    if (error != ESP_OK) {
        context_ops(context)->close(&context->channel);
        goto fail;
    }
    return ESP_OK;

fail:
    if (id >= 0) {
        port_release_trigger_id(engine, id);
    }
    if (pair >= 0) {
        port_release_pair(engine, pair);
    }
    return error;
}

esp_err_t install_into(void *memory, size_t bytes, const async_memcpy_config_t *config,
                       async_memcpy_handle_t *mcp_hdl)
{
    const struct chip_engine *engine = port_chip()->ahb;
    struct async_memcpy_context *context = lay_out(memory, bytes, backlog_of(config->backlog));
    if (port_only_engine() == NULL) {
        context->engine = engine;
    }
    size_t block_bytes = has_external(engine) ? external_init(context, engine, config) : 0;
    init(context, config);
    bool burst = config->sram_trans_align != 0 &&
                 config->sram_trans_align % engine->burst_align_bytes == 0;
    esp_err_t error = claim(context, burst, block_bytes);
    if (error != ESP_OK) {
        port_signal_deinit(&context->slot_free);
        return error;
    }
    context_ops(context)->listen(&context->channel, ENGINE_EVENT_EOF); /* what most users need */
    *mcp_hdl = context;
    return ESP_OK;
}

esp_err_t install_check(const async_memcpy_config_t *config, async_memcpy_handle_t *mcp_hdl)
{
    if (mcp_hdl == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    *mcp_hdl = NULL;
    if (config == NULL || !is_power_of_two_or_zero(config->sram_trans_align) ||
        (config->flags & ~ASYNC_MEMCPY_REPORT_ERRORS) != 0 || config->stall_ms > UINT16_MAX) {
        return ESP_ERR_INVALID_ARG;
    }
    if (port_in_interrupt()) {
        return ESP_ERR_INVALID_STATE;
    }
    const struct chip *chip = port_chip();
    if (chip == NULL || chip->ahb == NULL) {
        return ESP_ERR_NOT_SUPPORTED;
    }
    if (has_external(chip->ahb) && !external_are_settings_good(chip->ahb, config)) {
        return ESP_ERR_INVALID_ARG;
    }
    return ESP_OK;
}

size_t install_bytes(uint32_t backlog)
{
    return needed_bytes(backlog_of(backlog), has_external(port_chip()->ahb));
}

esp_err_t esp_async_memcpy_install_gdma_ahb(const async_memcpy_config_t *config,
                                            async_memcpy_handle_t *mcp_hdl)
{
    esp_err_t error = install_check(config, mcp_hdl);
    if (error != ESP_OK) {
        return error;
    }
    size_t bytes = install_bytes(config->backlog);
    void *memory = bytes == 0 ? NULL : port_allocate(bytes);
    if (memory == NULL) {
        return ESP_ERR_NO_MEM;
    }
    error = install_into(memory, bytes, config, mcp_hdl);
    if (error != ESP_OK) {
        port_free(memory);
    }
    return error;
}

esp_err_t esp_async_memcpy_install(const async_memcpy_config_t *config,
                                   async_memcpy_handle_t *mcp_hdl)
{
    return esp_async_memcpy_install_gdma_ahb(config, mcp_hdl);
}

/* Whether nothing is left but a callback that another core runs. */
static bool is_in_last_callback(struct async_memcpy_context *context)
{
    port_lock_state_t state = port_lock(&context->lock);
    bool last = context->in_flight == 0 && context->delivering != NULL;
    port_unlock(&context->lock, state);
    return last;
}

/* Whoever was just told by a callback that all has ended may uninstall. */
static void wait_for_last_callback(struct async_memcpy_context *context)
{
    struct wait wait = wait_begin((int32_t)context_stall_ms(context));
    while (is_in_last_callback(context) && wait_for_progress(context, &wait)) {
    }
}

/* Makes sure that no request can come any more. Returns whether none is left. */
static bool retire(struct async_memcpy_context *context)
{
    port_lock_state_t state = port_lock(&context->lock);
    upkeep_settle_locked(context);
    bool retired = context->in_flight == 0 && context->slot_waiters == 0 &&
                   context->delivering == NULL && !context->dead;
    if (retired) {
        context->in_flight_max = 0;
    }
    port_unlock(&context->lock, state);
    return retired;
}

esp_err_t esp_async_memcpy_uninstall(async_memcpy_handle_t mcp_hdl)
{
    if (mcp_hdl == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (port_in_interrupt()) {
        return ESP_ERR_INVALID_STATE;
    }
    if (PORT_HANDLERS_RUN_BESIDE) {
        wait_for_last_callback(mcp_hdl);
    }
    if (!retire(mcp_hdl)) {
        return ESP_ERR_INVALID_STATE;
    }
    const struct chip_engine *engine = mcp_hdl->engine;
    port_interrupt_close(&mcp_hdl->interrupt);
    context_ops(mcp_hdl)->close(&mcp_hdl->channel);
    port_release_trigger_id(engine, mcp_hdl->channel.trigger_id);
    port_release_pair(engine, mcp_hdl->channel.index);
    port_signal_deinit(&mcp_hdl->slot_free);
    if (!mcp_hdl->is_static) {
        port_free(mcp_hdl);
    }
    return ESP_OK;
}
