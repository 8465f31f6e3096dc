/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Images are a few hundred kilobytes; with debug information, a few megabytes. */
enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

/* Of the RISC-V ELF specification; older versions of <elf.h> lack them. */
enum { RISCV_MACHINE = 243, RISCV_FLAG_COMPRESSED = 1 };

static bool lies_within(const struct image *image, uint32_t offset, uint32_t count)
{
    return offset <= image->size_bytes && count <= image->size_bytes - offset;
}

/* Copies a structure out of the file, wherever it lies. */
static bool read_at(const struct image *image, uint32_t offset, void *to, uint32_t count)
{
    if (!lies_within(image, offset, count)) {
        return false;
    }
    memcpy(to, image->bytes + offset, count);
    return true;
}

static const char *read_file(struct image *image, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return "cannot be opened";
    }
    const char *error = "cannot be read";
    if (fseek(file, 0, SEEK_END) == 0) {
        long size_bytes = ftell(file);
        if (size_bytes >= 0 && size_bytes <= FILE_BYTES_MAX && fseek(file, 0, SEEK_SET) == 0) {
            image->size_bytes = (size_t)size_bytes;
            image->bytes = malloc(image->size_bytes + 1);
            if (image->bytes != NULL &&
                fread(image->bytes, 1, image->size_bytes, file) == image->size_bytes) {
                /* A name at the very end has an end, too. */
                image->bytes[image->size_bytes] = 0;
                error = NULL;
            }
        }
    }
    (void)fclose(file);
    return error;
}

static const char *check_header(const struct image *image, Elf32_Ehdr *header)
{
    if (!read_at(image, 0, header, sizeof *header) ||
        memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
        return "is not an ELF file";
    }
    if (header->e_ident[EI_CLASS] != ELFCLASS32 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != RISCV_MACHINE) {
        return "is not for a 32-bit RISC-V chip";
    }
    if (header->e_type != ET_EXEC) {
        return "is not a linked executable";
    }
    if ((header->e_flags & ~(uint32_t)RISCV_FLAG_COMPRESSED) != 0) {
        return "uses an ABI that the chip lacks (floating point in registers, or RV32E)";
    }
    if (header->e_entry % 2 != 0) {
        return "begins at an odd address, where no instruction can be";
    }
    return NULL;
}

static int compare_symbols(const void *left, const void *right)
{
    uint32_t a = ((const struct image_symbol *)left)->address;
    uint32_t b = ((const struct image_symbol *)right)->address;
    return (a > b) - (a < b);
}

static void add_symbol(struct image *image, const Elf32_Sym *symbol, const Elf32_Shdr *names)
{
    unsigned type = ELF32_ST_TYPE(symbol->st_info);
    uint32_t offset = names->sh_offset + symbol->st_name;
    /* A number that only has a name is in no section (SHN_ABS, of the reserved ones). */
    bool has_section = symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE;
    if ((type != STT_FUNC && type != STT_OBJECT) || !has_section ||
        symbol->st_name >= names->sh_size || !lies_within(image, offset, 1)) {
        return;
    }
    const char *name = (const char *)image->bytes + offset;
    image->symbols[image->symbol_count++] = (struct image_symbol){name, symbol->st_value,
                                                                  symbol->st_size};
}

static const char *read_symbols(struct image *image, const Elf32_Ehdr *header)
{
    for (uint32_t i = 0; i < header->e_shnum; i++) {
        Elf32_Shdr table;
        Elf32_Shdr names;
        if (!read_at(image, header->e_shoff + i * (uint32_t)sizeof table, &table, sizeof table)) {
            return "is damaged: its section headers lie outside";
        }
        if (table.sh_type != SHT_SYMTAB) {
            continue;
        }
        uint32_t names_at = header->e_shoff + table.sh_link * (uint32_t)sizeof names;
        if (!read_at(image, names_at, &names, sizeof names) ||
            !lies_within(image, table.sh_offset, table.sh_size)) {
            return "is damaged: its symbols lie outside";
        }
        uint32_t count = table.sh_size / (uint32_t)sizeof(Elf32_Sym);
        image->symbols = calloc((size_t)count + 1, sizeof *image->symbols);
        for (uint32_t s = 0; image->symbols != NULL && s < count; s++) {
            Elf32_Sym symbol = {.st_name = 0};
            (void)read_at(image, table.sh_offset + s * (uint32_t)sizeof symbol, &symbol,
                          sizeof symbol);
            add_symbol(image, &symbol, &names);
        }
        break;
    }
    if (image->symbols != NULL) {
        qsort(image->symbols, image->symbol_count, sizeof *image->symbols, compare_symbols);
    }
    return NULL;
}

bool image_open(struct image *image, const char *path, const char **error)
{
    Elf32_Ehdr header = {.e_shnum = 0};
    memset(image, 0, sizeof *image);
    *error = read_file(image, path);
    if (*error == NULL) {
        *error = check_header(image, &header);
    }
    if (*error == NULL) {
        image->entry = header.e_entry;
        *error = read_symbols(image, &header);
    }
    if (*error != NULL) {
        image_close(image);
    }
    return *error == NULL;
}

void image_close(struct image *image)
{
    free(image->bytes);
    free(image->symbols);
    memset(image, 0, sizeof *image);
}

bool image_load(const struct image *image,
                bool (*load)(const struct image_part *part, void *context), void *context)
{
    Elf32_Ehdr header = {.e_phnum = 0};
    (void)read_at(image, 0, &header, sizeof header);
    for (uint32_t i = 0; i < header.e_phnum; i++) {
        Elf32_Phdr segment;
        if (!read_at(image, header.e_phoff + i * (uint32_t)sizeof segment, &segment,
                     sizeof segment)) {
            return false;
        }
        if (segment.p_type != PT_LOAD || segment.p_memsz == 0) {
            continue;
        }
        /* Of what has no contents in the file, the offset says nothing. */
        segment.p_offset = segment.p_filesz == 0 ? 0 : segment.p_offset;
        if (!lies_within(image, segment.p_offset, segment.p_filesz) ||
            segment.p_filesz > segment.p_memsz) {
            return false;
        }
        const struct image_part part = {segment.p_vaddr, segment.p_memsz,
                                        image->bytes + segment.p_offset, segment.p_filesz};
        if (!load(&part, context)) {
            return false;
        }
    }
    return true;
}

const struct image_symbol *image_find(const struct image *image, const char *name)
{
    for (size_t i = 0; i < image->symbol_count; i++) {
        if (strcmp(image->symbols[i].name, name) == 0) {
            return &image->symbols[i];
        }
    }
    return NULL;
}

const struct image_symbol *image_symbol_at(const struct image *image, uint32_t address)
{
    const struct image_symbol *found = NULL;
    for (size_t i = 0; i < image->symbol_count && image->symbols[i].address <= address; i++) {
        if (address - image->symbols[i].address < image->symbols[i].size_bytes) {
            found = &image->symbols[i];
        }
    }
    return found;
}
