/* SPDX-License-Identifier: Apache-2.0 */
#include "runner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "fixture.h"

enum { NAME_BYTES = 400, USAGE_EXIT = 2 };

/* A test with its name and its machine. */
struct entry {
    char name[NAME_BYTES];
    void (*body)(void);
    enum runner_mode mode;
    const char *chip;
    uint32_t variants;
};

struct registry {
    struct entry *entries;
    size_t count;
    size_t capacity;
};

struct arguments {
    struct fixture_options options;
    bool list;
    const char *pattern;
};

static void run_on_machine(uint32_t variants, void (*body)(void))
{
    fixture_power_on(variants, fixture_options()->seed);
    body();
    fixture_check_clean();
}

static void run_still(uint32_t variants, void (*body)(void))
{
    const struct machine_config config = {
        .chip = fixture_chip(),
        .seed = fixture_options()->seed,
        .variants = variants,
        .explore = true,
    };

    fixture_power_on_with(&config);
    body();
    fixture_check_clean();
}

static void run_bare(uint32_t variants, void (*body)(void))
{
    (void)variants;
    body();
}

/* How each mode runs a body, and what it adds to its name. */
static const struct {
    void (*run)(uint32_t variants, void (*body)(void));
    bool each_variant;
    const char *suffix;
} modes[] = {
    [RUNNER_BARE] = {run_bare, false, ""},
    [RUNNER_MACHINE] = {run_on_machine, false, ""},
    [RUNNER_STILL] = {run_still, true, ", time standing still"},
    [RUNNER_VARIANTS] = {run_on_machine, true, ""},
    [RUNNER_TIMINGS] = {fixture_run_timings, true, ""},
    [RUNNER_POINTS] = {fixture_explore_points, true, ", at every interrupt point"},
};

static void entry_run(void **state)
{
    const struct entry *entry = *state;

    fixture_use_chip(entry->chip);
    modes[entry->mode].run(entry->variants, entry->body);
}

/* Writes what a test is called: its chip, how it is run and its variants are said if they are not
 * the usual ones. */
static void entry_name(struct entry *entry, const char *name)
{
    char variants[NAME_BYTES / 2];
    bool each = modes[entry->mode].each_variant;

    fixture_name_variants(entry->variants, variants, sizeof(variants));
    (void)snprintf(entry->name, sizeof(entry->name), "%s%s%s%s%s%s%s", name,
                   entry->chip == NULL ? "" : " on ", entry->chip == NULL ? "" : entry->chip,
                   each ? modes[entry->mode].suffix : "", each ? " [" : "", each ? variants : "",
                   each ? "]" : "");
}

static void registry_add(struct registry *registry, const struct test_case *test,
                         const struct entry *how, uint32_t variants)
{
    struct entry *entry;

    if (registry->count == registry->capacity) {
        registry->capacity = registry->capacity * 2 + 64;
        registry->entries = realloc(registry->entries,
                                    registry->capacity * sizeof(*registry->entries));
        if (registry->entries == NULL) {
            abort();
        }
    }
    entry = &registry->entries[registry->count];
    *entry = *how;
    entry->body = test->body;
    entry->variants = variants;
    entry_name(entry, test->name);
    registry->count++;
}

static void registry_add_suite(struct registry *registry, const struct runner_suite *suite,
                               const char *chip)
{
    const struct entry how = {.mode = suite->mode, .chip = chip};

    for (const struct test_case *test = suite->cases; test->name != NULL; test++) {
        if (!modes[suite->mode].each_variant) {
            registry_add(registry, test, &how, 0);
            continue;
        }
        for (uint32_t i = 0; i < fixture_variant_count(); i++) {
            registry_add(registry, test, &how, fixture_variants(i));
        }
    }
}

/* Keeps the entries whose name contains the pattern. */
static void registry_filter(struct registry *registry, const char *pattern)
{
    size_t kept = 0;

    for (size_t i = 0; i < registry->count; i++) {
        if (strstr(registry->entries[i].name, pattern) != NULL) {
            registry->entries[kept] = registry->entries[i];
            kept++;
        }
    }
    registry->count = kept;
}

static int registry_list(const struct registry *registry)
{
    for (size_t i = 0; i < registry->count; i++) {
        printf("%s\n", registry->entries[i].name);
    }
    return EXIT_SUCCESS;
}

static int registry_run(const struct registry *registry, const char *group)
{
    struct CMUnitTest *tests = calloc(registry->count + 1, sizeof(*tests));
    int failed;

    if (tests == NULL) {
        abort();
    }
    for (size_t i = 0; i < registry->count; i++) {
        tests[i].name = registry->entries[i].name;
        tests[i].test_func = entry_run;
        tests[i].initial_state = &registry->entries[i];
    }
    failed = _cmocka_run_group_tests(group, tests, registry->count, NULL, NULL);
    free(tests);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool seed_parse(const char *text, uint64_t *seed)
{
    char *end;

    if (text == NULL || *text == '\0' || *text == '-') {
        return false;
    }
    *seed = strtoull(text, &end, 0);
    return *end == '\0';
}

static bool arguments_parse(struct arguments *arguments, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            arguments->list = true;
        } else if (strcmp(argv[i], "--full") == 0) {
            arguments->options.full = true;
        } else if (strcmp(argv[i], "--trace") == 0) {
            arguments->options.trace = true;
        } else if (strcmp(argv[i], "--chip") == 0) {
            i++;
            if (argv[i] == NULL) {
                return false;
            }
            arguments->options.chip = argv[i];
        } else if (strcmp(argv[i], "--seed") == 0) {
            i++;
            if (!seed_parse(argv[i], &arguments->options.seed)) {
                return false;
            }
        } else if (argv[i][0] == '-' || arguments->pattern != NULL) {
            return false;
        } else {
            arguments->pattern = argv[i];
        }
    }
    return true;
}

int runner_main_on(int argc, char **argv, const char *group, const struct runner_chip *chips)
{
    struct arguments arguments = {.options = {.seed = 1}};
    struct registry registry = {0};
    int result;

    if (!arguments_parse(&arguments, argc, argv)) {
        (void)fprintf(stderr,
                      "usage: %s [--list] [--chip NAME] [--full] [--seed N] [--trace] [PATTERN]\n",
                      argv[0]);
        return USAGE_EXIT;
    }
    fixture_set_options(&arguments.options);
    for (; chips->suites != NULL; chips++) {
        for (const struct runner_suite *suite = chips->suites; suite->cases != NULL; suite++) {
            registry_add_suite(&registry, suite, chips->chip);
        }
    }
    if (arguments.pattern != NULL) {
        registry_filter(&registry, arguments.pattern);
    }
    result = arguments.list ? registry_list(&registry) : registry_run(&registry, group);
    free(registry.entries);
    return result;
}

int runner_main(int argc, char **argv, const char *group, const struct runner_suite *suites)
{
    const struct runner_chip chips[] = {{NULL, suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, group, chips);
}
