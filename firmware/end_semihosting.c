/* SPDX-License-Identifier: Apache-2.0 */
/* What an emulator offers an image besides the chip: RISC-V semihosting. */
#include "board.h"
#include "port_cpu.h"
#include "semihosting.h"

enum {
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20,
    ADP_STOPPED_APPLICATION_EXIT = 0x20026,
    ARGUMENTS_BYTES = 128,
};

void board_exit(int status)
{
    (void)cpu_mask_interrupts();
    board_flush();
    uintptr_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (uintptr_t)status};
    semihosting_call(SYS_EXIT_EXTENDED, block);
    for (;;) {
    }
}

const char *board_arguments(void)
{
    static char text[ARGUMENTS_BYTES];
    uintptr_t block[2] = {(uintptr_t)text, sizeof text};
    return semihosting_call(SYS_GET_CMDLINE, block) == 0 ? text : "";
}
