/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TIME_H
#define TEST_TIME_H

/* Forgets what clock_schedule() was given, as switching a machine off does, and gives back what
 * that needs. Task only. */
void test_time_forget(void);

#endif
