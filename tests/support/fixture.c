/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "copy.h"
#include "esp_heap_caps.h"
#include "host_platform.h"
#include "port.h"
#include "port_sim.h"
#include "rng.h"
#include "trace.h"

enum {
    VARIANT_SAMPLE_COUNT = 4,
    ALWAYS_POINTS = 300,
    CHANCE_MAX = 1 << 30,
    RUNS_PER_SEED = 1000000,
    DEPTH = 2,
    COST_MAX = 80000,
    DEPTH_FULL = 3,
    COST_MAX_FULL = 5000000,
    TIMING_COUNT = 4,
    TIMING_COUNT_FULL = 20,
};

static const uint32_t variants_all = (1u << MACHINE_VARIANT_COUNT) - 1u;

static struct fixture_options chosen = {.seed = 1};
static struct machine_config running;
static size_t free_at_power_on;

void fixture_set_options(const struct fixture_options *options)
{
    chosen = *options;
}

const struct fixture_options *fixture_options(void)
{
    return &chosen;
}

static void on_complaint(enum machine_complaint kind, const char *text, void *context)
{
    static char message[300];

    (void)context;
    (void)snprintf(message, sizeof(message), "%s: %s",
                   kind == MACHINE_MISTAKE ? "driver mistake" : "not modelled", text);
    check_failed("machine", 0, message);
}

static void print_event(const struct trace_event *event, void *context)
{
    (void)context;
    (void)fprintf(stderr, "%8llu %6llu %-16s %2d %08X %08X\n", (unsigned long long)event->cycles,
                  (unsigned long long)machine_point_count(), trace_kind_name(event->kind),
                  event->channel, (unsigned)event->address, (unsigned)event->value);
}

void fixture_power_on_with(const struct machine_config *config)
{
    running = *config;
    CHECK(port_sim_power_on(&running));
    machine_on_complaint(on_complaint, NULL);
    if (chosen.trace) {
        (void)fprintf(stderr, "%s\n", fixture_describe());
        trace_listen(print_event, NULL);
    }
    host_platform_seed(running.seed);
    copy_forget();
    free_at_power_on = heap_caps_get_free_size(MALLOC_CAP_DMA);
}

void fixture_power_on(uint32_t variants, uint64_t seed)
{
    struct machine_config config = {.chip = "esp32c3", .seed = seed, .variants = variants};

    fixture_power_on_with(&config);
}

/* Whether every channel pair can be claimed. */
static bool all_pairs_are_free(void)
{
    const struct chip_engine *engine = port_chip()->ahb;
    uint32_t got = 0;

    for (int index = port_claim_pair(engine); index >= 0; index = port_claim_pair(engine)) {
        got |= 1u << (unsigned)index;
    }
    return got == engine->pair_mask;
}

static bool all_trigger_ids_are_free(void)
{
    const struct chip_engine *engine = port_chip()->ahb;
    uint32_t got = 0;

    for (int id = port_claim_trigger_id(engine); id >= 0; id = port_claim_trigger_id(engine)) {
        got |= 1u << (unsigned)id;
    }
    return got == engine->trigger_id_mask;
}

void fixture_check_clean(void)
{
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_at_power_on);
    CHECK(!machine_in_interrupt());
    CHECK(all_pairs_are_free());
    CHECK(all_trigger_ids_are_free());
    machine_power_off();
}

void fixture_name_variants(uint32_t variants, char *text, size_t size_bytes)
{
    size_t length = 0;

    if (variants == 0 || variants == variants_all) {
        (void)snprintf(text, size_bytes, "%s", variants == 0 ? "none" : "all");
        return;
    }
    text[0] = '\0';
    for (size_t i = 0; i < MACHINE_VARIANT_COUNT; i++) {
        if ((variants & (1u << i)) != 0 && length < size_bytes) {
            length += (size_t)snprintf(text + length, size_bytes - length, "%s%s",
                                       length == 0 ? "" : "+", machine_variant_name(i));
        }
    }
}

const char *fixture_describe(void)
{
    static char text[600];
    char variants[400];
    size_t length;

    fixture_name_variants(running.variants, variants, sizeof(variants));
    length = (size_t)snprintf(text, sizeof(text), "seed %llu (machine %llu), variants %s",
                              (unsigned long long)chosen.seed, (unsigned long long)running.seed,
                              variants);
    for (size_t i = 0; running.explore && i < running.explore_count; i++) {
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%llu",
                                   i == 0 ? ", interrupt points " : " ",
                                   (unsigned long long)running.explore_points[i]);
    }
    return text;
}

uint32_t fixture_variant_count(void)
{
    return chosen.full ? variants_all + 1u : MACHINE_VARIANT_COUNT + 2u + VARIANT_SAMPLE_COUNT;
}

/* Draws combinations that are not in the list yet: neither a single variant nor all. */
static uint32_t sample_variants(uint32_t sample)
{
    uint32_t drawn[VARIANT_SAMPLE_COUNT] = {0};
    uint32_t count = 0;
    struct rng rng;

    rng_seed(&rng, chosen.seed);
    while (count <= sample) {
        uint32_t variants = rng_below(&rng, variants_all);
        bool known = (variants & (variants - 1u)) == 0;

        for (uint32_t i = 0; i < count; i++) {
            known = known || drawn[i] == variants;
        }
        if (!known) {
            drawn[count++] = variants;
        }
    }
    return drawn[sample];
}

uint32_t fixture_variants(uint32_t index)
{
    if (chosen.full || index == 0) {
        return index;
    }
    if (index <= MACHINE_VARIANT_COUNT) {
        return 1u << (index - 1u);
    }
    if (index == MACHINE_VARIANT_COUNT + 1u) {
        return variants_all;
    }
    return sample_variants(index - MACHINE_VARIANT_COUNT - 2u);
}

/* One enumeration under way. */
struct exploration {
    const struct explore *explore;
    void (*scenario)(void);
    struct machine_config config;
    struct rng rng;
    uint32_t runs;
    uint64_t cost;                               /* of the last run */
    uint32_t chance[MACHINE_EXPLORE_POINTS_MAX]; /* one in this many is run, for each depth */
};

/* Runs the scenario; returns how many points it had. */
static uint64_t explore_once(struct exploration *exploration)
{
    uint64_t points;

    exploration->config.seed = chosen.seed * RUNS_PER_SEED + exploration->runs;
    fixture_power_on_with(&exploration->config);
    exploration->scenario();
    points = machine_point_count();
    exploration->cost = points + machine_stats()->dma_bursts;
    fixture_check_clean();
    exploration->runs++;
    return points;
}

/* Chooses how many runs to leave out at each depth. */
static void explore_choose_chances(struct exploration *exploration, uint64_t points)
{
    uint64_t runs = 1;

    for (unsigned depth = 0; depth < MACHINE_EXPLORE_POINTS_MAX; depth++) {
        uint64_t chance;

        runs = runs * (points - depth) / (depth + 1u);
        chance = 1u + runs * exploration->cost / exploration->explore->cost_max;
        exploration->chance[depth] = chance < CHANCE_MAX ? (uint32_t)chance : CHANCE_MAX;
    }
}

/* Returns the next point to place the last interrupt at. */
static uint64_t explore_next(struct exploration *exploration, unsigned depth, uint64_t point)
{
    bool deepest = depth + 1u == exploration->explore->depth;

    if (!deepest || (depth == 0 && point < ALWAYS_POINTS)) {
        return point;
    }
    return point + rng_below(&exploration->rng, 2u * exploration->chance[depth] - 1u);
}

/* Whether to run with the interrupts that stand. Where more are placed behind them, that is done
 * either way. */
static bool explore_chooses(struct exploration *exploration, unsigned depth, uint64_t point)
{
    return (depth == 0 && point < ALWAYS_POINTS) ||
           rng_below(&exploration->rng, exploration->chance[depth]) == 0;
}

/* Goes through the places of one interrupt, for each of them through those of a second one behind
 * it, and so on. points: how many there are with no interrupt placed. */
static void explore_all(struct exploration *exploration, uint64_t points)
{
    struct machine_config *config = &exploration->config;
    uint64_t *at = config->explore_points;
    uint64_t limits[MACHINE_EXPLORE_POINTS_MAX] = {points};
    unsigned depth = 0;

    at[0] = explore_next(exploration, 0, 0);
    while (depth != 0 || at[0] < points) {
        if (at[depth] >= limits[depth]) {
            depth--;
            at[depth] = explore_next(exploration, depth, at[depth] + 1u);
            continue;
        }
        config->explore_count = depth + 1u;
        if (depth + 1u < exploration->explore->depth) {
            limits[depth + 1u] = explore_chooses(exploration, depth, at[depth])
                                     ? explore_once(exploration)
                                     : limits[depth];
            at[depth + 1u] = explore_next(exploration, depth + 1u, at[depth] + 1u);
            depth++;
        } else {
            (void)explore_once(exploration);
            at[depth] = explore_next(exploration, depth, at[depth] + 1u);
        }
    }
}

uint32_t fixture_explore(const struct explore *explore, void (*scenario)(void))
{
    struct exploration exploration = {
        .explore = explore,
        .scenario = scenario,
        .config = {.chip = "esp32c3", .variants = explore->variants, .explore = true},
    };
    uint64_t points;

    rng_seed(&exploration.rng, chosen.seed);
    points = explore_once(&exploration);
    CHECK(points > explore->depth);
    explore_choose_chances(&exploration, points);
    explore_all(&exploration, points);
    return exploration.runs;
}

/* Whether --full looks deeper into a combination: none, each alone, and all. Into every one of them
 * would take days. */
static bool is_explored_deeply(uint32_t variants)
{
    return chosen.full && ((variants & (variants - 1u)) == 0 || variants == variants_all);
}

void fixture_explore_points(uint32_t variants, void (*scenario)(void))
{
    bool deeply = is_explored_deeply(variants);
    struct explore explore = {
        .variants = variants,
        .depth = deeply ? DEPTH_FULL : DEPTH,
        .cost_max = deeply ? COST_MAX_FULL : COST_MAX,
    };

    (void)fixture_explore(&explore, scenario);
}

void fixture_run_timings(uint32_t variants, void (*scenario)(void))
{
    uint32_t count = chosen.full ? TIMING_COUNT_FULL : TIMING_COUNT;

    for (uint32_t i = 0; i < count; i++) {
        fixture_power_on(variants, chosen.seed * TIMING_COUNT_FULL + i);
        scenario();
        fixture_check_clean();
    }
}
