/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module's texts in another language: found in its own domain, in the locale that the host has
 * set, with the plural that the number needs; nothing of the host's is changed, and codes stay.
 */
#include <libintl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/buf.h"
#include "pam_vsc/texts.h"
#include "tests/support/scratch.h"

#define MO_MAGIC 0x950412deu

/* Sorted by their first. In a plural entry NUL parts the forms. */
static const struct {
    const char *from;
    size_t from_len;
    const char *to;
    size_t to_len;
} entries[] = {
#define ENTRY(from, to)                                                                            \
    {                                                                                              \
        from, sizeof(from) - 1, to, sizeof(to) - 1                                                 \
    }
    ENTRY("", "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n!=1;\n"),
    ENTRY("%s cannot be used: %s. %s (%s).", "%4$s! %1$s: %2$s; %3$s"),
    ENTRY("PIN for %s (%u try left): \0PIN for %s (%u tries left): ",
          "%2$u Versuch, %1$s: \0%2$u Versuche, %1$s: "),
    ENTRY("PIN for %s: ", "PIN f\xc3\xbcr %s: "),
    ENTRY("The PIN needs at least %u character.\0The PIN needs at least %u characters.",
          "Mindestens %u Zeichen\0Mindestens %u Zeichen!"),
    ENTRY("The PIN needs digits.", "Ziffern fehlen."),
    ENTRY("renew the certificate", "erneuern"),
    ENTRY("the certificate has expired", "abgelaufen"),
};
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static void put_native(struct buf *file, size_t number)
{
    uint32_t word = (uint32_t)number;

    buf_put(file, &word, sizeof(word));
}

/* GNU gettext's format of a catalogue, "The Format of GNU MO Files". */
static void write_catalogue(void **state, const char *name)
{
    auto_buf struct buf file;
    size_t at = 28 + 16 * ENTRIES;

    buf_init(&file, 65536);
    put_native(&file, MO_MAGIC);
    put_native(&file, 0);
    put_native(&file, ENTRIES);
    put_native(&file, 28);
    put_native(&file, 28 + 8 * ENTRIES);
    put_native(&file, 0);
    put_native(&file, 0);
    for (size_t i = 0; i < ENTRIES; at += entries[i++].from_len + 1) {
        put_native(&file, entries[i].from_len);
        put_native(&file, at);
    }
    for (size_t i = 0; i < ENTRIES; at += entries[i++].to_len + 1) {
        put_native(&file, entries[i].to_len);
        put_native(&file, at);
    }
    for (size_t i = 0; i < ENTRIES; i++)
        buf_put(&file, entries[i].from, entries[i].from_len + 1);
    for (size_t i = 0; i < ENTRIES; i++)
        buf_put(&file, entries[i].to, entries[i].to_len + 1);
    assert_int_equal(buf_status(&file), VSC_OK);
    scratch_file(state, name, file.data, file.len, 0600);
}

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return 1;
    (void)setlocale(LC_ALL, "C.UTF-8");
    (void)setenv("LANGUAGE", "qq", 1);
    scratch_folder(state, "qq", 0700);
    scratch_folder(state, "qq/LC_MESSAGES", 0700);
    write_catalogue(state, "qq/LC_MESSAGES/pam_vsc.mo");
    texts_begin();
    (void)bindtextdomain("pam_vsc", *state);
    return 0;
}

static void test_texts_are_in_the_language_of_the_host(void **state)
{
    char text[TEXTS_SIZE];

    (void)state;
    texts_pin_prompt(text, "Karte", "", &(struct card_state){.tries_known = false});
    assert_string_equal(text, "PIN f\xc3\xbcr Karte: ");
    texts_not_a_pin(text, &(struct pin_flaw){.kind = FLAW_LACKS, .class = PIN_DIGITS});
    assert_string_equal(text, "Ziffern fehlen.");
}

static void test_plural_is_that_of_the_number_and_words_may_change_places(void **state)
{
    struct card_state one = {.tries_known = true, .tries_left = 1, .tries_max = 5};
    char text[TEXTS_SIZE];

    (void)state;
    texts_pin_prompt(text, "Karte", "", &one);
    assert_string_equal(text, "1 Versuch, Karte: ");
    one.tries_left = 2;
    texts_pin_prompt(text, "Karte", "", &one);
    assert_string_equal(text, "2 Versuche, Karte: ");
    texts_not_a_pin(text, &(struct pin_flaw){.kind = FLAW_SHORT, .limit = 8});
    assert_string_equal(text, "Mindestens 8 Zeichen!");
}

static void test_reasons_are_translated_and_their_codes_are_not(void **state)
{
    char text[TEXTS_SIZE];

    (void)state;
    texts_refused(text, "Karte", REASON_EXPIRED);
    assert_string_equal(text, "VSC-EXPIRED! Karte: abgelaufen; Erneuern");
}

static void test_text_without_a_translation_is_english(void **state)
{
    (void)state;
    assert_string_equal(texts_use_a_password(), "Use a password");
}

static void test_nothing_of_the_host_is_changed(void **state)
{
    (void)state;
    assert_string_equal(textdomain(NULL), "messages");
    assert_string_equal(setlocale(LC_ALL, NULL), "C.UTF-8");
    (void)setlocale(LC_ALL, "C");
    assert_string_equal(texts_new_pin_again(), "New PIN again: ");
    (void)setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_in_the_language_of_the_host),
        cmocka_unit_test(test_plural_is_that_of_the_number_and_words_may_change_places),
        cmocka_unit_test(test_reasons_are_translated_and_their_codes_are_not),
        cmocka_unit_test(test_text_without_a_translation_is_english),
        cmocka_unit_test(test_nothing_of_the_host_is_changed),
    };

    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
