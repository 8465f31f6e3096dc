/* SPDX-License-Identifier: Apache-2.0 */
/* amcp boot */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "emu.h"
#include "machine.h"
#include "models/uart.h"
#include "trace.h"

struct boot_options {
    const char *chip;
    const char *trace_path;
    const char *arguments;
    uint64_t instructions_max;
    uint64_t seed;
    uint32_t variants;
};

static bool take_chip(const struct option_spec *spec, const char *text, void *options)
{
    struct boot_options *boot = options;
    (void)spec;
    boot->chip = text;
    return true;
}

static bool take_trace(const struct option_spec *spec, const char *text, void *options)
{
    struct boot_options *boot = options;
    (void)spec;
    boot->trace_path = text;
    return true;
}

static bool take_arguments(const struct option_spec *spec, const char *text, void *options)
{
    struct boot_options *boot = options;
    (void)spec;
    boot->arguments = text;
    return true;
}

static bool take_number(const struct option_spec *spec, const char *text, uint64_t low,
                        uint64_t *value)
{
    errno = 0; /* options_parse_number() takes a number that is too large for the largest one */
    if (!options_parse_number(text, true, low, UINT64_MAX, value) || errno == ERANGE) {
        message_complain("--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not \"%s\"",
                         spec->name, low, UINT64_MAX, text);
        return false;
    }
    return true;
}

static bool take_instructions(const struct option_spec *spec, const char *text, void *options)
{
    struct boot_options *boot = options;
    return take_number(spec, text, 1, &boot->instructions_max);
}

static bool take_seed(const struct option_spec *spec, const char *text, void *options)
{
    struct boot_options *boot = options;
    return take_number(spec, text, 0, &boot->seed);
}

static void complain_about_variant(const char *name, size_t length)
{
    char names[512] = "all, none";
    for (size_t i = 0; machine_variant_name(i) != NULL; i++) {
        size_t used = strlen(names);
        (void)snprintf(names + used, sizeof names - used, ", %s", machine_variant_name(i));
    }
    message_complain("\"%.*s\" is not a variant; they are %s", (int)length, name, names);
}

/* Adds what one name stands for. Returns false if it is none. */
static bool add_variant(const char *name, size_t length, uint32_t *variants)
{
    static const char *const all = "all";
    static const char *const none = "none";
    if (length == strlen(none) && strncmp(name, none, length) == 0) {
        return true;
    }
    if (length == strlen(all) && strncmp(name, all, length) == 0) {
        *variants = (UINT32_C(1) << MACHINE_VARIANT_COUNT) - 1;
        return true;
    }
    for (size_t i = 0; machine_variant_name(i) != NULL; i++) {
        const char *known = machine_variant_name(i);
        if (length == strlen(known) && strncmp(name, known, length) == 0) {
            *variants |= UINT32_C(1) << i;
            return true;
        }
    }
    return false;
}

static bool take_variants(const struct option_spec *spec, const char *text, void *options)
{
    struct boot_options *boot = options;
    (void)spec;
    for (;;) {
        size_t length = strcspn(text, ",");
        if (!add_variant(text, length, &boot->variants)) {
            complain_about_variant(text, length);
            return false;
        }
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

static const struct option_spec boot_specs[] = {
    {"chip", "NAME", "the chip to emulate; the default is esp32c3", take_chip},
    {"trace", "FILE", "write what the chip did, one event a line", take_trace},
    {"max-instructions", "N", "end the run as failed after N instructions or cycles of sleep",
     take_instructions},
    {"arguments", "TEXT", "what the image reads as its command line", take_arguments},
    {"variants", "NAME,...", "settle these doubts of the datasheet the other way", take_variants},
    {"seed", "N", "seed of the machine's choices; the default is 1", take_seed},
    {NULL, NULL, NULL, NULL},
};

static void put_byte(uint8_t byte, void *context)
{
    (void)context;
    (void)putchar(byte);
    /* So that a run that is killed has shown how far it came. */
    if (byte == '\n') {
        (void)fflush(stdout);
    }
}

static void write_event(const struct trace_event *event, void *context)
{
    FILE *file = context;
    (void)fprintf(file, "%12" PRIu64 " %-18s %2d 0x%08" PRIx32 " 0x%08" PRIx32 "\n", event->cycles,
                  trace_kind_name(event->kind), event->channel, event->address, event->value);
}

/* Returns the exit code, which is a byte: what does not fit is a failure all the same. */
static int report_end(const struct emu_result *result)
{
    if (result->end == EMU_EXIT) {
        int byte = result->status & UINT8_MAX;
        return byte == 0 && result->status != 0 ? UINT8_MAX : byte;
    }
    (void)fflush(stdout);
    message_complain("the run was ended: %s", result->report);
    return result->end == EMU_NO_ROOM ? EXIT_USAGE : EXIT_FAILED;
}

static int boot_image(const struct boot_options *options, const char *image_path, FILE *trace)
{
    char error[512];
    struct emu_result result;
    struct emu *emu = emu_open(&(struct emu_config){.chip = options->chip,
                                                    .image_path = image_path,
                                                    .seed = options->seed,
                                                    .variants = options->variants,
                                                    .arguments = options->arguments,
                                                    .instructions_max = options->instructions_max},
                               error, sizeof error);
    if (emu == NULL) {
        message_complain("%s", error);
        return EXIT_FAILED;
    }
    uart_listen(put_byte, NULL);
    if (trace != NULL) {
        trace_listen(write_event, trace);
    }
    emu_run(emu, &result);
    emu_close(emu);
    return report_end(&result);
}

static int boot_with_trace(const struct boot_options *options, const char *image_path)
{
    FILE *trace = fopen(options->trace_path, "w");
    if (trace == NULL) {
        message_complain("%s: %s", options->trace_path, strerror(errno));
        return EXIT_FAILED;
    }
    (void)fputs("# cycle, event, channel, address, value\n", trace);
    int exit_code = boot_image(options, image_path, trace);
    bool failed = ferror(trace) != 0;
    if (fclose(trace) != 0 || failed) {
        message_complain("%s: could not be written", options->trace_path);
        return EXIT_FAILED;
    }
    return exit_code;
}

static int run_boot(const struct command *command, int argc, char **argv)
{
    struct boot_options options = {.chip = "esp32c3", .seed = 1};
    int exit_code = EXIT_USAGE;
    int operand = options_parse(command, argc, argv, &options, &exit_code);
    if (operand < 0) {
        return exit_code;
    }
    if (argc - operand != 1) {
        message_complain("one IMAGE is needed, not %d", argc - operand);
        return EXIT_USAGE;
    }
    return options.trace_path != NULL ? boot_with_trace(&options, argv[operand])
                                      : boot_image(&options, argv[operand], NULL);
}

const struct command boot_command = {
    .name = "boot",
    .operands = "IMAGE.elf",
    .summary = "run a firmware image on an emulated chip",
    .details =
        "Prints what the image writes to its console, UART0, and exits with the status with\n"
        "which the image ends itself (RISC-V semihosting, SYS_EXIT_EXTENDED). An image that does\n"
        "what the chip cannot do is stopped with a report and exit status 1; one that has no\n"
        "room for the arguments is stopped with exit status 2.\n",
    .specs = boot_specs,
    .run = run_boot,
};
