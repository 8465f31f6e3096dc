/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <string.h>

struct plan {
    uint64_t skip;
    uint64_t count; /* 0: there is no plan */
    uint64_t occasions;
    uint64_t happened;
};

static struct plan plans[FAULT_KIND_COUNT];

void fault_plan(enum fault_kind kind, uint64_t skip, uint64_t count)
{
    plans[kind] = (struct plan){.skip = skip, .count = count};
}

void fault_forget_all(void)
{
    memset(plans, 0, sizeof(plans));
}

bool fault_strikes(enum fault_kind kind)
{
    struct plan *plan = &plans[kind];
    if (plan->count == 0) {
        return false;
    }
    uint64_t occasion = plan->occasions++;
    if (occasion < plan->skip || occasion - plan->skip >= plan->count) {
        return false;
    }
    plan->happened++;
    return true;
}

uint64_t fault_count(enum fault_kind kind)
{
    return plans[kind].happened;
}

const char *fault_name(enum fault_kind kind)
{
    static const char *const names[FAULT_KIND_COUNT] = {
        [FAULT_ALLOCATION] = "allocation",
        [FAULT_LOSE_INTERRUPT] = "lose-interrupt",
        [FAULT_DELAY_INTERRUPT] = "delay-interrupt",
        [FAULT_DOUBLE_INTERRUPT] = "double-interrupt",
        [FAULT_SPURIOUS_INTERRUPT] = "spurious-interrupt",
        [FAULT_FLIP_OWNER] = "flip-owner",
        [FAULT_BAD_NEXT] = "bad-next",
        [FAULT_STALL] = "stall",
        [FAULT_NEVER_PARKS] = "never-parks",
    };
    return names[kind];
}
