/* SPDX-License-Identifier: Apache-2.0 */
#include "span.h"

#include <stddef.h>

const struct span_facts span_facts[SPAN_KIND_COUNT] = {
    [SPAN_REQUEST] = {"request", "request", SPAN_AT_DRIVER, 0, true, "request", NULL, {"bytes"}},
    [SPAN_CALL] = {"esp_async_memcpy", "cpu", SPAN_AT_CORE, 0, false, "request", NULL, {"bytes"}},
    [SPAN_INTERRUPT] = {"interrupt", "interrupt", SPAN_AT_CORE, 0, false, "line", NULL, {NULL}},
    [SPAN_CALLBACK] = {"callback", "cpu", SPAN_AT_CORE, 0, false, "request", NULL, {NULL}},
    [SPAN_REGISTERS] =
        {"registers", "cpu", SPAN_AT_CORE, 1, false, NULL, NULL, {"reads", "writes"}},
    [SPAN_WRITE_BACK] =
        {"write-back", "cache", SPAN_AT_CACHE, 0, false, NULL, "address", {"bytes"}},
    [SPAN_INVALIDATE] =
        {"invalidate", "cache", SPAN_AT_CACHE, 0, false, NULL, "address", {"bytes"}},
    [SPAN_TX_ITEM] =
        {"transmit item", "item", SPAN_AT_CHANNEL, 3, true, "item", "descriptor", {"bytes"}},
    [SPAN_RX_ITEM] =
        {"receive item", "item", SPAN_AT_CHANNEL, 4, true, "item", "descriptor", {"bytes"}},
    [SPAN_DESCRIPTOR] =
        {"descriptor", "burst", SPAN_AT_CHANNEL, 2, false, NULL, "descriptor", {NULL}},
    [SPAN_READ] = {"read", "burst", SPAN_AT_CHANNEL, 0, false, NULL, "address", {"bytes"}},
    [SPAN_WRITE] = {"write", "burst", SPAN_AT_CHANNEL, 1, false, NULL, "address", {"bytes"}},
};
