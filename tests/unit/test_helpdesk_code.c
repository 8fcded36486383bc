/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes for the telephone, and the help desk's keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "card/helpdesk/answer.h"
#include "common/code.h"

static const size_t sizes[] = {HELPDESK_CHALLENGE_SIZE, HELPDESK_ANSWER_SIZE};
#define ALPHABET "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/* Bytes that differ from call to call, and do not from run to run. */
static void fill(unsigned char *bytes, size_t len)
{
    static uint32_t state = 2463534242u;

    for (size_t i = 0; i < len; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes[i] = (unsigned char)state;
    }
}

static void test_code_is_read_as_it_was_written(void **state)
{
    unsigned char bytes[CODE_BYTES_MAX], found[CODE_BYTES_MAX];
    char text[CODE_SIZE];

    (void)state;
    for (size_t len = 1; len <= CODE_BYTES_MAX; len++) {
        for (int i = 0; i < 50; i++) {
            fill(bytes, len);
            code_write(bytes, len, 4, text);
            memset(found, 0, sizeof found);
            assert_int_equal(code_read(text, len, found), VSC_OK);
            assert_memory_equal(found, bytes, len);
        }
    }
}

static void test_code_has_the_promised_length(void **state)
{
    unsigned char bytes[CODE_BYTES_MAX] = {0xff};
    char text[CODE_SIZE];

    (void)state;
    assert_int_equal(CODE_LETTERS(HELPDESK_CHALLENGE_SIZE), 26 + 2);
    assert_int_equal(CODE_LETTERS(HELPDESK_ANSWER_SIZE), 52 + 2);
    code_write(bytes, HELPDESK_CHALLENGE_SIZE, 4, text);
    assert_int_equal(strlen(text), 28 + 6);
    assert_int_equal(text[4], '-');
    code_write(bytes, HELPDESK_ANSWER_SIZE, 6, text);
    assert_int_equal(strlen(text), 54 + 8);
    assert_int_equal(text[6], '-');
}

/* Every letter at every place, check characters too, exchanged for every other one. */
static void test_code_every_single_wrong_letter_is_found(void **state)
{
    unsigned char bytes[CODE_BYTES_MAX], found[CODE_BYTES_MAX];
    char text[CODE_SIZE];

    (void)state;
    for (size_t size = 0; size < 2; size++) {
        for (int round = 0; round < 20; round++) {
            fill(bytes, sizes[size]);
            code_write(bytes, sizes[size], 100, text);
            for (size_t at = 0; text[at] != '\0'; at++) {
                char right = text[at];

                for (const char *letter = ALPHABET; *letter != '\0'; letter++) {
                    text[at] = *letter;
                    assert_int_equal(code_read(text, sizes[size], found) == VSC_OK,
                                     *letter == right);
                }
                text[at] = right;
            }
        }
    }
}

/* Any two places, not only neighbours. */
static void test_code_every_two_letters_that_changed_places_are_found(void **state)
{
    unsigned char bytes[CODE_BYTES_MAX], found[CODE_BYTES_MAX];
    char text[CODE_SIZE];

    (void)state;
    for (size_t size = 0; size < 2; size++) {
        for (int round = 0; round < 50; round++) {
            fill(bytes, sizes[size]);
            code_write(bytes, sizes[size], 100, text);
            for (size_t a = 0; text[a] != '\0'; a++) {
                for (size_t b = a + 1; text[b] != '\0'; b++) {
                    char left = text[a], right = text[b];

                    text[a] = right;
                    text[b] = left;
                    assert_int_equal(code_read(text, sizes[size], found) == VSC_OK, left == right);
                    text[a] = left;
                    text[b] = right;
                }
            }
        }
    }
}

static void test_code_is_read_as_people_type(void **state)
{
    static const unsigned char zeroes[HELPDESK_CHALLENGE_SIZE];
    unsigned char bytes[HELPDESK_CHALLENGE_SIZE], found[HELPDESK_CHALLENGE_SIZE];
    char text[CODE_SIZE], typed[2 * CODE_SIZE];
    size_t len = 0;

    (void)state;
    fill(bytes, sizeof bytes);
    code_write(bytes, sizeof bytes, 4, text);
    for (const char *at = text; *at != '\0'; at++) {
        typed[len++] = *at == '-' ? '\t' : *at == '0' ? 'o' : *at == '1' ? 'l' : (char)(*at | 0x20);
        if (*at >= '0' && *at <= '9' && *at != '0' && *at != '1')
            typed[len - 1] = *at;
        typed[len++] = ' ';
    }
    typed[len] = '\0';
    assert_int_equal(code_read(typed, sizeof bytes, found), VSC_OK);
    assert_memory_equal(found, bytes, sizeof bytes);
    assert_int_equal(code_read("OOOO-oooo-0000-0000-0000-0000-0000", sizeof zeroes, found), VSC_OK);
    assert_memory_equal(found, zeroes, sizeof zeroes);
}

static void test_code_of_another_length_or_alphabet_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "-",
                                      "0000-0000-0000-0000-0000-0000-000",
                                      "0000-0000-0000-0000-0000-0000-00000",
                                      "0000-0000-0000-0000-0000-0000-000U",
                                      "0000-0000-0000-0000-0000-0000-000.",
                                      "0000-0000-0000-0000-0000-0000-000\xc3\xb6",
                                      "0000_0000-0000-0000-0000-0000-0000"};
    unsigned char found[HELPDESK_CHALLENGE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(code_read(bad[i], sizeof found, found), VSC_INPUT);
    /* The last letter of a challenge has two bits that stand for nothing: 27 * 1 is its check. */
    assert_int_equal(code_read("0000-0000-0000-0000-0000-0000-010V", sizeof found, found),
                     VSC_INPUT);
    assert_int_equal(code_read("0", CODE_BYTES_MAX + 1, found), VSC_INPUT);
}

static void test_helpdesk_master_key_is_64_digits(void **state)
{
    static const char good[] = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
    auto_secret struct secret master = {0};
    struct problem problem;

    (void)state;
    assert_int_equal(secret_set(&master, good, strlen(good)), VSC_OK);
    assert_int_equal(helpdesk_master_parse(&master, &problem), VSC_OK);
    assert_int_equal(master.len, 32);
    assert_int_equal((unsigned char)master.bytes[31], 0xff);
    assert_int_equal(secret_set(&master, good, strlen(good) - 2), VSC_OK);
    assert_int_equal(helpdesk_master_parse(&master, &problem), VSC_INPUT);
    assert_int_equal(secret_set(&master, good, strlen(good)), VSC_OK);
    master.bytes[10] = 'g';
    assert_int_equal(helpdesk_master_parse(&master, &problem), VSC_INPUT);
}

/* Known values, computed by another program. */
static void test_helpdesk_answer_is_the_documented_one(void **state)
{
    static const unsigned char serial[SERIAL_SIZE] = "0123456789abcde";
    static const unsigned char challenge[HELPDESK_CHALLENGE_SIZE] = "fedcba987654321";
    unsigned char key[HELPDESK_KEY_SIZE], answer[HELPDESK_ANSWER_SIZE], other[HELPDESK_ANSWER_SIZE];
    auto_secret struct secret master = {0};
    char text[2 * HELPDESK_ANSWER_SIZE + 1];

    (void)state;
    assert_int_equal(secret_set(&master, "abcdefghijklmnopqrstuvwxyz012345", 32), VSC_OK);
    assert_int_equal(helpdesk_card_key(&master, serial, key), VSC_OK);
    for (size_t i = 0; i < sizeof key; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", key[i]);
    assert_string_equal(text, "bb1ee53cc97f067dcdf0362e4bf75f1804fc341f322be0e77988e5423e27a471");
    assert_int_equal(helpdesk_answer(&master, serial, challenge, HELPDESK_SECONDS, answer), VSC_OK);
    for (size_t i = 0; i < sizeof answer; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", answer[i]);
    assert_string_equal(text, "c8b2ef477bfbcb5893ca2073031c90279c200d52fcdb31f0a120a8ef34127896");
    assert_int_equal(helpdesk_answer(&master, serial, challenge, HELPDESK_SECONDS + 1, other),
                     VSC_OK);
    assert_memory_not_equal(answer, other, sizeof answer);
    assert_int_equal(helpdesk_answer(&master, challenge, serial, HELPDESK_SECONDS, other), VSC_OK);
    assert_memory_not_equal(answer, other, sizeof answer);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_is_read_as_it_was_written),
        cmocka_unit_test(test_code_has_the_promised_length),
        cmocka_unit_test(test_code_every_single_wrong_letter_is_found),
        cmocka_unit_test(test_code_every_two_letters_that_changed_places_are_found),
        cmocka_unit_test(test_code_is_read_as_people_type),
        cmocka_unit_test(test_code_of_another_length_or_alphabet_is_refused),
        cmocka_unit_test(test_helpdesk_master_key_is_64_digits),
        cmocka_unit_test(test_helpdesk_answer_is_the_documented_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
