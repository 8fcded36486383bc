/* SPDX-License-Identifier: BSD-2-Clause */
/* Every body of the wire: samples survive, and their damaged twins never do as something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/own.h"
#include "tests/support/wire_codecs.h"

/* Decode `len` bytes from a block of exactly that size, so that a sanitizer sees every overrun. */
static enum vsc_err decode(const struct wire_codec *codec, const void *bytes, size_t len,
                           struct buf *again)
{
    auto_free unsigned char *copy = malloc(len > 0 ? len : 1);
    struct reader reader;

    assert_non_null(copy);
    if (len > 0)
        memcpy(copy, bytes, len);
    reader_init(&reader, copy, len);
    buf_init(again, wire_cap((uint16_t)codec->type));
    return codec->again(&reader, again);
}

static void for_each_sample(void (*check)(const struct wire_codec *codec, const struct buf *body))
{
    for (size_t i = 0; i < wire_codec_count; i++) {
        for (unsigned sample = 0; sample < wire_codecs[i].samples; sample++) {
            auto_buf struct buf body;

            buf_init(&body, wire_cap((uint16_t)wire_codecs[i].type));
            wire_codecs[i].sample(sample, &body);
            assert_int_equal(buf_status(&body), VSC_OK);
            check(&wire_codecs[i], &body);
        }
    }
}

static void assert_same(const struct buf *a, const void *bytes, size_t len)
{
    assert_int_equal(buf_status(a), VSC_OK);
    assert_int_equal(a->len, len);
    assert_memory_equal(a->data, bytes, len);
}

static void survives(const struct wire_codec *codec, const struct buf *body)
{
    auto_buf struct buf again = {0};

    assert_int_equal(decode(codec, body->data, body->len, &again), VSC_OK);
    assert_same(&again, body->data, body->len);
}

/* CVE-2026-68744: as many bytes go out as were written, and those. */
static void test_body_comes_back_when_whole(void **state)
{
    (void)state;
    for_each_sample(survives);
}

static void is_cut(const struct wire_codec *codec, const struct buf *body)
{
    for (size_t len = 0; len < body->len; len++) {
        auto_buf struct buf again = {0};

        assert_int_equal(decode(codec, body->data, len, &again), VSC_PROTOCOL);
        assert_int_equal(again.len, 0);
    }
}

static void test_body_is_refused_when_cut(void **state)
{
    (void)state;
    for_each_sample(is_cut);
}

static void is_longer(const struct wire_codec *codec, const struct buf *body)
{
    auto_buf struct buf longer, again = {0};

    buf_init(&longer, body->len + 1);
    buf_put(&longer, body->data, body->len);
    buf_u8(&longer, 0);
    assert_int_equal(decode(codec, longer.data, longer.len, &again), VSC_PROTOCOL);
}

static void test_body_is_refused_when_something_is_left_over(void **state)
{
    (void)state;
    for_each_sample(is_longer);
}

static void is_flipped(const struct wire_codec *codec, const struct buf *body)
{
    for (size_t i = 0; i < body->len * 8; i++) {
        auto_buf struct buf again = {0};
        enum vsc_err err;

        body->data[i / 8] ^= (unsigned char)(1u << (i % 8));
        err = decode(codec, body->data, body->len, &again);
        /* Either refused, or another value that says exactly what stands there. */
        if (err == VSC_OK)
            assert_same(&again, body->data, body->len);
        else
            assert_int_equal(err, VSC_PROTOCOL);
        body->data[i / 8] ^= (unsigned char)(1u << (i % 8));
    }
}

static void test_body_is_refused_or_read_exactly_when_a_bit_flips(void **state)
{
    (void)state;
    for_each_sample(is_flipped);
}

/* A count in the first four bytes that promises 2^32 things is refused before any allocation. */
static void test_count_is_refused_when_beyond_its_cap(void **state)
{
    static const unsigned char huge[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};

    (void)state;
    for (size_t i = 0; i < wire_codec_count; i++) {
        auto_buf struct buf again = {0};

        assert_int_equal(decode(&wire_codecs[i], huge, sizeof(huge), &again), VSC_PROTOCOL);
    }
}

static void test_table_has_a_codec_for_every_message_with_a_body(void **state)
{
    static const enum wire_type types[] = {
#define TYPE(name, number, cap) WIRE_##name,
        VSC_MESSAGES(TYPE)
#undef TYPE
    };
    /* These share a body with another one, or have none, or are tested in test_wire.c (ERROR). */
    static const enum wire_type others[] = {
        WIRE_ERROR,          WIRE_CARD_LIST,       WIRE_CARD_STATE,       WIRE_CARD_PREPARED,
        WIRE_CHECK_REFUSED,  WIRE_CHECK_RECHECKED, WIRE_CARD_CHANGED_PIN, WIRE_CARD_PUBLIC,
        WIRE_CARD_PUBLISHED, WIRE_CARD_STORED,     WIRE_CARD_DELETE_KEY,  WIRE_CARD_DELETED_KEY,
        WIRE_CARD_UNBLOCK,   WIRE_CARD_UNBLOCKED,  WIRE_CARD_CHANGE_PUK,  WIRE_CARD_CHANGED_PUK,
        WIRE_CARD_CHALLENGE, WIRE_CARD_ANSWER,     WIRE_CARD_ANSWERED,    WIRE_CARD_WATCH,
        WIRE_CARD_SIGNED_AS, WIRE_CARD_VERIFIED,   WIRE_CARD_FIND_TOKEN,  WIRE_CHECK_SERVICE,
        WIRE_TGT_RENEW,      WIRE_TGT_RENEWED,     WIRE_TGT_REMOVE,       WIRE_TGT_REMOVED,
        WIRE_CHECK_STALE,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        bool found = false;

        for (size_t k = 0; k < wire_codec_count; k++)
            found = found || wire_codecs[k].type == types[i];
        for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
            found = found || others[k] == types[i];
        if (!found)
            fail_msg("%s has no codec", wire_type_name((uint16_t)types[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_body_comes_back_when_whole),
        cmocka_unit_test(test_body_is_refused_when_cut),
        cmocka_unit_test(test_body_is_refused_when_something_is_left_over),
        cmocka_unit_test(test_body_is_refused_or_read_exactly_when_a_bit_flips),
        cmocka_unit_test(test_count_is_refused_when_beyond_its_cap),
        cmocka_unit_test(test_table_has_a_codec_for_every_message_with_a_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
