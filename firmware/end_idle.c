/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"
#include "port_cpu.h"

/* On a board there is nowhere to go. */
void board_end(int status)
{
    (void)status;
    for (;;) {
        cpu_wait_for_interrupt();
    }
}
