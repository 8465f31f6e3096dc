/* SPDX-License-Identifier: Apache-2.0 */
/* Two cores of the machine, without the port: who runs when, and whose the interrupts are. */
#include <setjmp.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "machine.h"
#include "runner.h"

/* Of an ESP32-S3: interrupts.md, sections 1, 2 and 6. */
#define MAP_BASE      UINT32_C(0x600C2000)
#define CORE_STRIDE   UINT32_C(0x800)
#define FROM_CPU_BASE UINT32_C(0x600C0030)
enum { FROM_CPU_SOURCE = 79, LINE = 3, STEPS_MAX = 400 };

struct complaints {
    unsigned count;
    char text[200];
    jmp_buf *leave; /* if set: does not return to whoever complained */
};

static void leave_by(void *leave)
{
    longjmp(*(jmp_buf *)leave, 1);
}

static void note_complaint(enum machine_complaint kind, const char *text, void *context)
{
    struct complaints *complaints = context;

    CHECK_EQ(kind, MACHINE_MISTAKE);
    complaints->count++;
    strncpy(complaints->text, text, sizeof(complaints->text) - 1);
    if (complaints->leave != NULL) {
        machine_call_on_first_core(leave_by, complaints->leave);
    }
}

/* Which core was at work, step by step. */
struct steps {
    char text[STEPS_MAX + 1];
    size_t count;
};

static struct steps steps;

static void step(void)
{
    CHECK(steps.count < STEPS_MAX);
    steps.text[steps.count] = (char)('0' + (char)machine_core());
    steps.count++;
    machine_point();
}

static void steps_forget(void)
{
    memset(&steps, 0, sizeof(steps));
}

static void take_steps(void *argument)
{
    const unsigned *count = argument;

    for (unsigned i = 0; i < *count; i++) {
        step();
    }
}

/* Both cores take steps. Returns how often the core changed. */
static unsigned run_both(unsigned count)
{
    unsigned changes = 0;

    steps_forget();
    machine_start_core(1, take_steps, &count);
    take_steps(&count);
    machine_join_core(1);
    CHECK_EQ(steps.count, 2 * (size_t)count);
    for (size_t i = 1; i < steps.count; i++) {
        changes += steps.text[i] != steps.text[i - 1];
    }
    return changes;
}

static void test_task(void)
{
    unsigned count = 3;

    steps_forget();
    CHECK_EQ(machine_core(), 0);
    machine_start_core(1, take_steps, &count);
    machine_join_core(1);
    CHECK_EQ(machine_core(), 0);
    CHECK(strcmp(steps.text, "111") == 0);
    machine_start_core(1, take_steps, &count);
    machine_join_core(1);
    machine_join_core(1);
    CHECK(strcmp(steps.text, "111111") == 0);
}

/* The cores take turns of different lengths, the same ones at every run with the same seed. */
static void test_turns(void)
{
    struct steps first;
    unsigned different = 0;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        fixture_power_on(0, seed);
        CHECK(run_both(STEPS_MAX / 2) > 4);
        first = steps;
        fixture_check_clean();
        fixture_power_on(0, seed);
        (void)run_both(STEPS_MAX / 2);
        CHECK(strcmp(first.text, steps.text) == 0);
        fixture_check_clean();
        fixture_power_on(0, seed + 1);
        (void)run_both(STEPS_MAX / 2);
        different += strcmp(first.text, steps.text) != 0;
        fixture_check_clean();
    }
    CHECK_EQ(different, 20);
}

static void test_wrong_start(void)
{
    struct complaints complaints = {.count = 0};
    unsigned count = 3;

    machine_on_complaint(note_complaint, &complaints);
    machine_start_core(0, take_steps, &count);
    CHECK_EQ(complaints.count, 1);
    machine_start_core(2, take_steps, &count);
    CHECK_EQ(complaints.count, 2);
    machine_start_core(1, take_steps, &count);
    machine_start_core(1, take_steps, &count);
    CHECK_EQ(complaints.count, 3);
    machine_join_core(1);
    machine_on_complaint(NULL, NULL);
}

static unsigned taken[2];
static bool other_was_in_interrupt;

static void take_interrupt(unsigned line)
{
    unsigned core = machine_core();

    CHECK_EQ(line, LINE);
    CHECK(machine_in_interrupt());
    machine_write32(FROM_CPU_BASE + 4 * core, 0);
    taken[core]++;
}

/* FROM_CPU register number core interrupts that core. */
static void open_line(void *argument)
{
    unsigned core = machine_core();

    (void)argument;
    machine_write32(MAP_BASE + core * CORE_STRIDE + 4 * (FROM_CPU_SOURCE + core), LINE);
    machine_enable_line(LINE, true);
}

static void open_lines(void)
{
    memset(taken, 0, sizeof(taken));
    machine_set_interrupt_entry(take_interrupt);
    open_line(NULL);
    machine_start_core(1, open_line, NULL);
    machine_join_core(1);
}

static void interrupt_core(unsigned core)
{
    machine_write32(FROM_CPU_BASE + 4 * core, 1);
}

static void pass_points(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        machine_point();
    }
}

/* An interrupt is taken by its core, also if that one idles or waits. */
static void test_interrupts(void)
{
    open_lines();
    for (unsigned i = 1; i <= 20; i++) {
        interrupt_core(0);
        interrupt_core(1);
        while (taken[0] < i || taken[1] < i) {
            CHECK(machine_wait_for_interrupt() || taken[1] == i);
        }
        CHECK_EQ(taken[0], i);
        CHECK_EQ(taken[1], i);
    }
    CHECK(!machine_wait_for_interrupt());
}

static void test_line_disabled(void)
{
    open_lines();
    machine_enable_line(LINE, false);
    interrupt_core(0);
    pass_points(100);
    CHECK(!machine_wait_for_interrupt());
    CHECK_EQ(taken[0], 0);
    machine_enable_line(LINE, true);
    CHECK(machine_wait_for_interrupt());
    CHECK_EQ(taken[0], 1);
}

/* A core of an ESP32-C3 has registers for that. */
static void test_enable_on_c3(void)
{
    struct machine_config config = {.chip = "esp32c3"};
    struct complaints complaints = {.count = 0};

    fixture_power_on_with(&config);
    machine_on_complaint(note_complaint, &complaints);
    machine_enable_line(LINE, true);
    CHECK_EQ(complaints.count, 1);
    machine_start_core(1, open_line, NULL);
    CHECK_EQ(complaints.count, 2);
    fixture_check_clean();
}

static void mask_for_a_while(void *argument)
{
    unsigned *taken_masked = argument;

    machine_mask_interrupts();
    interrupt_core(1);
    pass_points(300);
    *taken_masked = taken[1];
    machine_unmask_interrupts();
    pass_points(300);
}

/* Masking on one core leaves the other one's interrupts alone. */
static void test_masks(void)
{
    unsigned taken_masked = 1;

    open_lines();
    machine_start_core(1, mask_for_a_while, &taken_masked);
    for (unsigned i = 0; i < 10; i++) {
        interrupt_core(0);
        pass_points(60);
    }
    machine_join_core(1);
    CHECK_EQ(taken_masked, 0);
    CHECK_EQ(taken[1], 1);
    CHECK(taken[0] > 5);
}

static void take_long(unsigned line)
{
    take_interrupt(line);
    pass_points(200);
}

static void look_at_context(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 200; i++) {
        other_was_in_interrupt = other_was_in_interrupt || machine_in_interrupt();
        step();
    }
}

/* While one core is in an interrupt the other one goes on, and is not. */
static void test_in_interrupt(void)
{
    open_lines();
    machine_set_interrupt_entry(take_long);
    other_was_in_interrupt = false;
    steps_forget();
    machine_start_core(1, look_at_context, NULL);
    interrupt_core(0);
    CHECK(machine_wait_for_interrupt());
    CHECK_EQ(taken[0], 1);
    CHECK(steps.count > 0);
    machine_join_core(1);
    CHECK(!other_was_in_interrupt);
}

/* A task that ends a wait on core 0 by a flag. */
static bool flag;

static void raise_flag(void *argument)
{
    (void)argument;
    pass_points(50);
    flag = true;
    machine_wake_cores();
    pass_points(50);
}

static void test_wake(void)
{
    open_lines();
    flag = false;
    machine_start_core(1, raise_flag, NULL);
    CHECK(machine_wait_for_interrupt());
    CHECK(flag);
    machine_join_core(1);
    CHECK(!machine_wait_for_interrupt());
}

static void wait_in_vain(void *argument)
{
    unsigned *ended = argument;

    CHECK(!machine_wait_for_interrupt());
    *ended = 1;
}

/* If nothing can happen any more a wait ends, on whichever core. */
static void test_hopeless(void)
{
    unsigned ended = 0;

    open_lines();
    machine_start_core(1, wait_in_vain, &ended);
    machine_join_core(1);
    CHECK_EQ(ended, 1);
    ended = 0;
    machine_start_core(1, wait_in_vain, &ended);
    while (machine_wait_for_interrupt()) {
    }
    CHECK_EQ(ended, 1);
}

static void spin_for_flag(void *argument)
{
    (void)argument;
    while (!flag) {
        machine_spin();
    }
}

static void test_spin(void)
{
    flag = false;
    machine_start_core(1, raise_flag, NULL);
    machine_set_interrupt_entry(take_interrupt);
    spin_for_flag(NULL);
    machine_join_core(1);
    flag = false;
    machine_start_core(1, spin_for_flag, NULL);
    raise_flag(NULL);
    machine_join_core(1);
}

/* Two cores that spin for each other are told of. */
static void test_deadlock(void)
{
    jmp_buf leave;
    struct complaints complaints = {.leave = &leave};

    fixture_power_on(0, 1);
    flag = false;
    machine_start_core(1, spin_for_flag, NULL);
    machine_on_complaint(note_complaint, &complaints);
    if (setjmp(leave) == 0) {
        machine_set_interrupt_entry(take_interrupt);
        spin_for_flag(NULL);
    }
    CHECK_EQ(complaints.count, 1);
    CHECK(strstr(complaints.text, "deadlock") != NULL);
    machine_power_off();
}

static jmp_buf left;

static void leave_test(void *argument)
{
    const unsigned *value = argument;

    CHECK_EQ(machine_core(), 0);
    longjmp(left, (int)*value);
}

static void give_up(void *argument)
{
    unsigned char on_stack[300];

    memset(on_stack, 7, sizeof(on_stack));
    pass_points(on_stack[5]);
    machine_call_on_first_core(leave_test, argument);
}

/* How a failing check leaves a test from another core; the next test finds that core fit. */
static void test_giving_up(void)
{
    unsigned value = 5;

    for (unsigned i = 0; i < 20; i++) {
        fixture_power_on(0, i);
        if (setjmp(left) == 0) {
            machine_start_core(1, give_up, &value);
            machine_join_core(1);
            CHECK(false);
        }
        fixture_power_on(0, i);
        CHECK(run_both(50) > 0);
        fixture_check_clean();
    }
}

static unsigned shared;

static void add_unprotected(void *argument)
{
    unsigned before = shared;

    (void)argument;
    machine_point();
    shared = before + 1;
    machine_point();
}

static unsigned losses;

static void lose_an_addition(void)
{
    shared = 0;
    machine_start_core(1, add_unprotected, NULL);
    add_unprotected(NULL);
    machine_join_core(1);
    CHECK(shared == 1 || shared == 2);
    losses += shared == 1;
}

/* Exploring finds a race between two cores, with a single switch. */
static void test_explore(void)
{
    const struct explore once = {.depth = 1, .cost_max = 100000};

    losses = 0;
    CHECK(fixture_explore(&once, lose_an_addition) > 6);
    CHECK(losses > 0);
}

static void test_random_race(void)
{
    losses = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        fixture_power_on(0, seed);
        lose_an_addition();
        fixture_check_clean();
    }
    CHECK(losses > 0 && losses < 50);
}

/* With no point listed a core goes on until it waits. */
static void test_explore_stands_still(void)
{
    struct machine_config config = {.chip = fixture_chip(), .explore = true};

    fixture_power_on_with(&config);
    CHECK_EQ(run_both(100), 1);
    CHECK_EQ(steps.text[0], '0');
    fixture_check_clean();
}

/* A listed switch lasts as many points as it says. */
static void test_explore_switch(void)
{
    struct machine_config config = {
        .chip = fixture_chip(), .explore = true, .explore_count = 1, .explore_switches = {3}};

    fixture_power_on_with(&config);
    config.explore_points[0] = machine_point_count() + 1; /* the second step */
    fixture_check_clean();
    fixture_power_on_with(&config);
    (void)run_both(5);
    CHECK(strcmp(steps.text, "0011100011") == 0);
    fixture_check_clean();
    config.explore_switches[0] = MACHINE_UNTIL_IT_WAITS;
    fixture_power_on_with(&config);
    (void)run_both(5);
    CHECK(strcmp(steps.text, "0011111000") == 0);
    fixture_check_clean();
}

static void step_and_interrupt(void *argument)
{
    (void)argument;
    step();
    interrupt_core(0);
    step();
}

/* At a listed point an interrupt is taken by whichever core it is for, and the one that was at work
 * goes on after it. */
static void test_explore_interrupt(void)
{
    struct machine_config config = {
        .chip = fixture_chip(), .explore = true, .explore_count = 1, .explore_points = {0}};
    uint64_t point;

    fixture_power_on_with(&config);
    open_lines();
    point = machine_point_count();
    fixture_check_clean();
    config.explore_points[0] = point + 2; /* the last step of core 1 */
    fixture_power_on_with(&config);
    open_lines();
    steps_forget();
    CHECK_EQ(machine_point_count(), point);
    machine_start_core(1, step_and_interrupt, NULL);
    machine_join_core(1);
    CHECK_EQ(taken[0], 1);
    CHECK_EQ(machine_stats()->interrupts, 1);
    fixture_check_clean();
}

/* The other core's interrupt is all that is placed there: it comes to its first point, takes the
 * interrupt, and the one that was at work goes on. */
static void interrupt_and_step(unsigned count)
{
    steps_forget();
    machine_start_core(1, take_steps, &count);
    step();
    interrupt_core(1);
    take_steps(&count);
    machine_join_core(1);
    CHECK_EQ(taken[1], 1);
}

static void test_explore_interrupt_only(void)
{
    struct machine_config config = {
        .chip = fixture_chip(), .explore = true, .explore_count = 1, .explore_points = {0}};

    fixture_power_on_with(&config);
    open_lines();
    config.explore_points[0] = machine_point_count() + 2; /* after the write */
    interrupt_and_step(3);
    CHECK(strcmp(steps.text, "0000111") == 0);
    fixture_check_clean();
    fixture_power_on_with(&config);
    open_lines();
    interrupt_and_step(3);
    CHECK(strcmp(steps.text, "0010011") == 0);
    fixture_check_clean();
}

/* A loop that polls for what the other core does ends. */
static void poll_flag(void *argument)
{
    (void)argument;
    while (!flag) {
        machine_point();
    }
}

static void test_explore_polls(void)
{
    struct machine_config config = {.chip = fixture_chip(), .explore = true};

    fixture_power_on_with(&config);
    flag = false;
    machine_start_core(1, raise_flag, NULL);
    poll_flag(NULL);
    machine_join_core(1);
    fixture_check_clean();
}

/* With real threads a point takes its time, the same at every seed, and delivers nothing. */
static void test_threads(void)
{
    struct machine_config config = {.chip = fixture_chip(), .threads = true};
    uint64_t cycles[2];

    for (config.seed = 0; config.seed < 2; config.seed++) {
        CHECK(machine_power_on(&config));
        memset(taken, 0, sizeof(taken));
        machine_set_interrupt_entry(take_interrupt);
        open_line(NULL);
        interrupt_core(0);
        pass_points(100);
        CHECK_EQ(taken[0], 0);
        CHECK_EQ(machine_pending_line(), LINE);
        cycles[config.seed] = machine_now_cycles();
        CHECK(cycles[config.seed] > 100);
        machine_power_off();
    }
    CHECK_EQ(cycles[0], cycles[1]);
}

static const struct test_case machine_cases[] = {
    {"a task on another core", test_task},
    {"cores that cannot be started", test_wrong_start},
    {"interrupts go to their core", test_interrupts},
    {"a line that is not enabled", test_line_disabled},
    {"masking is each core's own", test_masks},
    {"interrupt context is each core's own", test_in_interrupt},
    {"waking another core", test_wake},
    {"waiting in vain", test_hopeless},
    {"spinning", test_spin},
    {NULL, NULL},
};

static const struct test_case bare_cases[] = {
    {"turns by seed", test_turns},
    {"no second core, no enable bits", test_enable_on_c3},
    {"cores that wait for each other", test_deadlock},
    {"leaving from another core", test_giving_up},
    {"a race is found by exploring", test_explore},
    {"a race is found by chance", test_random_race},
    {"exploring: a core goes on until it waits", test_explore_stands_still},
    {"exploring: a switch", test_explore_switch},
    {"exploring: another core's interrupt", test_explore_interrupt},
    {"exploring: another core's interrupt only", test_explore_interrupt_only},
    {"exploring: polling for the other core", test_explore_polls},
    {"time with real threads", test_threads},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct runner_suite suites[] = {
        {machine_cases, RUNNER_MACHINE},
        {machine_cases, RUNNER_TIMINGS},
        {bare_cases, RUNNER_BARE},
        {NULL, RUNNER_BARE},
    };
    static const struct runner_chip chips[] = {{"esp32s3", suites}, {NULL, NULL}};

    return runner_main_on(argc, argv, "cores", chips);
}
