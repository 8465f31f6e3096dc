/* SPDX-License-Identifier: Apache-2.0 */
#include "register_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine_internal.h"

static size_t row_count_of(const struct register_row *row)
{
    return row->count == 0 ? 1 : row->count;
}

static uint32_t row_known_bits(const struct register_row *row)
{
    return row->writable | row->clears | row->triggers | row->read_only | row->foreign;
}

static void row_name(const struct register_row *row, size_t nth, char *to, size_t bytes)
{
    const char *number = strstr(row->name, "%u");
    if (number == NULL) {
        (void)snprintf(to, bytes, "%s", row->name);
        return;
    }
    (void)snprintf(to, bytes, "%.*s%u%s", (int)(number - row->name), row->name,
                   (unsigned)(row->first_number + nth), number + 2);
}

void register_file_open(struct register_file *file)
{
    memset(file->row_at, 0, sizeof(file->row_at));
    for (const struct register_row *row = file->rows; row->name != NULL; row++) {
        for (size_t i = 0; i < row_count_of(row); i++) {
            file->row_at[(row->offset + i * row->stride) / 4] = row;
        }
    }
}

void register_file_reset(struct register_file *file)
{
    for (const struct register_row *row = file->rows; row->name != NULL; row++) {
        for (size_t i = 0; i < row_count_of(row); i++) {
            *register_file_at(file, row->id, (unsigned)(row->first_index + i)) = row->reset |
                                                                                 row->foreign_value;
        }
    }
}

/* Returns the row and the index of the register at an offset; complains if there is none. */
static const struct register_row *file_find(const struct register_file *file, uint32_t offset,
                                            unsigned *index)
{
    const struct register_row *row = offset / 4 < REGISTER_WORDS_MAX ? file->row_at[offset / 4]
                                                                     : NULL;
    if (row == NULL) {
        machine_complain(file->unknown, "%s has no register at offset 0x%03" PRIX32, file->block,
                         offset);
        return NULL;
    }
    if (row->not_modelled) {
        machine_complain(MACHINE_NOT_MODELLED, "register %s of %s", row->name, file->block);
        return NULL;
    }
    unsigned nth = row->stride == 0 ? 0 : (offset - row->offset) / row->stride;
    *index = row->first_index + nth;
    return row;
}

uint32_t register_file_read(const struct register_file *file, uint32_t offset)
{
    unsigned index = 0;
    const struct register_row *row = file_find(file, offset, &index);
    if (row == NULL) {
        return 0;
    }
    return row->read != NULL ? row->read(index) : *register_file_at(file, row->id, index);
}

/* Complains of what must not be written. */
static void row_check(const struct register_file *file, const struct register_row *row,
                      unsigned index, uint32_t value)
{
    char name[40];
    uint32_t reserved = value & ~row_known_bits(row);
    uint32_t kept = *register_file_at(file, row->id, index);
    bool changes_foreign = ((value ^ kept) & row->foreign) != 0;
    bool inert = (row->writable | row->clears | row->triggers) == 0;
    if (reserved == 0 && !changes_foreign && !inert) {
        return;
    }
    row_name(row, index - row->first_index, name, sizeof(name));
    if (inert) {
        machine_complain(MACHINE_MISTAKE, "write to %s of %s, which is read only", name,
                         file->block);
    } else if (reserved != 0) {
        machine_complain(MACHINE_MISTAKE, "reserved bits 0x%08" PRIX32 " set in %s of %s", reserved,
                         name, file->block);
    } else {
        machine_complain(MACHINE_MISTAKE, "bits 0x%08" PRIX32 " of others changed in %s of %s",
                         (value ^ kept) & row->foreign, name, file->block);
    }
}

void register_file_write(struct register_file *file, uint32_t offset, uint32_t value)
{
    unsigned index = 0;
    const struct register_row *row = file_find(file, offset, &index);
    if (row == NULL) {
        return;
    }
    row_check(file, row, index, value);
    uint32_t *stored = register_file_at(file, row->id, index);
    uint32_t before = *stored;
    uint32_t kept = row->writable | row->foreign;
    *stored = ((before & ~kept) | (value & kept)) & ~(value & row->clears);
    if (row->write != NULL) {
        row->write(index, value, before);
    }
}

static const struct machine_row *chip_row(const char *chip)
{
    const struct machine_row *row = NULL;
    for (size_t i = 0; (row = machine_row_at(i)) != NULL; i++) {
        if (strcmp(row->description.chip, chip) == 0) {
            break;
        }
    }
    return row;
}

static void row_describe(const struct machine_device *device, const struct register_row *row,
                         size_t nth, struct register_description *to)
{
    *to = (struct register_description){
        .block = device->block,
        .base = device->base,
        .offset = (uint32_t)(row->offset + nth * row->stride),
        .reset = row->reset,
        .writable = row->writable,
        .clears = row->clears,
        .triggers = row->triggers,
        .read_only = row->read_only,
    };
    row_name(row, nth, to->name, sizeof(to->name));
}

/* Describes register number *index of a device, or takes the device's registers off *index. */
static bool device_describe(const struct machine_device *device, size_t *index,
                            struct register_description *to)
{
    for (const struct register_row *row = device->rows; row->name != NULL; row++) {
        size_t count = row->not_modelled ? 0 : row_count_of(row);
        if (*index < count) {
            row_describe(device, row, *index, to);
            return true;
        }
        *index -= count;
    }
    return false;
}

bool register_file_describe(const char *chip, size_t index, struct register_description *to)
{
    const struct machine_row *row = chip_row(chip);
    for (size_t d = 0; row != NULL && d < row->device_count; d++) {
        if (device_describe(&row->devices[d], &index, to)) {
            return true;
        }
    }
    return false;
}
