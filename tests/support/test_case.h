/* SPDX-License-Identifier: Apache-2.0 */
/* Tests as data, for a PC and for firmware. */
#ifndef TEST_CASE_H
#define TEST_CASE_H

/* A test: returns if it passed. A table of tests ends with a NULL name. */
struct test_case {
    const char *name;
    void (*body)(void);
};

#endif
