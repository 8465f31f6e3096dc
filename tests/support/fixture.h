/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine under a test on a PC: switching it on with a seed and variants, failing on every
 * mistake that it notices, and running a scenario over its interrupt points.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

/* What the command line chose. */
struct fixture_options {
    const char *chip; /* NULL: the one that a test asks for */
    uint64_t seed;
    bool full;  /* the whole matrix where the default samples it */
    bool trace; /* every event of the machine to stderr */
};

void fixture_set_options(const struct fixture_options *options);
const struct fixture_options *fixture_options(void);

/* Chooses the chip of the tests that follow, unless the command line has; NULL: an ESP32-C3. */
void fixture_use_chip(const char *chip);
const char *fixture_chip(void);

/* Switches the machine on; time passes and interrupts come by seed. From here on a mistake that the
 * machine notices fails the test. */
void fixture_power_on(uint32_t variants, uint64_t seed);

/* As fixture_power_on() with a configuration of the test's own. Where it does not say how long the
 * lines of the cache are, that is chosen by seed. */
void fixture_power_on_with(const struct machine_config *config);

/* Fails unless all cores come to an end with their tasks, and the heap and all that can be claimed
 * are as after power-on; switches off. */
void fixture_check_clean(void);

/* Returns a text that says how to see a failure again: seed, variants, interrupt points. */
const char *fixture_describe(void);

/* The variants of which a test run is made: none, each alone, all, and some by seed; with --full
 * every combination. fixture_variants() returns combination number index. */
uint32_t fixture_variant_count(void);
uint32_t fixture_variants(uint32_t index);

/* Writes the names of variants, such as "next-read-late+stores-delayed", or "none" or "all". */
void fixture_name_variants(uint32_t variants, char *text, size_t size_bytes);

/* What to enumerate. */
struct explore {
    uint32_t variants;
    unsigned depth;    /* interrupts placed at up to this many points, at most 3 */
    uint64_t cost_max; /* for each number of interrupts, points and bursts of all runs together;
                          where there would be more, the runs are sampled by seed */
};

/*
 * Runs a scenario once with no interrupt placed, then with an interrupt placed at every point, at
 * every two points, and so on. If the scenario uses several cores, a switch to another core is
 * placed as well in the place of an interrupt: it goes on until it waits, or for a few points.
 * Each run gets a machine of its own and must leave it clean. Fails if there is no point. Single
 * points are sampled only beyond the first few hundred, where a run with so many points polls.
 * Returns the number of runs.
 */
uint32_t fixture_explore(const struct explore *explore, void (*scenario)(void));

/* fixture_explore() under one combination of variants: all single points, and pairs as far as the
 * time goes; with --full, for none, each alone and all, every pair and a sample of triples. */
void fixture_explore_points(uint32_t variants, void (*scenario)(void));

/* Runs a scenario under one combination of variants several times, with a timing by seed each time.
 * */
void fixture_run_timings(uint32_t variants, void (*scenario)(void));

#endif
