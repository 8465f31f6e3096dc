/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_POSIX_H
#define PORT_POSIX_H

#include <stdbool.h>

/* Whether ordinary memory is refused. */
void port_posix_set_strict(bool on);

#endif
