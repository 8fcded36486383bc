/* SPDX-License-Identifier: BSD-2-Clause */
/* What is DER, what is BER only, and what is neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/strict_der.h"

struct sample {
    const char *what;
    unsigned char bytes[12];
    size_t len;
};

static void test_der_is_taken_when_it_is_one(void **state)
{
    static const struct sample samples[] = {
        {"a number", {0x02, 0x01, 0x00}, 3},
        {"one with the high bit", {0x02, 0x02, 0x00, 0x80}, 4},
        {"a negative one", {0x02, 0x02, 0xff, 0x7f}, 4},
        {"true", {0x01, 0x01, 0xff}, 3},
        {"nothing", {0x05, 0x00}, 2},
        {"bits", {0x03, 0x02, 0x05, 0xe0}, 4},
        {"no bits", {0x03, 0x01, 0x00}, 3},
        {"an identifier", {0x06, 0x03, 0x55, 0x1d, 0x0f}, 5},
        {"an empty sequence", {0x30, 0x00}, 2},
        {"a long tag", {0x9f, 0x1f, 0x00}, 3},
        {"a longer tag", {0x9f, 0x81, 0x00, 0x00}, 4},
        {"what is not known", {0x80, 0x02, 0x30, 0x80}, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        if (!strict_der_is(samples[i].bytes, samples[i].len))
            fail_msg("refused: %s", samples[i].what);
}

static void test_other_is_refused_when_it_is_not(void **state)
{
    static const struct sample samples[] = {
        {"nothing at all", {0}, 0},
        {"a tag only", {0x30}, 1},
        {"two elements", {0x05, 0x00, 0x05, 0x00}, 4},
        {"a byte more", {0x05, 0x00, 0x00}, 3},
        {"a byte less", {0x02, 0x02, 0x01}, 3},
        {"a length in the long form", {0x02, 0x81, 0x01, 0x00}, 4},
        {"a length with a zero before it", {0x04, 0x82, 0x00, 0x80}, 4},
        {"no length", {0x30, 0x80, 0x05, 0x00, 0x00, 0x00}, 6},
        {"a length of five bytes", {0x30, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00}, 7},
        {"a length cut short", {0x30, 0x82, 0x01}, 3},
        {"a length beyond", {0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, 6},
        {"a small tag in the long form", {0x1f, 0x1e, 0x00}, 3},
        {"a long tag with a zero before it", {0x9f, 0x80, 0x1f, 0x00}, 4},
        {"a long tag without an end", {0x9f, 0xff}, 2},
        {"a tag of forty bits", {0x9f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00}, 8},
        {"end of contents", {0x00, 0x00}, 2},
        {"true as one", {0x01, 0x01, 0x01}, 3},
        {"a boolean of two", {0x01, 0x02, 0xff, 0xff}, 4},
        {"an empty number", {0x02, 0x00}, 2},
        {"a padded number", {0x02, 0x02, 0x00, 0x7f}, 4},
        {"a padded negative number", {0x02, 0x02, 0xff, 0x80}, 4},
        {"nothing with something", {0x05, 0x01, 0x00}, 3},
        {"bits without a count", {0x03, 0x00}, 2},
        {"eight unused bits", {0x03, 0x02, 0x08, 0x00}, 4},
        {"unused bits of nothing", {0x03, 0x01, 0x01}, 3},
        {"unused bits that are set", {0x03, 0x02, 0x01, 0x01}, 4},
        {"an empty identifier", {0x06, 0x00}, 2},
        {"a padded identifier", {0x06, 0x03, 0x55, 0x80, 0x01}, 5},
        {"an identifier without an end", {0x06, 0x02, 0x55, 0x9d}, 4},
        {"text in pieces", {0x2c, 0x03, 0x0c, 0x01, 'x'}, 5},
        {"a primitive sequence", {0x10, 0x00}, 2},
        {"an empty set", {0x31, 0x00}, 2},
        {"within another", {0xa0, 0x04, 0x02, 0x02, 0x00, 0x01}, 6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        if (strict_der_is(samples[i].bytes, samples[i].len))
            fail_msg("taken: %s", samples[i].what);
}

static void test_depth_is_limited_when_sequences_nest(void **state)
{
    unsigned char nested[2 * (STRICT_DER_DEPTH + 1)];
    size_t most = sizeof(nested) - 2;

    (void)state;
    for (size_t i = 0; i < sizeof(nested); i += 2) {
        nested[i] = 0x30;
        nested[i + 1] = (unsigned char)(sizeof(nested) - i - 2);
    }
    assert_false(strict_der_is(nested, sizeof(nested)));
    assert_true(strict_der_is(nested + 2, most));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_der_is_taken_when_it_is_one),
        cmocka_unit_test(test_other_is_refused_when_it_is_not),
        cmocka_unit_test(test_depth_is_limited_when_sequences_nest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
