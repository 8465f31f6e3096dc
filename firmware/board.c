/* SPDX-License-Identifier: Apache-2.0 */
/* How images end. */
#include "board.h"

#include "common.h"
#include "port_cpu.h"

void board_exit(int status)
{
    cpu_mask_interrupts();
    board_flush();
    board_end(status);
}

/* Weak, so that an image that has no room for a console can leave it out. */
__attribute__((weak)) void board_report_exception(uint32_t cause, uint32_t where, uint32_t value)
{
    board_put_string("\nexception ");
    board_put_hex(cause);
    board_put_string(" at ");
    board_put_hex(where);
    board_put_string(", mtval ");
    board_put_hex(value);
    board_put_string("\n");
    board_exit(1);
}

__attribute__((weak)) void port_report_mistake(const char *text, const void *address)
{
    board_put_string(text);
    board_put_string(": ");
    board_put_hex((uint32_t)(uintptr_t)address);
    board_put_string("\n");
    board_exit(1);
}
