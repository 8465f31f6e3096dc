/* SPDX-License-Identifier: Apache-2.0 */
/* What "amcp copy" tells about a copy. */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "picture.h"
#include "stream.h"

void report_print_text(FILE *file, const char *chip, const struct stream_plan *plan,
                       const struct stream_result *result);
void report_print_json(FILE *file, const char *chip, const struct stream_plan *plan,
                       const struct stream_result *result);

/* Fills in what stands above a picture of the copy. */
void report_caption(struct picture_caption *caption, const char *chip,
                    const struct stream_plan *plan, const struct stream_result *result);

#endif
