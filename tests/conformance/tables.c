/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "conformance.h"

const struct test_case *const conformance_tables[] = {
    conformance_install,        conformance_uninstall, conformance_backlog,
    conformance_alignment,      conformance_arguments, conformance_ranges,
    conformance_sizes,          conformance_callbacks, conformance_order,
    conformance_blocking,       conformance_waiting,   conformance_cancel,
    conformance_tickets,        conformance_info,      conformance_threshold,
    conformance_static_install, conformance_user_code, NULL,
};

const struct test_case *const conformance_external_tables[] = {
    conformance_external,
    conformance_external_arguments,
    conformance_external_order,
    NULL,
};
