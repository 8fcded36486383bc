/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a token there? What a PKCS#11 module says of its slots, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "card/pkcs11/source.h"
#include "tests/support/card_suite_parts.h"
#include "tests/support/softhsm_rig.h"

static struct softhsm rig;

static const char script[] = "softhsm_token First 12345678; softhsm_token Second 87654321;"
                             "softhsm_self_signed ec:P-256 bob $D/bob.key $D/bob.pem;"
                             "softhsm_key First 12345678 01 $D/bob.key $D/bob.pem;"
                             "softhsm_key Second 87654321 01 $D/bob.key $D/bob.pem;";

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

/* A file beside the module that changes what it says, while it runs (p11_shim.c). */
static void ask_shim(const char *word, bool on)
{
    char path[PATH_MAX + 32];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s.%s", rig.module, word);
    (void)unlink(path);
    if (!on)
        return;
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fclose(file);
}

static void test_token_is_found_while_it_is_there(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);
    char id[CARD_ID_SIZE];
    struct card_found found = {.present = false};

    (void)state;
    (void)snprintf(id, sizeof(id), "%s", card_named(&list, "Second")->id);
    assert_int_equal(source->ops->find_token(source, id, &found, NULL), VSC_OK);
    assert_true(found.present);
    assert_int_equal(found.label_len, 6);
    assert_memory_equal(found.label, "Second", 6);
    ask_shim("away", true);
    assert_int_equal(source->ops->find_token(source, id, &found, NULL), VSC_OK);
    assert_false(found.present);
    assert_int_equal(found.label_len, 0);
    ask_shim("away", false);
    assert_int_equal(source->ops->find_token(source, id, &found, NULL), VSC_OK);
    assert_true(found.present);
    id[strlen(id) - 1] ^= 1; /* another one */
    assert_int_equal(source->ops->find_token(source, id, &found, NULL), VSC_OK);
    assert_false(found.present);
    close_all(source, &list);
}

static void test_slot_that_does_not_tell_is_no_removal(void **state)
{
    struct card_source *source = open_with("");
    struct card_list list = list_of(source);
    char id[CARD_ID_SIZE];
    struct card_found found = {.present = true};

    (void)state;
    (void)snprintf(id, sizeof(id), "%s", card_named(&list, "Second")->id);
    ask_shim("broken", true);
    assert_int_equal(source->ops->find_token(source, id, &found, NULL), VSC_TOKEN);
    assert_true(found.present);
    ask_shim("broken", false);
    assert_int_equal(source->ops->find_token(source, id, &found, NULL), VSC_OK);
    close_all(source, &list);
}

static void test_token_is_found_under_the_id_of_the_list(void **state)
{
    static const char *const faults[] = {"", "bad-label", "same-names"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct card_source *source = open_with(faults[i]);
        struct card_list list = list_of(source);

        for (size_t k = 0; k < list.count; k++) {
            struct card_found found = {.present = false};

            assert_int_equal(source->ops->find_token(source, list.cards[k].id, &found, NULL),
                             VSC_OK);
            assert_true(found.present);
            /* As it stands on the token, whatever is shown. */
            if (i == 1)
                assert_memory_equal(found.label, "A\x1b[2J\xe2\x80\xae\xff\nname", 14);
        }
        close_all(source, &list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_is_found_while_it_is_there),
        cmocka_unit_test(test_slot_that_does_not_tell_is_no_removal),
        cmocka_unit_test(test_token_is_found_under_the_id_of_the_list),
    };
    int failed;

    if (softhsm_missing() != NULL) {
        (void)printf("1..0 # SKIP %s\n", softhsm_missing());
        return 0;
    }
    failed = softhsm_run(&rig, script);
    if (failed == 0)
        failed = cmocka_run_group_tests_name("presence", tests, NULL, NULL);
    softhsm_end(&rig);
    return failed != 0;
}
