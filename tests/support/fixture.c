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
    SWITCH_POINTS_MAX = 16,
};

/* What is placed at a point of a scenario. Without several cores only the first makes sense. */
enum placed { PLACED_INTERRUPT, PLACED_SWITCH, PLACED_SHORT_SWITCH, PLACED_COUNT };

static const uint32_t variants_all = (1u << MACHINE_VARIANT_COUNT) - 1u;

static struct fixture_options chosen = {.seed = 1};
static const char *used_chip;
static struct machine_config running;
static size_t free_internal_at_power_on;
static size_t free_external_at_power_on;

void fixture_set_options(const struct fixture_options *options)
{
    chosen = *options;
}

const struct fixture_options *fixture_options(void)
{
    return &chosen;
}

void fixture_use_chip(const char *chip)
{
    used_chip = chip;
}

const char *fixture_chip(void)
{
    if (chosen.chip != NULL) {
        return chosen.chip;
    }
    return used_chip != NULL ? used_chip : "esp32c3";
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

/* Returns one of the line sizes that a data cache may have, another one for each timing, and the
 * same for all runs of an exploration. */
static unsigned choose_cache_line(const struct machine_config *config)
{
    enum { LINE_BYTES_MIN = 16, LINE_CHOICES = 3 };
    uint64_t number = (config->explore ? chosen.seed : config->seed) + config->variants % 31u;

    return (unsigned)LINE_BYTES_MIN << number % LINE_CHOICES;
}

void fixture_power_on_with(const struct machine_config *config)
{
    running = *config;
    if (running.cache_line_bytes == 0) {
        running.cache_line_bytes = choose_cache_line(config);
    }
    CHECK(port_sim_power_on(&running));
    machine_on_complaint(on_complaint, NULL);
    if (chosen.trace) {
        (void)fprintf(stderr, "%s\n", fixture_describe());
        trace_listen(print_event, NULL);
    }
    host_platform_seed(running.seed);
    copy_forget();
    free_internal_at_power_on = heap_caps_get_free_size(MALLOC_CAP_DMA);
    free_external_at_power_on = heap_caps_get_free_size(MALLOC_CAP_SPIRAM);
}

void fixture_power_on(uint32_t variants, uint64_t seed)
{
    struct machine_config config = {.chip = fixture_chip(), .seed = seed, .variants = variants};

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
    CHECK_EQ(machine_core(), 0);
    for (unsigned core = 1; core < machine_description()->core_count; core++) {
        machine_join_core(core);
    }
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DMA), free_internal_at_power_on);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_SPIRAM), free_external_at_power_on);
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

/* Appends what was placed where. Returns the new length. */
static size_t describe_points(char *text, size_t length, size_t size_bytes)
{
    for (size_t i = 0; running.explore && i < running.explore_count; i++) {
        const char *what = running.explore_switches[i] == 0 ? "interrupt" : "other core";

        length += (size_t)snprintf(text + length, size_bytes - length, ", at point %llu %s",
                                   (unsigned long long)running.explore_points[i], what);
        if (running.explore_switches[i] != 0 &&
            running.explore_switches[i] != MACHINE_UNTIL_IT_WAITS) {
            length += (size_t)snprintf(text + length, size_bytes - length, " for %u",
                                       (unsigned)running.explore_switches[i]);
        }
    }
    return length;
}

const char *fixture_describe(void)
{
    static char text[700];
    char variants[400];
    size_t length;

    fixture_name_variants(running.variants, variants, sizeof(variants));
    length = (size_t)snprintf(
        text, sizeof(text), "%s, cache line %u, seed %llu (machine %llu), variants %s",
        running.chip == NULL ? "no chip" : running.chip, running.cache_line_bytes,
        (unsigned long long)chosen.seed, (unsigned long long)running.seed, variants);
    (void)describe_points(text, length, sizeof(text));
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

/*
 * One enumeration under way. A place is a point and what is placed there: number point * choices +
 * choice.
 */
struct exploration {
    const struct explore *explore;
    void (*scenario)(void);
    struct machine_config config;
    struct rng rng;
    uint32_t runs;
    uint64_t cost;                               /* of the last run */
    uint32_t choices;                            /* how many of enum placed are tried */
    uint64_t at[MACHINE_EXPLORE_POINTS_MAX];     /* places, for each depth */
    uint32_t chance[MACHINE_EXPLORE_POINTS_MAX]; /* one in this many is run, for each depth */
};

/* Returns the configuration's way to say what is placed. */
static uint32_t explore_switch_points(struct exploration *exploration, enum placed placed)
{
    if (placed == PLACED_SHORT_SWITCH) {
        return 1u + rng_below(&exploration->rng, SWITCH_POINTS_MAX);
    }
    return placed == PLACED_SWITCH ? MACHINE_UNTIL_IT_WAITS : 0;
}

/* Runs the scenario with what is placed; returns how many places there are. */
static uint64_t explore_once(struct exploration *exploration)
{
    struct machine_config *config = &exploration->config;
    uint64_t points;

    for (size_t i = 0; i < config->explore_count; i++) {
        uint64_t choice = exploration->at[i] % exploration->choices;

        config->explore_points[i] = exploration->at[i] / exploration->choices;
        config->explore_switches[i] = explore_switch_points(exploration, (enum placed)choice);
    }
    config->seed = chosen.seed * RUNS_PER_SEED + exploration->runs;
    fixture_power_on_with(config);
    exploration->scenario();
    points = machine_point_count();
    exploration->cost = points + machine_stats()->dma_bursts;
    if (exploration->runs == 0) {
        exploration->choices = machine_stats()->core_switches != 0 ? PLACED_COUNT : 1;
    }
    fixture_check_clean();
    exploration->runs++;
    return points * exploration->choices;
}

/* Chooses how many runs to leave out at each depth. */
static void explore_choose_chances(struct exploration *exploration, uint64_t places)
{
    uint64_t runs = 1;

    for (unsigned depth = 0; depth < MACHINE_EXPLORE_POINTS_MAX; depth++) {
        uint64_t chance;

        runs = runs * (places - depth) / (depth + 1u);
        chance = 1u + runs * exploration->cost / exploration->explore->cost_max;
        exploration->chance[depth] = chance < CHANCE_MAX ? (uint32_t)chance : CHANCE_MAX;
    }
}

static bool explore_is_always_run(const struct exploration *exploration, unsigned depth,
                                  uint64_t place)
{
    return depth == 0 && place < (uint64_t)ALWAYS_POINTS * exploration->choices;
}

/* Returns the next place for the last of what is placed. */
static uint64_t explore_next(struct exploration *exploration, unsigned depth, uint64_t place)
{
    bool deepest = depth + 1u == exploration->explore->depth;

    if (!deepest || explore_is_always_run(exploration, depth, place)) {
        return place;
    }
    return place + rng_below(&exploration->rng, 2u * exploration->chance[depth] - 1u);
}

/* Whether to run with what is placed. Where more is placed behind it, that is done either way. */
static bool explore_chooses(struct exploration *exploration, unsigned depth, uint64_t place)
{
    return explore_is_always_run(exploration, depth, place) ||
           rng_below(&exploration->rng, exploration->chance[depth]) == 0;
}

/* Goes through the places for one thing, for each of them through those of a second one behind it,
 * and so on. places: how many there are with nothing placed. */
static void explore_all(struct exploration *exploration, uint64_t places)
{
    uint64_t *at = exploration->at;
    uint64_t limits[MACHINE_EXPLORE_POINTS_MAX] = {places};
    unsigned depth = 0;

    at[0] = explore_next(exploration, 0, 0);
    while (depth != 0 || at[0] < places) {
        if (at[depth] >= limits[depth]) {
            depth--;
            at[depth] = explore_next(exploration, depth, at[depth] + 1u);
            continue;
        }
        exploration->config.explore_count = depth + 1u;
        if (depth + 1u < exploration->explore->depth) {
            uint64_t behind = (at[depth] / exploration->choices + 1u) * exploration->choices;

            limits[depth + 1u] = explore_chooses(exploration, depth, at[depth])
                                     ? explore_once(exploration)
                                     : limits[depth];
            at[depth + 1u] = explore_next(exploration, depth + 1u, behind);
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
        .config = {.chip = fixture_chip(), .variants = explore->variants, .explore = true},
        .choices = 1,
    };
    uint64_t places;

    rng_seed(&exploration.rng, chosen.seed);
    places = explore_once(&exploration);
    CHECK(places > explore->depth);
    explore_choose_chances(&exploration, places);
    explore_all(&exploration, places);
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
