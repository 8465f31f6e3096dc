/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the target "api". */
#ifndef API_H
#define API_H

#include <stdbool.h>

#include "fuzz.h"

/* api_choice.c: what the program chooses from, in the place of a generator of random numbers. */
void api_choose_from(const struct fuzz_input *input);

/* Whether every byte has been used, and choices mean nothing any more. */
bool api_is_exhausted(void);

/* api_refusals.c: a call that must be refused, or an installation beside the program's own. */
void api_refusal(void);

/* Whether such an installation is under way, which may use the heap. */
bool api_is_installing(void);

#endif
