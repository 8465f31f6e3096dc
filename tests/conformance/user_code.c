/* SPDX-License-Identifier: Apache-2.0 */
#include "user_code.h"

#include <stddef.h>

#include "conformance.h"

const struct test_case conformance_user_code[] = {
    {"user code of v4.3", user_code_v43}, {"user code of v4.4", user_code_v44},
    {"user code of v5.1", user_code_v51}, {"user code of v5.3", user_code_v53},
    {"user code of v6.0", user_code_v60}, {NULL, NULL},
};
