/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contracts for src/core/copy_plan.h, and what follows from them: that the pieces of a copy cover
 * it exactly once. Nothing here is ever run; Frama-C proves it for all inputs.
 *
 * Functions that rely on wrapping round are named in wp.py; in all others no unsigned operation may
 * overflow.
 */
#include "arithmetic.h"

/*@ requires is_mask(mask);
    assigns \nothing;
    ensures 1 <= \result <= 4095;
    ensures mask <= 2047 ==> is_aligned(\result, mask) && \result + mask == 4095;
    ensures mask > 2047 ==> \result == 2048;
*/
static inline size_t plan_item_bytes(size_t mask);

/*@ requires size_bytes > 0 && item_bytes > 0;
    assigns \nothing;
    ensures size_bytes <= \result * item_bytes;
    ensures \result > 0 && (\result - 1) * item_bytes < size_bytes;
*/
static inline size_t plan_item_count(size_t size_bytes, size_t item_bytes);

/*@ requires offset_bytes < size_bytes && item_bytes > 0;
    assigns \nothing;
    ensures 1 <= \result <= item_bytes;
    ensures offset_bytes + \result <= size_bytes;
    ensures offset_bytes + \result < size_bytes ==> \result == item_bytes;
*/
static inline size_t plan_item_size(size_t size_bytes, size_t offset_bytes, size_t item_bytes);

/*@ requires is_mask(mask);
    assigns \nothing;
    ensures 0 <= \result <= mask;
    ensures \result == to_next(address, mask) &&
              (address + \result <= SIZE_MAX ==> is_aligned(address + \result, mask));
*/
static inline size_t plan_head_bytes(uintptr_t address, size_t mask);

/*@ requires is_mask(mask) && address + size <= SIZE_MAX + 1;
    assigns \nothing;
    ensures size < to_next(address, mask) ==> \result == 0;
    ensures size >= to_next(address, mask) ==>
              \result == size - to_next(address, mask) - low(size - to_next(address, mask), mask);
    ensures is_aligned(\result, mask);
*/
static inline size_t plan_body_bytes(uintptr_t address, size_t size, size_t mask);

/* Exactly right for all ranges, also such as wrap round. */
/*@ assigns \nothing;
    ensures \result <==>
              size > 0 && address - low + (address < low ? 0x100000000 : 0) + size <= low_size;
    ensures low + low_size <= 0x100000000 ==>
              (\result <==> size > 0 && low <= address && address + size <= low + low_size);
*/
static inline bool plan_range_within(uint32_t address, size_t size, uint32_t low,
                                     uint32_t low_size);

/* Exactly right for ranges that reach up to the last address, if their sizes add up to no more than
 * all addresses. */
/*@ requires a_before_last <= a_last && b_size > 0 && b + b_size <= SIZE_MAX + 1;
    requires a_before_last + b_size <= SIZE_MAX;
    assigns \nothing;
    ensures \result <==> a_last - a_before_last < b + b_size && b <= a_last;
*/
static inline bool plan_last_overlaps(uintptr_t a_last, size_t a_before_last, uintptr_t b,
                                      size_t b_size);

/*@ requires a_size > 0 && b_size > 0 && a_size + b_size <= SIZE_MAX + 1;
    requires a + a_size <= SIZE_MAX + 1 && b + b_size <= SIZE_MAX + 1;
    assigns \nothing;
    ensures \result <==> a < b + b_size && b < a + a_size;
*/
static inline bool plan_ranges_overlap(uintptr_t a, size_t a_size, uintptr_t b, size_t b_size);

#include "copy_plan.h"

/* Cuts a copy as submit.c does, which may pause anywhere and go on later: counts for each byte how
 * often a piece holds it. */
/*@ requires 0 < size && 0 < item_bytes;
    requires \valid(held + (0 .. size - 1));
    requires \forall integer i; 0 <= i < size ==> held[i] == 0;
    assigns held[0 .. size - 1];
    ensures \forall integer i; 0 <= i < size ==> held[i] == 1;
*/
static void pieces_hold_each_byte_once(unsigned *held, size_t size, size_t item_bytes)
{
    size_t offset = 0;
    /*@ loop invariant 0 <= offset <= size;
        loop invariant \forall integer i; 0 <= i < offset ==> held[i] == 1;
        loop invariant \forall integer i; offset <= i < size ==> held[i] == 0;
        loop assigns offset, held[0 .. size - 1];
        loop variant size - offset;
    */
    while (offset != size) {
        size_t piece = plan_item_size(size, offset, item_bytes);
        /*@ loop invariant 0 <= i <= piece;
            loop invariant \forall integer k; 0 <= k < offset + i ==> held[k] == 1;
            loop invariant \forall integer k; offset + i <= k < size ==> held[k] == 0;
            loop assigns i, held[offset .. offset + piece - 1];
            loop variant piece - i;
        */
        for (size_t i = 0; i < piece; i++) {
            /*@ assert held[offset + i] == 0; */
            held[offset + i]++;
        }
        offset += piece;
    }
}

/* The number of pieces is as counted, and a piece begins where recover.c thinks that it does. */
/*@ requires 0 < size && 0 < item_bytes && size + item_bytes <= SIZE_MAX;
    assigns \nothing;
*/
static void pieces_are_as_many_as_counted(size_t size, size_t item_bytes)
{
    size_t offset = 0;
    size_t count = 0;
    /*@ loop invariant 0 <= offset <= size;
        loop invariant offset < size ==> offset == count * item_bytes;
        loop invariant offset <= count * item_bytes < offset + item_bytes;
        loop invariant count <= offset;
        loop assigns offset, count;
        loop variant size - offset;
    */
    while (offset != size) {
        offset += plan_item_size(size, offset, item_bytes);
        count++;
    }
    size_t counted = plan_item_count(size, item_bytes);
    /*@ assert counted < count ==> counted * item_bytes + item_bytes <= count * item_bytes; */
    /*@ assert count < counted ==> count * item_bytes <= (counted - 1) * item_bytes; */
    /*@ assert counted == count; */
}

/* With an aligned destination every piece has one, and all but the last an aligned size. A piece
 * fits a descriptor's fields of 12 bits. */
/*@ requires is_mask(mask) && mask <= 2047 && is_aligned(address, mask);
    requires offset < size && is_aligned(offset, mask) && address + size <= SIZE_MAX;
    assigns \nothing;
*/
static void pieces_keep_to_the_alignment(uintptr_t address, size_t size, size_t offset, size_t mask)
{
    size_t item_bytes = plan_item_bytes(mask);
    size_t piece = plan_item_size(size, offset, item_bytes);
    /*@ assert 1 <= piece <= 0xfff; */
    /*@ assert is_aligned(address + offset, mask); */
    /*@ assert offset + piece < size ==> is_aligned(offset + piece, mask); */
    /*@ assert is_aligned(size, mask) ==> is_aligned(piece, mask); */
}

/* Head, body and tail, as external.c places them, hold each byte once. */
/*@ requires is_mask(mask) && 0 < size && address + size <= SIZE_MAX;
    assigns \nothing;
*/
static void edges_and_body_are_the_range(uintptr_t address, size_t size, size_t mask)
{
    size_t body = plan_body_bytes(address, size, mask);
    /*@ assert size >= to_next(address, mask) ==>
          0 <= low(size - to_next(address, mask), mask) <= mask; */
    size_t head = body == 0 ? size : plan_head_bytes(address, mask);
    /*@ assert body <= size; */
    /*@ assert head + body <= size; */
    size_t tail = size - (head + body);
    /*@ assert body == 0 ==> head == size && tail == 0; */
    /*@ assert body > 0 ==> head <= mask && tail <= mask; */
    /*@ assert body > 0 ==> is_aligned(address + head, mask) && is_aligned(body, mask); */
    /*@ assert head + body + tail == size; */
}
