/* SPDX-License-Identifier: Apache-2.0 */
/* bench: what a copy costs on a chip, in executed instructions. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budgets.h"
#include "print.h"
#include "summary.h"

enum { EXIT_USAGE = 2, ERROR_BYTES = 4096 };

struct arguments {
    const char *chip;
    bool json;
    bool check;
    const char *bench_path;
    const char *map_path;
};

static bool parse(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"chip", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {"check", no_argument, NULL, 'k'},
        {NULL, 0, NULL, 0},
    };
    int found;
    *arguments = (struct arguments){.chip = "esp32c3"};
    while ((found = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (found) {
        case 'c':
            arguments->chip = optarg;
            break;
        case 'j':
            arguments->json = true;
            break;
        case 'k':
            arguments->check = true;
            break;
        default:
            return false;
        }
    }
    if (argc - optind != 2) {
        return false;
    }
    arguments->bench_path = argv[optind];
    arguments->map_path = argv[optind + 1];
    return true;
}

static int check(const struct summary *summary)
{
    const struct budget *budget;
    int exit_code = EXIT_SUCCESS;
    for (size_t i = 0; (budget = budget_at(i)) != NULL; i++) {
        if (budget->measure(summary) > budget->ceiling) {
            exit_code = EXIT_FAILURE;
        }
    }
    return exit_code;
}

int main(int argc, char **argv)
{
    static struct summary summary;
    static char error[ERROR_BYTES];
    struct arguments arguments;
    if (!parse(argc, argv, &arguments)) {
        (void)fprintf(stderr,
                      "usage: bench [--chip NAME] [--json] [--check] BENCH.elf MINIMAL.map\n");
        return EXIT_USAGE;
    }
    summary.chip = arguments.chip;
    if (!watch_image(arguments.chip, arguments.bench_path, &summary.watched, error, sizeof error)) {
        (void)fprintf(stderr, "bench: %s\n", error);
        return EXIT_FAILURE;
    }
    if (!linked_read(arguments.map_path, &summary.linked)) {
        (void)fprintf(stderr, "bench: %s: cannot be read as a linker's map\n", arguments.map_path);
        return EXIT_FAILURE;
    }
    if (arguments.json) {
        print_json(&summary);
    } else {
        print_text(&summary);
    }
    return arguments.check ? check(&summary) : EXIT_SUCCESS;
}
