/* SPDX-License-Identifier: Apache-2.0 */
/* picolibc's standard streams on the console. */
#include <stdio.h>

#include "board.h"

static int put_character(char character, FILE *file)
{
    (void)file;
    board_put_character(character);
    return (unsigned char)character;
}

static FILE console = FDEV_SETUP_STREAM(put_character, NULL, NULL, _FDEV_SETUP_WRITE);

FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;
