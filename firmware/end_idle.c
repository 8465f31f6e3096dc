/* SPDX-License-Identifier: Apache-2.0 */
/* What a board offers an image besides the chip: nothing. */
#include "board.h"
#include "port_cpu.h"

void board_exit(int status)
{
    (void)status;
    (void)cpu_mask_interrupts();
    for (;;) {
        cpu_wait_for_interrupt();
    }
}

const char *board_arguments(void)
{
    return "";
}
