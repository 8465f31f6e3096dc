/* SPDX-License-Identifier: Apache-2.0 */
/* How images fail. */
#include "board.h"

#include "common.h"

void board_report_exception(uint32_t cause, uint32_t where, uint32_t value)
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

/* Weak, as interrupt_entry_exception() is, so that an image can do without a console. */
__attribute__((weak)) void port_report_mistake(const char *text, const void *address)
{
    board_put_string(text);
    board_put_string(": ");
    board_put_hex((uint32_t)(uintptr_t)address);
    board_put_string("\n");
    board_exit(1);
}
