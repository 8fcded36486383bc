/* SPDX-License-Identifier: BSD-2-Clause */
/* What the cache keeps of the domain's directory: written, read again, and refused when damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include "certcheck/openssl_own.h"
#include "certcheck/published.h"
#include "tests/support/mill.h"

static struct mill_one root, sub;

static int make_cas(void **state)
{
    (void)state;
    root = mill_cert(&(struct mill_cert){.name = "root", .ca = true});
    sub = mill_cert(&(struct mill_cert){.name = "sub", .issuer = &root, .ca = true});
    return 0;
}

static int free_cas(void **state)
{
    (void)state;
    mill_done(&root);
    mill_done(&sub);
    return 0;
}

/* The file of these two; `count` says how many of them. */
static struct buf file_of(int count)
{
    struct published published = {PUBLISHED_NTAUTH, sk_X509_new_null(), 1234567890};
    struct buf bytes;

    buf_init(&bytes, PUBLISHED_SIZE_MAX);
    for (int i = 0; i < count; i++)
        assert_true(sk_X509_push(published.certs, i == 0 ? root.cert : sub.cert) > 0);
    assert_int_equal(published_write(&published, &bytes), VSC_OK);
    sk_X509_free(published.certs);
    return bytes;
}

static void refused(const struct buf *bytes, enum published_kind kind)
{
    struct published published = {.certs = NULL};

    assert_int_equal(published_parse(bytes->data, bytes->len, kind, &published), VSC_INPUT);
    assert_null(published.certs);
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    for (int count = 0; count <= 2; count++) {
        auto_buf struct buf bytes = file_of(count);
        auto_published struct published read = {.certs = NULL};

        assert_int_equal(published_parse(bytes.data, bytes.len, PUBLISHED_NTAUTH, &read), VSC_OK);
        assert_int_equal(read.fetched, 1234567890);
        assert_int_equal(sk_X509_num(read.certs), count);
        for (int i = 0; i < count; i++)
            assert_int_equal(X509_cmp(sk_X509_value(read.certs, i), i == 0 ? root.cert : sub.cert),
                             0);
    }
}

static void test_a_file_of_the_other_kind_is_none(void **state)
{
    auto_buf struct buf bytes = file_of(1);

    (void)state;
    refused(&bytes, PUBLISHED_ROOTS);
}

static void test_a_change_anywhere_is_seen(void **state)
{
    auto_buf struct buf bytes = file_of(2);

    (void)state;
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] ^= 0x20;
        refused(&bytes, PUBLISHED_NTAUTH);
        bytes.data[i] ^= 0x20;
    }
    while (bytes.len > 0) {
        bytes.len--;
        refused(&bytes, PUBLISHED_NTAUTH);
    }
}

/* With a digest that is good. */
static void refused_with(const struct buf *bytes, size_t at, uint32_t value, size_t cut)
{
    auto_buf struct buf changed;
    unsigned char digest[SHA256_DIGEST_LENGTH];

    buf_init(&changed, PUBLISHED_SIZE_MAX);
    buf_put(&changed, bytes->data, bytes->len - sizeof(digest) - cut);
    for (size_t i = 0; i < 4; i++)
        changed.data[at + i] = (unsigned char)(value >> (24 - 8 * i));
    (void)SHA256(changed.data, changed.len, digest);
    buf_put(&changed, digest, sizeof(digest));
    refused(&changed, PUBLISHED_NTAUTH);
}

static void test_a_good_digest_over_nonsense_does_not_help(void **state)
{
    auto_buf struct buf bytes = file_of(2);

    (void)state;
    refused_with(&bytes, 0, 0x58585858, 0);  /* magic */
    refused_with(&bytes, 8, 2, 0);           /* version */
    refused_with(&bytes, 12, 7, 0);          /* kind */
    refused_with(&bytes, 16, 0xffffffff, 0); /* fetched */
    refused_with(&bytes, 24, 1, 0);          /* fewer than there are */
    refused_with(&bytes, 24, 3, 0);          /* more */
    refused_with(&bytes, 24, PUBLISHED_MAX + 1, 0);
    refused_with(&bytes, 28, 0xfffffff0, 0); /* a length */
    refused_with(&bytes, 28, 1, 0);
    refused_with(&bytes, 24, 2, 1); /* cut off */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_a_file_of_the_other_kind_is_none),
        cmocka_unit_test(test_a_change_anywhere_is_seen),
        cmocka_unit_test(test_a_good_digest_over_nonsense_does_not_help),
    };

    return cmocka_run_group_tests(tests, make_cas, free_cas);
}
