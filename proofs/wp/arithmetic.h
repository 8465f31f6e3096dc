/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about C's unsigned integers of which WP's theory for provers says nothing. They are marked
 * "admit", and are about operators only, not about any function of the driver:
 *
 * wrap_*: what conversion to an unsigned type means (C11 6.3.1.3p2): a definition.
 * The others: what masks keep and drop. Z3 proves each of them over bit-vectors, for every mask and
 * all values, in the same run (bits.py).
 *
 * All else is proved by WP.
 */
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define is_size(x) (0 <= (x) && (x) <= SIZE_MAX)

/* An equation whose left side is no new term for the prover: it would go on for ever with those. */
#define is_known(s, x) ((s) <= (x) && (x) <= (s))

/*@ lemma quotient:
      \forall integer x, d; 0 <= x && 0 < d ==>
        x == d * (x / d) + x % d && 0 <= x % d < d && 0 <= x / d <= x;
    lemma quotient_below:
      \forall integer x, d; 0 <= x && 0 < d && x % d != 0 ==> x / d < x;
*/

/* A mask is a power of two less one. */
/*@ predicate is_mask(integer m) = 0 <= m <= SIZE_MAX && (m & (m + 1)) == 0;

    logic integer low(integer x, integer m) = x & m;

    predicate is_aligned(integer x, integer m) = low(x, m) == 0;

    logic integer to_next(integer x, integer m) = low(x, m) == 0 ? 0 : m + 1 - low(x, m);

    admit lemma wrap_below:
      \forall integer x; -SIZE_MAX - 1 <= x < 0 ==> (size_t)x == x + (SIZE_MAX + 1);
    admit lemma wrap_above:
      \forall integer x; SIZE_MAX + 1 <= x < 2 * (SIZE_MAX + 1) ==>
        (size_t)x == x - (SIZE_MAX + 1);
    admit lemma wrap_below_32:
      \forall integer x; -0x100000000 <= x < 0 ==> (uint32_t)x == x + 0x100000000;

    admit lemma low_bits:
      \forall integer x, m; is_mask(m) && is_size(x) ==> 0 <= low(x, m) <= m && low(x, m) <= x;
    admit lemma low_bits_of_field:
      \forall integer m; is_mask(m) && m <= 0xfff ==> low(0xfff, m) == m;
    admit lemma not_mask:
      \forall integer m; is_mask(m) ==> (size_t)~m == SIZE_MAX - m;
    admit lemma high_bits:
      \forall integer a, b, m; is_mask(m) && is_size(a) && b + m == SIZE_MAX ==>
        (a & b) == a - low(a, m);
    admit lemma high_bits_of_second:
      \forall integer a, b, m; is_mask(m) && is_size(b) && a + m == SIZE_MAX ==>
        (a & b) == b - low(b, m);
    admit lemma high_bits_aligned:
      \forall integer a, b, m, s; is_mask(m) && is_size(a) && b + m == SIZE_MAX &&
        is_known(s, a & b) ==> is_aligned(s, m);
    admit lemma high_bits_of_second_aligned:
      \forall integer a, b, m, s; is_mask(m) && is_size(b) && a + m == SIZE_MAX &&
        is_known(s, a & b) ==> is_aligned(s, m);
    admit lemma up_to_multiple:
      \forall integer a, b, x; is_mask(b) && is_size(x) && is_size(a) &&
        (a + x == SIZE_MAX + 1 || a + x == 0) ==> (a & b) == to_next(x, b);
    admit lemma up_to_multiple_of_second:
      \forall integer a, b, x; is_mask(a) && is_size(x) && is_size(b) &&
        (b + x == SIZE_MAX + 1 || b + x == 0) ==> (a & b) == to_next(x, a);
    admit lemma aligned_up:
      \forall integer x, m, s; is_mask(m) && is_size(x) && is_size(s) &&
        is_known(s, x + to_next(x, m)) ==> is_aligned(s, m);
    admit lemma aligned_add:
      \forall integer x, y, m, s; is_mask(m) && is_size(x) && is_size(y) && is_size(s) &&
        is_aligned(x, m) && is_aligned(y, m) && is_known(s, x + y) ==> is_aligned(s, m);
    admit lemma aligned_subtract:
      \forall integer x, y, m, s; is_mask(m) && is_size(x) && is_size(y) && is_size(s) &&
        is_aligned(x, m) && is_aligned(y, m) && is_known(s, x - y) ==> is_aligned(s, m);
*/

#endif
