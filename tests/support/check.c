/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

enum { TEXT_BYTES = 200 };

struct text {
    char bytes[TEXT_BYTES];
    size_t length;
};

static void text_add(struct text *text, const char *more)
{
    while (*more != '\0' && text->length + 1 < sizeof(text->bytes)) {
        text->bytes[text->length] = *more;
        text->length++;
        more++;
    }
    text->bytes[text->length] = '\0';
}

/* Firmware need not bring printf for this. */
static void text_add_number(struct text *text, int64_t number)
{
    char digits[24];
    size_t at = sizeof(digits) - 1;
    uint64_t rest = number < 0 ? UINT64_C(0) - (uint64_t)number : (uint64_t)number;

    digits[at] = '\0';
    do {
        at--;
        digits[at] = (char)('0' + (char)(rest % 10u));
        rest /= 10u;
    } while (rest != 0);
    if (number < 0) {
        at--;
        digits[at] = '-';
    }
    text_add(text, &digits[at]);
}

void check_equal(const char *file, int line, const char *text, int64_t actual, int64_t expected)
{
    static struct text message;

    if (actual == expected) {
        return;
    }
    message.length = 0;
    text_add(&message, text);
    text_add(&message, ": ");
    text_add_number(&message, actual);
    text_add(&message, ", not ");
    text_add_number(&message, expected);
    check_failed(file, line, message.bytes);
}
