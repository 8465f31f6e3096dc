/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Frama-C's WP leaves open about C's unsigned integers: facts that it is given as axioms.
 *
 * wrap_*: conversion to an unsigned type reduces modulo the type's range (C11 6.3.1.3p2). low_bits,
 * high_bits, up_to_multiple: what a mask keeps and drops. Z3 proves these for every mask over
 * bit-vectors in the same run (bits.py). What is not marked "admit" is proved by WP.
 */
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*@ predicate is_mask_32(integer m) =
      m == 0 || m == 0x1 || m == 0x3 || m == 0x7 || m == 0xf || m == 0x1f || m == 0x3f ||
      m == 0x7f || m == 0xff || m == 0x1ff || m == 0x3ff || m == 0x7ff || m == 0xfff ||
      m == 0x1fff || m == 0x3fff || m == 0x7fff || m == 0xffff || m == 0x1ffff || m == 0x3ffff ||
      m == 0x7ffff || m == 0xfffff || m == 0x1fffff || m == 0x3fffff || m == 0x7fffff ||
      m == 0xffffff || m == 0x1ffffff || m == 0x3ffffff || m == 0x7ffffff || m == 0xfffffff ||
      m == 0x1fffffff || m == 0x3fffffff || m == 0x7fffffff;
*/
#if SIZE_MAX > 0xffffffff
/*@ predicate is_mask_above_32(integer m) =
      m == 0xffffffff || m == 0x1ffffffff || m == 0x3ffffffff || m == 0x7ffffffff ||
      m == 0xfffffffff || m == 0x1fffffffff || m == 0x3fffffffff || m == 0x7fffffffff ||
      m == 0xffffffffff || m == 0x1ffffffffff || m == 0x3ffffffffff || m == 0x7ffffffffff ||
      m == 0xfffffffffff || m == 0x1fffffffffff || m == 0x3fffffffffff || m == 0x7fffffffffff ||
      m == 0xffffffffffff || m == 0x1ffffffffffff || m == 0x3ffffffffffff ||
      m == 0x7ffffffffffff || m == 0xfffffffffffff || m == 0x1fffffffffffff ||
      m == 0x3fffffffffffff || m == 0x7fffffffffffff || m == 0xffffffffffffff ||
      m == 0x1ffffffffffffff || m == 0x3ffffffffffffff || m == 0x7ffffffffffffff ||
      m == 0xfffffffffffffff || m == 0x1fffffffffffffff || m == 0x3fffffffffffffff ||
      m == 0x7fffffffffffffff;
*/
#else
/*@ predicate is_mask_above_32(integer m) = \false;
*/
#endif

/* A mask is a power of two less one, of those that a size_t holds. */
/*@ predicate is_mask(integer m) = is_mask_32(m) || is_mask_above_32(m);

    logic integer to_next(integer x, integer m) =
      x % (m + 1) == 0 ? 0 : m + 1 - x % (m + 1);

    admit lemma wrap_below:
      \forall integer x; -SIZE_MAX - 1 <= x < 0 ==> (size_t)x == x + (SIZE_MAX + 1);
    admit lemma wrap_above:
      \forall integer x; SIZE_MAX + 1 <= x < 2 * (SIZE_MAX + 1) ==>
        (size_t)x == x - (SIZE_MAX + 1);
    admit lemma wrap_below_32:
      \forall integer x; -0x100000000 <= x < 0 ==> (uint32_t)x == x + 0x100000000;
    admit lemma wrap_above_32:
      \forall integer x; 0x100000000 <= x < 0x200000000 ==> (uint32_t)x == x - 0x100000000;
    admit lemma low_bits:
      \forall integer x, m; 0 <= x <= SIZE_MAX && is_mask(m) ==> (x & m) == x % (m + 1);
    admit lemma high_bits:
      \forall integer x, m; 0 <= x <= SIZE_MAX && is_mask(m) ==>
        (x & (size_t)~m) == x - x % (m + 1) && (x - x % (m + 1)) % (m + 1) == 0;
    admit lemma up_to_multiple:
      \forall integer x, m; 0 <= x <= SIZE_MAX && is_mask(m) ==>
        ((size_t)(-x) & m) == to_next(x, m) && (x + to_next(x, m)) % (m + 1) == 0;

    lemma quotient:
      \forall integer x, d; 0 <= x && 0 < d ==>
        x == d * (x / d) + x % d && 0 <= x % d < d && 0 <= x / d <= x;
    lemma quotient_below:
      \forall integer x, d; 0 <= x && 0 < d && x % d != 0 ==> x / d < x;
    lemma multiple_is_product:
      \forall integer x, d; 0 <= x && 0 < d && x % d == 0 ==> x == d * (x / d);
    lemma product_is_multiple:
      \forall integer q, d; 0 <= q && 0 < d ==> (d * q) % d == 0;
    lemma multiples_add:
      \forall integer x, y, d; 0 <= x && 0 <= y && 0 < d && x % d == 0 && y % d == 0 ==>
        (x + y) % d == 0;
    lemma multiples_subtract:
      \forall integer x, y, d; 0 <= y <= x && 0 < d && x % d == 0 && y % d == 0 ==>
        (x - y) % d == 0;
    lemma ceiling_is_unique:
      \forall integer n, a, b, d; 0 < d && (a - 1) * d < n <= a * d && (b - 1) * d < n <= b * d ==>
        a == b;
*/

#endif
