/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One suite for every chip and every platform: what the API part and the header promise.
 * The bodies use public headers and tests/support only, so that firmware links the same files.
 *
 * Each body starts with nothing installed and leaves nothing behind.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "test_case.h"

extern const struct test_case conformance_install[];
extern const struct test_case conformance_uninstall[];
extern const struct test_case conformance_backlog[];
extern const struct test_case conformance_alignment[];
extern const struct test_case conformance_arguments[];
extern const struct test_case conformance_ranges[];
extern const struct test_case conformance_sizes[];
extern const struct test_case conformance_callbacks[];
extern const struct test_case conformance_order[];
extern const struct test_case conformance_blocking[];
extern const struct test_case conformance_waiting[];
extern const struct test_case conformance_cancel[];
extern const struct test_case conformance_tickets[];
extern const struct test_case conformance_info[];
extern const struct test_case conformance_threshold[];
extern const struct test_case conformance_static_install[];
extern const struct test_case conformance_user_code[];

/* All of these tables; ends with NULL. */
extern const struct test_case *const conformance_tables[];

/* Only for chips whose engine reaches external RAM. */
extern const struct test_case conformance_external[];
extern const struct test_case conformance_external_arguments[];
extern const struct test_case conformance_external_order[];
extern const struct test_case *const conformance_external_tables[];

#endif
