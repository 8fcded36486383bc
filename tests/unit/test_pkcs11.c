/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PKCS#11 module may do, rightly or wrongly, and what becomes of it. Modules that crash or
 * hang are in test_pkcs11_hostile.c: they need a process of their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "card/pkcs11/source.h"
#include "tests/support/card_suite_parts.h"
#include "tests/support/softhsm_rig.h"

static struct softhsm rig;

/* TestVSC: 01 issued by 09, which is there too, and 09 by a root with no ID of a key; 02 EC; two
 * keys and certificates under one ID 05. Second: one EC key. Bare: a key without a certificate. */
static const char script[] =
    "softhsm_token TestVSC 12345678; softhsm_token Second 87654321; softhsm_token Bare 12345678;"
    "softhsm_self_signed ec:P-256 root $D/root.key $D/root.pem;"
    "issue() { openssl req -new -newkey rsa:2048 -nodes -keyout $D/$2.key -subj /CN=$2 "
    "-out $D/$2.csr 2>/dev/null; echo basicConstraints=CA:$3 > $D/ext; openssl x509 -req "
    "-in $D/$2.csr -CA $D/$1.pem -CAkey $D/$1.key -CAcreateserial -extfile $D/ext -out $D/$2.pem "
    "2>/dev/null; };"
    "issue root issuer TRUE; issue issuer alice FALSE;"
    "softhsm_self_signed ec:P-256 bob $D/bob.key $D/bob.pem;"
    "softhsm_self_signed rsa:2048 five $D/five.key $D/five.pem;"
    "softhsm_self_signed rsa:3072 quint $D/quint.key $D/quint.pem;"
    "softhsm_key TestVSC 12345678 01 $D/alice.key $D/alice.pem;"
    "softhsm_cert TestVSC 12345678 09 $D/issuer.pem;"
    "softhsm_cert TestVSC 12345678 0a $D/root.pem;"
    "softhsm_key TestVSC 12345678 02 $D/bob.key $D/bob.pem;"
    "softhsm_key TestVSC 12345678 05 $D/five.key $D/five.pem;"
    "softhsm_key TestVSC 12345678 05 $D/quint.key $D/quint.pem;"
    "softhsm_key Second 87654321 01 $D/bob.key $D/bob.pem;"
    "softhsm_key Bare 12345678 07 $D/five.key \"\"";

static const struct card_rig kind = {.card_name = "TestVSC", .pin = SOFTHSM_PIN};

static struct card_source *open_with(const char *faults)
{
    struct card_source *source = NULL;
    struct problem problem = {""};
    enum vsc_err err = p11_source_new(softhsm_module(&rig, "token", faults), 10, &source, &problem);

    if (err != VSC_OK)
        print_error("%s\n", problem.text);
    assert_int_equal(err, VSC_OK);
    source->deadline = deadline_in(SUITE_DEADLINE_MS);
    return source;
}

static const struct card_info *card_named(const struct card_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->cards[i].name, name) == 0)
            return &list->cards[i];
    }
    fail_msg("no card %s", name);
    return NULL;
}

static struct card_list list_of(struct card_source *source)
{
    struct card_list list = {0};

    assert_int_equal(source->ops->list(source, &list, NULL), VSC_OK);
    return list;
}

static void close_all(struct card_source *source, struct card_list *list)
{
    card_list_done(list);
    card_source_free(source);
}

static void test_each_slot_is_a_card_without_an_owner(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);

    (void)state;
    assert_int_equal(list.count, 3);
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(list.cards[i].kind, CARD_TOKEN);
        assert_false(list.cards[i].has_owner);
        assert_memory_equal(list.cards[i].id, "p11:token.so-", 13);
    }
    close_all(source, &list);
}

static void test_key_of_each_slot_signs_with_its_own_pin(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);
    const struct card_info *first = card_named(&list, "TestVSC");
    const struct card_info *second = card_named(&list, "Second");

    (void)state;
    suite_sign_verified(&kind, source, second, &second->keys[0], "87654321");
    assert_int_equal(suite_refused(source, second, SOFTHSM_PIN), VSC_PIN);
    assert_int_equal(suite_refused(source, first, "87654321"), VSC_PIN);
    suite_sign_verified(&kind, source, first, &first->keys[0], SOFTHSM_PIN);
    close_all(source, &list);
}

static void test_issuers_stand_in_the_chain_and_are_no_keys(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);
    const struct card_info *card = card_named(&list, "TestVSC");

    (void)state;
    assert_int_equal(card->key_count, 4);
    assert_memory_equal(card->keys[0].id, "01:", 3);
    assert_int_equal(card->keys[0].chain_len, 3);
    assert_int_equal(card->keys[1].chain_len, 1);
    close_all(source, &list);
}

static void test_certificates_with_one_cka_id_sign_with_the_key_of_each(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);
    const struct card_info *card = card_named(&list, "TestVSC");

    (void)state;
    assert_memory_equal(card->keys[2].id, "05:", 3);
    assert_memory_equal(card->keys[3].id, "05:", 3);
    suite_sign_verified(&kind, source, card, &card->keys[2], SOFTHSM_PIN);
    suite_sign_verified(&kind, source, card, &card->keys[3], SOFTHSM_PIN);
    close_all(source, &list);
}

static void test_token_without_certificates_is_a_card_without_keys(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);
    const struct card_info *card = card_named(&list, "Bare");
    struct card_outcome outcome;

    (void)state;
    assert_int_equal(card->key_count, 0);
    assert_int_equal(suite_sign(source, card->id, "07", SOFTHSM_PIN, 8, &outcome), VSC_NO_KEY);
    assert_int_equal(suite_sign(source, card->id, "", SOFTHSM_PIN, 8, &outcome), VSC_NO_KEY);
    close_all(source, &list);
}

/* ECMA-48, bidirectional override, invalid UTF-8: a token's name reaches a terminal. */
static void test_label_of_a_token_is_made_safe(void **state)
{
    struct card_source *source = open_with("bad-label");
    struct card_list list = list_of(source);

    (void)state;
    for (size_t i = 0; i < list.count; i++) {
        assert_true(text_is_printable(list.cards[i].name));
        assert_true(text_is_printable(list.cards[i].id));
    }
    close_all(source, &list);
}

static void test_tokens_that_say_the_same_have_ids_of_their_own(void **state)
{
    struct card_source *source = open_with("same-names");
    struct card_list list = list_of(source);

    (void)state;
    assert_int_equal(list.count, 3);
    assert_string_not_equal(list.cards[0].id, list.cards[1].id);
    assert_string_not_equal(list.cards[0].id, list.cards[2].id);
    assert_string_not_equal(list.cards[1].id, list.cards[2].id);
    assert_string_equal(list.cards[0].name, "SoftHSM v2"); /* the model */
    close_all(source, &list);
}

static void test_pin_limits_that_make_no_sense_are_not_taken_over(void **state)
{
    struct card_source *source = open_with("odd-limits");
    struct card_list list = list_of(source);

    (void)state;
    assert_int_equal(list.cards[0].policy.minlen, 4);
    assert_int_equal(list.cards[0].policy.maxlen, PIN_MAX);
    close_all(source, &list);
}

static struct card_state state_with(const char *fault)
{
    struct card_source *source = open_with(fault);
    struct card_list list = list_of(source);
    struct card_state state = suite_state(source, card_named(&list, "TestVSC"));

    close_all(source, &list);
    return state;
}

static void test_flags_of_a_token_become_its_state(void **state)
{
    struct card_state now = state_with("");

    (void)state;
    assert_false(now.tries_known || now.blocked || now.gone);
    now = state_with("final-try");
    assert_true(now.tries_known && !now.blocked);
    assert_int_equal(now.tries_left, 1);
    assert_int_equal(now.tries_max, 2);
    now = state_with("flag-locked");
    assert_true(now.blocked && !now.tries_known);
    now = state_with("flag-locked final-try");
    assert_true(now.blocked && !now.tries_known);
}

/* Sign with the right PIN where the module does something odd. */
static enum vsc_err sign_with_fault(const char *fault, struct card_outcome *outcome)
{
    struct card_source *source = open_with(fault);
    struct card_list list = list_of(source);
    const struct card_info *card = card_named(&list, "TestVSC");
    enum vsc_err err = suite_sign(source, card->id, card->keys[0].id, SOFTHSM_PIN, 8, outcome);

    close_all(source, &list);
    return err;
}

static void test_wrong_pin_is_blocked_when_the_token_says_locked(void **state)
{
    struct card_outcome outcome;

    (void)state;
    assert_int_equal(sign_with_fault("login-locked", &outcome), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN_BLOCKED);
    assert_true(outcome.state.blocked);
}

static void test_expired_pin_is_a_fault_and_not_a_wrong_pin(void **state)
{
    struct card_outcome outcome;

    (void)state;
    assert_int_equal(sign_with_fault("login-expired", &outcome), VSC_TOKEN);
}

/* CVE-2023-40660: a card that another has left logged in signs for any PIN. */
static void test_already_logged_in_is_a_fault_and_never_success(void **state)
{
    struct card_outcome outcome;

    (void)state;
    assert_int_equal(sign_with_fault("login-already", &outcome), VSC_TOKEN);
    assert_int_equal(outcome.signature_len, 0);
    assert_int_equal(sign_with_fault("session-logged-in", &outcome), VSC_TOKEN);
    assert_int_equal(outcome.signature_len, 0);
}

static void test_login_that_succeeds_without_a_login_is_a_fault(void **state)
{
    struct card_outcome outcome;

    (void)state;
    assert_int_equal(sign_with_fault("login-lies", &outcome), VSC_TOKEN);
}

/* CVE-2019-16058 (the length), and a signature by another key. */
static void test_signature_that_is_not_one_is_a_fault(void **state)
{
    static const char *const faults[] = {"sign-huge", "sign-empty", "sign-wrong"};
    struct card_outcome outcome;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sign_with_fault(faults[i], &outcome), VSC_TOKEN);
        assert_int_equal(outcome.signature_len, 0);
    }
}

static void test_token_that_was_pulled_is_no_card(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);
    char id[CARD_ID_SIZE];
    struct card_state now;

    (void)state;
    (void)snprintf(id, sizeof(id), "%s", card_named(&list, "Second")->id);
    close_all(source, &list);
    source = open_with("token-gone");
    assert_int_equal(source->ops->state(source, id, &now, NULL), VSC_NO_CARD);
    card_source_free(source);
}

static void test_deadline_that_has_passed_reaches_no_token(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = {0};

    (void)state;
    source->deadline = deadline_in(0);
    assert_int_equal(source->ops->list(source, &list, NULL), VSC_TIMEOUT);
    card_source_free(source);
}

static void test_module_that_others_can_change_is_not_loaded(void **state)
{
    const char *path = softhsm_module(&rig, "open", "");
    char resolved[PATH_MAX];

    (void)state;
    assert_int_equal(p11_module_check(path, resolved, sizeof(resolved), NULL), VSC_OK);
    assert_string_equal(resolved, path);
    assert_int_equal(chmod(path, 0757), 0);
    assert_int_equal(p11_module_check(path, resolved, sizeof(resolved), NULL), VSC_UNTRUSTED);
    assert_int_equal(p11_module_check("/nonexistent.so", resolved, sizeof(resolved), NULL),
                     VSC_CONFIG);
}

static void test_file_that_is_no_module_is_refused(void **state)
{
    struct card_source *source = NULL;
    struct problem problem = {""};

    (void)state;
    assert_int_equal(p11_source_new("/etc/passwd", 5, &source, &problem), VSC_TOKEN);
    assert_int_equal(p11_source_new("/lib/x86_64-linux-gnu/libm.so.6", 5, &source, &problem),
                     VSC_TOKEN);
    assert_null(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_slot_is_a_card_without_an_owner),
        cmocka_unit_test(test_key_of_each_slot_signs_with_its_own_pin),
        cmocka_unit_test(test_issuers_stand_in_the_chain_and_are_no_keys),
        cmocka_unit_test(test_certificates_with_one_cka_id_sign_with_the_key_of_each),
        cmocka_unit_test(test_token_without_certificates_is_a_card_without_keys),
        cmocka_unit_test(test_label_of_a_token_is_made_safe),
        cmocka_unit_test(test_tokens_that_say_the_same_have_ids_of_their_own),
        cmocka_unit_test(test_pin_limits_that_make_no_sense_are_not_taken_over),
        cmocka_unit_test(test_flags_of_a_token_become_its_state),
        cmocka_unit_test(test_wrong_pin_is_blocked_when_the_token_says_locked),
        cmocka_unit_test(test_expired_pin_is_a_fault_and_not_a_wrong_pin),
        cmocka_unit_test(test_already_logged_in_is_a_fault_and_never_success),
        cmocka_unit_test(test_login_that_succeeds_without_a_login_is_a_fault),
        cmocka_unit_test(test_signature_that_is_not_one_is_a_fault),
        cmocka_unit_test(test_token_that_was_pulled_is_no_card),
        cmocka_unit_test(test_deadline_that_has_passed_reaches_no_token),
        cmocka_unit_test(test_module_that_others_can_change_is_not_loaded),
        cmocka_unit_test(test_file_that_is_no_module_is_refused),
    };
    int failed;

    if (softhsm_missing() != NULL) {
        (void)printf("1..0 # SKIP %s\n", softhsm_missing());
        return 0;
    }
    failed = softhsm_run(&rig, script);
    if (failed == 0)
        failed = cmocka_run_group_tests_name("pkcs11", tests, NULL, NULL);
    softhsm_end(&rig);
    return failed != 0;
}
