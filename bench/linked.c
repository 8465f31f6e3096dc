/* SPDX-License-Identifier: Apache-2.0 */
#include "linked.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 1024, SECTION_BYTES = 256 };

/* An input section in the map, or what fills the gap before one. */
struct contribution {
    char output[SECTION_BYTES]; /* the section of the image that it is in */
    char section[SECTION_BYTES];
    unsigned long address;
    unsigned long size_bytes;
    const char *path; /* in the line */
};

/* Code and constants; the rest is data, or is not in memory at all. */
static bool is_read_only(const char *output)
{
    static const char *const names[] = {".iram0.text", ".text", ".rodata", ".dram1"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(output, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct linked *linked, const struct contribution *contribution)
{
    uint32_t size_bytes = (uint32_t)contribution->size_bytes;
    if (contribution->address == 0 || !is_read_only(contribution->output)) {
        return;
    }
    if (strstr(contribution->path, "/src/") != NULL) {
        linked->driver += size_bytes;
    } else if (strstr(contribution->path, "/ports/") != NULL) {
        linked->port += size_bytes;
    } else {
        linked->others += size_bytes;
    }
}

/* Returns what follows the number at the beginning of a text, or NULL if there is none. */
static const char *take_number(const char *text, unsigned long *number)
{
    char *end = NULL;
    *number = strtoul(text, &end, 0);
    return end == text ? NULL : end;
}

/* Copies the name at the beginning of a text. Returns what follows it. */
static const char *take_name(const char *text, char name[SECTION_BYTES])
{
    size_t length = strcspn(text, " \n");
    (void)snprintf(name, SECTION_BYTES, "%.*s", (int)length, text);
    return text + length;
}

/* The section of the image at the beginning of a line, or one space, the input section or "*fill*",
 * and, on the same line or the next one, address, size and object. */
static void read_line(const char *line, struct contribution *contribution, struct linked *linked)
{
    const char *rest = line;
    if (line[0] == '.') {
        (void)take_name(line, contribution->output);
        contribution->section[0] = '\0';
    } else if (line[0] == ' ' && (line[1] == '.' || strncmp(line, " *fill*", 7) == 0)) {
        rest = take_name(line + 1, contribution->section);
    }
    if (contribution->section[0] == '\0') {
        return;
    }
    rest = take_number(rest, &contribution->address);
    rest = rest == NULL ? NULL : take_number(rest, &contribution->size_bytes);
    if (rest != NULL) {
        contribution->path = rest;
        add(linked, contribution);
        contribution->section[0] = '\0';
    }
}

bool linked_read(const char *map_path, struct linked *linked)
{
    char line[LINE_BYTES];
    struct contribution contribution = {.address = 0};
    bool in_memory_map = false;
    FILE *file = fopen(map_path, "r");
    memset(linked, 0, sizeof *linked);
    if (file == NULL) {
        return false;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (in_memory_map) {
            read_line(line, &contribution, linked);
        }
        in_memory_map = in_memory_map || strncmp(line, "Linker script and memory map", 28) == 0;
    }
    (void)fclose(file);
    return linked->driver != 0;
}
