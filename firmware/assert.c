/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "board.h"

/* What assert() calls. */
void __assert_func(const char *file, int line, const char *function, const char *expression)
{
    (void)function;
    board_put_string(file);
    board_put_string(":0x");
    board_put_hex((uint32_t)line);
    board_put_string(": ");
    board_put_string(expression);
    board_put_string(" is not so\n");
    board_exit(1);
}
