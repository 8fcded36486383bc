/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of a list: what it finds, and that a damaged one is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/crl_index.h"
#include "certcheck/openssl_own.h"
#include "tests/support/mill.h"
#include "tests/support/scratch.h"

DEFINE_AUTO(struct crl_index, crl_index_free)

static struct mill_one ca, other;

static struct crl_index *index_of(struct buf der, const struct mill_one *signer)
{
    struct crl_index *index = NULL;
    struct crl_raw *raw = NULL;

    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    assert_int_equal(crl_index_build(raw, signer->cert, NULL, &index), VSC_OK);
    crl_raw_free(raw);
    buf_done(&der);
    return index;
}

static enum vsc_err find(const struct crl_index *index, const char *hex, const X509 *issuer,
                         struct crl_entry *ret_entry)
{
    BIGNUM *number = NULL;
    ASN1_INTEGER *serial;
    enum vsc_err err;

    assert_true(BN_hex2bn(&number, hex) > 0);
    serial = BN_to_ASN1_INTEGER(number, NULL);
    err = crl_index_find(index, serial, X509_get_subject_name(issuer), ret_entry);
    ASN1_INTEGER_free(serial);
    BN_free(number);
    return err;
}

static bool has(const struct crl_index *index, const char *hex)
{
    struct crl_entry entry;
    enum vsc_err err = find(index, hex, ca.cert, &entry);

    assert_true(err == VSC_OK || err == VSC_NO_KEY);
    return err == VSC_OK;
}

static void test_index_finds_each_serial_number_and_no_other(void **state)
{
    static const unsigned sizes[] = {0, 1, 2, 100, 101, 102, 202, 203, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        auto_by(crl_index_free) struct crl_index *index =
            index_of(mill_big_crl(&ca, sizes[i], 2), &ca);

        assert_int_equal(index->entries, sizes[i]);
        for (unsigned k = 0; k <= 2 * sizes[i] + 1; k++) {
            char hex[40];

            (void)snprintf(hex, sizeof(hex), "4A%030X", k);
            assert_int_equal(has(index, hex), k % 2 == 0 && k / 2 < sizes[i]);
        }
        assert_false(has(index, "00"));
        assert_false(has(index, "7F"));
        assert_false(has(index, "4B000000000000000000000000000000"));
    }
}

static void test_index_keeps_long_and_negative_serial_numbers_apart(void **state)
{
    static const char *const serials[] = {
        "80",
        "-80",
        "00FF",
        "-1",
        "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",         /* 20 octets */
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",         /* 21 as an INTEGER */
        "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",   /* 23 */
        "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", /* 24: by its hash */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
        auto_by(crl_index_free) struct crl_index *index = index_of(
            mill_crl(&(struct mill_crl){.signer = &ca, .entries = {{.serial = serials[i]}}}), &ca);

        for (size_t k = 0; k < sizeof(serials) / sizeof(serials[0]); k++)
            assert_int_equal(has(index, serials[k]), i == k);
    }
}

static void test_index_keeps_date_reason_and_the_issuer_of_the_certificate(void **state)
{
    auto_by(crl_index_free) struct crl_index *index = index_of(
        mill_crl(&(struct mill_crl){
            .signer = &ca,
            .extensions = "issuingDistributionPoint=critical,@idp\n[idp]\nindirectCRL=TRUE\n",
            .entries = {{.serial = "05", .reason = MILL_REASON(1), .date = "19990102030405Z"},
                        {.serial = "06", .issuer = other.cert},
                        {.serial = "07"},
                        {.serial = "08", .issuer = ca.cert}}}),
        &ca);
    struct crl_entry entry;

    (void)state;
    assert_int_equal(find(index, "05", ca.cert, &entry), VSC_OK);
    assert_int_equal(entry.reason, 1);
    assert_int_equal(entry.since, 915246245);
    assert_int_equal(find(index, "05", other.cert, &entry), VSC_NO_KEY);
    assert_int_equal(find(index, "06", ca.cert, &entry), VSC_NO_KEY);
    assert_int_equal(find(index, "06", other.cert, &entry), VSC_OK);
    assert_int_equal(entry.reason, CRL_ENTRY_NO_REASON);
    assert_int_equal(entry.since, mill_now - MILL_DAY);
    assert_int_equal(find(index, "07", other.cert, &entry), VSC_OK);
    assert_int_equal(find(index, "08", ca.cert, &entry), VSC_OK);
    assert_int_equal(find(index, "08", other.cert, &entry), VSC_NO_KEY);
    assert_false(index->strange);
}

static void test_index_of_a_list_that_does_not_verify_is_not_made(void **state)
{
    struct buf der = mill_crl(&(struct mill_crl){.signer = &ca});
    struct crl_index *index = NULL;
    struct crl_raw *raw = NULL;

    (void)state;
    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    assert_int_equal(crl_index_build(raw, other.cert, NULL, &index), VSC_CERT);
    crl_raw_free(raw);
    mill_spoil(&der);
    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    assert_int_equal(crl_index_build(raw, ca.cert, NULL, &index), VSC_CERT);
    crl_raw_free(raw);
    assert_null(index);
    buf_done(&der);
}

static void test_index_damaged_anywhere_is_refused(void **state)
{
    auto_by(crl_index_free) struct crl_index *index = index_of(mill_big_crl(&ca, 300, 1), &ca);

    (void)state;
    for (size_t at = 0; at < index->len; at++) {
        unsigned char *bytes = malloc(index->len);
        auto_by(crl_index_free) struct crl_index *damaged = NULL;
        struct crl_entry entry;
        bool refused = false;

        memcpy(bytes, index->bytes, index->len);
        bytes[at] ^= 0x40;
        if (crl_index_from(bytes, index->len, &damaged) != VSC_OK) {
            assert_true(at < index->head_len);
            continue;
        }
        assert_true(at >= index->head_len);
        for (unsigned k = 0; k < 300 && !refused; k += 50) {
            char hex[40];
            enum vsc_err err;

            (void)snprintf(hex, sizeof(hex), "4A%030X", k);
            err = find(damaged, hex, ca.cert, &entry);
            assert_true(err == VSC_OK || err == VSC_INPUT);
            refused = err == VSC_INPUT;
        }
        assert_true(refused);
    }
}

static void test_index_cut_short_or_grown_is_refused(void **state)
{
    auto_by(crl_index_free) struct crl_index *index = index_of(mill_big_crl(&ca, 150, 1), &ca);

    (void)state;
    for (size_t len = 0; len <= index->len + 1; len += len < index->head_len + 50 ? 1 : 97) {
        unsigned char *bytes = calloc(1, index->len + 2);
        struct crl_index *other_len = NULL;

        memcpy(bytes, index->bytes, index->len);
        if (len != index->len)
            assert_int_equal(crl_index_from(bytes, len, &other_len), VSC_INPUT);
        else
            free(bytes);
    }
}

static void test_index_file_is_read_and_a_cut_while_open_is_no_signal(void **state)
{
    auto_by(crl_index_free) struct crl_index *index = index_of(mill_big_crl(&ca, 5000, 1), &ca);
    auto_by(crl_index_free) struct crl_index *file = NULL;
    auto_fd int folder = open(*state, O_RDONLY | O_DIRECTORY);
    struct stat status;
    struct crl_entry entry;

    assert_int_equal(crl_index_write(index, folder, "a.idx"), VSC_OK);
    assert_int_equal(fstatat(folder, "a.idx", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    assert_int_equal(crl_index_open(openat(folder, "a.idx", O_RDONLY), &file), VSC_OK);
    assert_true(has(file, "4A0000000000000000000000000000FF"));
    assert_int_equal(truncate(scratch_path(state, "a.idx"), (off_t)file->head_len + 10), 0);
    assert_int_equal(find(file, "4A0000000000000000000000000000FF", ca.cert, &entry), VSC_INPUT);
}

static void test_index_of_malformed_lists_is_not_made(void **state)
{
    struct buf der =
        mill_crl(&(struct mill_crl){.signer = &ca, .entries = {{.serial = "1234567890"}}});

    (void)state;
    for (size_t len = 0; len < der.len; len++) {
        struct crl_raw *raw = NULL;

        assert_int_equal(crl_raw_parse(der.data, len, &raw), VSC_INPUT);
    }
    buf_done(&der);
}

static int set_up(void **state)
{
    (void)state;
    mill_now = time(NULL);
    ca = mill_cert(&(struct mill_cert){.name = "CA", .ca = true});
    other = mill_cert(&(struct mill_cert){.name = "Other CA", .ca = true});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mill_done(&ca);
    mill_done(&other);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_finds_each_serial_number_and_no_other),
        cmocka_unit_test(test_index_keeps_long_and_negative_serial_numbers_apart),
        cmocka_unit_test(test_index_keeps_date_reason_and_the_issuer_of_the_certificate),
        cmocka_unit_test(test_index_of_a_list_that_does_not_verify_is_not_made),
        cmocka_unit_test(test_index_damaged_anywhere_is_refused),
        cmocka_unit_test(test_index_cut_short_or_grown_is_refused),
        cmocka_unit_test_setup_teardown(test_index_file_is_read_and_a_cut_while_open_is_no_signal,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test(test_index_of_malformed_lists_is_not_made),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
