/* SPDX-License-Identifier: Apache-2.0 */
/* amcp chips */
#include "chip.h"

#include <inttypes.h>
#include <stdio.h>

#include "command.h"

enum { KIB = 1024 };

struct chips_options {
    bool json;
};

static bool take_json(const struct option_spec *spec, const char *text, void *options)
{
    struct chips_options *chips = options;
    (void)spec;
    (void)text;
    chips->json = true;
    return true;
}

static const struct option_spec chips_specs[] = {
    {"json", NULL, "print a JSON array", take_json},
    {NULL, NULL, NULL, NULL},
};

static unsigned count_bits(uint32_t mask)
{
    unsigned count = 0;
    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}

static void print_range_text(const char *kind, const struct chip_range *range)
{
    if (range->size_bytes != 0) {
        (void)printf("  %s 0x%08" PRIx32 "..0x%08" PRIx32 " (%" PRIu32 " KiB)", kind, range->low,
                     range->low + (range->size_bytes - 1), range->size_bytes / KIB);
    }
}

static void print_chip_text(const struct chip *chip, const struct chip_engine *engine)
{
    (void)printf("%-9s %5u  %-12s 0x%08" PRIx32 "  %5u  %15u", chip->name,
                 (unsigned)chip->core_count, engine->name, engine->base,
                 count_bits(engine->pair_mask), (unsigned)engine->burst_align_bytes);
    print_range_text("SRAM", &chip->sram);
    print_range_text("PSRAM", &chip->psram);
    (void)putchar('\n');
}

static void print_range_json(const char *kind, const struct chip_range *range, bool *first)
{
    if (range->size_bytes == 0) {
        return;
    }
    (void)printf("%s{\"kind\": \"%s\", \"low\": %" PRIu32 ", \"size_bytes\": %" PRIu32 "}",
                 *first ? "" : ", ", kind, range->low, range->size_bytes);
    *first = false;
}

static void print_mask_json(const char *name, uint32_t mask)
{
    const char *separator = "";
    (void)printf("    \"%s\": [", name);
    for (unsigned bit = 0; mask != 0; bit++, mask >>= 1) {
        if ((mask & 1u) != 0) {
            (void)printf("%s%u", separator, bit);
            separator = ", ";
        }
    }
    (void)printf("],\n");
}

static void print_chip_json(const struct chip *chip, const struct chip_engine *engine)
{
    bool first = true;
    (void)printf("  {\n    \"chip\": \"%s\",\n    \"cores\": %u,\n", chip->name,
                 (unsigned)chip->core_count);
    (void)printf("    \"engine\": \"%s\",\n    \"base\": %" PRIu32 ",\n", engine->name,
                 engine->base);
    print_mask_json("channel_pairs", engine->pair_mask);
    print_mask_json("trigger_ids", engine->trigger_id_mask);
    (void)printf("    \"burst_align_bytes\": %u,\n    \"memory\": [",
                 (unsigned)engine->burst_align_bytes);
    print_range_json("sram", &chip->sram, &first);
    print_range_json("psram", &chip->psram, &first);
    (void)printf("]\n  }");
}

static void print_text(void)
{
    (void)printf("%-9s %5s  %-12s %-10s  %5s  %15s  %s\n", "CHIP", "CORES", "ENGINE", "BASE",
                 "PAIRS", "BURST ALIGNMENT", "MEMORY THAT THE ENGINE REACHES");
    for (size_t i = 0; chip_at(i) != NULL; i++) {
        print_chip_text(chip_at(i), chip_at(i)->ahb);
    }
}

static void print_json(void)
{
    (void)printf("[");
    for (size_t i = 0; chip_at(i) != NULL; i++) {
        (void)printf("%s\n", i == 0 ? "" : ",");
        print_chip_json(chip_at(i), chip_at(i)->ahb);
    }
    (void)printf("\n]\n");
}

static int run_chips(const struct command *command, int argc, char **argv)
{
    struct chips_options options = {.json = false};
    int exit_code = EXIT_USAGE;
    int operand = options_parse(command, argc, argv, &options, &exit_code);
    if (operand < 0) {
        return exit_code;
    }
    if (operand != argc) {
        message_complain("no operand is needed, but \"%s\" was given", argv[operand]);
        return EXIT_USAGE;
    }
    if (options.json) {
        print_json();
    } else {
        print_text();
    }
    return EXIT_DONE;
}

const struct command chips_command = {
    .name = "chips",
    .operands = "",
    .summary = "list the chips that are known",
    .specs = chips_specs,
    .run = run_chips,
};
